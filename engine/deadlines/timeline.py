"""A calendar laid out as sorted arrays, so that a due moment is a few bisections and never a walk over days.

Everything here is in whole microseconds since the first midnight of the window.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from engine.deadlines.moments import VIETNAM
from engine.errors import InputError

FIRST = date(2010, 1, 1)
LAST = date(2049, 12, 31)
EPOCH = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=VIETNAM)
MICROSECOND = timedelta(microseconds=1)
DAY = 86_400_000_000

Hours = tuple[tuple[int, int], ...]  # sessions of one day, microseconds since midnight


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Office hours from a day on: Monday to Sunday, and the hour at which a closed day is taken to end."""

    since: date
    days: tuple[Hours, ...]
    usual_end: int


class Timeline:
    """Sessions, openings and closings of every day of the window, in order."""

    __slots__ = ("_usual_ends", "_weeks_from", "closes", "done", "ends", "opens", "starts")

    def __init__(self, weeks: Sequence[Week], exceptions: Mapping[date, Hours]) -> None:
        """`weeks` follow each other, the first from the window's first day; `exceptions` are working days by decision,
        or days off (no hours).

        A Saturday or Sunday session of the week adds working hours; it makes no working day of law.
        """
        self.starts, self.ends, self.done = array("q"), array("q"), array("q")
        self.opens, self.closes = array("q"), array("q")
        self._weeks_from = [(week.since - FIRST).days for week in weeks]
        self._usual_ends = [week.usual_end for week in weeks]
        changed = {(day - FIRST).days: hours for day, hours in exceptions.items()}
        worked, weekday = 0, FIRST.weekday()
        coming = dict(zip(self._weeks_from, weeks, strict=True))
        week = weeks[0].days
        for index in range((LAST - FIRST).days + 1):
            if index in coming:
                week = coming[index].days
            hours = changed.get(index)
            is_working = bool(hours) if hours is not None else weekday < 5 and bool(week[weekday])
            midnight = index * DAY
            for start, end in week[weekday] if hours is None else hours:
                self.starts.append(midnight + start)
                self.ends.append(midnight + end)
                self.done.append(worked)
                worked += end - start
            if is_working:
                self.opens.append(self._first_start(midnight))
                self.closes.append(self.ends[-1])
            weekday = (weekday + 1) % 7
        if not self.opens:
            raise InputError("Lịch làm việc không có ngày làm việc nào.")

    def _first_start(self, midnight: int) -> int:
        return self.starts[bisect_left(self.starts, midnight)]

    def stamp(self, moment: datetime) -> int:
        """Place of an aware moment on the line."""
        if moment.tzinfo is None:
            raise InputError("Thời điểm phải kèm múi giờ.")
        stamp = (moment - EPOCH) // MICROSECOND
        if not 0 <= stamp < (self.closes[-1] // DAY + 1) * DAY:
            raise self.outside()
        return stamp

    @staticmethod
    def moment(stamp: int) -> datetime:
        return EPOCH + timedelta(microseconds=stamp)

    def worked(self, stamp: int) -> int:
        """Working time from the start of the window to here."""
        session = bisect_right(self.starts, stamp) - 1
        if session < 0:
            return 0
        return self.done[session] + min(stamp, self.ends[session]) - self.starts[session]

    def reached(self, worked: int) -> int:
        """The first place where so much working time has passed."""
        session = bisect_left(self.done, worked) - 1
        if session < 0:
            raise self.outside()
        stamp = self.starts[session] + worked - self.done[session]
        if stamp > self.ends[session]:
            raise self.outside()
        return stamp

    def next_open(self, stamp: int) -> int:
        """Here, if a session runs here; else where the next one starts."""
        session = bisect_right(self.ends, stamp)
        if session == len(self.ends):
            raise self.outside()
        return max(stamp, self.starts[session])

    def resting(self, stamp: int) -> int:
        """Here, if a session runs or ends here; else where the next one starts."""
        session = bisect_left(self.ends, stamp)
        if session == len(self.ends):
            raise self.outside()
        return max(stamp, self.starts[session])

    def sessions_between(self, start: int, end: int) -> list[tuple[int, int]]:
        """Sessions that start within [start, end)."""
        first, last = bisect_left(self.starts, start), bisect_left(self.starts, end)
        return list(zip(self.starts[first:last], self.ends[first:last], strict=True))

    def opening(self, index: int) -> int:
        """Opening of the working day of this index."""
        if not 0 <= index < len(self.opens):
            raise self.outside()
        return self.opens[index]

    def closing(self, index: int) -> int:
        """Closing of the working day of this index."""
        if not 0 <= index < len(self.closes):
            raise self.outside()
        return self.closes[index]

    def days_ended_before(self, stamp: int) -> int:
        """How many working days have closed before: also the index of the first one that has not."""
        return bisect_left(self.closes, stamp)

    def first_day_from(self, stamp: int) -> int:
        """Index of the first working day that opens here or later."""
        return bisect_left(self.opens, stamp)

    def end_of_plain_day(self, ordinal: int) -> int:
        """When a calendar day ends: at its closing, or on a closed day at the hour offices usually close."""
        midnight = ordinal * DAY
        index = bisect_left(self.opens, midnight)
        if index < len(self.opens) and self.opens[index] < midnight + DAY:
            return self.closes[index]
        return midnight + self._usual_ends[bisect_right(self._weeks_from, ordinal) - 1]

    @staticmethod
    def outside() -> InputError:
        return InputError(f"Lịch làm việc chỉ tính được từ năm {FIRST.year} đến năm {LAST.year}.")
