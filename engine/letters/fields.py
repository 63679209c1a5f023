"""From what an act knows to what a template prints: only declared fields pass, each checked and put into Vietnamese."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from engine.errors import FormRefused, InputError
from engine.letters.form import Field, Form
from engine.letters.words import amount_in_digits, amount_in_words

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
NOTHING: tuple[Any, ...] = (None, "", [], ())


class WorkingDays(Protocol):
    """What a calendar must answer before a letter promises a day."""

    def is_working_day(self, day: date) -> bool: ...


class _Problems:
    """Collects every fault, so that the officer mends the letter once."""

    def __init__(self) -> None:
        self.by_path: dict[str, str] = {}

    def add(self, path: str, sentence: str) -> None:
        self.by_path.setdefault(path, sentence)


def printable(
    form: Form, data: Mapping[str, Any], *, is_preview: bool = False, calendar: WorkingDays | None = None
) -> dict[str, Any]:
    """Check `data` against the form and shape it for the template; FormRefused names everything missing or wrong."""
    problems = _Problems()
    shaped: dict[str, Any] = {}
    columns: dict[str, list[Field]] = {}
    for field in form.fields.values():
        table, is_column, _ = field.path.partition("[].")
        if is_column:
            columns.setdefault(table, []).append(field)
    for field in form.fields.values():
        if "[]." in field.path:
            continue
        value = _at(data, field.path)
        if value in NOTHING and is_preview and field.placeholder is not None:
            value = field.placeholder
        if value in NOTHING:
            if not field.is_optional and _is_asked(field, data):
                problems.add(field.path, f"Thiếu {field.name}.")
            _put(shaped, field.path, [] if field.kind == "table" else None)
        elif field.kind == "table":
            _put(shaped, field.path, _rows(field, columns.get(field.path, []), value, problems))
        else:
            _put(shaped, field.path, _shaped(field, field.path, value, problems))
    _check_days(form, data, calendar, problems)
    if problems.by_path:
        raise FormRefused(f"{form.title}: {' '.join(problems.by_path.values())}", errors=problems.by_path)
    return shaped


def _is_asked(field: Field, data: Mapping[str, Any]) -> bool:
    return field.asked_when is None or _at(data, field.asked_when[0]) in field.asked_when[1]


def _rows(field: Field, columns: list[Field], value: Any, problems: _Problems) -> list[Any]:
    if isinstance(value, str | Mapping) or not hasattr(value, "__iter__"):
        problems.add(field.path, f"{field.name} phải là một danh sách.")
        return []
    if not columns:
        return [clean(str(line)) for line in value]
    rows: list[Any] = []
    for number, given in enumerate(value, start=1):
        row: dict[str, Any] = {}
        for column in columns:
            name = column.path.partition("[].")[2]
            path = f"{field.path}[{number}].{name}"
            cell = _at(given, name) if isinstance(given, Mapping) else None
            if cell in NOTHING:
                if not column.is_optional:
                    problems.add(path, f"Thiếu {column.name} ở dòng {number}.")
                _put(row, name, None)
            else:
                _put(row, name, _shaped(column, path, cell, problems))
        rows.append(row)
    return rows


def _shaped(field: Field, path: str, value: Any, problems: _Problems) -> Any:
    try:
        return _SHAPES[field.kind](field, value)
    except (ValueError, TypeError, InputError) as error:
        problems.add(path, f"{field.name} không hợp lệ: {error}.")
        return None


def _text(_: Field, value: Any) -> str:
    if isinstance(value, Mapping | list | tuple):
        raise TypeError("phải là chữ")
    return clean(str(value))


def clean(text: str) -> str:
    """Precomposed letters (TCVN 6909:2001), no control or invisible direction characters; line breaks stay."""
    composed = unicodedata.normalize("NFC", text.replace("\t", " "))
    return "".join(char for char in composed if char == "\n" or unicodedata.category(char) not in {"Cc", "Cf"}).strip()


def _choice(field: Field, value: Any) -> str:
    if value not in field.choices:
        raise ValueError(f"chỉ nhận một trong {', '.join(field.choices)}")
    return str(value)


def _count(_: Field, value: Any) -> int:
    if isinstance(value, bool) or int(value) != value or value < 0:
        raise ValueError("phải là số nguyên không âm")
    return int(value)


def _money(field: Field, value: Any) -> dict[str, str]:
    amount = _count(field, value)
    return {"digits": amount_in_digits(amount), "words": amount_in_words(amount)}


def _flag(_: Field, value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("phải là đúng hoặc sai")
    return value


def read_date(value: Any) -> date:
    """A date out of a date, a moment or their ISO text; a moment counts as its day in Vietnam."""
    if isinstance(value, datetime) or (isinstance(value, str) and "T" in value):
        return read_moment(value).date()
    return value if isinstance(value, date) else date.fromisoformat(value)


def read_moment(value: Any) -> datetime:
    """An aware moment in Vietnam's time out of a datetime or ISO text."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("thời điểm phải có múi giờ")
    return moment.astimezone(VIETNAM)


def _date(_: Field, value: Any) -> dict[str, int]:
    day = read_date(value)
    return {"day": day.day, "month": day.month, "year": day.year}


def _moment(_: Field, value: Any) -> dict[str, int]:
    moment = read_moment(value)
    return {
        "hour": moment.hour,
        "minute": moment.minute,
        "second": moment.second,
        "day": moment.day,
        "month": moment.month,
        "year": moment.year,
    }


_SHAPES: Mapping[str, Callable[[Field, Any], Any]] = {
    "text": _text,
    "choice": _choice,
    "count": _count,
    "money": _money,
    "flag": _flag,
    "date": _date,
    "moment": _moment,
}


def _check_days(form: Form, data: Mapping[str, Any], calendar: WorkingDays | None, problems: _Problems) -> None:
    for field in form.fields.values():
        value = _at(data, field.path) if "[]." not in field.path else None
        if value in NOTHING or field.path in problems.by_path:
            continue
        if calendar is not None and field.is_open_day and not calendar.is_working_day(read_date(value)):
            problems.add(field.path, f"{field.name} ({read_date(value):%d/%m/%Y}) là ngày nghỉ.")
        earlier = _at(data, field.after) if field.after else None
        read = read_moment if _is_moment(form, field) else read_date
        if earlier not in NOTHING and field.after not in problems.by_path and read(value) <= read(earlier):
            problems.add(field.path, f"{field.name} phải sau {form.fields[field.after or ''].name}.")


def _is_moment(form: Form, field: Field) -> bool:
    """Two moments are compared to the minute: some results are given on the day of reception."""
    return field.kind == "moment" and field.after is not None and form.fields[field.after].kind == "moment"


def _at(data: Any, path: str) -> Any:
    for key in path.split("."):
        if not isinstance(data, Mapping):
            return None
        data = data.get(key)
    return data


def _put(target: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for key in parents:
        target = target.setdefault(key, {})
    target[last] = value
