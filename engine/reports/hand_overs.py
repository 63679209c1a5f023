"""Hand-overs between units, read from events: who gave, who took, when, and how the giver did against its step's limit.

The control slip (form 05 of 2018, 06 of 2025), the list of hand-overs and the list of results are printed from these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, text

from engine.deadlines import Calendar, Interval, Ledger
from engine.dossier.house import House

Content = Mapping[str, Any]
"""An event's content."""

SYSTEM_NAME = "Hệ thống"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """A dossier went from one unit to another in one act. `result` is the giver's: early, on_time, late, open."""

    from_unit: str
    to_unit: str
    at: datetime
    given_by: str
    taken_by: str | None
    taken_at: datetime | None
    step: str
    result: str
    counts: bool  # whether the giver's time counts towards the limit of law


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierHandOver:
    """A hand-over with the dossier it is about."""

    case: Mapping[str, Any]
    hand_over: HandOver


def hand_overs(ledger: Ledger, events: Sequence[Content], calendar: Calendar) -> Iterator[HandOver]:
    """Every change of unit, in order. What an event closed in one unit and opened in another was handed over by it.

    A branch that ended while others still ran has given to whoever the next act opens.
    """
    held = {one.address: one for one in ledger.intervals if one.unit and one.address}
    before: set[str] = set()
    pending: list[Interval] = []
    for place, event in enumerate(events):
        if "waiting" not in event:
            continue
        now = set(event["waiting"])
        touched = before | {f"{one['element']}#{one['lap']}" for one in event.get("passed", ())}
        closed = [held[one] for one in sorted(touched - now) if one in held]
        opened = [held[one] for one in sorted(now - before) if one in held]
        givers = {one.unit: one for one in (*pending, *closed)}
        for after in opened:
            for giver in givers.values():
                if giver.unit != after.unit:
                    yield _hand_over(ledger, giver, after, events[place:], calendar)
        pending = [] if opened else list(givers.values())
        before = now


def _hand_over(
    ledger: Ledger, giver: Interval, taker: Interval, events: Sequence[Content], calendar: Calendar
) -> HandOver:
    actor = events[0]["actor"]
    taken = next((one for one in events[1:] if _is_taking(one, taker)), None)
    return HandOver(
        from_unit=giver.unit or "",
        to_unit=taker.unit or "",
        at=taker.started_at,
        given_by=str(actor["name"]) if actor["kind"] != "system" else SYSTEM_NAME,
        taken_by=str(taken["actor"]["name"]) if taken else None,
        taken_at=datetime.fromisoformat(taken["at"]) if taken else None,
        step=giver.label,
        result=_result(ledger, giver, calendar),
        counts=giver.is_running,
    )


def _is_taking(event: Content, taker: Interval) -> bool:
    """Whether somebody of the taking side touched what was given to them."""
    return event["data"].get("element") == taker.element_id and event["actor"]["kind"] in {"officer", "agency"}


def _result(ledger: Ledger, giver: Interval, calendar: Calendar) -> str:
    due = ledger.due_of_step(giver, calendar)
    if due is None or giver.ended_at is None:
        return "open"
    if giver.ended_at > due:
        return "late"
    return "early" if calendar.local(giver.ended_at).date() < calendar.local(due).date() else "on_time"


TOUCHED = text(
    """
    SELECT c.id, c.code, c.procedure_name, c.received_at, c.legal_due_at, c.promised_at, c.decided_at, c.ledger,
           c.facts, c.version_id, c.calendar_version, c.receiving_unit, p.name AS owner, p.address
    FROM cases c LEFT JOIN party p ON p.case_id = c.id AND p.role = 'owner'
    WHERE c.kind = 'dossier' AND c.participants @> ARRAY[CAST(:unit AS text)]
      AND c.received_at < :until AND c.last_at >= :since
    ORDER BY c.received_at, c.code
    """
)
HISTORIES = text("SELECT case_id, body FROM event WHERE case_id = ANY (CAST(:ids AS uuid[])) ORDER BY case_id, seq")


def hand_overs_of_unit(
    house: House, connection: Connection, unit_code: str, since: datetime, until: datetime
) -> list[DossierHandOver]:
    """Everything a unit gave or took in a period, in the order of time."""
    rows = [
        dict(row) for row in connection.execute(TOUCHED, {"unit": unit_code, "since": since, "until": until}).mappings()
    ]
    histories = histories_of(connection, [row["id"] for row in rows])
    found = [
        DossierHandOver(case=row, hand_over=one)
        for row in rows
        for one in hand_overs(Ledger.from_json(row["ledger"]), histories[row["id"]], calendar_of_case(house, row))
        if since <= one.at < until and unit_code in {one.from_unit, one.to_unit}
    ]
    return sorted(found, key=lambda one: (one.hand_over.at, one.case["code"]))


def calendar_of_case(house: House, case: Mapping[str, Any]) -> Calendar:
    """The version of the calendar a case is computed with, in the hours of the unit that received it."""
    return house.calendar_of(case["calendar_version"], case["receiving_unit"])


def histories_of(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, list[Content]]:
    """The contents of every event of these cases, in order."""
    found: dict[UUID, list[Content]] = {one: [] for one in ids}
    for case_id, body in connection.execute(HISTORIES, {"ids": [str(one) for one in ids]}):
        found[case_id].append(orjson.loads(bytes(body)))
    return found
