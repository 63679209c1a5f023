"""Reports: how dossiers stand, by unit."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from engine.deadlines import VIETNAM
from engine.reports.situation import Line, situation, total_of
from web.doors import for_roles
from web.forms.typed import NotReadable, read_date
from web.reading import house, reading

blueprint = Blueprint("reports", __name__, url_prefix="/reports")

DAYS = 30


@blueprint.get("")
@for_roles("auditor", "control_officer", "administrator", "unit_head", "signer")
def reports() -> ResponseReturnValue:
    """The situation of the units this officer may see, in the columns of form II.06a."""
    with reading() as connection:
        now = house().calendar.local(house().clock.now(connection))
        since, until, error = period(now)
        lines = situation(connection, since, until)
    names = house().directory
    return render_template(
        "reports/situation.html",
        since=since.date(),
        until=(until - timedelta(microseconds=1)).date(),
        error=error,
        lines=[told(line, names.name(line.unit_code)) for line in lines],
        total=told(total_of(lines), "Tổng số"),
    )


def period(now: datetime) -> tuple[datetime, datetime, str]:
    """From and to (that day included) as typed, else the last thirty days; and what was wrong."""
    usual = now - timedelta(days=DAYS), now + timedelta(days=1), ""
    typed = request.args.get("since", ""), request.args.get("until", "")
    midnight = datetime.combine
    if not any(typed):
        since, until, _ = usual
        return midnight(since.date(), time(), VIETNAM), midnight(until.date(), time(), VIETNAM), ""
    try:
        first, last = (datetime.fromisoformat(read_date(text)).date() for text in typed)
    except NotReadable:
        since, until, _ = usual
        sentence = "Ngày phải ở dạng dd/mm/yyyy, ví dụ 01/11/2026."
        return midnight(since.date(), time(), VIETNAM), midnight(until.date(), time(), VIETNAM), sentence
    if last < first:
        first, last = last, first
    return midnight(first, time(), VIETNAM), midnight(last + timedelta(days=1), time(), VIETNAM), ""


def told(line: Line, name: str) -> dict[str, object]:
    """A line as the page shows it."""
    share = line.on_time_share
    return {
        "name": name,
        "figures": [
            line.received, line.online, line.other, line.carried, line.resolved, line.early, line.on_time, line.late,
            line.being_resolved, line.open_in_time, line.open_late,
        ],
        "share": None if share is None else round(share, 1),
    }  # fmt: skip
