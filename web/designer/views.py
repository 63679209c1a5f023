"""Drawing processes, checking them while they are drawn, saving drafts, comparing versions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.catalogue.drafting import lint_context, save_draft, start_draft
from engine.deadlines import parse_limit
from engine.errors import InputError
from engine.model.diff import diff
from engine.model.lint import LintContext
from engine.model.parse import parse
from engine.model.procedure import Manifest
from engine.reports.processes import ProcessFilter, fields, procedure_row, processes_page, version_row, versions_of
from web.designer.checking import findings_of, step_rows
from web.designer.panel import panel_schema
from web.doors import for_roles, takes_uploads
from web.navigation import PROCESS_PEOPLE, WATCHERS
from web.reading import house, officer, reading
from web.security import require_json_object
from web.templating import download_name, money

READERS = tuple(PROCESS_PEOPLE | WATCHERS | {"unit_head", "signer"})
blueprint = Blueprint("designer", __name__)


@blueprint.get("/procedures")
@for_roles(*READERS)
def procedures() -> ResponseReturnValue:
    """All procedures and the state of their processes."""
    given = {name: request.args.get(name, "").strip() for name in ("q", "field", "state", "after")}
    wanted = ProcessFilter(query=given.pop("q"), **given)
    with reading() as connection:
        page = processes_page(connection, wanted)
        choices = fields(connection)
    return render_template(
        "designer/list.html",
        q=wanted.query,
        field=wanted.field,
        state=wanted.state,
        fields=choices,
        procedures=[listed(row) for row in page.rows],
        first_url=next_page(wanted, "") if wanted.after else None,
        next_url=next_page(wanted, page.next_cursor) if page.next_cursor else None,
        can_draft=False,
        draft_url="",
    )


@blueprint.get("/procedures/<code>")
@for_roles(*READERS)
def procedure(code: str) -> ResponseReturnValue:
    """One procedure: its process, its versions, what it asks of applicants."""
    with reading() as connection:
        row = procedure_row(connection, code)
        versions = versions_of(connection, code)
        shown = version_row(connection, (in_force(versions) or versions[0])["id"]) if versions else None
    manifest: dict[str, Any] = shown["manifest"] if shown else {}
    return render_template(
        "designer/procedure.html",
        procedure=row | told_of(manifest),
        versions=[versioned(versions, place) for place in range(len(versions))],
        diagram={"source": url_for("designer.source", version_id=shown["id"])} if shown else None,
        steps=step_rows(parse(bytes(shown["source"]))) if shown else [],
        acts=[{"title": "Vẽ bản mới", "url": url_for("designer.begin", code=code), "icon": "edit", "tone": "main"}]
        if may_draw() and versions
        else [],
    )


@blueprint.route("/procedures/<code>/draft", methods=["GET", "POST"])
@for_roles("process_designer", "administrator")
def begin(code: str) -> ResponseReturnValue:
    """Begin a draft, or go on with the open one. By GET, asks first: it changes the catalogue."""
    with reading() as connection:
        row = procedure_row(connection, code)
        newest = next(iter(versions_of(connection, code)), None)
        if newest is not None and newest["state"] == "draft":
            return redirect(url_for("designer.draw", version_id=newest["id"]))
        if request.method == "POST":
            version_id = start_draft(connection, code, by=officer().id)
            return redirect(url_for("designer.draw", version_id=version_id))
    return render_template(
        "designer/begin.html", procedure=row, newest=newest, action=url_for("designer.begin", code=code)
    )


@blueprint.get("/designer/<uuid:version_id>")
@for_roles(*READERS)
def draw(version_id: UUID) -> ResponseReturnValue:
    """One version on the drawing board; only a draft may be changed, and only by designers."""
    with reading() as connection:
        version = version_row(connection, version_id)
        row = procedure_row(connection, version["procedure_code"])
    operations = [(one.name, name) for one in house().registry for name in one.operations]
    can_save = version["state"] == "draft" and may_draw()
    return render_template(
        "designer/page.html",
        procedure=row,
        version={name: version[name] for name in ("id", "number", "state", "revision")},
        source=url_for("designer.source", version_id=version_id),
        lint_url=url_for("designer.check"),
        save_url=url_for("designer.save", version_id=version_id) if can_save else None,
        file_name=f"{row['code']}-{version['number']}.bpmn",
        panel=panel_schema(version["forms"], operations),
        steps=step_rows(parse(bytes(version["source"]))),
        acts=[],
    )


@blueprint.get("/designer/<uuid:version_id>/process.bpmn")
@for_roles(*READERS)
def source(version_id: UUID) -> ResponseReturnValue:
    """The drawing, byte for byte."""
    with reading() as connection:
        version = version_row(connection, version_id)
    return drawing(bytes(version["source"]), f"{version['procedure_code']}-{version['number']}.bpmn")


@blueprint.post("/designer/lint")
@for_roles(*READERS)
@takes_uploads
def check() -> ResponseReturnValue:
    """The findings of a drawing as it stands in the browser."""
    body = require_json_object()
    with reading() as connection:
        version = version_row(connection, identifier(body.get("version")))
    return jsonify(findings=findings_of(xml_of(body), context_of(version)))


@blueprint.post("/designer/<uuid:version_id>")
@for_roles("process_designer", "administrator")
@takes_uploads
def save(version_id: UUID) -> ResponseReturnValue:
    """Keep the drawing in the draft, unless somebody else saved in between."""
    body = require_json_object()
    revision = body.get("revision")
    if not isinstance(revision, int):
        raise InputError("Thiếu số lần lưu của bản nháp.")
    with reading() as connection:
        version = version_row(connection, version_id)
        saved = save_draft(connection, version_id, xml_of(body), revision, context_of(version))
    errors = sum(one["severity"] == "error" for one in saved.findings)
    message = f"Đã lưu bản nháp; còn {errors} lỗi nên chưa trình được" if errors else "Đã lưu bản nháp"
    return jsonify(revision=saved.revision, findings=saved.findings, message=message)


@blueprint.get("/designer/<uuid:left_id>/compare/<uuid:right_id>")
@for_roles(*READERS)
def compare(left_id: UUID, right_id: UUID) -> ResponseReturnValue:
    """Two versions side by side, every difference that means something listed."""
    with reading() as connection:
        left, right = version_row(connection, left_id), version_row(connection, right_id)
        row = procedure_row(connection, right["procedure_code"])
        running = {one["id"]: one["open_cases"] for one in versions_of(connection, row["code"])}
    changes = [
        {
            "kind": one.change,
            "element": one.element,
            "name": one.name or one.element,
            "what": one.message,
            "before": one.old,
            "after": one.new,
            "is_limit": one.is_timing,
        }
        for one in diff(parse(bytes(left["source"])), parse(bytes(right["source"])))
    ]
    count = running.get(left_id, 0)
    return render_template(
        "designer/compare.html",
        procedure=row,
        left=side(left),
        right=side(right),
        changes=changes,
        findings=findings_of(bytes(right["source"]), context_of(right)),
        impact=[f"{count} hồ sơ đang giải quyết theo bản {left['number']} giữ nguyên bản đó đến khi xong."]
        if count
        else [],
        decision=None,
    )


def context_of(version: dict[str, Any]) -> LintContext:
    """What the house knows when it checks this version."""
    operations = {one.name: list(one.operations) for one in house().registry}
    return lint_context(Manifest.from_data(version["manifest"]), version["forms"], house().directory, operations)


def listed(row: Any) -> dict[str, Any]:
    """A procedure as designer/list.html shows it."""
    findings = row["findings"] or []
    errors = sum(one.get("severity") == "error" for one in findings)
    return {
        **{
            name: row[name]
            for name in ("code", "name", "field_name", "level", "published", "effective_on", "open_cases")
        },
        "url": url_for("designer.procedure", code=row["code"]),
        "newest": {"number": row["newest_number"], "state": row["newest_state"]} if row["newest_number"] else None,
        "errors": errors,
        "warnings": len(findings) - errors,
    }


def told_of(manifest: dict[str, Any]) -> dict[str, Any]:
    """What a manifest says, in words."""
    fee = (manifest.get("fee") or {}).get("amount", 0)
    limit = manifest.get("limit", "")
    return {
        "agency": manifest.get("agency", ""),
        "limit": parse_limit(limit).vietnamese() if limit else "Không quy định",
        "fee": money(fee) if fee else "",
        "source": manifest.get("source", ""),
        "verified": bool(manifest.get("verified")),
        "is_adapted": bool(manifest.get("adapted")),
        "papers": manifest.get("papers", []),
    }


def versioned(versions: list[dict[str, Any]], place: int) -> dict[str, Any]:
    """A version as designer/procedure.html lists it, compared with the one before it."""
    one = versions[place]
    before = versions[place + 1] if place + 1 < len(versions) else None
    decision = f"Quyết định {one['decision_number']}" if one["decision_number"] else ""
    return {
        **{name: one[name] for name in ("number", "state", "created_at", "by", "effective_on", "open_cases")},
        "decision": decision,
        "url": url_for("designer.draw", version_id=one["id"]),
        "compare_url": url_for("designer.compare", left_id=before["id"], right_id=one["id"]) if before else "",
    }


def in_force(versions: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The version that new dossiers start on."""
    return next((one for one in versions if one["state"] == "published"), None)


def side(version: dict[str, Any]) -> dict[str, Any]:
    """One half of a comparison."""
    return {
        "number": version["number"],
        "state": version["state"],
        "source": url_for("designer.source", version_id=version["id"]),
    }


def drawing(content: bytes, name: str) -> Response:
    """BPMN for a viewer or a download; opened by itself, a browser may run nothing in it."""
    response = Response(content, mimetype="application/xml")
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Content-Disposition"] = download_name(name)
    return response


def xml_of(body: dict[str, object]) -> bytes:
    """The drawing in a JSON body."""
    content = body.get("source")
    if not isinstance(content, str) or not content:
        raise InputError("Thiếu nội dung bản vẽ.")
    return content.encode()


def identifier(value: object) -> UUID:
    """A version's id in a JSON body."""
    try:
        return UUID(str(value))
    except ValueError:
        raise InputError("Thiếu mã bản quy trình.") from None


def next_page(wanted: ProcessFilter, after: str) -> str:
    """The list's address with another place to start from."""
    return url_for(
        "designer.procedures",
        q=wanted.query or None,
        field=wanted.field or None,
        state=wanted.state or None,
        after=after or None,
    )


def may_draw() -> bool:
    """Whether this officer designs processes."""
    return bool({"process_designer", "administrator"} & {seat.role for seat in officer().seats})
