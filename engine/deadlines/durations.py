"""ISO 8601 durations of BPMN timers on the working calendar: `P1D` is eight working hours, `PT1H` one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, Self

from engine.deadlines.calendar import Calendar
from engine.deadlines.counting import months_later, running_due
from engine.deadlines.limits import HOURS_A_DAY
from engine.deadlines.moments import in_vietnam
from engine.errors import InputError

Mode = Literal["working", "plain"]

WORKING_DAYS_A_WEEK = 5
NUMBER = r"([0-9]+(?:[.,][0-9]+)?)"
ISO_DURATION = re.compile(
    rf"P(?=.)(?:{NUMBER}Y)?(?:{NUMBER}M)?(?:{NUMBER}W)?(?:{NUMBER}D)?(?:T(?=.)(?:{NUMBER}H)?(?:{NUMBER}M)?(?:{NUMBER}S)?)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """A duration with its days apart from its hours: on a working calendar they are not 24 of them."""

    months: int = 0
    days: Decimal = Decimal(0)
    seconds: Decimal = Decimal(0)
    weeks: Decimal = Decimal(0)

    @classmethod
    def parse(cls, text: str) -> Self:
        shape = ISO_DURATION.fullmatch(text.strip().upper())
        if shape is None:
            raise InputError(f"Khoảng thời gian '{text}' không đúng dạng ISO 8601, ví dụ đúng: P1D, PT4H.")
        years, months, weeks, days, hours, minutes, seconds = (
            Decimal((part or "0").replace(",", ".")) for part in shape.groups()
        )
        calendar_months = years * 12 + months
        if calendar_months != int(calendar_months):
            raise InputError(f"Khoảng thời gian '{text}' phải có số nguyên tháng.")
        seconds += hours * 3600 + minutes * 60
        return cls(months=int(calendar_months), weeks=weeks, days=days, seconds=seconds)

    @classmethod
    def of(cls, duration: Duration | timedelta | str) -> Duration:
        if isinstance(duration, Duration):
            return duration
        if isinstance(duration, str):
            return cls.parse(duration)
        if duration < timedelta(0):
            raise InputError("Khoảng thời gian không được âm.")
        seconds = Decimal(duration.seconds) + Decimal(duration.microseconds) / 1_000_000
        return cls(days=Decimal(duration.days), seconds=seconds)

    def span(self, *, hours_a_day: int, days_a_week: int) -> timedelta:
        seconds = (self.weeks * days_a_week + self.days) * hours_a_day * 3600 + self.seconds
        return timedelta(microseconds=int(seconds * 1_000_000))


@dataclass(frozen=True, slots=True)
class CalendarTime:
    """Adds durations for the process engine: in working hours of a calendar, or on the wall clock."""

    calendar: Calendar
    versions: Callable[[int], Calendar] | None = None  # where the other versions of this calendar are

    def of_version(self, version: int) -> CalendarTime:
        """The same by another version of the calendar; itself where there is no other."""
        return self if self.versions is None else CalendarTime(self.versions(version), self.versions)

    def add(self, start: datetime, duration: Duration | timedelta | str, mode: Mode = "working") -> datetime:
        """The moment a timer that starts here is due."""
        length = Duration.of(duration)
        moment = in_vietnam(start)
        if length.months:
            moment = months_later(moment, length.months)
        if mode == "plain":
            return moment + length.span(hours_a_day=24, days_a_week=7)
        span = length.span(hours_a_day=HOURS_A_DAY, days_a_week=WORKING_DAYS_A_WEEK)
        return running_due(moment, span, self.calendar)


def working_time(calendar: Calendar, versions: Callable[[int], Calendar] | None = None) -> CalendarTime:
    """The calendar as the process engine's source of due moments."""
    return CalendarTime(calendar, versions)
