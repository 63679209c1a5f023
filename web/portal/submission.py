"""Submitting a dossier online: choose a procedure, fill its form, attach papers; later, send what was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

import segno
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.catalogue.directory import Unit
from engine.catalogue.versions import Version
from engine.dossier.command import Filled
from engine.dossier.receive import ReceiveDossier, reception_form
from engine.dossier.submit_online import SupplementOnline, submit_online, supplement_online
from engine.errors import FormRefused, MotCuaError, NotFound, Refused
from engine.reports.catalogue import published_procedures
from web.counter.papers import PaperLine, papers_given, read_papers
from web.counter.views import limit_words, person
from web.doors import public, takes_uploads
from web.flashes import tell
from web.forms import Entry, Form
from web.portal.status import status_context
from web.portal.views import WRONG, guessed_case
from web.reading import given_id, house
from web.templating import money
from web.throttle import Guessed, count_try

blueprint = Blueprint("submission", __name__, url_prefix="/submit")

OFFICIAL = ("channel", "sets", "note")
"""Fields of a reception form that the counter fills in, not the applicant."""


@blueprint.get("")
@public
def choose() -> ResponseReturnValue:
    """The procedures that may be submitted online."""
    query = request.args.get("q", "")[:100]
    with house().store.transaction(units=("*",)) as connection:
        found = published_procedures(connection, query=query, channel="online")
    return render_template(
        "portal/procedures.html",
        q=query,
        procedures=[
            one
            | {
                "url": url_for("submission.form", code=one["code"]),
                "limit": limit_words(one["limit"]) if one["limit"] else "",
                "fee": money(one["fee"]) if one["fee"] else "",
            }
            for one in found
        ],
    )


@blueprint.get("/<code>")
@public
def form(code: str) -> ResponseReturnValue:
    """The form of one procedure."""
    version = online_version(code)
    entry = Form(form_of(version)).filled({"result_delivery": "counter"})
    return page(version, entry, read_papers(version, {}, {}), uuid4(), [])


@blueprint.post("/<code>")
@public
@takes_uploads
def submit(code: str) -> ResponseReturnValue:
    """Send it to the one-stop unit. What was typed comes back when something is missing."""
    count_try(house().store, *Guessed.of("submit", "", request.remote_addr or "")[1:])
    version = online_version(code)
    case_id = given_id()
    own = {name for name in (*request.form, *request.files) if name.startswith("_")}
    entry = Form(form_of(version)).read(request.form, only=own)
    lines = read_papers(version, request.form, request.files)
    unit = next((one for one in receiving_units(version) if one.code == request.form.get("_unit")), None)
    errors = [{"field": one.field, "message": one.message} for one in entry.errors]
    errors += [{"field": f"paper-{line.ordinal}", "message": line.error} for line in lines if line.error]
    if unit is None:
        errors.insert(0, {"field": "unit", "message": "Chọn nơi nộp hồ sơ."})
    if errors or unit is None:
        return page(version, entry, lines, case_id, errors), 422
    try:
        submitted = submit_online(house(), command_of(version, entry, lines, unit, case_id))
    except FormRefused as refused:
        told = [{"field": "", "message": text} for text in (refused.errors or {"": refused.message}).values()]
        return page(version, entry, lines, case_id, told), 422
    return redirect(url_for("submission.done", code=submitted.code), 303)


@blueprint.get("/done/<code>")
@public
def done(code: str) -> ResponseReturnValue:
    """The code to follow the dossier by. It says nothing that whoever has the code does not know."""
    address = f"{house().settings.address}{url_for('portal.tracking', code=code)}"
    return render_template(
        "portal/submitted.html",
        code=code[:40],
        hours=house().ruleset_on(now()).acceptance.online_limit.vietnamese(),
        tracking_url=url_for("portal.tracking", code=code[:40]),
        qr=segno.make(address, error="m").svg_data_uri(scale=4, border=1),
    )


@blueprint.post("/supplement")
@public
@takes_uploads
def supplement() -> ResponseReturnValue:
    """Papers that were asked for, from who knows the code and the second factor."""
    code, factor = request.form.get("_code", ""), request.form.get("_factor", "").strip()
    view = guessed_case(code, factor)
    if view is None:
        return render_template("portal/home.html", code=code[:40], error=WRONG), 422
    lines = read_papers(view.version, request.form, request.files)
    wrong = [line.error for line in lines if line.error and not line.error.startswith("Thiếu ")]
    if wrong:
        return render_template("portal/status.html", **status_context(view, factor), wrong=" ".join(wrong)), 422
    papers = tuple(one for one in papers_given(house(), lines) if one.blob is not None)
    try:
        supplement_online(
            house(), view.case["receiving_unit"], SupplementOnline(case_id=view.case["id"], papers=papers)
        )
    except (FormRefused, Refused) as refused:
        return render_template("portal/status.html", **status_context(view, factor), wrong=sentence_of(refused)), 422
    tell("Đã gửi giấy tờ bổ sung. Bộ phận Một cửa sẽ trả lời trong thời hạn quy định.")
    return redirect(url_for("submission.done", code=view.case["code"]), 303)


def online_version(code: str) -> Version:
    """The version in force of a procedure that may be submitted online; 404 for any other."""
    with house().store.transaction(units=("*",)) as connection:
        at = house().clock.now(connection)
        version = house().versions.published(connection, code, house().calendar.local(at).date())
    if "online" not in version.manifest.channels or version.manifest.kind != "dossier":
        raise NotFound("Thủ tục này không nộp trực tuyến được.")
    return version


def form_of(version: Version) -> Mapping[str, Any]:
    """The reception form without what only the counter knows."""
    schema = dict(version.forms.get(reception_form(version), {"type": "object", "properties": {}}))
    schema["properties"] = {name: one for name, one in schema["properties"].items() if name not in OFFICIAL}
    schema["required"] = [name for name in schema.get("required", ()) if name not in OFFICIAL]
    return schema


def receiving_units(version: Version) -> list[Unit]:
    """The one-stop units that receive this procedure, by name."""
    kind = f"{version.manifest.level}.one_stop"
    return sorted((one for one in house().directory.units.values() if one.kind == kind), key=lambda one: one.code)


def command_of(version: Version, entry: Entry, lines: Sequence[PaperLine], unit: Unit, case_id: UUID) -> ReceiveDossier:
    """What the act takes."""
    return ReceiveDossier(
        id=case_id,
        procedure_code=version.procedure_code,
        receiving_unit=unit.code,
        owner=person(entry.values, "owner"),
        submitter=person(entry.values, "submitter") if entry.values.get("is_proxy") else None,
        form=Filled(key=reception_form(version), values=dict(entry.values) | {"channel": "online"}),
        papers=papers_given(house(), lines),
        channel="online",
        locality=unit.locality,
        result_delivery="post" if entry.values.get("result_delivery") == "post" else "counter",
    )


def page(
    version: Version, entry: Entry, lines: Sequence[PaperLine], case_id: UUID, errors: Sequence[Mapping[str, Any]]
) -> str:
    """The form, with what was typed and what is wrong."""
    manifest = version.manifest
    limit = manifest.limits.get("online") or manifest.limit
    return render_template(
        "portal/submit.html",
        case_id=case_id,
        procedure={
            "code": manifest.code,
            "name": manifest.name,
            "limit": limit_words(limit) if limit else "",
            "fee": money(manifest.fee.amount) if manifest.fee.amount else "",
        },
        action=url_for("submission.submit", code=manifest.code),
        units=[{"code": one.code, "name": one.name} for one in receiving_units(version)],
        unit=request.form.get("_unit", ""),
        entry=entry,
        papers=lines,
        errors=errors,
        hours=house().ruleset_on(now()).acceptance.online_limit.vietnamese(),
    )


def now() -> Any:
    """Business time."""
    with house().store.transaction() as connection:
        return house().clock.now(connection)


def sentence_of(refused: MotCuaError) -> str:
    """What a refusal says, its fields' words first."""
    return " ".join(getattr(refused, "errors", {}).values()) or refused.message
