"""A calendar as its page shows it: twelve months, rows in words, what a draft changes."""

from __future__ import annotations

from calendar import Calendar as Weeks
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import url_for

from engine.catalogue.calendars import CalendarDraft, changes_between
from engine.deadlines import Calendar, CalendarDay, DayKind, HoursInForce
from engine.deadlines.calendar import write_sessions
from web.reading import house

STATUSES = {
    "seen": "Đã đối chiếu văn bản",
    "statutory": "Theo luật, đã tính ngày",
    "memory": "Theo trí nhớ, cần đối chiếu",
    "open": "Chưa có quyết định",
}
NAMED = ("weekday", "saturday", "sunday", "makeup")
HOURS_WORDS = {"weekday": "Thứ Hai tới thứ Sáu", "saturday": "Thứ Bảy", "sunday": "Chủ nhật", "makeup": "Ngày làm bù"}


def months(draft: Calendar, newest: Calendar, shown: int, today: date) -> list[dict[str, Any]]:
    """Twelve grids of weeks, Monday first."""
    rows = {one.on: one for one in draft.days}
    return [
        {
            "title": f"Tháng {month}",
            "weeks": [
                [told_cell(draft, newest, rows.get(on), on, today) if on.month == month else None for on in week]
                for week in Weeks().monthdatescalendar(shown, month)
            ],
        }
        for month in range(1, 13)
    ]


def told_cell(draft: Calendar, newest: Calendar, row: CalendarDay | None, on: date, today: date) -> dict[str, Any]:
    """One date: does the house work, on whose word, has the draft changed it."""
    is_open = draft.is_working_day(on)
    kind = "work" if is_open else "off"
    if row is not None and row.is_in_force:
        kind = "holiday" if row.kind is DayKind.off else "makeup"
    words = {"work": "ngày làm việc", "off": "nghỉ hằng tuần", "holiday": "nghỉ", "makeup": "làm bù"}[kind]
    if row is not None and not row.is_in_force:
        words += ", chưa có quyết định nghỉ"
    if draft.sessions(on) and not is_open:
        words += ", có buổi làm việc"
    return {
        "day": on.day,
        "kind": kind,
        "is_open_question": row is not None and row.status in {"open", "memory"},
        "is_changed": draft.sessions(on) != newest.sessions(on),
        "is_today": on == today,
        "words": f"{on:%d/%m/%Y}: {words}" + (f", {row.name}" if row is not None and row.name else ""),
    }


def told_day(one: CalendarDay) -> dict[str, Any]:
    """One row of the table under the grids."""
    return {
        "on": one.on,
        "kind": "Nghỉ" if one.kind is DayKind.off else "Làm bù",
        "is_in_force": one.is_in_force,
        "hours": ", ".join(write_sessions(one.hours)) if one.hours else "",
        "name": one.name[:1].upper() + one.name[1:],
        "status": STATUSES.get(one.status, one.status),
        "is_sure": one.status == "seen" and bool(one.source),
        "edit_url": url_for("calendar.year", year=one.on.year, day=one.on.isoformat(), _anchor="day-form"),
        "source": one.source,
    }


def told_hours(calendar: Calendar) -> list[dict[str, Any]]:
    """Office hours, those of all units first."""
    first = HoursInForce(since=date(2010, 1, 1), hours=calendar.hours, source="Lịch kèm theo phần mềm")
    rows = sorted(calendar.office_hours, key=lambda one: (one.unit, one.since))
    return [
        {
            "unit": one.unit,
            "name": house().directory.name(one.unit) if one.unit else "Mọi đơn vị không có giờ riêng",
            "since": None if one is first else one.since,
            "hours": [
                {"title": HOURS_WORDS[name], "sessions": ", ".join(write_sessions(getattr(one.hours, name)))}
                for name in NAMED
                if getattr(one.hours, name)
            ],
            "cutoff": f"{one.hours.cutoff:%H:%M}" if one.hours.cutoff else "",
            "source": one.source,
        }
        for one in (first, *rows)
    ]


def told_draft(draft: CalendarDraft, newest: Calendar) -> dict[str, Any]:
    """What has been changed so far."""
    changes = changes_between(newest, draft.calendar)
    return {
        "revision": draft.revision,
        "version": draft.calendar.version if draft.revision else newest.version,
        "by": draft.edited_by,
        "changes": [told_change(one.before, one.after) for one in changes],
    }


def told_change(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> dict[str, str]:
    """One difference in words."""
    row = after or before or {}
    how = "Thêm" if before is None else "Bỏ" if after is None else "Sửa"
    if "date" in row:
        on = date.fromisoformat(str(row["date"]))
        kind = "ngày nghỉ" if row["kind"] == "off" else "ngày làm bù"
        return {
            "how": how,
            "what": f"{kind} {on:%d/%m/%Y}",
            "why": "; ".join(one for one in (row.get("name", ""), row.get("source", "")) if one),
        }
    since = date.fromisoformat(str(row["since"]))
    whose = house().directory.name(row.get("unit")) or "mọi đơn vị không có giờ riêng"
    return {"how": how, "what": f"giờ làm việc từ {since:%d/%m/%Y} của {whose}", "why": str(row.get("source", ""))}
