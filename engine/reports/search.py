"""Looking for dossiers: by code or name with or without diacritics, by status, newest first, in keyset pages."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, text

from engine.errors import InputError

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFilter:
    query: str = ""
    status: int | None = None
    only_late: bool = False
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    rows: Sequence[Mapping[str, Any]]
    next_cursor: str | None


def search_page(connection: Connection, wanted: SearchFilter) -> SearchPage:
    """One page of the dossiers this reader may see."""
    conditions = ["true"]
    parameters: dict[str, Any] = {}
    if wanted.query:
        conditions.append("c.id IN (SELECT search_cases(:query, 1000))")
        parameters["query"] = wanted.query
    if wanted.status is not None:
        conditions.append("c.status = :status")
        parameters["status"] = wanted.status
    if wanted.only_late:
        conditions.append("c.is_late")
    if wanted.after:
        conditions.append("(c.received_at, c.id) < (:after_at, :after_id)")
        parameters["after_at"], parameters["after_id"] = _read_cursor(wanted.after)
    rows = connection.execute(
        text(
            "SELECT c.id, c.code, c.procedure_name, c.status, c.is_suspended, c.lead_unit, c.received_at,"
            " c.legal_due_at, c.decided_at, c.closed_at, c.facts->>'applicant' AS applicant, p.address"
            " FROM cases c LEFT JOIN party p ON p.case_id = c.id AND p.role = 'owner'"
            f" WHERE {' AND '.join(conditions)} ORDER BY c.received_at DESC, c.id DESC LIMIT {PAGE + 1}"
        ),
        parameters,
    ).mappings()
    found = [dict(row) for row in rows]
    cursor = _cursor(found[PAGE - 1]) if len(found) > PAGE else None
    return SearchPage(rows=found[:PAGE], next_cursor=cursor)


def _cursor(row: Mapping[str, Any]) -> str:
    raw = orjson.dumps([row["received_at"].isoformat(), str(row["id"])])
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        at, case_id = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return datetime.fromisoformat(at), UUID(case_id)
    except (ValueError, TypeError):
        raise InputError("Liên kết tới trang sau không còn đúng; hãy tìm lại.") from None
