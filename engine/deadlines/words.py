"""Working time in the words officials use: "còn 2 ngày 3 giờ", "quá 1 ngày"."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.deadlines.calendar import Calendar
from engine.deadlines.counting import working_time_between
from engine.deadlines.limits import HOURS_A_DAY


def duration_in_words(working: timedelta) -> str:
    """The two largest parts that are not nothing, days being of eight hours; never less than a minute."""
    minutes = max(int(working.total_seconds()) // 60, 1)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, HOURS_A_DAY)
    parts = [(days, "ngày"), (hours, "giờ")] if days else [(hours, "giờ"), (minutes, "phút")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number)


def remaining_in_words(due: datetime, at: datetime, calendar: Calendar) -> str:
    """How far a due moment is, in working time: "còn 2 ngày 3 giờ", "đến hạn", "quá 1 ngày"."""
    if at == due:
        return "đến hạn"
    working = working_time_between(at, due, calendar)
    if at < due:
        return f"còn {duration_in_words(working)}"
    return f"quá {duration_in_words(-working)}" if working else "quá hạn"
