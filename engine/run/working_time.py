"""The calendar as an instance sees it, and a stand-in for where none applies."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Protocol

from engine.deadlines.counting import months_later
from engine.deadlines.durations import Duration
from engine.deadlines.moments import in_vietnam

Mode = Literal["working", "plain"]


class WorkingTime(Protocol):
    """Adds spans of time; `engine.deadlines.working_time(calendar)` is the one in use."""

    def add(self, start: datetime, duration: str, mode: Mode) -> datetime:
        """The moment an ISO 8601 `duration` after `start`: in office hours, 8 to a day, or on the wall clock."""

    def of_version(self, version: int) -> WorkingTime:
        """The same by another version of the calendar."""


class PlainTime:
    """Wall-clock time in both modes: for headless runs and tests."""

    def add(self, start: datetime, duration: str, mode: Mode) -> datetime:
        """A day is 24 hours, a week 7 days."""
        length = Duration.parse(duration)
        return months_later(in_vietnam(start), length.months) + length.span(hours_a_day=24, days_a_week=7)

    def of_version(self, version: int) -> PlainTime:
        """Where no calendar applies, no version does."""
        return self
