"""The inbox as a query: mine and my unit's, by due state, search without diacritics, pages without repeat or gap."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from engine.deadlines import VIETNAM, running_due
from engine.dossier.command import Person
from engine.errors import InputError
from engine.reports import inbox
from engine.reports.inbox import InboxFilter, inbox_counts, inbox_page
from engine.reports.standing import due_on_screen
from tests.province import COMMUNE, Province

NOW = datetime(2026, 10, 5, 9, 0, tzinfo=VIETNAM)
SOON = NOW + timedelta(hours=8)


@pytest.fixture
def province(ship: Callable[..., Province]) -> Province:
    found = ship("TP01")
    for number in range(7):
        found.receive("TP01", owner=Person(name=f"Đặng Thị Số {number}", phone="0912000000", address="x"))
    found.receive("TP01", owner=Person(name="Trần Văn Khác", phone="0912000001", address="x"))
    return found


def ask(province: Province, **more: object) -> InboxFilter:
    counter = province.counter
    assert counter.id is not None
    return InboxFilter(seats=tuple(counter.seats), officer_id=counter.id, **more)  # type: ignore[arg-type]


def test_pages_hold_every_item_once(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "PAGE", 3)
    seen: list[str] = []
    cursor: str | None = ""
    with province.house.store.transaction(units=province.counter.units) as connection:
        while cursor is not None:
            page = inbox_page(connection, ask(province, after=cursor), NOW, SOON)
            seen += [one["case_code"] for one in page.items]
            cursor = page.next_cursor
    assert len(seen) == len(set(seen)) == 8


def test_a_name_is_found_without_diacritics_and_a_code_by_its_end(province: Province) -> None:
    with province.house.store.transaction(units=province.counter.units) as connection:
        named = inbox_page(connection, ask(province, query="dang thi so"), NOW, SOON)
        coded = inbox_page(connection, ask(province, query="261005-0008"), NOW, SOON)
    assert len(named.items) == 7
    assert [one["applicant"] for one in coded.items] == ["Trần Văn Khác"]


def test_counts_agree_with_lists(province: Province) -> None:
    late = NOW + timedelta(days=3)
    with province.house.store.transaction(units=province.counter.units) as connection:
        for now in (NOW, late):
            counts = inbox_counts(connection, ask(province), now, now + timedelta(hours=8))
            for due, count in counts.items():
                page = inbox_page(connection, ask(province, due=due), now, now + timedelta(hours=8))
                assert count.count == len(page.items), due
        assert inbox_counts(connection, ask(province), late, late)["late"].count == 8


def test_what_its_badge_calls_near_is_counted_as_near(province: Province) -> None:
    """On a Sunday eight working hours end exactly when Monday's work does, as many a due moment."""
    house = province.house
    with house.store.transaction(units=province.counter.units) as connection:
        [first, *_] = inbox_page(connection, ask(province), NOW, SOON).items
        thresholds = house.ruleset_on(NOW).thresholds
        closing = first["due_at"]
        before = next(
            moment
            for moment in (closing - timedelta(hours=hour) for hour in range(100))
            if running_due(moment, thresholds.near(None), house.calendar) == closing
        )
        assert due_on_screen(closing, before, house.calendar, thresholds).state == "soon"
        counts = inbox_counts(connection, ask(province), before, closing)
    assert counts["soon"].count >= 1
    assert sum(counts[state].count for state in ("late", "soon", "on-time", "paused", "none")) == counts[""].count


def test_another_unit_sees_nothing_of_it(province: Province) -> None:
    stranger = province.actor("H27.01", "counter_officer")
    with province.house.store.transaction(units=stranger.units) as connection:
        page = inbox_page(connection, ask(province), NOW, SOON)
    assert page.items == []


def test_a_heads_box_holds_the_whole_unit(province: Province) -> None:
    head = province.actor(f"{COMMUNE}.01", "unit_head")
    assert head.id is not None
    wanted = InboxFilter(seats=tuple(head.seats), officer_id=head.id)
    with province.house.store.transaction(units=head.units) as connection:
        assert inbox_page(connection, wanted, NOW, SOON).items == []
        whole = InboxFilter(seats=tuple(head.seats), officer_id=head.id, box="unit")
        assert len(inbox_page(connection, whole, NOW, SOON).items) == 8


def test_a_cursor_that_is_none_is_refused(province: Province) -> None:
    with province.house.store.transaction(units=("*",)) as connection, pytest.raises(InputError):
        inbox_page(connection, ask(province, after="not-a-cursor"), NOW, SOON)
