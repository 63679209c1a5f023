"""Drafts of process versions: the only versions that change. Saves are checked and counted, so none collide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text, update

from engine.catalogue.directory import Directory
from engine.catalogue.folder import decision_file
from engine.catalogue.publishing import compiled, found_in, import_folder, packed, unpacked, variables_of
from engine.errors import InputError, NotFound, Refused, StaleTask
from engine.model.decisions import Decisions, read_decisions
from engine.model.lint import LintContext, lint
from engine.model.parse import parse
from engine.model.procedure import Manifest, ProcedureFolder
from engine.store.tables import process_version

ROLES = frozenset(
    {"counter_officer", "returner", "cashier", "digitiser", "case_officer", "unit_head", "signer", "clerk",
     "consulted_officer", "control_officer", "process_designer", "iso_appraiser", "process_approver",
     "catalogue_manager", "auditor", "administrator"}
)  # fmt: skip
OWN_SEATS = frozenset({"one_stop", "lead"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    revision: int
    findings: list[dict[str, Any]]


def lint_context(
    manifest: Manifest,
    forms: Mapping[str, Mapping[str, Any]],
    directory: Directory,
    operations: Mapping[str, list[str]],
    decisions: Mapping[str, bytes] | None = None,
) -> LintContext:
    """What this house knows when it checks a procedure."""
    personal = {
        name for form in forms.values() for name, one in form.get("properties", {}).items() if one.get("x-personal")
    }
    kinds = {one.kind for one in directory.units.values()}
    return LintContext(
        roles=ROLES,
        forms=forms,
        connectors=operations,
        seats=frozenset(directory.units) | kinds | OWN_SEATS,
        limit=manifest.limit or None,
        variables=variables_of(forms),
        personal=frozenset(personal),
        decisions=read_decisions(decisions or {}),
    )


def check(source: bytes, context: LintContext) -> list[dict[str, Any]]:
    """Every finding on a BPMN source, as pages and files show them. Raises UnreadableFile for what is no BPMN."""
    return [found_in(one) for one in lint(parse(source), context)]


def folder_of(row: Any) -> ProcedureFolder:
    """A stored version as the folder it came from, without scenarios."""
    return ProcedureFolder(
        manifest=Manifest.from_data(row.manifest),
        source=bytes(row.source),
        forms=row.forms,
        decisions=unpacked(row.decisions),
    )


def draft_of(connection: Connection, procedure_code: str) -> UUID | None:
    """The draft that somebody has begun of a procedure."""
    return connection.execute(
        select(process_version.c.id)
        .where(process_version.c.procedure_code == procedure_code, process_version.c.state == "draft")
        .order_by(process_version.c.number.desc())
    ).scalar()


def start_draft(connection: Connection, procedure_code: str, *, by: UUID | None) -> UUID:
    """A new draft made of the version in force (or the newest); an open draft is gone on with instead."""
    rows = connection.execute(
        select(process_version)
        .where(process_version.c.procedure_code == procedure_code)
        .order_by((process_version.c.state == "published").desc(), process_version.c.number.desc())
    ).all()
    if not rows:
        raise NotFound("Không tìm thấy thủ tục này.")
    for row in rows:
        if row.state == "draft":
            return UUID(str(row.id))
    base = folder_of(rows[0])
    return import_folder(connection, base, by=by, is_copy=True).version_id


def save_draft(connection: Connection, version_id: UUID, source: bytes, revision: int, context: LintContext) -> Saved:
    """Keep a draft's drawing. Raises StaleTask when somebody saved in between, Refused when it is no draft any more."""
    row = _draft(connection, version_id, revision)
    return _keep(connection, row, replace(folder_of(row), source=source), check(source, context))


def save_decision(
    connection: Connection, version_id: UUID, name: str, content: bytes | None, revision: int, context: LintContext
) -> Saved:
    """Add a decision file to a draft, or replace it; without content, take it away.

    Raises as save_draft does, and InputError with one sentence when a table of the file cannot be asked, or when a task
    of the drawing would be left without its table: the draft stays as it was.
    """
    row = _draft(connection, version_id, revision)
    folder = folder_of(row)
    files = {one: source for one, source in folder.decisions.items() if one != name}
    if content is None and name not in folder.decisions:
        raise NotFound(f"Bản nháp này không có tệp {name}.")
    if content is not None:
        files[decision_file(name)] = content
        if read_decisions({name: content}) == Decisions():
            raise InputError(f"Tệp {name} không có bảng quyết định nào.")
    before = check(folder.source, replace(context, decisions=read_decisions(folder.decisions)))
    findings = check(folder.source, replace(context, decisions=read_decisions(files)))
    known = {one["message"] for one in before}
    for one in findings:
        if one["rule"] in {"decision-table", "business-rule"} and one["message"] not in known:
            raise InputError(one["message"])
    return _keep(connection, row, replace(folder, decisions=files), findings)


def _draft(connection: Connection, version_id: UUID, revision: int) -> Any:
    """The draft's row, locked, as its designer read it."""
    row = connection.execute(
        select(process_version).where(process_version.c.id == version_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("Không tìm thấy bản quy trình này.")
    if row.state != "draft":
        raise Refused("Bản này đã trình thẩm định hoặc đã phê duyệt nên không sửa được; hãy tạo bản nháp mới.")
    if row.revision != revision:
        raise StaleTask("Người khác vừa lưu bản nháp này. Hãy tải tệp của bạn xuống, mở lại trang rồi sửa tiếp.")
    return row


def _keep(connection: Connection, row: Any, folder: ProcedureFolder, findings: list[dict[str, Any]]) -> Saved:
    spec, _ = compiled(folder)
    connection.execute(
        update(process_version)
        .where(process_version.c.id == row.id)
        .values(
            source=folder.source,
            decisions=packed(folder.decisions),
            spec=spec,
            content_hash=folder.content_hash,
            findings=findings,
            revision=row.revision + 1,
        )
    )
    return Saved(revision=row.revision + 1, findings=findings)


def open_cases_of(connection: Connection, procedure_code: str) -> int:
    """How many cases run on a procedure's versions now."""
    return int(
        connection.execute(
            text("SELECT count(*) FROM cases WHERE procedure_code = :code AND closed_at IS NULL"),
            {"code": procedure_code},
        ).scalar_one()
    )
