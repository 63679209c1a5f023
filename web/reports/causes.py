"""Why dossiers were late (form II.07a), and how many procedures there are (form II.07b)."""

from __future__ import annotations

from datetime import timedelta

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from engine.reports.lateness_causes import lateness_causes
from engine.reports.procedure_counts import procedure_counts
from web import sheets
from web.doors import for_roles
from web.reading import house, reading
from web.reports.frame import HEADS, asked_period, blueprint, tabs

SUMS = ("total", "province", "commune", "received", "online", "processes")


@blueprint.get("/causes", endpoint="causes")
@for_roles(*HEADS)
def page() -> ResponseReturnValue:
    """Both tables."""
    with reading() as connection:
        asked = asked_period(house().clock.now(connection))
        found = lateness_causes(house(), connection, asked.since, asked.until + timedelta(days=1))
        counts = procedure_counts(connection)
    names = house().directory
    return render_template(
        "reports/causes.html",
        tabs=tabs("reports.causes"),
        period=asked.fields,
        causes=[
            {
                "unit": names.name(one.unit_code),
                "step": one.step,
                "finished": one.finished,
                "open": one.open,
                "over": one.over_in_words,
            }
            for one in found
        ],
        fields=[{"name": one.field, "figures": [getattr(one, name) for name in SUMS]} for one in counts],
        total=[sum(getattr(one, name) for one in counts) for name in SUMS],
        csv_url=url_for("reports.causes_csv", since=asked.words["since"], until=asked.words["until"]),
    )


@blueprint.get("/causes.csv", endpoint="causes_csv")
@for_roles(*HEADS)
def csv() -> ResponseReturnValue:
    """Causes for a spreadsheet."""
    with reading() as connection:
        asked = asked_period(house().clock.now(connection))
        found = lateness_causes(house(), connection, asked.since, asked.until + timedelta(days=1))
    names = house().directory
    columns = ("Đơn vị", "Bước vượt thời hạn", "Hồ sơ giải quyết quá hạn", "Hồ sơ đang quá hạn", "Tổng thời gian vượt")
    rows = ((names.name(one.unit_code), one.step, one.finished, one.open, one.over_in_words) for one in found)
    return sheets.sheet(columns, rows, "nguyen-nhan-qua-han")
