"""The inbox: open work of somebody's seats, nearest due first, by keyset pages over one denormalised table."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import orjson
from sqlalchemy import Connection, text

from engine.dossier.actor import Seat
from engine.errors import InputError

PAGE = 50
MOST_COUNTED = 1000
"""Counters stop here and say "1.000+": nobody acts on the difference, and counting costs."""

Box = Literal["mine", "unit"]
DueFilter = Literal["", "late", "soon", "on-time", "paused", "none"]

DUE_CONDITIONS: Mapping[str, str] = {
    "": "true",
    "late": "NOT w.is_paused AND w.due_at < :now",
    "soon": "NOT w.is_paused AND w.due_at >= :now AND w.due_at < :soon",
    "on-time": "NOT w.is_paused AND w.due_at >= :soon",
    "paused": "w.is_paused",
    "none": "NOT w.is_paused AND w.due_at IS NULL",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxFilter:
    """What to show: whose work (mine, or my units'), and which of it."""

    seats: Sequence[Seat]
    officer_id: UUID
    box: Box = "mine"
    due: DueFilter = ""
    procedure_code: str = ""
    query: str = ""
    only_assigned: bool = False
    after: str = ""  # cursor of the page before


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxPage:
    items: Sequence[Mapping[str, Any]]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    count: int
    is_more: bool


# One short, index-ordered list a seat, then the nearest of all: a plain OR over seats would read and sort everything.
LIST = """
SELECT w.*, c.status, c.is_late, c.apology, c.explanation, c.facts->'returned' AS returned, o.name AS assignee_name
FROM (
    SELECT found.* FROM unnest(CAST(:units AS text[]), CAST(:roles AS text[])) AS seat(unit_code, role)
    CROSS JOIN LATERAL (
        SELECT w.* FROM work_item w
        WHERE w.state = 'open' AND w.unit_code = seat.unit_code {role} {who} {filters}
        ORDER BY w.sort_at, w.id LIMIT {limit}
    ) AS found
    ORDER BY found.sort_at, found.id LIMIT {limit}
) AS w
JOIN cases c ON c.id = w.case_id
LEFT JOIN officer o ON o.id = w.assignee
ORDER BY w.sort_at, w.id
"""

COUNT = """
SELECT count(*) FROM (
    SELECT 1 FROM unnest(CAST(:units AS text[]), CAST(:roles AS text[])) AS seat(unit_code, role)
    JOIN work_item w ON w.state = 'open' AND w.unit_code = seat.unit_code {role} {who} {filters}
    LIMIT {limit}
) AS counted
"""


def inbox_page(connection: Connection, wanted: InboxFilter, now: datetime, soon: datetime) -> InboxPage:
    """One page of 50. `soon` is the moment before which work counts as nearly due."""
    sql, parameters = _compose(LIST, wanted, now, soon, limit=PAGE + 1, with_cursor=True)
    rows = connection.execute(text(sql), parameters).mappings().all()
    is_more = len(rows) > PAGE
    items = [dict(row) for row in rows[:PAGE]]
    return InboxPage(items=items, next_cursor=_cursor(items[-1]) if is_more else None)


def inbox_counts(connection: Connection, wanted: InboxFilter, now: datetime, soon: datetime) -> dict[str, Count]:
    """How much there is, by due state."""
    return {
        due: inbox_count(connection, replace(wanted, due=due), now, soon)  # type: ignore[arg-type]  # the literal's keys
        for due in DUE_CONDITIONS
    }


def inbox_count(connection: Connection, wanted: InboxFilter, now: datetime, soon: datetime) -> Count:
    """How much one filter finds; the figure stops at 1,000."""
    sql, parameters = _compose(COUNT, wanted, now, soon, limit=MOST_COUNTED + 1, with_cursor=False)
    found = int(connection.execute(text(sql), parameters).scalar_one())
    return Count(count=min(found, MOST_COUNTED), is_more=found > MOST_COUNTED)


def procedures_in_inbox(connection: Connection, wanted: InboxFilter) -> list[Mapping[str, Any]]:
    """The procedures that open work of these seats belongs to, for the filter's list."""
    rows = connection.execute(
        text(
            "SELECT DISTINCT w.procedure_code AS code, w.procedure_name AS name FROM work_item w"
            " WHERE w.state = 'open' AND w.unit_code = ANY(:units) ORDER BY 2 LIMIT 500"
        ),
        {"units": sorted({seat.unit_code for seat in wanted.seats})},
    )
    return [dict(row) for row in rows.mappings()]


def _compose(
    shape: str, wanted: InboxFilter, now: datetime, soon: datetime, *, limit: int, with_cursor: bool
) -> tuple[str, dict[str, Any]]:
    seats = sorted({(one.unit_code, one.role if wanted.box == "mine" else "") for one in wanted.seats})
    parameters: dict[str, Any] = {
        "units": [unit for unit, _ in seats],
        "roles": [role for _, role in seats],
        "me": wanted.officer_id,
        "now": now,
        "soon": soon,
    }
    role = "AND w.role = seat.role" if wanted.box == "mine" else ""
    who = ""
    if wanted.only_assigned:
        who = "AND w.assignee = :me"
    elif wanted.box == "mine":
        who = "AND (w.assignee IS NULL OR w.assignee = :me)"
    filters = [f"AND {DUE_CONDITIONS[wanted.due]}"] if wanted.due else []
    if wanted.procedure_code:
        filters.append("AND w.procedure_code = :procedure_code")
        parameters["procedure_code"] = wanted.procedure_code
    if wanted.query.strip():
        filters.append("AND w.case_id IN (SELECT search_cases(:query, 500))")
        parameters["query"] = wanted.query.strip()
    if with_cursor and wanted.after:
        filters.append("AND (w.sort_at, w.id) > (:after_at, :after_id)")
        parameters["after_at"], parameters["after_id"] = _read_cursor(wanted.after)
    return shape.format(role=role, who=who, filters=" ".join(filters), limit=limit), parameters


def _cursor(item: Mapping[str, Any]) -> str:
    raw = orjson.dumps([item["sort_at"].isoformat(), str(item["id"])])
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        at, item_id = orjson.loads(raw)
        return datetime.fromisoformat(at), UUID(item_id)
    except (ValueError, TypeError):
        raise InputError("Liên kết tới trang sau không còn đúng; hãy mở lại hộp việc.") from None
