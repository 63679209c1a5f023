"""Receiving dossiers at the one-stop counter: choose a procedure, fill one form, hand over the receipt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

import segno
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from engine.catalogue.versions import Version
from engine.deadlines import Limit, legal_due, parse_limit
from engine.dossier.command import Filled, Person
from engine.dossier.decline_reception import DeclineReception, decline_reception
from engine.dossier.receive import ReceiveDossier, receive
from engine.errors import FormRefused, NotAllowed, NotFound
from engine.reports.catalogue import published_procedures
from engine.reports.dossier import case_id_of, dossier_view
from web.counter.papers import PaperLine, papers_given, read_papers
from web.doors import for_roles, takes_uploads
from web.flashes import tell
from web.forms import Entry, Form
from web.reading import actor, given_id, house, officer, reading
from web.templating import money

blueprint = Blueprint("counter", __name__, url_prefix="/counter")

CHANNELS = {"counter": "counter", "online": "online", "post": "post"}
DECLINE_LETTERS = {"supplement": "supplement_request", "refuse": "refusal"}


@blueprint.get("")
@for_roles("counter_officer", "digitiser")
def choose() -> ResponseReturnValue:
    """The procedures one may receive here, by name or code, with or without diacritics."""
    query, field = request.args.get("q", "")[:100], request.args.get("field", "")[:40]
    unit = house().directory[counter_unit()]
    with reading() as connection:
        found = published_procedures(connection, query=query, field=field, level=unit.level)
        fields = connection.execute(
            text("SELECT DISTINCT field AS code, field_name AS name FROM procedure WHERE kind = 'dossier' ORDER BY 2")
        ).mappings()
        fields_told = [dict(one) for one in fields if one["code"]]
    return render_template(
        "counter/choose.html",
        q=query,
        field=field,
        fields=fields_told,
        procedures=[
            one
            | {
                "url": url_for("counter.form", code=one["code"]),
                "limit": limit_words(one["limit"]),
                "fee": money(one["fee"]) if one["fee"] else "",
            }
            for one in found
        ],
        first_url=None,
        next_url=None,
    )


@blueprint.get("/<code>")
@for_roles("counter_officer", "digitiser")
def form(code: str) -> ResponseReturnValue:
    """The reception form of one procedure."""
    version = published(code)
    entry = Form(reception_form(version)).filled({"channel": "counter", "result_delivery": "counter", "sets": 1})
    return receive_page(version, entry, read_papers(version, {}, {}), uuid4(), [])


@blueprint.post("/<code>")
@for_roles("counter_officer")
@takes_uploads
def receive_dossier(code: str) -> ResponseReturnValue:
    """Receive it, or decline it in writing. What was typed comes back when something is missing."""
    version = published(code)
    case_id = given_id()
    chosen = request.form.get("_act", "receive")
    own = {name for name in (*request.form, *request.files) if name.startswith("_")}
    entry = Form(reception_form(version)).read(request.form, only=own)
    lines = read_papers(version, request.form, request.files)
    errors = [{"field": one.field, "message": one.message} for one in entry.errors]
    errors += [{"field": line.control, "message": line.error} for line in lines if line.error and chosen == "receive"]
    if errors:
        return receive_page(version, entry, lines, case_id, errors), 422
    command = ReceiveDossier(
        id=case_id,
        procedure_code=version.procedure_code,
        receiving_unit=counter_unit(),
        owner=person(entry.values, "owner"),
        submitter=person(entry.values, "submitter") if entry.values.get("is_proxy") else None,
        form=Filled(key=reception_key(version), values=dict(entry.values)),
        papers=papers_given(house(), lines),
        channel=CHANNELS.get(str(entry.values.get("channel")), "counter"),
        result_delivery="post" if entry.values.get("result_delivery") == "post" else "counter",
        details={"sets": entry.values.get("sets", 1)},
    )
    try:
        if chosen in DECLINE_LETTERS:
            reason = str(request.form.get("_reason", "")).strip()
            declined = decline_reception(
                house(),
                actor(),
                DeclineReception(
                    dossier=command,
                    letter="supplement_request" if chosen == "supplement" else "refusal",
                    reason=reason,
                    missing=tuple(line.name for line in lines if line.required and not line.is_given),
                ),
            )
            tell(f"Đã ghi nhận và lập phiếu cho {command.owner.name}. Mở phiếu ở mục Văn bản để in.", "info")
            return redirect(url_for("dossier.page", code=declined.code), 303)
        received = receive(house(), actor(), command)
    except FormRefused as refused:
        told = [
            {"field": "reason", "message": message} for message in (refused.errors or {"": refused.message}).values()
        ]
        return receive_page(version, entry, lines, case_id, told), 422
    return redirect(url_for("counter.done", code=received.code), 303)


@blueprint.get("/done/<code>")
@for_roles("counter_officer", "digitiser")
def done(code: str) -> ResponseReturnValue:
    """The code, the appointment, and the receipt to print."""
    with reading() as connection:
        view = dossier_view(house(), connection, case_id_of(connection, code))
    receipt = next(one for one in view.letters if one["kind"] == "receipt")
    owner: Mapping[str, Any] = next((one for one in view.people if one["role"] == "owner"), {})
    address = f"{house().settings.address}{url_for('portal.tracking', code=code)}"
    return render_template(
        "counter/done.html",
        code=code,
        procedure=view.case["procedure_name"],
        applicant=owner.get("name", ""),
        promised=view.case["promised_at"],
        limit=limit_words(view.version.manifest.limit),
        receipt_url=url_for("dossier.letter", code=code, letter_id=receipt["id"]),
        tracking_url=f"{house().settings.address}{url_for('portal.tracking')}",
        second_factor="4 số cuối điện thoại hoặc số định danh",
        next_url=url_for("counter.form", code=view.case["procedure_code"]),
        dossier_url=url_for("dossier.page", code=code),
        qr=segno.make(address, error="m").svg_data_uri(scale=4, border=1),
    )


def counter_unit() -> str:
    """The one-stop unit this officer receives for."""
    for seat in officer().acting_seats:
        if seat.role == "counter_officer":
            return seat.unit_code
    raise NotAllowed("Bạn không có vai trò tiếp nhận hồ sơ.")


def published(code: str) -> Version:
    """The version in force of a procedure."""
    with reading() as connection:
        now = house().clock.now(connection)
        found = house().versions.published(connection, code, house().calendar.local(now).date())
    if found.manifest.kind != "dossier":
        raise NotFound("Thủ tục này là việc nội bộ, không tiếp nhận ở quầy.")
    return found


def reception_key(version: Version) -> str:
    """The form of the task that receives."""
    for element in version.program.elements.values():
        if element.properties.get("act") == "receive":
            return element.properties.get("form", "reception")
    return "reception"


def reception_form(version: Version) -> Mapping[str, Any]:
    """Its schema."""
    return version.forms.get(reception_key(version), {"type": "object", "properties": {}})


def person(values: Mapping[str, Any], role: str) -> Person:
    """An applicant out of the reception form's fields."""
    return Person(
        name=str(values.get(f"{role}_name") or values.get("owner_name") or "").strip(),
        kind="organisation" if values.get(f"{role}_kind") == "organisation" else "person",
        identifier=str(values.get(f"{role}_identifier") or ""),
        phone=str(values.get(f"{role}_phone") or ""),
        email=str(values.get(f"{role}_email") or ""),
        address=str(values.get(f"{role}_address") or values.get("owner_address") or ""),
    )


def limit_words(words: str) -> str:
    """A limit as an official writes it."""
    return parse_limit(words).vietnamese() if words else "không quy định"


def receive_page(
    version: Version, entry: Entry, lines: Sequence[PaperLine], case_id: UUID, errors: Sequence[Mapping[str, Any]]
) -> str:
    """The page, with what was typed and what is wrong."""
    manifest = version.manifest
    words = manifest.phases[0].limit if manifest.phases and manifest.phases[0].limit else manifest.limit
    with reading() as connection:
        now = house().clock.now(connection)
    limit: Limit | None = parse_limit(words) if words else None
    return render_template(
        "counter/receive.html",
        case_id=case_id,
        procedure={
            "code": manifest.code,
            "name": manifest.name,
            "limit": limit_words(words),
            "fee": money(manifest.fee.amount) if manifest.fee.amount else "",
            "result": manifest.result.name,
            "is_adapted": manifest.adapted,
            "basis": "",
        },
        action=url_for("counter.receive_dossier", code=manifest.code),
        entry=entry,
        extra=None,
        papers=lines,
        errors=errors,
        scans_lost=any(line.scan for line in lines),
        reason=request.form.get("_reason", ""),
        is_declined=request.form.get("_act") in DECLINE_LETTERS,
        promised={"at": legal_due(now, limit, house().calendar)} if limit else None,
    )
