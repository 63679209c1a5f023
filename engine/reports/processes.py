"""Procedures with the state of their internal processes, for designers, appraisers and approvers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text

from engine.errors import NotFound
from engine.store.tables import process_version
from engine.store.text import search_key

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessFilter:
    """`after` is the code of the last procedure on the page before."""

    query: str = ""
    field: str = ""
    state: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessPage:
    rows: Sequence[Mapping[str, Any]]
    next_cursor: str | None


def processes_page(connection: Connection, wanted: ProcessFilter) -> ProcessPage:
    """One page of procedures by code, each with its version in force and its newest one."""
    words = search_key(wanted.query).split()
    conditions = [f"p.name_search LIKE :word{number}" for number in range(len(words))]
    if wanted.field:
        conditions.append("p.field = :field")
    if wanted.state:
        conditions.append("EXISTS (SELECT FROM process_version s WHERE s.procedure_code = p.code AND s.state = :state)")
    if wanted.after:
        conditions.append("p.code > :after")
    rows = connection.execute(
        text(
            "SELECT p.code, p.name, p.field_name, p.level, now.number AS published, now.effective_on,"
            " newest.number AS newest_number, newest.state AS newest_state, newest.findings,"
            " coalesce(open.cases, 0) AS open_cases"
            " FROM procedure p"
            " LEFT JOIN process_version now ON now.procedure_code = p.code AND now.state = 'published'"
            " LEFT JOIN LATERAL (SELECT number, state, findings FROM process_version v"
            "   WHERE v.procedure_code = p.code ORDER BY number DESC LIMIT 1) newest ON true"
            " LEFT JOIN LATERAL (SELECT count(*) AS cases FROM cases c"
            "   WHERE c.procedure_code = p.code AND c.closed_at IS NULL) open ON true"
            f" WHERE {' AND '.join(conditions) or 'true'} ORDER BY p.code LIMIT {PAGE + 1}"
        ),
        {"field": wanted.field, "state": wanted.state, "after": wanted.after}
        | {f"word{number}": f"%{word}%" for number, word in enumerate(words)},
    ).mappings()
    found = [dict(row) for row in rows]
    return ProcessPage(rows=found[:PAGE], next_cursor=found[PAGE - 1]["code"] if len(found) > PAGE else None)


def fields(connection: Connection) -> list[dict[str, str]]:
    """Every field of procedures, by name."""
    rows = connection.execute(
        text("SELECT DISTINCT field AS code, field_name AS name FROM procedure WHERE field <> '' ORDER BY 2")
    ).mappings()
    return [dict(row) for row in rows]


def procedure_row(connection: Connection, code: str) -> dict[str, Any]:
    """One procedure; raises NotFound."""
    row = (
        connection.execute(text("SELECT * FROM procedure WHERE code = :code"), {"code": code}).mappings().one_or_none()
    )
    if row is None:
        raise NotFound("Không có thủ tục mang mã này.")
    return dict(row)


def versions_of(connection: Connection, code: str) -> list[dict[str, Any]]:
    """All versions of a procedure, newest first, with who made them and how many dossiers still run on each."""
    rows = connection.execute(
        text(
            "SELECT v.id, v.number, v.state, v.created_at, v.effective_on, v.decision_number, v.decision_on,"
            " o.name AS by,"
            " (SELECT count(*) FROM cases c WHERE c.version_id = v.id AND c.closed_at IS NULL) AS open_cases"
            " FROM process_version v LEFT JOIN officer o ON o.id = v.created_by"
            " WHERE v.procedure_code = :code ORDER BY v.number DESC"
        ),
        {"code": code},
    ).mappings()
    return [dict(row) for row in rows]


def version_row(connection: Connection, version_id: UUID) -> dict[str, Any]:
    """One version with its drawing, whatever its state; raises NotFound."""
    row = connection.execute(select(process_version).where(process_version.c.id == version_id)).mappings().one_or_none()
    if row is None:
        raise NotFound("Không có bản quy trình này. Có thể bản nháp vừa được lưu lại; hãy mở lại từ trang thủ tục.")
    return dict(row)
