"""Who let which dossiers become late in a period: the rows of the monthly public list, without any applicant.

A row is a fold of the dossier's recorded time and events as of the period's end, whatever happened to it since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, select, text

from engine.deadlines import (
    VIETNAM,
    Blame,
    Calendar,
    Interval,
    Ledger,
    cause_text,
    duration_in_words,
    working_time_between,
)
from engine.dossier.house import House
from engine.rulesets import Ruleset
from engine.store.tables import officer, officer_role

NOTICEABLE = timedelta(minutes=1)
"""Who held a dossier past the limit for less, on its way through, is not named for it."""

Row = dict[str, Any]
Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days from `since` until before `until`."""

    since: date
    until: date

    @property
    def key(self) -> str:
        """As addresses name it: 2026-10, or 2026-10-15 for a month that begins on the 15th."""
        return f"{self.since:%Y-%m}" if self.since.day == 1 else self.since.isoformat()

    @property
    def name(self) -> str:
        """As people say it: tháng 10 năm 2026."""
        if self.since.day == 1:
            return f"tháng {self.since.month:02d} năm {self.since.year}"
        return f"kỳ từ {self.since:%d/%m/%Y} đến {self.last:%d/%m/%Y}"

    @property
    def last(self) -> date:
        return self.until - timedelta(days=1)

    @property
    def begins_at(self) -> datetime:
        return datetime.combine(self.since, time(), VIETNAM)

    @property
    def ends_at(self) -> datetime:
        return datetime.combine(self.until, time(), VIETNAM)

    def next(self) -> Period:
        """The month after."""
        return Period(since=self.until, until=_month_later(self.until))

    @classmethod
    def before(cls, day: date, first_day: int) -> Period:
        """The last period that has ended by this day."""
        begun = day.replace(day=first_day)
        if begun > day:
            begun = _month_earlier(begun)
        return cls(since=_month_earlier(begun), until=begun)


def _month_later(day: date) -> date:
    return day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1)


def _month_earlier(day: date) -> date:
    return day.replace(year=day.year - (day.month == 1), month=(day.month - 2) % 12 + 1)


# The moment that was missed is kept by the act that marked the dossier late.
LATE = text(
    """
    SELECT * FROM (
        SELECT c.id, c.code, c.procedure_name, c.lead_unit, c.ledger, c.facts, c.calendar_version, c.receiving_unit,
               coalesce(c.decided_at, c.closed_at) AS done_at,
               coalesce(CAST(c.facts->'late'->>'due' AS timestamptz), c.legal_due_at) AS missed_at
        FROM cases c
        WHERE c.kind = 'dossier' AND c.is_late AND c.received_at < :until
          AND coalesce(c.facts->>'outcome', '') NOT IN ('voided', 'declined')
    ) AS late
    WHERE missed_at < :until AND (done_at IS NULL OR done_at >= :since)
    ORDER BY missed_at, code
    """
)
HISTORIES = text("SELECT case_id, body FROM event WHERE case_id = ANY (CAST(:ids AS uuid[])) ORDER BY case_id, seq")


def late_rows(house: House, connection: Connection, ruleset: Ruleset, period: Period) -> list[Row]:
    """The rows, numbered, in the order in which the limits of law were missed."""
    until = period.ends_at
    counted = [one for one in _late(connection, period) if _kind(one, until) in ruleset.late_list.counts]
    histories: dict[Any, list[Content]] = {one["id"]: [] for one in counted}
    for case_id, body in connection.execute(HISTORIES, {"ids": [str(one) for one in histories]}):
        histories[case_id].append(orjson.loads(bytes(body)))
    people = _people(connection)
    return [
        {"row": number, **_row(house, connection, people, one, histories[one["id"]], until)}
        for number, one in enumerate(counted, start=1)
    ]


def late_blames(house: House, connection: Connection, period: Period) -> Iterator[tuple[str, list[Blame]]]:
    """Of each dossier that was late in a period: finished_late or open_late, and the steps that made it so."""
    for case in _late(connection, period):
        kind = _kind(case, period.ends_at)
        end = case["done_at"] if kind == "finished_late" else period.ends_at
        ledger = as_of(Ledger.from_json(case["ledger"]), end)
        yield kind, _at_fault(ledger, _calendar(house, connection, case), end)


def _late(connection: Connection, period: Period) -> list[Row]:
    asked = {"since": period.begins_at, "until": period.ends_at}
    return [dict(one) for one in connection.execute(LATE, asked).mappings()]


def _calendar(house: House, connection: Connection, case: Row) -> Calendar:
    return house.calendars.get(connection, case["calendar_version"]).for_unit(case["receiving_unit"])


def _kind(case: Row, until: datetime) -> str:
    return "finished_late" if case["done_at"] is not None and case["done_at"] < until else "open_late"


def _row(
    house: House, connection: Connection, people: _Known, case: Row, events: Sequence[Content], until: datetime
) -> Row:
    calendar = _calendar(house, connection, case)
    kind = _kind(case, until)
    end = case["done_at"] if kind == "finished_late" else until
    time = _Time(ledger=as_of(Ledger.from_json(case["ledger"]), end), calendar=calendar, end=end)
    blamed = _at_fault(time.ledger, calendar, end)
    units = list(dict.fromkeys(one.unit or case["lead_unit"] for one in blamed)) or [case["lead_unit"]]
    names = {code: one.name for code, one in house.directory.units.items()}
    return {
        "code": case["code"],
        "procedure": case["procedure_name"],
        "lead_unit": {"code": case["lead_unit"], "name": house.directory.name(case["lead_unit"])},
        "kind": kind,
        "units": [{"code": one, "name": house.directory.name(one)} for one in units],
        "officers": list(_officers(people, time, blamed, units, events)),
        "due": calendar.local(case["missed_at"]).isoformat(),
        "done": calendar.local(end).isoformat() if kind == "finished_late" else None,
        "over": duration_in_words(working_time_between(case["missed_at"], end, calendar)),
        "cause": cause_text(blamed, names),
    }


def as_of(ledger: Ledger, at: datetime) -> Ledger:
    """The recorded time as it stood at a moment: what came later is not there yet, what ended later still runs."""
    return replace(
        ledger,
        intervals=tuple(
            replace(one, ended_at=None) if one.ended_at is not None and one.ended_at > at else one
            for one in ledger.intervals
            if one.started_at <= at
        ),
    )


def _at_fault(ledger: Ledger, calendar: Calendar, at: datetime) -> list[Blame]:
    """Every step that overran, the worst first; without any, the one that holds the dossier."""
    blames = ledger.blame(calendar, at)
    over = [one for one in blames if one.over > timedelta(0)]
    worst = ledger.at_fault(calendar, at)
    return over or ([worst] if worst is not None else [])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Time:
    """A case's recorded time up to the end of what the list looks at."""

    ledger: Ledger
    calendar: Calendar
    end: datetime

    def was_noticeably_late(self, interval: Interval) -> bool:
        """Held past its limit for a time that somebody notices."""
        due, end = self.ledger.due_of_step(interval, self.calendar), interval.ended_at or self.end
        begun = interval.started_at if due is None else max(interval.started_at, due)
        return begun < end and working_time_between(begun, end, self.calendar) >= NOTICEABLE


def _officers(
    people: _Known, time: _Time, blamed: Sequence[Blame], units: Sequence[str], events: Sequence[Content]
) -> Iterator[Row]:
    """Who held a step past its limit; where nobody had taken it, the heads of the unit that left it lying."""
    told = set()
    steps = {(one.owner, one.unit, one.step) for one in blamed}
    for interval in time.ledger.intervals:
        step = (interval.owner, interval.unit, interval.step or interval.element_id)
        if step not in steps or not interval.is_running or not time.was_noticeably_late(interval):
            continue
        holder = _holder(interval, events, time.end)
        for one in [people.by_id[holder]] if holder in people.by_id else people.heads.get(interval.unit or "", []):
            if one["id"] not in told:
                told.add(one["id"])
                yield one | {"unit": interval.unit or ""}
    if not told:
        for unit in units:
            yield from (one | {"unit": unit} for one in people.heads.get(unit, []))


def _holder(interval: Interval, events: Sequence[Content], at: datetime) -> str:
    """The officer who last touched this piece of work while it lay there, else the one it was assigned to."""
    end = interval.ended_at or at
    touched = [
        one["actor"]["id"]
        for one in events
        if one["actor"]["kind"] == "officer"
        and one["data"].get("element") == interval.element_id
        and interval.started_at <= datetime.fromisoformat(one["at"]) <= end
        and "id" in one["actor"]
    ]
    return str(touched[-1]) if touched else (interval.officer or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """Officers by id, and the heads of each unit."""

    by_id: Mapping[str, Row]
    heads: Mapping[str, list[Row]]


def _people(connection: Connection) -> _Known:
    found = connection.execute(select(officer.c.id, officer.c.name, officer.c.title)).all()
    by_id = {str(one.id): {"id": str(one.id), "name": one.name, "title": one.title} for one in found}
    heads: dict[str, list[Row]] = {}
    rows = connection.execute(
        select(officer_role.c.unit_code, officer_role.c.officer_id)
        .join(officer, officer.c.id == officer_role.c.officer_id)
        .where(officer_role.c.role == "unit_head", ~officer.c.is_disabled)
        .order_by(officer_role.c.unit_code, officer.c.sort_key)
    )
    for unit_code, officer_id in rows:
        heads.setdefault(unit_code, []).append(by_id[str(officer_id)])
    return _Known(by_id=by_id, heads=heads)
