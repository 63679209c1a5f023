"""The nightly forecast: made once a night by the business clock, from the procedure's own past; it sorts the inbox."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from engine.deadlines import VIETNAM
from engine.jobs.forecasting import begin_nightly_forecast
from engine.jobs.worker import work_off
from engine.reports import inbox
from engine.reports.forecasts import forecasts_of, newest_run
from engine.reports.inbox import InboxFilter, inbox_page
from tests.desk import Desk
from tests.province import COMMUNE, MONDAY, Province

OFFICE = f"{COMMUNE}.05"


@pytest.fixture
def province(ship: Callable[..., Province]) -> Province:
    return ship("TP01")


def at_the_office(province: Province) -> UUID:
    case_id = province.receive("TP01").case_id
    while all(one.element_id != "step2_handle" for one in province.items(case_id)):
        province.complete(case_id)
    return case_id


def settle(province: Province, case_id: UUID) -> None:
    while province.row(case_id).closed_at is None:
        province.complete(case_id)


def night(province: Province, moment: datetime) -> None:
    province.go_to(moment)
    begin_nightly_forecast(province.house)
    work_off(province.house)


def rows(province: Province, query: str, **values: Any) -> list[Any]:
    with province.house.store.transaction(role="worker") as connection:
        return list(connection.execute(text(query), values))


def test_once_a_night_after_two(province: Province) -> None:
    at_the_office(province)
    begin_nightly_forecast(province.house)
    begin_nightly_forecast(province.house)
    work_off(province.house)
    assert len(rows(province, "SELECT * FROM forecast_run WHERE finished_at IS NOT NULL")) == 1
    province.go_to(datetime(2026, 10, 6, 1, 30, tzinfo=VIETNAM))
    begin_nightly_forecast(province.house)
    assert len(rows(province, "SELECT * FROM forecast_run")) == 1
    province.go_to(datetime(2026, 10, 6, 2, 1, tzinfo=VIETNAM))
    begin_nightly_forecast(province.house)
    assert len(rows(province, "SELECT * FROM forecast_run")) == 2


def test_it_learns_from_finished_dossiers_and_sorts_by_when_work_must_go_on(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        province.go_to(MONDAY + timedelta(minutes=number))
        case_id = at_the_office(province)
        province.go_to(MONDAY + timedelta(hours=2, minutes=number))
        settle(province, case_id)
    older, newer = at_the_office(province), at_the_office(province)
    head = province.actor(OFFICE, "unit_head")
    monkeypatch.setattr(inbox, "PAGE", 1)
    night(province, datetime(2026, 10, 6, 2, 30, tzinfo=VIETNAM))
    [habit] = {one.cases for one in rows(province, "SELECT * FROM forecast")}
    assert habit == 6
    work = rows(province, "SELECT usual_seconds FROM forecast WHERE case_id = :id", id=older)[0].usual_seconds
    assert 0 < work < 8 * 3600, "they took two hours, the limits allow days"
    with province.house.store.transaction(role="owner") as connection:
        connection.execute(
            text("UPDATE work_item SET urgent_at = urgent_at - interval '1 day' WHERE case_id = :id"), {"id": newer}
        )
    assert head.id is not None
    wanted = InboxFilter(seats=tuple(head.seats), officer_id=head.id, box="unit", order="forecast")
    seen: list[UUID] = []
    cursor: str | None = ""
    with province.house.store.transaction(units=head.units) as connection:
        now = province.house.clock.now(connection)
        while cursor is not None:
            page = inbox_page(connection, replace(wanted, after=cursor), now, now)
            seen += [one["case_id"] for one in page.items]
            cursor = page.next_cursor
        told = forecasts_of(connection, seen, now, province.house.calendar)
    assert seen == [newer, older]
    assert told[older].sentence.endswith("kịp hạn")
    with province.house.store.transaction(role="worker") as connection:
        run = newest_run(connection)
    assert run is not None
    assert run.figures["dossiers"] == 2
    assert run.figures["error_hours"] < run.figures["error_of_limits_hours"]
    page_text = Desk.of(province, head).get("/inbox?box=unit&order=forecast").text
    assert "Theo dự báo" in page_text
    assert "các bước còn lại thường mất" in page_text


def test_a_paused_or_decided_dossier_is_not_forecast_and_another_unit_sees_none(province: Province) -> None:
    paused, running = at_the_office(province), at_the_office(province)
    province.complete(paused, "step2_handle", decision="supplement", supplement_content="Bản sao")
    night(province, datetime(2026, 10, 6, 2, 30, tzinfo=VIETNAM))
    assert [one.case_id for one in rows(province, "SELECT case_id FROM forecast")] == [running]
    stranger = province.actor(f"{COMMUNE}.03", "unit_head")
    with province.house.store.transaction(units=stranger.units) as connection:
        assert forecasts_of(connection, [running], MONDAY, province.house.calendar) == {}
