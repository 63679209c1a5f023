"""How a due moment stands: in time, soon due, overdue, or paused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from engine.deadlines.calendar import Calendar
from engine.deadlines.counting import working_time_between


class DueState(StrEnum):
    """The lights of an inbox, each with its words."""

    no_limit = "no_limit"
    in_time = "in_time"
    due_soon = "due_soon"
    overdue = "overdue"
    paused = "paused"

    @property
    def vietnamese(self) -> str:
        return LABELS[self]


LABELS = {
    DueState.no_limit: "Không có thời hạn",
    DueState.in_time: "Còn hạn",
    DueState.due_soon: "Sắp đến hạn",
    DueState.overdue: "Quá hạn",
    DueState.paused: "Tạm dừng",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Soon due: at most this much working time left, and at most this share of the whole."""

    working_hours: Decimal
    share: Decimal

    def near(self, whole: timedelta | None) -> timedelta:
        """How near counts as soon."""
        hours = timedelta(seconds=float(self.working_hours * 3600))
        return hours if whole is None else min(hours, whole * float(self.share))


def due_state(
    due: datetime | None,
    at: datetime,
    calendar: Calendar,
    thresholds: Thresholds,
    *,
    started_at: datetime | None = None,
    is_paused: bool = False,
) -> DueState:
    """The state to show; `started_at` brings in the share of the whole. A pause shows before anything else."""
    if is_paused:
        return DueState.paused
    if due is None:
        return DueState.no_limit
    if at > due:
        return DueState.overdue
    whole = None if started_at is None else working_time_between(started_at, due, calendar)
    left = working_time_between(at, due, calendar)
    return DueState.due_soon if left <= thresholds.near(whole) else DueState.in_time
