"""The life of a process version: draft, appraised, approved by a decision bound to its hash, published, retired."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import insert

from engine.errors import InputError, ModelRefused, NotFound, Refused
from engine.model.procedure import ProcedureFolder
from engine.run import SEMANTICS, compile_program, dump_program
from engine.store.tables import procedure, process_version
from engine.store.text import search_key

OPEN_STATES = ("draft", "appraising", "appraised", "approved")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The decision of the provincial chairman that approves an internal process."""

    number: str
    on: date
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    version_id: UUID
    code: str
    number: int
    is_new: bool
    findings: tuple[Mapping[str, Any], ...] = ()


def variables_of(forms: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The routing variables that forms offer to expressions, with their CEL types. Personal fields are not offered."""
    types = {"string": "string?", "integer": "int?", "number": "double?", "boolean": "bool?"}
    offered: dict[str, str] = {"answer": "string?"}
    for form in forms.values():
        for name, field in form.get("properties", {}).items():
            if not field.get("x-personal") and field.get("type") in types:
                offered[name] = types[field["type"]]
    return offered


def import_folder(
    connection: Connection, folder: ProcedureFolder, *, by: UUID | None = None, is_copy: bool = False
) -> Imported:
    """Store a procedure folder as a new draft version, or find the version that has this very content.

    Content compiled by a release of other semantics is compiled anew, as a version of its own.
    With `is_copy`, the same content becomes a new draft all the same: somebody is about to change it.
    A model that cannot run is kept as a draft without a compiled form, with its findings.
    """
    manifest, content = folder.manifest, folder.content_hash
    connection.execute(
        insert(procedure)
        .values(
            code=manifest.code,
            national_code=manifest.national_code or None,
            name=manifest.name,
            name_search=search_key(f"{manifest.code} {manifest.name}"),
            field=manifest.field,
            field_name=manifest.field_name,
            level=manifest.level,
            kind=manifest.kind,
        )
        .on_conflict_do_update(
            index_elements=["code"],
            set_={
                "name": manifest.name,
                "name_search": search_key(f"{manifest.code} {manifest.name}"),
                "field_name": manifest.field_name,
            },
        )
    )
    known = connection.execute(
        select(process_version.c.id, process_version.c.number).where(
            process_version.c.procedure_code == manifest.code,
            process_version.c.content_hash == content,
            process_version.c.semantics == SEMANTICS,
        )
    ).first()
    if known is not None and not is_copy:
        return Imported(version_id=known.id, code=manifest.code, number=known.number, is_new=False)
    spec, findings = compiled(folder)
    number = 1 + int(
        connection.execute(
            select(func.coalesce(func.max(process_version.c.number), 0)).where(
                process_version.c.procedure_code == manifest.code
            )
        ).scalar_one()
    )
    version_id = uuid4()
    connection.execute(
        process_version.insert().values(
            id=version_id,
            procedure_code=manifest.code,
            number=number,
            state="draft",
            content_hash=content,
            semantics=SEMANTICS,
            source=folder.source,
            spec=spec,
            manifest=manifest.to_data(),
            forms=dict(folder.forms),
            decisions=packed(folder.decisions),
            findings=findings,
            created_by=by,
        )
    )
    return Imported(version_id=version_id, code=manifest.code, number=number, is_new=True, findings=tuple(findings))


def approve(connection: Connection, version_id: UUID, content_hash: bytes, decision: Decision) -> None:
    """Record the decision on a version. It binds to the content hash that the decision was taken on."""
    row = _locked(connection, version_id)
    if bytes(row.content_hash) != content_hash:
        raise Refused("Nội dung quy trình đã khác với bản trình phê duyệt.")
    if row.state not in OPEN_STATES:
        raise Refused("Phiên bản này đã được công bố hoặc đã hết hiệu lực.")
    if row.spec is None:
        raise ModelRefused(findings=row.findings)
    if not decision.number.strip():
        raise InputError("Ghi số quyết định phê duyệt.")
    connection.execute(
        update(process_version)
        .where(process_version.c.id == version_id)
        .values(state="approved", decision_number=decision.number, decision_on=decision.on, decided_by=decision.by)
    )


def publish(connection: Connection, version_id: UUID, effective_on: date) -> None:
    """Put an approved version in force; the former one is retired, and its running dossiers stay on it."""
    row = _locked(connection, version_id)
    if row.state != "approved":
        raise Refused("Chỉ công bố được quy trình đã có quyết định phê duyệt.")
    connection.execute(
        update(process_version)
        .where(process_version.c.procedure_code == row.procedure_code, process_version.c.state == "published")
        .values(state="retired")
    )
    connection.execute(
        update(process_version)
        .where(process_version.c.id == version_id)
        .values(state="published", effective_on=effective_on)
    )


def _locked(connection: Connection, version_id: UUID) -> Any:
    row = connection.execute(
        select(process_version).where(process_version.c.id == version_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("Không tìm thấy phiên bản quy trình.")
    return row


def compiled(folder: ProcedureFolder) -> tuple[bytes | None, Sequence[Mapping[str, Any]]]:
    """The runnable form of a folder's model, or None and why it cannot run."""
    try:
        program = compile_program(folder.source, variables=variables_of(folder.forms), decisions=folder.decisions)
    except ModelRefused as refused:
        return None, [found_in(one) for one in refused.findings]
    return dump_program(program), []


def packed(decisions: Mapping[str, bytes]) -> dict[str, str]:
    """Decision files as a version's row keeps them: name to base64, so that no byte is lost."""
    return {name: base64.b64encode(source).decode("ascii") for name, source in decisions.items()}


def unpacked(decisions: Mapping[str, str]) -> dict[str, bytes]:
    """The files that `packed` made a row of."""
    return {name: base64.b64decode(text) for name, text in decisions.items()}


def found_in(finding: Any) -> dict[str, Any]:
    """A finding as it is stored and sent."""
    return {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "element": finding.element,
        "line": finding.line,
        "message": finding.message,
    }
