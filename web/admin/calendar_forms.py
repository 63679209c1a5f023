"""The two forms of the calendar page, a day and a unit's hours: what was typed, and what is wrong at which field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TypeVar

from engine.deadlines import CalendarDay, DayKind, HoursInForce, OfficeHours
from engine.deadlines.calendar import Sessions, parse_sessions, write_sessions
from engine.errors import FormRefused, InputError
from web.admin.calendar_words import NAMED, STATUSES
from web.forms.typed import NotReadable, read_date
from web.reading import house

DAY = {"on": "", "kind": "off", "name": "", "hours": "", "source": "", "status": "seen"}
HOURS = {
    "unit": "", "since": "", "weekday": "07:00-11:30, 13:30-17:00", "saturday": "", "makeup": "", "cutoff": "",
    "source": "",
}  # fmt: skip
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedForm:
    """A form as its page shows it. `message`: what is wrong with none of the fields in particular."""

    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    is_open: bool = False


def typed_form(names: Mapping[str, str], form: Mapping[str, str], refused: Exception | None = None) -> TypedForm:
    """What was sent, to be shown again."""
    values = {name: form.get(name, default)[:300] for name, default in names.items()}
    errors = refused.errors if isinstance(refused, FormRefused) else {}
    message = "" if errors or refused is None else str(getattr(refused, "message", refused))
    return TypedForm(values=values, errors=errors, message=message, is_open=True)


def day_to_edit(day: CalendarDay) -> TypedForm:
    """The form with a day that the calendar has."""
    values = DAY | {
        "on": f"{day.on:%d/%m/%Y}",
        "kind": "off" if day.kind is DayKind.off else "work",
        "name": day.name,
        "hours": ", ".join(write_sessions(day.hours)) if day.hours else "",
        "source": day.source,
        "status": day.status,
    }
    return TypedForm(values=values, is_open=True)


def read_day(form: Mapping[str, str]) -> CalendarDay:
    """The day that was typed. Raises FormRefused with a sentence for each field that is wrong."""
    errors: dict[str, str] = {}
    is_off = form.get("kind") == "off"
    on = _read(errors, "on", lambda: typed_date(form.get("on", "")))
    hours = None if is_off else _read(errors, "hours", lambda: _sessions(form.get("hours", "")))
    name = _filled(errors, form, "name", "Ghi tên ngày.")
    source = _filled(errors, form, "source", "Ghi căn cứ: số văn bản, cơ quan ban hành.")
    if on is None or errors:
        raise FormRefused(errors=errors)
    return CalendarDay(
        on=on,
        kind=DayKind.off if is_off else DayKind.work,
        name=name[:200],
        status=form["status"] if form.get("status") in STATUSES else "seen",
        source=source[:300],
        is_in_force=True,
        hours=hours or None,
    )


def read_hours(form: Mapping[str, str]) -> HoursInForce:
    """The office hours that were typed. Raises FormRefused with a sentence for each field that is wrong."""
    errors: dict[str, str] = {}
    unit, cutoff = form.get("unit", ""), form.get("cutoff", "").strip()
    if unit and unit not in house().directory.units:
        errors["unit"] = "Không có đơn vị này."
    since = _read(errors, "since", lambda: typed_date(form.get("since", "")))
    body: dict[str, list[str]] = {}
    for name in NAMED:
        rows = _read(errors, name, partial(_hours_of, name, form.get(name, "")))
        body |= {name: rows} if rows else {}
    if not body.get("weekday"):
        errors.setdefault("weekday", "Ghi giờ làm việc từ thứ Hai tới thứ Sáu.")
    if cutoff:
        _read(errors, "cutoff", lambda: OfficeHours.from_json({"cutoff": cutoff}))
    source = _filled(errors, form, "source", "Ghi căn cứ: số văn bản, cơ quan ban hành.")
    if since is None or errors:
        raise FormRefused(errors=errors)
    hours = OfficeHours.from_json(body | ({"cutoff": cutoff} if cutoff else {}))
    return HoursInForce(since=since, unit=unit, hours=hours, source=source[:300])


def typed_date(text: str) -> date:
    """A date as typed; InputError says what a date looks like."""
    try:
        return date.fromisoformat(read_date(text))
    except (NotReadable, ValueError) as error:
        raise InputError("Ngày phải ở dạng dd/mm/yyyy, ví dụ 24/11/2026.") from error


def _hours_of(name: str, text: str) -> list[str]:
    rows = write_sessions(_sessions(text))
    OfficeHours.from_json({name: rows} if rows else {})
    return rows


def _sessions(text: str) -> Sessions:
    """07:00-11:30, 13:30-17:00 as typed."""
    return parse_sessions([one for one in re.split(r"[,;\s]+(?=\d)", text.strip()) if one])


def _filled(errors: dict[str, str], form: Mapping[str, str], name: str, otherwise: str) -> str:
    text = form.get(name, "").strip()
    if not text:
        errors[name] = otherwise
    return text


def _read(errors: dict[str, str], name: str, read: Callable[[], Read]) -> Read | None:
    try:
        return read()
    except InputError as error:
        errors.setdefault(name, error.message)
        return None
