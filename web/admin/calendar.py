"""The working calendar: seen as a year, edited as a draft, published with a look at every date that would move."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.catalogue.calendars import (
    discard_draft,
    publish_calendar,
    published_calendars,
    read_draft,
    save_draft,
)
from engine.deadlines import Calendar, CalendarDay
from engine.errors import CalendarMoved, InputError
from engine.reports.moved_dates import DateMove, moves_if
from web.admin.calendar_forms import DAY, HOURS, TypedForm, day_to_edit, read_day, read_hours, typed_date, typed_form
from web.admin.calendar_words import STATUSES, months, told_day, told_draft, told_hours
from web.doors import for_roles
from web.flashes import tell
from web.reading import house, officer, reading
from web.sheets import sheet
from web.templating import local

blueprint = Blueprint("calendar", __name__, url_prefix="/admin/calendar")

SHOWN = 200
"""How many moved dates the page lists; the file has them all."""


@blueprint.get("")
@for_roles("administrator", "auditor", "control_officer", "iso_appraiser")
def year() -> ResponseReturnValue:
    """One year of the draft, or of the version in force while nothing is changed; `day` opens its form."""
    return year_page(request.args.get("year", type=int))


def year_page(shown: int | None, *, day: TypedForm | None = None, hours: TypedForm | None = None) -> str:
    """The page of a year, with what was typed into its forms."""
    with reading() as connection:
        draft = read_draft(connection, house().calendars)
        newest = house().calendars.newest(connection)
        versions = published_calendars(connection)
        today = local(house().clock.now(connection)).date()
    asked = next((one for one in draft.calendar.days if one.on.isoformat() == request.args.get("day")), None)
    shown = min(max(shown or today.year, 2011), 2048)
    return render_template(
        "admin/calendar.html",
        year=shown,
        years=(shown - 1, shown + 1),
        months=months(draft.calendar, newest, shown, today),
        days=[told_day(one) for one in draft.calendar.days if one.on.year == shown],
        hours=told_hours(draft.calendar),
        units=[{"code": one.code, "name": one.name} for one in house().directory.units.values() if not one.is_external],
        statuses=STATUSES,
        draft=told_draft(draft, newest),
        versions=[
            {
                "version": one.calendar.version,
                "published_at": one.published_at,
                "by": one.published_by,
                "note": one.note,
                "is_current": one.superseded_at is None,
            }
            for one in versions
        ],
        is_editor=officer().actor.has_role("administrator"),
        day_form=day or (day_to_edit(asked) if asked is not None else TypedForm(values=DAY)),
        hours_form=hours or TypedForm(values=HOURS),
    )


@blueprint.post("/days")
@for_roles("administrator")
def set_day() -> ResponseReturnValue:
    """Add a day off, a make-up day or a half day; or take a row away."""
    try:
        if request.form.get("_act") == "remove":
            on = typed_date(request.form.get("on", ""))
            done = f"Đã bỏ ngày {on:%d/%m/%Y} khỏi bản đang sửa."
            return edited(lambda calendar: without_day(calendar, on), on.year, done)
        row = read_day(request.form)
        done = f"Đã ghi ngày {row.on:%d/%m/%Y} vào bản đang sửa."
        return edited(lambda calendar: with_day(calendar, row), row.on.year, done)
    except (InputError, CalendarMoved) as wrong:
        return year_page(shown_year("on"), day=typed_form(DAY, request.form, wrong)), status_of(wrong)


@blueprint.post("/hours")
@for_roles("administrator")
def set_hours() -> ResponseReturnValue:
    """Office hours of a unit, or of all without their own, from a day on; or take a row away."""
    try:
        if request.form.get("_act") == "remove":
            since, unit = typed_date(request.form.get("since", "")), request.form.get("unit", "")
            return edited(lambda one: without_hours(one, since, unit), since.year, "Đã bỏ giờ làm việc này.")
        row = read_hours(request.form)
        return edited(
            lambda one: replace(one, office_hours=(*without_hours(one, row.since, row.unit).office_hours, row)),
            row.since.year,
            "Đã ghi giờ làm việc vào bản đang sửa.",
        )
    except (InputError, CalendarMoved) as wrong:
        return year_page(shown_year("since"), hours=typed_form(HOURS, request.form, wrong)), status_of(wrong)


def shown_year(name: str) -> int | None:
    """The year of a typed date, when it is one."""
    try:
        return typed_date(request.form.get(name, "")).year
    except InputError:
        return None


def status_of(wrong: Exception) -> int:
    """Something to correct, or somebody else's change in between."""
    return 409 if isinstance(wrong, CalendarMoved) else 422


@blueprint.get("/preview")
@for_roles("administrator")
def preview() -> ResponseReturnValue:
    """Every open dossier whose date would move, with both dates; and the button that publishes."""
    return preview_page()


def preview_page(wrong: InputError | CalendarMoved | None = None) -> ResponseReturnValue:
    """The page; what was typed is in it again, with what is wrong."""
    with reading() as connection:
        draft = read_draft(connection, house().calendars)
        newest = house().calendars.newest(connection)
        moves = list(moves_if(house(), connection, draft.calendar)) if draft.revision else []
    if not draft.revision:
        tell("Chưa có thay đổi nào trong lịch.", "info")
        return redirect(url_for("calendar.year"))
    if request.args.get("format") == "csv":
        return as_csv(moves)
    page = render_template(
        "admin/calendar_preview.html",
        draft=told_draft(draft, newest),
        count=len(moves),
        moves=[
            {
                "code": one.code,
                "url": url_for("dossier.page", code=one.code),
                "procedure": one.procedure_name,
                "unit": house().directory.name(one.unit_code),
                "legal_from": one.legal_from,
                "legal_to": one.legal_to,
                "promised_from": one.promised_from if one.promised_from != one.promised_to else None,
                "promised_to": one.promised_to,
                "is_earlier": bool(one.legal_from and one.legal_to and one.legal_to < one.legal_from),
            }
            for one in moves[:SHOWN]
        ],
        csv_url=url_for("calendar.preview", format="csv"),
        revision=draft.revision,
        note=request.form.get("note", "")[:1000],
        error=wrong.message if wrong is not None else "",
    )
    return (page, status_of(wrong)) if wrong is not None else page


@blueprint.post("/publish")
@for_roles("administrator")
def publish() -> ResponseReturnValue:
    """Make the draft the version in force; the worker recomputes what is open."""
    try:
        with house().store.transaction(role="worker") as connection:
            calendar = publish_calendar(
                connection,
                house().calendars,
                revision=request.form.get("_revision", 0, type=int),
                by=officer().name,
                note=request.form.get("note", ""),
                at=house().clock.now(connection),
            )
    except (InputError, CalendarMoved) as wrong:
        return preview_page(wrong)
    tell(f"Đã công bố lịch làm việc phiên bản {calendar.version}. Hạn của hồ sơ đang mở được tính lại ngay.")
    return redirect(url_for("calendar.year"), 303)


@blueprint.post("/discard")
@for_roles("administrator")
def discard() -> ResponseReturnValue:
    """Forget what was edited."""
    with house().store.transaction(role="worker") as connection:
        discard_draft(connection, house().calendars)
    tell("Đã bỏ các thay đổi chưa công bố.")
    return redirect(url_for("calendar.year"), 303)


def edited(change: Callable[[Calendar], Calendar], shown: int, sentence: str) -> ResponseReturnValue:
    """Change the draft; somebody else's change in between is told, and nothing is lost."""
    with house().store.transaction(role="worker") as connection:
        draft = read_draft(connection, house().calendars)
        save_draft(
            connection,
            house().calendars,
            change(draft.calendar),
            revision=request.form.get("_revision", -1, type=int),
            by=officer().name,
        )
    tell(sentence)
    return redirect(url_for("calendar.year", year=shown), 303)


def without_day(calendar: Calendar, on: date) -> Calendar:
    """Without the row of this date: the weekday decides again."""
    return replace(calendar, days=tuple(one for one in calendar.days if one.on != on))


def with_day(calendar: Calendar, row: CalendarDay) -> Calendar:
    """With this row in place of what the date had."""
    days = (*without_day(calendar, row.on).days, row)
    return replace(calendar, days=tuple(sorted(days, key=lambda one: one.on)))


def without_hours(calendar: Calendar, since: date, unit: str) -> Calendar:
    """Without this row of office hours."""
    kept = tuple(one for one in calendar.office_hours if (one.since, one.unit) != (since, unit))
    return replace(calendar, office_hours=kept)


def as_csv(moves: Iterable[DateMove]) -> Response:
    """The preview as a file."""
    head = ("Mã hồ sơ", "Thủ tục", "Đơn vị chủ trì", "Hạn hiện nay", "Hạn mới", "Hẹn trả hiện nay", "Hẹn trả mới")
    units = house().directory
    rows = ((one.code, one.procedure_name, units.name(one.unit_code), *dates_of(one)) for one in moves)
    return sheet(head, rows, "du-kien-thay-doi-han")


def dates_of(move: DateMove) -> tuple[datetime | None, ...]:
    """The four dates of a line."""
    return move.legal_from, move.legal_to, move.promised_from, move.promised_to
