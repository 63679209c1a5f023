"""Dates that moved, for auditors; and dates that would move if a calendar were published, for who publishes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from engine.catalogue.calendars import changes_between
from engine.deadlines import Calendar, Ledger
from engine.dossier.house import House

PAGE = 50
BATCH = 500

CAUSES: Mapping[str, tuple[str, ...]] = {
    "calendar": ("CalendarChanged",),
    "pause": ("ClockPaused", "ClockResumed", "TaskCompleted", "AnswerTaken", "MessageTaken"),
    "supplement": ("SupplementRequested", "SupplementReceived"),
    "extension": ("LimitExtended",),
    "apology": ("ApologyIssued",),
    "phase": ("PhaseReceived",),
    "check": ("ValidityConfirmed",),
}
"""Ways in which a date moves, and the events that move it so; every other event is a cause of its own."""

OPEN = text(
    """
    SELECT c.code, c.procedure_name, c.lead_unit, c.receiving_unit, c.ledger, c.legal_due_at, c.promised_at
    FROM cases c
    WHERE c.closed_at IS NULL AND greatest(c.legal_due_at, c.promised_at) >= :since
    ORDER BY c.legal_due_at, c.code
    """
)

LISTED = """
SELECT m.*, c.code, c.procedure_name FROM date_move m JOIN cases c ON c.id = m.case_id
WHERE m.at >= :since AND m.at < :until
    AND (CAST(:unit AS text) IS NULL OR m.unit_code = :unit)
    AND (CAST(:types AS text[]) IS NULL OR m.type = ANY (CAST(:types AS text[])))
    {after}
ORDER BY m.at DESC, m.case_id DESC, m.seq DESC {limit}
"""
AFTER = "AND (m.at, m.case_id, m.seq) < (CAST(:at AS timestamptz), CAST(:case_id AS uuid), CAST(:seq AS integer))"


@dataclass(frozen=True, slots=True, kw_only=True)
class DateMove:
    """An open case whose dates another calendar would move."""

    code: str
    procedure_name: str
    unit_code: str
    legal_from: datetime | None
    legal_to: datetime | None
    promised_from: datetime | None
    promised_to: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveFilter:
    """Which moved dates: of a span of days, of one unit, of one cause."""

    first: datetime
    until: datetime
    unit: str = ""
    cause: str = ""

    @property
    def parameters(self) -> dict[str, Any]:
        types = list(CAUSES.get(self.cause, (self.cause,))) if self.cause else None
        return {"since": self.first, "until": self.until, "unit": self.unit or None, "types": types}


def moves_if(house: House, connection: Connection, proposed: Calendar) -> Iterator[DateMove]:
    """Every open case whose dates this calendar would move, by the very fold that its recomputation will do."""
    since = first_day_touched(house.calendars.newest(connection), proposed)
    if since is None:
        return
    opening = datetime(since.year, since.month, since.day, tzinfo=proposed.local(house.clock.now(connection)).tzinfo)
    rows = connection.execution_options(yield_per=BATCH).execute(OPEN, {"since": opening})
    for row in rows:
        ledger, calendar = Ledger.from_json(row.ledger), proposed.for_unit(row.receiving_unit)
        due, promised = ledger.due_of_law(calendar), ledger.promised(calendar)
        if (due, promised) != (row.legal_due_at, row.promised_at):
            yield DateMove(
                code=row.code,
                procedure_name=row.procedure_name,
                unit_code=row.lead_unit,
                legal_from=row.legal_due_at,
                legal_to=due,
                promised_from=row.promised_at,
                promised_to=promised,
            )


def first_day_touched(before: Calendar, after: Calendar) -> date | None:
    """The first day on which two versions differ: what was due before it stays where it was."""
    days = [
        date.fromisoformat(str(row.get("date") or row.get("since")))
        for change in changes_between(before, after)
        for row in (change.before, change.after)
        if row is not None
    ]
    return min(days, default=None)


def moved_dates(
    connection: Connection, wanted: MoveFilter, *, after: tuple[datetime, UUID, int] | None = None
) -> list[Mapping[str, Any]]:
    """A page of moved dates, the newest first."""
    asked = LISTED.format(after=AFTER if after else "", limit=f"LIMIT {PAGE + 1}")
    place = dict(zip(("at", "case_id", "seq"), after, strict=True)) if after else {}
    return [dict(row) for row in connection.execute(text(asked), wanted.parameters | place).mappings()]


def all_moved_dates(connection: Connection, wanted: MoveFilter) -> Iterator[Mapping[str, Any]]:
    """Every one of them, for a file."""
    asked = text(LISTED.format(after="", limit=""))
    for row in connection.execution_options(yield_per=BATCH).execute(asked, wanted.parameters).mappings():
        yield dict(row)
