"""Time limits against a slow oracle that walks minute by minute and day by day and shares no code with the engine."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.deadlines import (
    Calendar,
    CalendarDay,
    DayKind,
    Limit,
    LimitUnit,
    OfficeHours,
    legal_due,
    operational_due,
    running_due,
    working_time_between,
)

VIETNAM = timezone(timedelta(hours=7))
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

WEEKDAY = ((time(7), time(11, 30)), (time(13, 30), time(17)))
SATURDAY = ((time(7, 30), time(11)),)
MAKEUP = ((time(8), time(12)), (time(13), time(16)))
OFF = {date(2026, 1, 1), date(2026, 1, 2), *(date(2026, 2, day) for day in range(16, 21)), date(2026, 4, 27)}
WORK = {date(2026, 1, 10), date(2026, 2, 28)}
FIVE_DAYS = Calendar(
    name="five-days",
    hours=OfficeHours(weekday=WEEKDAY, makeup=MAKEUP),
    days=tuple(CalendarDay(on=day, kind=DayKind.off) for day in OFF)
    + tuple(CalendarDay(on=day, kind=DayKind.work) for day in WORK),
)
WITH_SATURDAYS = FIVE_DAYS.with_office_hours(OfficeHours(weekday=WEEKDAY, makeup=MAKEUP, saturday=SATURDAY))

prove = settings(max_examples=500, derandomize=True, deadline=None)
FIRST = datetime(2025, 12, 20, tzinfo=VIETNAM)
EDGES = sorted({edge for hours in (WEEKDAY, SATURDAY, MAKEUP) for session in hours for edge in session} | {time(0)})
# half of the moments lie on the edge of a session, where mistakes live
minutes = st.integers(0, 80 * 24 * 60)
edges = st.tuples(st.integers(0, 80), st.sampled_from(EDGES))
moments = minutes.map(lambda after: FIRST + after * MINUTE) | edges.map(
    lambda edge: FIRST + edge[0] * DAY + timedelta(hours=edge[1].hour, minutes=edge[1].minute)
)
spans = st.integers(0, 6 * 24 * 60) | st.integers(0, 12 * 24).map(lambda halves: halves * 30)
pauses = st.lists(
    st.tuples(moments, spans).map(lambda pause: (pause[0], pause[0] + pause[1] * MINUTE))
    | st.tuples(moments, moments).map(lambda pause: (min(pause), max(pause))),
    max_size=3,
)
calendars = st.sampled_from([FIVE_DAYS, WITH_SATURDAYS])
few_minutes = st.integers(1, 30 * 60) | st.integers(1, 60).map(lambda halves: halves * 30)
short = st.integers(0, 2000) | st.integers(0, 66).map(lambda halves: halves * 30)
few_days = st.integers(1, 15)


# --- the oracle -------------------------------------------------------------------------------------------------------


def slow_sessions(on, has_saturdays):
    if on in OFF:
        return ()
    if on in WORK:
        return MAKEUP
    if on.weekday() == 5:
        return SATURDAY if has_saturdays else ()
    return WEEKDAY if on.weekday() < 5 else ()


def slow_is_working_day(on):
    return on in WORK or (on not in OFF and on.weekday() < 5)


@cache
def slow_open_minutes(on, has_saturdays):
    sessions = slow_sessions(on, has_saturdays)
    return [any(start <= time(*divmod(minute, 60)) < end for start, end in sessions) for minute in range(24 * 60)]


def slow_is_open(moment, calendar):
    """Does the minute that starts here belong to a session?"""
    return slow_open_minutes(moment.date(), calendar is WITH_SATURDAYS)[moment.hour * 60 + moment.minute]


def slow_closing(on):
    hour = (MAKEUP if on in WORK else WEEKDAY)[-1][1]
    return datetime.combine(on, hour, tzinfo=VIETNAM)


def stands(moment, held):
    return any(start <= moment < end for start, end in held)


def slow_running(start, count, calendar, held=()):
    """Where `count` open minutes have passed."""
    moment = start
    while count:
        if slow_is_open(moment, calendar) and not stands(moment, held):
            count -= 1
        moment += MINUTE
    if stands(moment, held):
        while stands(moment, held) or not is_in_session(moment, calendar):
            moment += MINUTE
    return moment


def slow_worked(start, end, calendar):
    moment, found = start, 0
    while moment < end:
        found += slow_is_open(moment, calendar)
        moment += MINUTE
    return found * MINUTE


def slow_working_days(start, count, held):
    """Legal: closings of working days after the day of reception, those on which the clock stands left out."""
    on = start.date()
    while count:
        on += DAY
        if slow_is_working_day(on) and not stands(slow_closing(on), held):
            count -= 1
    return slow_closing(on)


def slow_whole_days(start, count, held):
    """Operational: the day of the start counts only when it has not opened yet."""
    on = start.date()
    opening = slow_sessions(on, has_saturdays=False)
    if not (opening and start.timetz().replace(tzinfo=None) <= opening[0][0]):
        on += DAY
    while True:
        if slow_is_working_day(on) and not stands(slow_closing(on), [(max(a, start), b) for a, b in held]):
            count -= 1
            if not count:
                return slow_closing(on)
        on += DAY


def roll_to_working_day(on, held):
    while not slow_is_working_day(on) or stands(slow_closing(on), held):
        on += DAY
    return slow_closing(on)


def slow_plain_days(start, count, held):
    on = start.date()
    while count:
        on += DAY
        ends = slow_closing(on) if slow_is_working_day(on) else datetime.combine(on, time(17), tzinfo=VIETNAM)
        if not stands(ends, held):
            count -= 1
    return roll_to_working_day(on, held)


def slow_months(start, count):
    year, month = start.year, start.month
    for _ in range(count):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return roll_to_working_day(date(year, month, min(start.day, monthrange(year, month)[1])), ())


def is_in_session(moment, calendar):
    """Within a session or at its very end."""
    sessions = slow_sessions(moment.date(), calendar is WITH_SATURDAYS)
    return any(start <= moment.timetz().replace(tzinfo=None) <= end for start, end in sessions)


# --- hours ------------------------------------------------------------------------------------------------------------


@prove
@given(moments, few_minutes, calendars)
def test_running_hours_agree_with_the_oracle(start, count, calendar):
    assert running_due(start, count * MINUTE, calendar) == slow_running(start, count, calendar)


@prove
@given(moments, few_minutes, calendars, pauses)
def test_running_hours_with_pauses_agree_with_the_oracle(start, count, calendar, held):
    assert running_due(start, count * MINUTE, calendar, pauses=held) == slow_running(start, count, calendar, held)


@prove
@given(moments, st.integers(0, 5 * 24 * 60), calendars)
def test_working_time_between_agrees_with_the_oracle(start, count, calendar):
    end = start + count * MINUTE
    assert working_time_between(start, end, calendar) == slow_worked(start, end, calendar)
    assert working_time_between(end, start, calendar) == -slow_worked(start, end, calendar)


@prove
@given(moments, st.integers(0, 3000), few_minutes, calendars)
def test_running_hours_are_monotone(start, later, count, calendar):
    due = running_due(start, count * MINUTE, calendar)
    assert due <= running_due(start + later * MINUTE, count * MINUTE, calendar)
    assert due <= running_due(start, (count + later) * MINUTE, calendar)


@prove
@given(moments, short, short, calendars)
def test_running_hours_are_additive(start, first, second, calendar):
    halfway = running_due(start, first * MINUTE, calendar)
    assert running_due(halfway, second * MINUTE, calendar) == running_due(start, (first + second) * MINUTE, calendar)


@prove
@given(moments, st.integers(0, 3000), calendars, pauses)
def test_a_due_moment_is_never_inside_a_closed_one(start, count, calendar, held):
    assert is_in_session(running_due(start, count * MINUTE, calendar, pauses=held), calendar)


@prove
@given(moments, few_minutes, calendars, few_minutes, st.integers(1, 6 * 24 * 60))
def test_pausing_equals_shifting_by_the_working_time_of_the_pause(start, count, calendar, after, length):
    paused_at = running_due(start, after * MINUTE, calendar)
    resumed_at = paused_at + length * MINUTE
    due = running_due(start, count * MINUTE, calendar, pauses=[(paused_at, resumed_at)])
    if after > count:
        assert due == running_due(start, count * MINUTE, calendar)
    elif after == count:
        assert due == running_due(resumed_at, timedelta(0), calendar)
    else:
        assert due == running_due(resumed_at, (count - after) * MINUTE, calendar)


@prove
@given(moments, few_days, few_minutes, calendars, pauses, st.integers(0, 6 * 24 * 60))
def test_splitting_a_pause_changes_nothing(start, days, count, calendar, held, cut):
    assume(held)
    (begun, ended), *others = held
    middle = min(begun + cut * MINUTE, ended)
    split = [*others, (middle, ended), (begun, middle)]
    limit = Limit.working_days(days)
    assert legal_due(start, limit, calendar, pauses=held) == legal_due(start, limit, calendar, pauses=split)
    assert running_due(start, count * MINUTE, calendar, pauses=held) == running_due(
        start, count * MINUTE, calendar, pauses=split
    )


# --- days and months --------------------------------------------------------------------------------------------------


@prove
@given(moments, few_days, calendars, pauses)
def test_legal_working_days_agree_with_the_oracle(start, count, calendar, held):
    due = legal_due(start, Limit.working_days(count), calendar, pauses=held)
    assert due == slow_working_days(start, count, held)


@prove
@given(moments, few_days, calendars, pauses)
def test_operational_days_agree_with_the_oracle(start, count, calendar, held):
    due = operational_due(start, Limit.working_days(count), calendar, pauses=held)
    assert due == slow_whole_days(start, count, held)


@prove
@given(moments, st.integers(1, 40), calendars, pauses)
def test_plain_days_agree_with_the_oracle(start, count, calendar, held):
    due = legal_due(start, Limit(Decimal(count), LimitUnit.day), calendar, pauses=held)
    assert due == slow_plain_days(start, count, held)


@prove
@given(moments, st.integers(1, 26), calendars)
def test_months_agree_with_the_oracle(start, count, calendar):
    assert legal_due(start, Limit(Decimal(count), LimitUnit.month), calendar) == slow_months(start, count)


@pytest.mark.parametrize("unit", [LimitUnit.working_day, LimitUnit.day, LimitUnit.month])
@prove
@given(start=moments, count=few_days, later=minutes, more=few_days, calendar=calendars, held=pauses)
def test_legal_limits_are_monotone_and_end_at_the_closing_of_an_open_day(
    unit, start, count, later, more, calendar, held
):
    if unit is LimitUnit.month:
        held = []  # terms begun on 28 to 31 January end together, so a pause in between may turn their order
    limit = Limit(Decimal(count), unit)
    due = legal_due(start, limit, calendar, pauses=held)
    assert due <= legal_due(start + later * MINUTE, limit, calendar, pauses=held)
    assert due <= legal_due(start, Limit(Decimal(count + more), unit), calendar, pauses=held)
    assert slow_is_working_day(due.date())
    assert due == slow_closing(due.date())
    assert not stands(due, held)


@prove
@given(moments, few_days, few_days, calendars)
def test_limits_in_working_days_are_additive_in_both_modes(start, first, second, calendar):
    both = Limit.working_days(first + second)
    for due in (legal_due, operational_due):
        halfway = due(start, Limit.working_days(first), calendar)
        assert due(halfway, Limit.working_days(second), calendar) == due(start, both, calendar)


@prove
@given(moments, few_days, calendars, pauses)
def test_an_internal_limit_never_ends_after_the_same_limit_of_law(start, count, calendar, held):
    limit = Limit.working_days(count)
    assert operational_due(start, limit, calendar, pauses=held) <= legal_due(start, limit, calendar, pauses=held)


@prove
@given(moments, few_days, calendars, st.integers(0, 15), st.integers(0, 15))
def test_pausing_a_legal_limit_over_n_closings_moves_it_by_n_working_days(start, count, calendar, after, lost):
    """The pause starts and ends in the morning, after the limit has run for a while and before it has ended."""
    assume(after < count)
    begin = legal_due(start, Limit.working_days(after), calendar) if after else start
    first = legal_due(begin, Limit.working_days(1), calendar) - timedelta(hours=2)
    last = legal_due(first, Limit.working_days(lost), calendar) - timedelta(hours=2) if lost else first
    due = legal_due(start, Limit.working_days(count), calendar, pauses=[(first, last)])
    assert due == legal_due(start, Limit.working_days(count + lost), calendar)
