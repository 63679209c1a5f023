"""Counting of time limits, in two modes that never mix.

Legal: Civil Code 2015, articles 147 and 148. The day of reception is not counted, the term ends with the closing of its
last day, a plain-day or month term that ends on a closed day ends with the closing of the next working day. Reception
is never shifted, save by a cut-off hour of the procedure.

Operational: the internal limits of steps. Hours run through office hours only and start at the next opening; a limit
of n working days ends at the closing of the n-th whole working day.

A pause takes whole days from a limit in days: a day on whose closing the clock stands is not counted. From a limit in
hours it takes exactly its working time.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta

from engine.deadlines.calendar import Calendar
from engine.deadlines.limits import HOURS_A_DAY, Limit, LimitUnit
from engine.deadlines.timeline import DAY, FIRST, LAST, MICROSECOND, Timeline
from engine.errors import InputError

Span = tuple[datetime, datetime]
Stamps = Sequence[tuple[int, int]]

WORKING_DAY = HOURS_A_DAY * 3_600_000_000


def legal_due(
    start: datetime,
    limit: Limit,
    calendar: Calendar,
    *,
    cutoff: time | None = None,
    pauses: Iterable[Span] = (),
) -> datetime:
    """The moment a term of law ends.

    `cutoff` is the hour after which a procedure counts a dossier as received on the next working day; with it, a limit
    of at most one working day means "within the working day of reception" (civil status: 15:00).
    """
    line = calendar.timeline
    stamp = line.stamp(start)
    held = _held(line, pauses)
    if cutoff is not None:
        return Timeline.moment(_due_with_cutoff(line, stamp, limit, held, cutoff))
    return Timeline.moment(_legal(line, stamp, limit, held))


def operational_due(start: datetime, limit: Limit, calendar: Calendar, *, pauses: Iterable[Span] = ()) -> datetime:
    """The moment an internal limit of a step ends."""
    line = calendar.timeline
    stamp = line.stamp(start)
    held = _held(line, pauses)
    if limit.unit in (LimitUnit.day, LimitUnit.month):
        return Timeline.moment(_legal(line, stamp, limit, held))
    return Timeline.moment(_working(line, stamp, limit, held, first_day=line.first_day_from(stamp)))


def hand_over_due(received_at: datetime, cutoff: time, calendar: Calendar) -> datetime:
    """When a dossier leaves the counter: within the day, or the next morning when it was received after the cut-off."""
    received = calendar.local(received_at)
    today = received.date()
    if calendar.is_working_day(today) and received <= calendar.closing(today) and received.time() <= cutoff:
        return calendar.closing(today)
    tomorrow = legal_due(received_at, Limit.working_days(1), calendar).date()
    return calendar.sessions(tomorrow)[0][1]


def running_due(start: datetime, working: timedelta, calendar: Calendar, *, pauses: Iterable[Span] = ()) -> datetime:
    """The moment by which so much working time has run. None at all ends here, or at the next opening."""
    if working < timedelta(0):
        raise InputError("Khoảng thời gian không được âm.")
    line = calendar.timeline
    return Timeline.moment(_running(line, line.stamp(start), working // MICROSECOND, _held(line, pauses)))


def working_time_between(a: datetime, b: datetime, calendar: Calendar) -> timedelta:
    """Working time from a to b; negative when b is before a."""
    line = calendar.timeline
    return timedelta(microseconds=line.worked(line.stamp(b)) - line.worked(line.stamp(a)))


def running_time_between(a: datetime, b: datetime, calendar: Calendar, *, pauses: Iterable[Span]) -> timedelta:
    """Working time from a to b outside the pauses."""
    line = calendar.timeline
    start, end = line.stamp(a), line.stamp(b)
    working = line.worked(end) - line.worked(start)
    for paused_from, paused_to in _held(line, pauses):
        overlap = max(paused_from, start), min(paused_to, end)
        if overlap[0] < overlap[1]:
            working -= line.worked(overlap[1]) - line.worked(overlap[0])
    return timedelta(microseconds=working)


def moved_by_pauses(moment: datetime, calendar: Calendar, *, since: datetime, pauses: Iterable[Span]) -> datetime:
    """A promised moment moved on by the working days on whose closing the clock stood since; its hour is kept."""
    line = calendar.timeline
    promised, made = line.stamp(moment), line.stamp(since)
    index = line.days_ended_before(promised)
    moved = index
    for start, end in _held(line, pauses):
        lost_from, lost_to = line.days_ended_before(max(start, made)), line.days_ended_before(max(end, made))
        if lost_from > moved:
            break
        moved += lost_to - lost_from
    return moment if moved == index else Timeline.moment(line.closing(moved) + promised - line.closing(index))


def merge_spans(spans: Iterable[Span]) -> list[Span]:
    """Sorted, disjoint, never empty ones."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if end < start:
            raise InputError("Khoảng tạm dừng kết thúc trước khi bắt đầu.")
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif start < end:
            merged.append((start, end))
    return merged


def _held(line: Timeline, pauses: Iterable[Span]) -> Stamps:
    return [(line.stamp(start), line.stamp(end)) for start, end in merge_spans(pauses)]


def _legal(line: Timeline, stamp: int, limit: Limit, held: Stamps) -> int:
    midnight = stamp // DAY * DAY
    if limit.unit in (LimitUnit.working_day, LimitUnit.hour):
        return _working(line, stamp, limit, held, first_day=line.first_day_from(midnight + DAY))
    today = midnight // DAY
    last = today + limit.whole
    if limit.unit is LimitUnit.month:
        last = line.stamp(months_later(line.moment(midnight), limit.whole)) // DAY
    for start, end in held:
        lost_from, lost_to = max(_plain_day(line, start), today + 1), max(_plain_day(line, end), today + 1)
        if lost_from > last:
            break
        last += lost_to - lost_from
    index = line.first_day_from(last * DAY)
    for start, end in held:
        if line.days_ended_before(start) <= index:
            index = max(index, line.days_ended_before(end))
    return line.closing(index)


def _working(line: Timeline, stamp: int, limit: Limit, held: Stamps, *, first_day: int) -> int:
    """Whole days end at a closing; what is less than a day runs as hours from there."""
    if limit.unit is LimitUnit.hour:
        return _running(line, stamp, int(limit.value * 3_600_000_000), held)
    if limit.whole:
        stamp = _nth_closing(line, first_day, limit.whole, held)
    rest = int((limit.value - limit.whole) * WORKING_DAY)
    return _running(line, stamp, rest, held) if rest else stamp


def _nth_closing(line: Timeline, first_day: int, count: int, held: Stamps) -> int:
    index = first_day + count - 1
    for start, end in held:
        lost_from = max(line.days_ended_before(start), first_day)
        lost_to = max(line.days_ended_before(end), first_day)
        if lost_from > index:
            break
        index += lost_to - lost_from
    return line.closing(index)


def _running(line: Timeline, stamp: int, working: int, held: Stamps) -> int:
    begun = line.worked(stamp)
    target = begun + working
    for start, end in held:
        paused_from, paused_to = line.worked(max(start, stamp)), line.worked(max(end, stamp))
        if paused_from >= target:
            break
        target += paused_to - paused_from
    due = line.reached(target) if target > begun else line.resting(stamp)
    for start, end in held:
        if start <= due < end:  # it stands at the very moment it would end: that moment comes when it runs again
            due = line.resting(end)
    return due


def _due_with_cutoff(line: Timeline, stamp: int, limit: Limit, held: Stamps, cutoff: time) -> int:
    midnight = stamp // DAY * DAY
    latest = midnight + timedelta(hours=cutoff.hour, minutes=cutoff.minute, seconds=cutoff.second) // MICROSECOND
    index = line.first_day_from(midnight)
    if line.opening(index) < midnight + DAY and stamp > min(latest, line.closing(index)):
        index += 1
    received = max(stamp, line.opening(index))
    if limit.unit is LimitUnit.working_day and limit.value <= 1:
        return _nth_closing(line, index, 1, held)
    return _legal(line, received, limit, held)


def _plain_day(line: Timeline, stamp: int) -> int:
    """The first calendar day that has not ended before."""
    today = stamp // DAY
    return today if line.end_of_plain_day(today) >= stamp else today + 1


def months_later(moment: datetime, count: int) -> datetime:
    """The corresponding day of the last month, or that month's last day (article 148, clause 3)."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + count, 12)
    if not FIRST.year <= year <= LAST.year:
        raise Timeline.outside()
    return moment.replace(year=year, month=month + 1, day=min(moment.day, months.monthrange(year, month + 1)[1]))
