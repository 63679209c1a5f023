"""How dossiers stand: form II.06 by unit or by field, with what still waits for a written explanation."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from engine.letters import render
from engine.reports.situation import Line, Rows, situation, total_of
from web import sheets
from web.doors import for_roles
from web.reading import house, officer, reading
from web.reports import frame
from web.reports.frame import Asked, asked_period, blueprint, my_units, tabs

LEVELS = {"": "Mọi cấp", "province": "Cấp tỉnh", "commune": "Cấp xã"}
ROWS: dict[str, Rows] = {"unit": "unit", "field": "field"}
FIGURES = ("received", "online", "other", "carried", "resolved", "early", "on_time", "late", "being_resolved",
           "open_in_time", "open_late")  # fmt: skip
COLUMNS = ("Tiếp nhận: tổng số", "Trực tuyến", "Trực tiếp, bưu chính", "Kỳ trước", "Đã giải quyết: tổng số",
           "Trước hạn", "Đúng hạn", "Quá hạn", "Đang giải quyết: tổng số", "Trong hạn", "Đang quá hạn",
           "Chốt số liệu")  # fmt: skip


@blueprint.get("")
def reports() -> ResponseReturnValue:
    """The situation of the units this officer may see, in the columns of form II.06; others get their first book."""
    if not frame.may_see(frame.HEADS):
        mine = tabs("")
        return redirect(str(mine[0]["url"]) if mine else url_for("home.home"))
    with reading() as connection:
        now = house().clock.now(connection)
        asked = asked_period(now)
        lines = read_lines(connection, asked)
    is_over = asked.ends_at <= now
    return render_template(
        "reports/situation.html",
        tabs=tabs("reports.reports"),
        period=asked.fields,
        rows=wanted_rows(),
        unit=request.args.get("unit", ""),
        units=[{"code": one.code, "name": one.name} for one in my_units()],
        level=wanted_level(),
        levels=LEVELS,
        periods=usual_periods(house().calendar.local(now).date()),
        lines=[told(line, name_of(line), is_over=is_over) for line in lines],
        total=told(total_of(lines), "Tổng số", is_over=is_over),
        pdf_url=url_for("reports.situation_pdf", **kept(asked)),
        csv_url=url_for("reports.situation_csv", **kept(asked)),
    )


@blueprint.get("/situation.pdf")
@for_roles(*frame.HEADS)
def situation_pdf() -> ResponseReturnValue:
    """The form, printed."""
    with reading() as connection:
        now = house().clock.now(connection)
        asked = asked_period(now)
        lines = read_lines(connection, asked)
    is_over = asked.ends_at <= now
    data = {
        "letterhead": letterhead(),
        "date": house().calendar.local(now).date().isoformat(),
        "form_number": "II.06a",
        "scope": scope_in_words(),
        "rows_title": "Lĩnh vực" if wanted_rows() == "field" else "Đơn vị",
        "since": asked.since.isoformat(),
        "until": asked.until.isoformat(),
        "rows": [
            {"name": name, "note": told(line, name, is_over=is_over)["note"]}
            | {figure: getattr(line, figure) for figure in FIGURES}
            for line, name in [*((line, name_of(line)) for line in lines), (total_of(lines), "Tổng số")]
        ],
    }
    return sheets.pdf(render("situation_report", data), "tinh-hinh-giai-quyet")


@blueprint.get("/situation.csv")
@for_roles(*frame.HEADS)
def situation_csv() -> ResponseReturnValue:
    """The figures for a spreadsheet."""
    with reading() as connection:
        now = house().clock.now(connection)
        asked = asked_period(now)
        lines = read_lines(connection, asked)
    is_over = asked.ends_at <= now
    rows = [
        [name, *(getattr(line, figure) for figure in FIGURES), told(line, name, is_over=is_over)["note"]]
        for line, name in [*((line, name_of(line)) for line in lines), (total_of(lines), "Tổng số")]
    ]
    return sheets.sheet(("Đơn vị, lĩnh vực", *COLUMNS), rows, "tinh-hinh-giai-quyet")


def read_lines(connection: Connection, asked: Asked) -> list[Line]:
    """The lines of the request's rows, unit and level."""
    unit = request.args.get("unit", "")[:40]
    return list(
        situation(connection, asked.begins_at, asked.ends_at, rows=wanted_rows(), unit_code=unit, level=wanted_level())
    )


def wanted_rows() -> Rows:
    """By unit, or by field."""
    return ROWS.get(request.args.get("rows", ""), "unit")


def wanted_level() -> str:
    """The level asked for, or every level."""
    level = request.args.get("level", "")
    return level if level in LEVELS else ""


def kept(asked: Asked) -> dict[str, Any]:
    """The request's choices, for the addresses of its files."""
    chosen = {"rows": wanted_rows(), "unit": request.args.get("unit", ""), "level": wanted_level()}
    return asked.words | {name: value for name, value in chosen.items() if value}


def name_of(line: Line) -> str:
    """What a line is about."""
    return house().directory.name(line.key) if wanted_rows() == "unit" else line.key


def scope_in_words() -> str:
    """Whose figures these are, under the form's title."""
    unit = request.args.get("unit", "")
    if unit:
        return house().directory.name(unit)
    return LEVELS[wanted_level()] if wanted_level() else "Các đơn vị trong phạm vi theo dõi"


def letterhead() -> dict[str, str]:
    """Of the unit the report is about, else of the reader's own."""
    seats = officer().acting_seats
    code = request.args.get("unit", "") or (seats[0].unit_code if seats else "")
    units = house().directory.units
    return dict(units[code].letterhead) if code in units else {"agency": "Một Cửa", "place": "…"}


def usual_periods(today: date) -> list[dict[str, str]]:
    """This month, the month before, and the reporting quarter and year of NĐ 09/2019 (from the 15th)."""
    month = today.replace(day=1)
    earlier = (month - timedelta(days=1)).replace(day=1)
    year = today.year + (today >= date(today.year, 12, 15))
    ends = [date(year - 1, 12, 15), *(date(year, last, 15) for last in (3, 6, 9, 12))]
    quarter = next(number for number in range(1, 5) if today < ends[number])
    spans = (
        ("Tháng này", month, today),
        (f"Tháng {earlier:%m/%Y}", earlier, month - timedelta(days=1)),
        (f"Quý {('I', 'II', 'III', 'IV')[quarter - 1]}/{year}", ends[quarter - 1], ends[quarter] - timedelta(days=1)),
        (f"Năm {year}", ends[0], ends[4] - timedelta(days=1)),
    )
    return [
        {"title": title, "url": url_for("reports.reports", **kept(Asked(since=since, until=until)))}
        for title, since, until in spans
    ]


def told(line: Line, name: str, *, is_over: bool) -> dict[str, object]:
    """A line as the page shows it. A figure is final when its period is over and no explanation is owed for it."""
    share = line.on_time_share
    note = f"Chưa chốt: còn {line.owed} giải trình" if line.owed else ("Đã đủ giải trình" if is_over else "Chưa hết kỳ")
    return {
        "name": name,
        "figures": [getattr(line, figure) for figure in FIGURES],
        "share": None if share is None else round(share, 1),
        "note": note,
        "is_final": is_over and not line.owed,
    }
