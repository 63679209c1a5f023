"""Drawing processes, checking them, comparing versions, sending them for approval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select, text

from engine.catalogue.drafting import check, draft_of, folder_of, lint_context, save_draft, start_draft
from engine.catalogue.publishing import unpacked
from engine.deadlines import parse_limit
from engine.dossier.approve_process import PROCEDURE, SubmitProcess, submit_process
from engine.dossier.command import Filled
from engine.dossier.migrate import ROLES as MIGRATING
from engine.errors import FormRefused, InputError, ModelRefused, NotFound, UnreadableFile
from engine.model.decisions import read_decisions
from engine.model.diff import diff
from engine.model.lint import LintContext
from engine.model.parse import parse
from engine.model.procedure import Manifest
from engine.reports.processes import procedure_row, process_list, step_table, versions_of
from engine.store.tables import process_version
from engine.store.text import vietnamese_sort_key
from web.designer.changes import told_change
from web.designer.panel import panel_schema
from web.doors import for_roles, takes_uploads
from web.dossier.deeds import refused_entry
from web.flashes import tell
from web.forms import Form
from web.reading import actor, counting, house, officer, reading
from web.templating import money

blueprint = Blueprint("designer", __name__)

READERS = ("process_designer", "iso_appraiser", "process_approver", "catalogue_manager", "auditor", "control_officer",
           "administrator", "unit_head", "signer")  # fmt: skip
LONGEST_SOURCE = 5 * 1024 * 1024


@blueprint.get("/procedures")
@for_roles(*READERS)
def procedures() -> ResponseReturnValue:
    """Every procedure and the state of its processes."""
    args = {name: request.args.get(name, "")[:100] for name in ("q", "field", "state")}
    with counting() as connection:
        found = process_list(connection, query=args["q"], field=args["field"], state=args["state"])
        fields = connection.execute(
            text("SELECT DISTINCT field AS code, field_name AS name FROM procedure WHERE field <> ''")
        ).mappings()
        fields_told = sorted((dict(one) for one in fields), key=lambda one: vietnamese_sort_key(one["name"]))
    return render_template(
        "designer/list.html",
        **args,
        fields=fields_told,
        procedures=[
            one
            | {
                "url": url_for("designer.procedure", code=one["code"]),
                "newest": {"number": one["newest_number"], "state": one["newest_state"]}
                if one["newest_number"]
                else None,
                "errors": count_of(one["findings"], "error"),
                "warnings": count_of(one["findings"], "warning"),
            }
            for one in found
        ],
        first_url=None,
        next_url=None,
        can_draft=actor().has_role("process_designer"),
        draft_url=url_for("designer.new_procedure"),
    )


@blueprint.get("/procedures/<code>")
@for_roles(*READERS)
def procedure(code: str) -> ResponseReturnValue:
    """One procedure: its versions, and what may be done next."""
    with counting() as connection:
        row, versions = procedure_row(connection, code), versions_of(connection, code)
    shown = next((one for one in versions if one["state"] == "published"), versions[0])
    manifest = Manifest.from_data(shown["manifest"])
    numbers = [one["number"] for one in versions]
    return render_template(
        "designer/procedure.html",
        procedure={
            "code": code,
            "national_code": row["national_code"],
            "name": row["name"],
            "field_name": row["field_name"],
            "level": row["level"],
            "agency": manifest.agency,
            "limit": parse_limit(manifest.limit).vietnamese() if manifest.limit else "không quy định",
            "fee": money(manifest.fee.amount) if manifest.fee.amount else "",
            "source": manifest.source,
            "verified": manifest.verified,
            "is_adapted": manifest.adapted,
            "papers": [{"name": one.name, "required": one.required} for one in manifest.papers],
        },
        versions=[
            {
                "number": one["number"],
                "state": one["state"],
                "created_at": one["created_at"],
                "by": one["made_by"] or "",
                "decision": decision_words(one),
                "effective_on": one["effective_on"],
                "url": url_for("designer.version", version_id=one["id"]),
                "compare_url": url_for("designer.compare", version_id=one["id"])
                if one["number"] > min(numbers)
                else None,
                "open_cases": one["open_cases"],
            }
            for one in versions
        ],
        diagram={
            "source": url_for("designer.source", version_id=shown["id"]),
            "title": "Sơ đồ đang áp dụng" if shown["state"] == "published" else f"Sơ đồ bản {shown['number']}",
        },
        steps=step_table(parse(bytes(shown["source"]))),
        decisions=sorted(decision_names(shown["decisions"]).values(), key=vietnamese_sort_key),
        decisions_url=url_for("designer.decisions", version_id=shown["id"]),
        acts=[
            {
                "title": "Sửa quy trình",
                "url": url_for("designer.new_draft", code=code),
                "icon": "process",
                "tone": "main",
            }
        ]
        if actor().has_role("process_designer")
        else [],
    )


@blueprint.route("/procedures/<code>/draft", methods=["GET", "POST"])
@for_roles("process_designer")
def new_draft(code: str) -> ResponseReturnValue:
    """Open the draft of a procedure, making one of the version in force when there is none."""
    if request.method == "GET":
        with reading() as connection:
            begun = draft_of(connection, code)
        if begun is not None:
            return redirect(url_for("designer.version", version_id=begun))
        return render_template(
            "dossier/act.html",
            title="Tạo bản nháp quy trình",
            lead="Bản nháp là bản sao của quy trình đang áp dụng. Hồ sơ đang giải quyết không bị ảnh hưởng.",
            dossier={"code": code, "url": url_for("designer.procedure", code=code), "procedure": code},
            entry=Form({"type": "object", "title": "Bản nháp", "properties": {}}).filled(),
            action=url_for("designer.new_draft", code=code),
            revision=None,
            submit="Mở bản nháp",
            tone="",
            warning="",
            consequences=(),
        )
    with reading() as connection:
        version_id = start_draft(connection, code, by=officer().id)
    return redirect(url_for("designer.version", version_id=version_id), 303)


@blueprint.get("/designer/<uuid:version_id>")
@for_roles(*READERS)
def version(version_id: UUID) -> ResponseReturnValue:
    """The drawing of one version; a draft may be changed by designers."""
    row = read_version(version_id)
    manifest = Manifest.from_data(row.manifest)
    may_edit = row.state == "draft" and actor().has_role("process_designer")
    submit_url = url_for("designer.submit", version_id=version_id)
    acts = [{"title": "Trình thẩm định", "url": submit_url, "icon": "forward", "tone": ""}] if may_edit else []
    links = [{"title": decisions_title(row), "url": url_for("designer.decisions", version_id=version_id)}]
    if row.number > 1:
        links.append({"title": "So với bản trước", "url": url_for("designer.compare", version_id=version_id)})
    if row.spec is not None and row.number > 1 and any(actor().has_role(role) for role in MIGRATING):
        url = url_for("migrating.many", version_id=version_id)
        links.append({"title": "Chuyển hồ sơ đang giải quyết", "url": url})
    return render_template(
        "designer/page.html",
        procedure={"code": row.procedure_code, "name": manifest.name},
        version={"id": version_id, "number": row.number, "state": row.state, "revision": row.revision},
        source=url_for("designer.source", version_id=version_id),
        lint_url=url_for("designer.lint_source"),
        save_url=url_for("designer.save", version_id=version_id) if may_edit else None,
        file_name=f"{row.procedure_code}-{row.number}.bpmn",
        panel=panel_schema(sorted(row.forms), operation_words(), decision_names(row.decisions)),
        steps=step_table(parse(bytes(row.source))),
        acts=acts,
        links=links,
    )


@blueprint.get("/designer/<uuid:version_id>/process.bpmn")
@for_roles(*READERS)
def source(version_id: UUID) -> ResponseReturnValue:
    """The BPMN of a version, byte for byte."""
    return Response(bytes(read_version(version_id).source), mimetype="application/xml")


@blueprint.post("/designer/lint")
@for_roles(*READERS)
@takes_uploads
def lint_source() -> ResponseReturnValue:
    """What is wrong with a drawing, as it stands in the browser. One function serves designer, CLI and approval."""
    body = json_body()
    row = read_version(version_in(body))
    try:
        return jsonify({"findings": check(source_in(body), context_of(row))})
    except (UnreadableFile, ModelRefused) as unreadable:
        finding = {"rule": "readable", "severity": "error", "element": "", "line": 0, "message": unreadable.message}
        return jsonify({"findings": [finding]})


@blueprint.post("/designer/<uuid:version_id>")
@for_roles("process_designer")
@takes_uploads
def save(version_id: UUID) -> ResponseReturnValue:
    """Keep the draft's drawing."""
    body, row = json_body(), read_version(version_id)
    with reading() as connection:
        saved = save_draft(connection, version_id, source_in(body), revision_in(body), context_of(row))
    return jsonify({"revision": saved.revision, "findings": saved.findings, "message": "Đã lưu bản nháp"})


@blueprint.route("/designer/<uuid:version_id>/submit", methods=["GET", "POST"])
@for_roles("process_designer")
def submit(version_id: UUID) -> ResponseReturnValue:
    """Send a draft up for appraisal: the first step of its own process."""
    row = read_version(version_id)
    wrong = errors_of(row.findings)
    if request.method == "GET" and wrong:
        tell("Bản nháp còn lỗi, chưa trình thẩm định được. " + " ".join(wrong[:3]), "bad")
        return redirect(url_for("designer.version", version_id=version_id), 303)
    with reading() as connection:
        now = house().clock.now(connection)
        chain = house().versions.published(connection, PROCEDURE, house().calendar.local(now).date())
    form = Form(chain.forms["draft"])
    known = {"procedure_code": row.procedure_code, "content_hash": bytes(row.content_hash).hex()}
    entry, status = form.filled(known), 200
    if request.method == "POST":
        entry = form.read(request.form, only=("_csrf", "_revision"))
        try:
            values = dict(entry.must_be_whole()) | known
            opened = submit_process(
                house(),
                actor(),
                SubmitProcess(id=uuid4(), version_id=version_id, form=Filled(key="draft", values=values)),
            )
        except FormRefused as refused:
            entry, status = refused_entry(entry, refused), 422
        except ModelRefused as refused:
            tell(refused.message + " " + " ".join(errors_of(refused.findings)[:3]), "bad")
            return redirect(url_for("designer.version", version_id=version_id), 303)
        else:
            tell(f"Đã trình thẩm định. Theo dõi tại hồ sơ {opened.code}.")
            return redirect(url_for("dossier.page", code=opened.code), 303)
    return (
        render_template(
            "dossier/act.html",
            title="Trình thẩm định quy trình",
            lead="Sở Khoa học và Công nghệ thẩm định theo TCVN ISO 9001, Chủ tịch UBND tỉnh phê duyệt.",
            dossier={
                "code": row.procedure_code,
                "url": url_for("designer.version", version_id=version_id),
                "procedure": row.manifest["name"],
            },
            entry=entry,
            action=url_for("designer.submit", version_id=version_id),
            revision=None,
            submit="Trình thẩm định",
            tone="",
            warning="",
            consequences=(
                "Bản nháp khóa lại; bị trả về thì sửa tiếp được.",
                "Quyết định phê duyệt gắn với đúng nội dung này (mã băm).",
            ),
        ),
        status,
    )


@blueprint.get("/designer/<uuid:version_id>/compare")
@for_roles(*READERS)
def compare(version_id: UUID) -> ResponseReturnValue:
    """A version beside the one before it (the one in force, when there is one)."""
    right = read_version(version_id)
    with counting() as connection:
        versions = versions_of(connection, right.procedure_code)
    older = [one for one in versions if one["number"] < right.number]
    if not older:
        raise NotFound("Bản này là bản đầu tiên, không có gì để so sánh.")
    left = next((one for one in older if one["state"] in {"published", "retired"}), older[0])
    before, after = parse(bytes(left["source"])), parse(bytes(right.source))
    changes = diff(
        before,
        after,
        old_decisions=read_decisions(unpacked(left["decisions"])),
        new_decisions=read_decisions(unpacked(right.decisions)),
    )
    return render_template(
        "designer/compare.html",
        procedure={"code": right.procedure_code, "name": right.manifest["name"]},
        left={
            "number": left["number"],
            "state": left["state"],
            "source": url_for("designer.source", version_id=left["id"]),
        },
        right={
            "number": right.number,
            "state": right.state,
            "source": url_for("designer.source", version_id=version_id),
        },
        changes=[told_change(one, before, after) for one in changes],
        findings=right.findings,
        impact=impact_of(left),
        decision=None,
    )


def impact_of(left: Mapping[str, Any]) -> list[str]:
    """What approving would mean for the dossiers at work."""
    if not left["open_cases"]:
        return ["Không có hồ sơ nào đang giải quyết theo bản cũ."]
    return [f"{left['open_cases']} hồ sơ đang giải quyết vẫn theo bản {left['number']}, trừ khi được chuyển sang."]


def read_version(version_id: UUID) -> Any:
    """The version's row."""
    with reading() as connection:
        row = connection.execute(select(process_version).where(process_version.c.id == version_id)).one_or_none()
    if row is None:
        raise NotFound("Không tìm thấy bản quy trình này.")
    return row


def context_of(row: Any) -> LintContext:
    """What this house knows when it checks this version."""
    folder = folder_of(row)
    operations = {one.name: list(one.operations) for one in house().registry}
    return lint_context(folder.manifest, folder.forms, house().directory, operations, folder.decisions)


def decision_names(decisions: Mapping[str, str]) -> dict[str, str]:
    """The decision tables of a version's files, by their ids."""
    tables = read_decisions(unpacked(decisions)).tables.values()
    return {table.id: table.name or table.id for table in tables}


def decisions_title(row: Any) -> str:
    """The link to a version's decision tables."""
    return f"Bảng quyết định ({len(decision_names(row.decisions))})"


def operation_words() -> dict[str, tuple[str, dict[str, str]]]:
    """Every connector of this installation by its name: its title, and the titles of its operations."""
    return {
        one.name: (one.title, {operation.name: operation.title for operation in one.operations.values()})
        for one in house().registry
    }


def json_body() -> Mapping[str, Any]:
    """The JSON object of this request."""
    body = request.get_json()
    if not isinstance(body, dict):
        abort(400)
    return body


def version_in(body: Mapping[str, Any]) -> UUID:
    """The version a request is about; 400 when it names none."""
    try:
        return UUID(str(body.get("version")))
    except ValueError:
        abort(400)


def revision_in(body: Mapping[str, Any]) -> int:
    """The revision of the draft as the designer read it; 400 when it is no number."""
    told = body.get("revision", 0)
    return told if isinstance(told, int) else abort(400)


def source_in(body: Mapping[str, Any]) -> bytes:
    """The BPMN text in a request."""
    told = body.get("source")
    if not isinstance(told, str) or not told.strip():
        raise InputError("Thiếu nội dung sơ đồ BPMN.")
    if len(told) > LONGEST_SOURCE:
        raise InputError("Sơ đồ quá lớn (tối đa 5 MB).")
    return told.encode()


def count_of(findings: Sequence[Mapping[str, Any]] | None, severity: str) -> int:
    """How many findings of a severity."""
    return sum(one["severity"] == severity for one in findings or ())


def errors_of(findings: Sequence[Mapping[str, Any]] | None) -> list[str]:
    """What keeps a draft from being submitted."""
    return [one["message"] for one in findings or () if one["severity"] == "error"]


def decision_words(row: Mapping[str, Any]) -> str:
    """The decision that approved a version."""
    if not row["decision_number"]:
        return ""
    on = row["decision_on"]
    return f"{row['decision_number']}" + (f" ngày {on:%d/%m/%Y}" if on else "")
