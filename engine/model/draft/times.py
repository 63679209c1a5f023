"""Times of step tables as limits: out of cells, added up in working hours, in words and as BPMN durations."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from engine.deadlines.limits import HOURS_A_DAY, Limit, LimitUnit
from engine.errors import InputError

_NAMES = {
    "day": LimitUnit.working_day,
    "working_day": LimitUnit.working_day,
    "calendar_day": LimitUnit.day,
    "plain_day": LimitUnit.day,
    "hour": LimitUnit.hour,
    "month": LimitUnit.month,
}
_WORDS = {
    LimitUnit.working_day: "ngày",
    LimitUnit.day: "ngày (kể cả ngày nghỉ)",
    LimitUnit.hour: "giờ",
    LimitUnit.month: "tháng",
}


def read_limit(value: object, unit: LimitUnit, where: str) -> Limit | None:
    """A limit from a number; zero, nothing and -1 ("no fixed limit") are None, other negatives are refused."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise InputError(f"{where}: thời gian không phải là số.")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise InputError(f"{where}: thời gian “{value}” không phải là số.") from None
    if not number.is_finite():
        raise InputError(f"{where}: thời gian “{value}” không hợp lý.")
    if number < 0 and number != -1:
        raise InputError(f"{where}: thời gian không được âm ({spelled(number)}).")
    try:
        return Limit(number, unit) if number > 0 else None
    except InputError as error:
        raise InputError(f"{where}: {error.message[:1].lower()}{error.message[1:]}") from None


def read_unit_name(name: object, where: str) -> LimitUnit:
    """The unit of a limit from its English name; days are working days unless said otherwise."""
    if name in (None, ""):
        return LimitUnit.working_day
    if name not in _NAMES:
        raise InputError(f"{where}: đơn vị thời gian “{name}” không có (day, working_day, calendar_day, hour, month).")
    return _NAMES[str(name)]


def hours_of(limit: Limit | None) -> Decimal | None:
    """Working hours; None without a limit, and for plain days and months, which no sum of hours can be held against."""
    if limit is None or limit.unit in (LimitUnit.day, LimitUnit.month):
        return None
    return limit.value * (HOURS_A_DAY if limit.unit is LimitUnit.working_day else 1)


def add_up(limits: Iterable[Limit | None]) -> Decimal:
    """Working hours of all; 0 when there are none, or when some cannot be turned into hours."""
    hours = [hours_of(limit) for limit in limits if limit is not None]
    return Decimal(0) if None in hours else sum((hour for hour in hours if hour), Decimal(0))


def days(hours: Decimal) -> Limit:
    """Working hours above zero as working days."""
    return Limit(hours / HOURS_A_DAY, LimitUnit.working_day)


def in_words(limit: Limit) -> str:
    """As captions write it: "3 ngày", "0,5 ngày"."""
    return f"{spelled(limit.value)} {_WORDS[limit.unit]}"


def duration(limit: Limit) -> str:
    """ISO 8601 for a BPMN timer: in working time P1D is eight hours and half a day PT4H."""
    hours = hours_of(limit)
    if hours is None:
        return f"P{limit.whole}{'M' if limit.unit is LimitUnit.month else 'D'}"
    whole_days, rest = divmod(hours, HOURS_A_DAY)
    minutes = int((rest % 1) * 60)
    time = (f"{int(rest)}H" if int(rest) else "") + (f"{minutes}M" if minutes else "")
    return "P" + (f"{int(whole_days)}D" if whole_days else "") + (f"T{time}" if time else "")


def spelled(value: Decimal) -> str:
    """A number as Vietnamese writes it: 0,5."""
    return f"{value.normalize():f}".replace(".", ",")
