"""Pages of an inbox of a hundred thousand open tasks, read as an officer reads them: through the wall between units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text

from engine.reports.inbox import InboxFilter, cursor_after, inbox_counts, inbox_page
from web.bench.figures import Figure, median_ms
from web.bench.ground import UNIT, Ground

GOAL_MS = 5.0
FAR_DOWN = 50_000
SOON = timedelta(hours=16)

NTH = "SELECT id, sort_at FROM work_item WHERE unit_code = :unit ORDER BY sort_at, id OFFSET :offset LIMIT 1"


def measure(ground: Ground, *, rounds: int) -> list[Figure]:
    """The unit holds most of the province's work, so that its lists are the longest there are."""
    officer = ground.officer
    assert officer.id is not None
    with ground.store.transaction(role="owner") as connection:
        found = dict(connection.execute(text(NTH), {"unit": UNIT, "offset": FAR_DOWN}).mappings().one())
    whole = InboxFilter(seats=sorted(officer.seats, key=str), officer_id=officer.id, box="unit")
    mine = replace(whole, box="mine")
    pages: Mapping[str, tuple[str, InboxFilter]] = {
        "inbox_first_page_ms": ("Trang đầu, việc của tôi", mine),
        "inbox_unit_page_ms": ("Trang đầu, cả đơn vị", whole),
        "inbox_filtered_page_ms": ("Lọc theo một thủ tục", replace(whole, procedure_code="D7")),
        "inbox_overdue_page_ms": ("Lọc việc quá hạn", replace(mine, due="late")),
        "inbox_forecast_page_ms": ("Trang đầu, theo dự báo", replace(mine, order="forecast")),
        "inbox_paused_page_ms": ("Lọc việc tạm dừng", replace(whole, due="paused")),
        "inbox_late_page_ms": (
            f"Trang sau {FAR_DOWN:,} việc".replace(",", "."),
            replace(whole, after=cursor_after(found)),
        ),
    }
    figures = [
        Figure(name=name, title=title, value=_page_ms(ground, wanted, rounds), unit="ms", goal=GOAL_MS)
        for name, (title, wanted) in pages.items()
    ]
    counters = _counters_ms(ground, mine, rounds)
    return [*figures, Figure(name="inbox_counters_ms", title="Các số đếm của hộp việc", value=counters, unit="ms")]


def _page_ms(ground: Ground, wanted: InboxFilter, rounds: int) -> float:
    with ground.store.transaction(units=ground.officer.units) as connection:
        now = ground.house.clock.now(connection)
        if not inbox_page(connection, wanted, now, now + SOON).items:
            raise AssertionError(f"a page that finds nothing measures nothing: {wanted}")
        return round(median_ms(lambda: inbox_page(connection, wanted, now, now + SOON), rounds=rounds), 2)


def _counters_ms(ground: Ground, wanted: InboxFilter, rounds: int) -> float:
    with ground.store.transaction(units=ground.officer.units) as connection:
        now = ground.house.clock.now(connection)
        return round(median_ms(lambda: inbox_counts(connection, wanted, now, now + SOON), rounds=rounds), 2)
