"""Calendars edited in flight, half days, hours that change from a day on: against an oracle that counts by the minute.

The oracle knows a calendar only as a function from a date to its sessions, and shares no code with the engine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from engine.deadlines import (
    Calendar,
    CalendarDay,
    DayKind,
    HoursInForce,
    Interval,
    Ledger,
    Limit,
    LimitUnit,
    OfficeHours,
    Owner,
    hand_over_due,
    legal_due,
    operational_due,
    running_due,
    working_time_between,
)
from tests.assurance import record

VIETNAM = timezone(timedelta(hours=7))
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
FIRST = date(2026, 3, 2)  # a Monday
SPAN = 60
SEED = 118_2025

USUAL = ((time(7), time(11, 30)), (time(13, 30), time(17)))
OTHER = ((time(7, 30), time(11)), (time(13), time(16)))
HALF = ((time(7), time(11, 30)),)
SATURDAY = ((time(7, 30), time(11)),)
UNIT = "H27.1"

dates = st.integers(0, SPAN).map(lambda days: FIRST + days * DAY)
moments = st.tuples(dates, st.integers(0, 24 * 60 - 1)).map(
    lambda at: datetime(at[0].year, at[0].month, at[0].day, tzinfo=VIETNAM) + at[1] * MINUTE
)
kinds = st.sampled_from(["off", "work", "half"])
changes = st.dictionaries(dates, kinds, max_size=8)
hours = st.none() | st.tuples(dates, st.booleans())
"""When the unit's own hours begin, and whether it works on Saturday mornings then."""

Oracle = Callable[[date], tuple[tuple[time, time], ...]]


def calendar_of(days: dict[date, str], own: tuple[date, bool] | None, version: int = 1) -> Calendar:
    """The engine's calendar; forty years are laid out once for all questions asked of it."""
    return laid_out(tuple(sorted(days.items())), own, version)


@lru_cache(maxsize=8)
def laid_out(days: tuple[tuple[date, str], ...], own: tuple[date, bool] | None, version: int) -> Calendar:
    rows = tuple(
        CalendarDay(
            on=on,
            kind=DayKind.off if kind == "off" else DayKind.work,
            hours=HALF if kind == "half" else None,
        )
        for on, kind in days
    )
    in_force = ()
    if own is not None:
        mine = OfficeHours(weekday=OTHER, saturday=SATURDAY if own[1] else ())
        in_force = (HoursInForce(since=own[0], unit=UNIT, hours=mine),)
    return Calendar(name="edited", version=version, hours=OfficeHours(weekday=USUAL), days=rows, office_hours=in_force)


def oracle_of(days: dict[date, str], own: tuple[date, bool] | None, unit: str) -> Oracle:
    """The same calendar as a plain function."""

    def sessions(on: date) -> tuple[tuple[time, time], ...]:
        is_own = own is not None and unit == UNIT and on >= own[0]
        week = OTHER if is_own else USUAL
        kind = days.get(on)
        if kind == "off":
            return ()
        if kind == "half":
            return HALF
        if kind == "work" or on.weekday() < 5:
            return week
        return SATURDAY if is_own and own is not None and own[1] and on.weekday() == 5 else ()

    return sessions


def is_working_day(sessions: Oracle, days: dict[date, str], on: date) -> bool:
    """A Saturday session adds hours; it makes no working day of law."""
    return bool(sessions(on)) and (days.get(on) in {"work", "half"} or on.weekday() < 5)


def is_open(sessions: Oracle, moment: datetime) -> bool:
    return any(start <= moment.timetz().replace(tzinfo=None) < end for start, end in sessions(moment.date()))


def slow_running(sessions: Oracle, start: datetime, count: int) -> datetime:
    moment = start
    while count:
        count -= is_open(sessions, moment)
        moment += MINUTE
    return moment


def slow_closing(sessions: Oracle, on: date) -> datetime:
    return datetime.combine(on, sessions(on)[-1][1], tzinfo=VIETNAM)


def slow_days(sessions: Oracle, days: dict[date, str], start: datetime, count: int) -> datetime:
    on = start.date()
    while count:
        on += DAY
        count -= is_working_day(sessions, days, on)
    return slow_closing(sessions, on)


def slow_plain(sessions: Oracle, days: dict[date, str], start: datetime, count: int) -> datetime:
    on = start.date() + count * DAY
    while not is_working_day(sessions, days, on):
        on += DAY
    return slow_closing(sessions, on)


# --- what must hold ---------------------------------------------------------------------------------------------------


def check_limits(days: dict[date, str], own: Any, unit: str, start: datetime, count: int, minutes: int) -> None:
    """Every mode of counting agrees with the oracle, in the hours of one unit."""
    calendar, sessions = calendar_of(days, own).for_unit(unit), oracle_of(days, own, unit)
    assert running_due(start, minutes * MINUTE, calendar) == slow_running(sessions, start, minutes)
    assert legal_due(start, Limit.working_days(count), calendar) == slow_days(sessions, days, start, count)
    plain = Limit(Decimal(count), LimitUnit.day)
    assert legal_due(start, plain, calendar) == slow_plain(sessions, days, start, count)
    due = legal_due(start, Limit.working_days(count), calendar)
    assert is_working_day(sessions, days, due.date())
    assert due == slow_closing(sessions, due.date())


def check_algebra(days: dict[date, str], own: Any, start: datetime, later: int, first: int, second: int) -> None:
    """Monotone, additive, and a due moment lies in no closed one."""
    calendar, sessions = calendar_of(days, own).for_unit(UNIT), oracle_of(days, own, UNIT)
    whole = running_due(start, (first + second) * MINUTE, calendar)
    halfway = running_due(start, first * MINUTE, calendar)
    assert running_due(halfway, second * MINUTE, calendar) == whole
    assert halfway <= whole <= running_due(start + later * MINUTE, (first + second) * MINUTE, calendar)
    assert any(begin <= whole.time() <= end for begin, end in sessions(whole.date()))
    closing = legal_due(start, Limit.working_days(1 + first % 5), calendar)
    more = Limit.working_days(1 + second % 5)
    together = Limit.working_days(2 + first % 5 + second % 5)
    assert legal_due(closing, more, calendar) == legal_due(start, together, calendar)


def check_pauses(days: dict[date, str], own: Any, start: datetime, minutes: int, after: int, length: int) -> None:
    """A pause shifts operational time by its working time, and legal time by the closings on which the clock stood."""
    calendar = calendar_of(days, own).for_unit(UNIT)
    sessions = oracle_of(days, own, UNIT)
    begin = running_due(start, after * MINUTE, calendar)
    end = begin + length * MINUTE
    due = running_due(start, minutes * MINUTE, calendar, pauses=[(begin, end)])
    if minutes > after:
        assert due == running_due(start, minutes * MINUTE + working_time_between(begin, end, calendar), calendar)
        cut = begin + length // 2 * MINUTE
        assert due == running_due(start, minutes * MINUTE, calendar, pauses=[(begin, cut), (cut, end)])
    limit = 3
    on, left = start.date(), limit
    while left:
        on += DAY
        stands = is_working_day(sessions, days, on) and begin <= slow_closing(sessions, on) < end
        left -= is_working_day(sessions, days, on) and not stands
    held = legal_due(start, Limit.working_days(limit), calendar, pauses=[(begin, end)])
    assert held == slow_closing(sessions, on)


def check_edit(days: dict[date, str], edits: dict[date, str], own: Any, start: datetime, now: datetime) -> None:
    """A calendar edited for days to come: what is past stays past, and the ledger folds to what the oracle counts."""
    to_come = {on: kind for on, kind in edits.items() if on > now.date()}
    after_days = days | to_come
    before, after = calendar_of(days, own), calendar_of(after_days, own, version=2)
    assert working_time_between(start, now, before) == working_time_between(start, now, after)
    held = Interval(
        owner=Owner.unit, basis="step", started_at=start, unit=UNIT, limit=Limit.working_days(2), address="a", step="1"
    )
    ledger = Ledger().begin(start, Limit.working_days(5)).open(held)
    old, new = ledger.due_of_law(before), ledger.due_of_law(after)
    assert old is not None
    assert new is not None
    usual = oracle_of(after_days, own, "")
    assert new == slow_days(usual, after_days, start, 5)
    if old <= now or not any(on <= max(old, new).date() for on in to_come):
        assert new == old, "what was due before the first edited day stays where it was"
    assert ledger.is_late(before, now) == ledger.is_late(after, now), "no edit of days to come changes what is late now"
    step = ledger.due_of_step(held, after)
    inner = operational_due(start, Limit.working_days(2), after.for_unit(UNIT))
    assert step == (min(inner, new) if new > start else inner)
    timer = running_due(now, working_time_between(now, old, before), after) if old > now else old
    assert timer >= min(old, now)


def check_hand_over(days: dict[date, str], own: Any, start: datetime) -> None:
    """Within the day, or until the end of the next morning when received after three."""
    calendar, sessions = calendar_of(days, own).for_unit(UNIT), oracle_of(days, own, UNIT)
    due = hand_over_due(start, time(15), calendar)
    today = start.date()
    if is_working_day(sessions, days, today) and start <= slow_closing(sessions, today) and start.time() <= time(15):
        assert due == slow_closing(sessions, today)
    else:
        on = today + DAY
        while not is_working_day(sessions, days, on):
            on += DAY
        assert due == datetime.combine(on, sessions(on)[0][1], tzinfo=VIETNAM)


lengths = st.integers(1, 1500)
CHECKS: dict[str, tuple[Callable[..., None], tuple[Any, ...], tuple[Any, ...]]] = {
    "limits": (check_limits, (changes, hours), (st.sampled_from(["", UNIT]), moments, st.integers(1, 12), lengths)),
    "algebra": (check_algebra, (changes, hours), (moments, st.integers(0, 3000), lengths, lengths)),
    "pauses": (check_pauses, (changes, hours), (moments, lengths, lengths, st.integers(1, 8 * 24 * 60))),
    "edits": (check_edit, (changes, changes, hours), (moments, moments)),
    "hand over": (check_hand_over, (changes, hours), (moments,)),
}
"""Each check: what makes the calendar, and what is asked of it."""
QUESTIONS = 10
QUIET = (HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large)


def run(name: str, *, calendars: int, with_seed: int | None = None) -> int:
    """Ask one check's questions of so many calendars; returns how many were answered rightly."""
    check, place, question = CHECKS[name]
    asked = 0

    @settings(
        max_examples=calendars, derandomize=with_seed is None, database=None, deadline=None, suppress_health_check=QUIET
    )
    @given(st.tuples(*place), st.lists(st.tuples(*question), min_size=QUESTIONS, max_size=QUESTIONS))
    def prove(calendar: tuple[Any, ...], questions: list[tuple[Any, ...]]) -> None:
        nonlocal asked
        for one in questions:
            check(*calendar, *(sorted(one) if name == "edits" else one))
            asked += 1

    (seed(with_seed)(prove) if with_seed is not None else prove)()
    return asked


@pytest.mark.parametrize("name", CHECKS)
def test_time_agrees_with_the_oracle_on_calendars_that_are_edited(name: str) -> None:
    assert run(name, calendars=10) >= 100


@pytest.mark.prove
def test_ten_thousand_questions_about_edited_calendars_agree_with_the_oracle() -> None:
    asked = {name: run(name, calendars=200, with_seed=SEED) for name in CHECKS}
    words = ", ".join(f"{name} {count}" for name, count in asked.items())
    record(
        "Working time against the minute-counting oracle",
        f"{sum(asked.values())} questions of calendars with holidays, make-up days, half days and hours of units, "
        f"edited in flight: {words}; none disagrees",
        seed=SEED,
    )


def test_a_version_knows_its_units_once() -> None:
    calendar = calendar_of({}, (FIRST, True))
    mine = calendar.for_unit(UNIT)
    assert calendar.for_unit(UNIT) is mine
    assert mine.for_unit("") is calendar
    assert mine.for_unit("H27.9") is calendar, "a unit without hours of its own"
    assert replace(calendar, version=2).for_unit(UNIT) is not mine
