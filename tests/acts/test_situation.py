"""The figures of form II.06a agree with a recount by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from engine.deadlines import VIETNAM
from engine.reports.situation import situation, total_of
from tests.province import MONDAY, Province


def test_early_late_open_and_carried_are_counted_where_they_belong(ship: Callable[..., Province]) -> None:
    province = ship("TP01")
    early, late, going = (province.receive("TP01").case_id for _ in range(3))
    while province.row(early).closed_at is None:
        province.complete(early)
    province.advance_to(datetime(2026, 10, 12, 9, 0, tzinfo=VIETNAM))
    while province.row(late).closed_at is None:
        province.complete(late)
    fresh = province.receive("TP01").case_id
    assert province.row(going).is_late
    assert not province.row(fresh).is_late

    def figures(since: datetime, until: datetime) -> tuple[int, ...]:
        with province.house.store.transaction(role="worker") as connection:
            line = total_of(situation(connection, since, until))
        assert line.received == line.resolved + line.being_resolved
        return (line.other, line.carried, line.early, line.on_time, line.late, line.open_in_time, line.open_late)

    end = MONDAY + timedelta(days=10)
    assert figures(MONDAY - timedelta(hours=1), end) == (4, 0, 1, 0, 1, 1, 1)
    assert figures(datetime(2026, 10, 12, tzinfo=VIETNAM), end) == (1, 2, 0, 0, 1, 1, 1)
    assert figures(end, end + timedelta(days=1)) == (0, 2, 0, 0, 0, 1, 1)
