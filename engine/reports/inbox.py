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

Order = Literal["due", "forecast"]
KEYS: Mapping[Order, str] = {"due": "sort_at", "forecast": "urgent_at"}
"""What each order sorts by: the due moment, or when work must go on by last night's forecast."""

DUE_CONDITIONS: Mapping[str, str] = {
    "": "true",
    "late": "w.due_at IS NOT NULL AND w.sort_at < :now",
    "soon": "w.due_at IS NOT NULL AND w.sort_at >= :now AND w.sort_at <= :soon",
    "on-time": "w.due_at IS NOT NULL AND w.sort_at > :soon",
    "paused": "w.due_at IS NULL AND w.is_paused",
    "none": "w.due_at IS NULL AND NOT w.is_paused",
}
"""Work with a due moment sorts by it, and paused work has none: so each filter is a stretch of an index. What ends
exactly when the nearness does is near, as on its badge: on a day off all that ends on the next day is."""


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
    order: Order = "due"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxPage:
    items: Sequence[Mapping[str, Any]]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    count: int
    is_more: bool


# Short lists in the order of an index each, then the nearest of all: a plain OR would read and sort everything.
SEATED = """
SELECT listed.* FROM unnest(CAST(:units AS text[]), CAST(:roles AS text[])) AS seat(unit_code, role)
CROSS JOIN LATERAL (
    SELECT w.* FROM work_item w
    WHERE w.state = 'open' AND w.unit_code = seat.unit_code AND w.role = seat.role AND {who} {filters}
    ORDER BY w.{key}, w.id LIMIT {limit}
) AS listed
"""
FREE, MINE = "w.assignee IS NULL", "w.assignee = :me"
WHOLE_UNIT = """
SELECT whole.* FROM (SELECT DISTINCT unnest(CAST(:units AS text[]))) AS seat(unit_code)
CROSS JOIN LATERAL (
    SELECT w.* FROM work_item w
    WHERE w.state = 'open' AND w.unit_code = seat.unit_code {filters}
    ORDER BY w.{key}, w.id LIMIT {limit}
) AS whole
"""
SEARCHED = "WITH searched AS MATERIALIZED (SELECT search_cases(:query, 500) AS id)"

LIST = """
{searched}
SELECT w.id, w.case_id, w.case_code, w.element_id, w.kind, w.name, w.unit_code, w.role, w.assignee, w.step, w.revision,
       w.is_paused, w.taken_at, w.due_at, w.sort_at, w.urgent_at, w.case_legal_due_at, w.procedure_code,
       w.procedure_name, w.applicant, c.status, c.is_late, c.decided_at, c.facts->'returned' AS returned,
       o.name AS assignee_name
FROM (SELECT * FROM ({lists}) AS found ORDER BY found.{key}, found.id LIMIT {limit}) AS w
JOIN cases c ON c.id = w.case_id
LEFT JOIN officer o ON o.id = w.assignee
ORDER BY w.{key}, w.id
"""

COUNT = "{searched} SELECT count(*) FROM (SELECT FROM ({lists}) AS found LIMIT {limit}) AS counted"

PLANNED_ONCE = "SET LOCAL plan_cache_mode = force_generic_plan"
"""Each list has one good plan whatever its values are: planning anew for each officer took half the time."""

PROCEDURES = """
WITH RECURSIVE found AS (
    SELECT u.code AS unit_code, first.procedure_code, first.procedure_name
    FROM unnest(CAST(:units AS text[])) AS u(code)
    CROSS JOIN LATERAL (
        SELECT w.procedure_code, w.procedure_name FROM work_item w
        WHERE w.state = 'open' AND w.unit_code = u.code ORDER BY w.procedure_code LIMIT 1
    ) AS first
    UNION ALL
    SELECT found.unit_code, next.procedure_code, next.procedure_name FROM found
    CROSS JOIN LATERAL (
        SELECT w.procedure_code, w.procedure_name FROM work_item w
        WHERE w.state = 'open' AND w.unit_code = found.unit_code AND w.procedure_code > found.procedure_code
        ORDER BY w.procedure_code LIMIT 1
    ) AS next
)
SELECT DISTINCT procedure_code AS code, procedure_name AS name FROM found ORDER BY 2 LIMIT 500
"""
"""From each procedure straight to the next one of the index: reading all open work of a large unit takes far longer."""


def inbox_page(connection: Connection, wanted: InboxFilter, now: datetime, soon: datetime) -> InboxPage:
    """One page of 50. `soon` is the last moment at which work counts as nearly due."""
    sql, parameters = _compose(LIST, wanted, now, soon, limit=PAGE + 1, with_cursor=True)
    connection.execute(text(PLANNED_ONCE))
    found = connection.execute(text(sql), parameters)
    columns = tuple(found.keys())
    rows = [dict(zip(columns, row, strict=True)) for row in found]  # a third of the time that mappings() takes
    is_more, items = len(rows) > PAGE, rows[:PAGE]
    return InboxPage(items=items, next_cursor=cursor_after(items[-1], wanted.order) if is_more else None)


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
    rows = connection.execute(text(PROCEDURES), {"units": sorted({seat.unit_code for seat in wanted.seats})})
    return [dict(row) for row in rows.mappings()]


def _compose(
    shape: str, wanted: InboxFilter, now: datetime, soon: datetime, *, limit: int, with_cursor: bool
) -> tuple[str, dict[str, Any]]:
    seats = sorted({(one.unit_code, one.role) for one in wanted.seats})
    parameters: dict[str, Any] = {
        "units": [unit for unit, _ in seats],
        "roles": [role for _, role in seats],
        "me": wanted.officer_id,
        "now": now,
        "soon": soon,
    }
    filters = [f"AND {DUE_CONDITIONS[wanted.due]}"] if wanted.due else []
    if wanted.procedure_code:
        filters.append("AND w.procedure_code = :procedure_code")
        parameters["procedure_code"] = wanted.procedure_code
    if wanted.query.strip():
        filters.append("AND w.case_id = ANY (ARRAY(SELECT id FROM searched))")
        parameters["query"] = wanted.query.strip()
    if with_cursor and wanted.after:
        filters.append(f"AND (w.{KEYS[wanted.order]}, w.id) > (:after_at, :after_id)")
        parameters["after_at"], parameters["after_id"] = _read_cursor(wanted.after)
    searched = SEARCHED if "query" in parameters else ""
    key = KEYS[wanted.order]
    lists = _lists(wanted, filters=" ".join(filters), limit=limit, key=key)
    return shape.format(searched=searched, lists=lists, limit=limit, key=key), parameters


def _lists(wanted: InboxFilter, **parts: Any) -> str:
    if wanted.box == "unit" and not wanted.only_assigned:
        return WHOLE_UNIT.format(**parts)
    return " UNION ALL ".join(
        SEATED.format(who=who, **parts) for who in ((MINE,) if wanted.only_assigned else (FREE, MINE))
    )


def cursor_after(item: Mapping[str, Any], order: Order = "due") -> str:
    """Where the page after this item begins."""
    raw = orjson.dumps([item[KEYS[order]].isoformat(), str(item["id"])])
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        at, item_id = orjson.loads(raw)
        return datetime.fromisoformat(at), UUID(item_id)
    except (ValueError, TypeError):
        raise InputError("Liên kết tới trang sau không còn đúng; hãy mở lại hộp việc.") from None
