"""Several lines of the inbox at once: taken, handed over, given out; what one refuses does not hold up the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.desk import Desk
from tests.province import COMMUNE, Province

COUNTER, OFFICE = f"{COMMUNE}.01", f"{COMMUNE}.05"


@pytest.fixture
def province(ship: Callable[..., Province]) -> Province:
    return ship("TP01")


def ticked(rows: list[Any], **more: str) -> dict[str, Any]:
    return {"item__": [f"{one.id}.{one.revision}" for one in rows], "_back": "/inbox?box=unit"} | more


def waiting(province: Province, cases: list[UUID]) -> list[Any]:
    return [province.task(one) for one in cases]


def received(province: Province, count: int) -> list[UUID]:
    return [province.receive("TP01").case_id for _ in range(count)]


def test_handed_over_taken_and_given_to_an_officer(province: Province) -> None:
    cases = received(province, 3)
    counter = Desk.of(province, province.counter)
    assert 'name="item[]"' in counter.get("/inbox").text
    done = counter.post("/inbox/batch", **ticked(waiting(province, cases), _act="hand_over"))
    assert done.status_code == 303
    assert done.headers["Location"] == "/inbox?box=unit"
    assert {one.element_id for one in waiting(province, cases)} == {"step2_assign"}
    assert all("HandOverGiven" in [one.type for one in province.events(case)] for case in cases)

    head = Desk.of(province, province.actor(OFFICE, "unit_head"))
    officer = province.actor(OFFICE, "case_officer")
    asked = head.post("/inbox/batch", **ticked(waiting(province, cases), _act="assign"))
    assert asked.status_code == 200
    assert str(officer.id) in asked.text
    given = ticked(waiting(province, cases), _act="assign", officer_id=str(officer.id))
    assert head.post("/inbox/batch", **given).status_code == 303
    handling = waiting(province, cases)
    assert {one.assignee for one in handling} == {officer.id}

    desk = Desk.of(province, officer)
    assert desk.post("/inbox/batch", **ticked(handling, _act="take")).status_code == 303
    assert all(one.taken_at is not None for one in waiting(province, cases))
    again = desk.post("/inbox/batch", **ticked(handling, _act="take"))
    assert again.status_code == 422, "nothing twice: the lines have moved"
    assert again.text.count("đã được người khác xử lý") == 3


def test_failures_are_named_and_the_rest_is_done(province: Province) -> None:
    cases = received(province, 2)
    rows = waiting(province, cases)
    province.complete_item(rows[0])
    answer = Desk.of(province, province.counter).post("/inbox/batch", **ticked(rows, _act="hand_over"))
    assert answer.status_code == 200
    assert rows[0].case_code in answer.text
    assert "Đã bàn giao 1 hồ sơ" in answer.text
    assert province.task(cases[1]).element_id == "step2_assign"


def test_what_needs_a_form_is_not_done_in_a_batch(province: Province) -> None:
    [case_id] = received(province, 1)
    province.complete(case_id)
    row = province.task(case_id)
    head = Desk.of(province, province.actor(OFFICE, "unit_head"))
    refused = head.post("/inbox/batch", **ticked([row], _act="hand_over"))
    assert refused.status_code == 422
    assert "không phải bàn giao" in refused.text
    assert province.task(case_id).id == row.id


def test_nothing_chosen_or_asked_wrongly(province: Province) -> None:
    desk = Desk.of(province, province.counter)
    assert desk.post("/inbox/batch", _act="take", _back="https://elsewhere.example/").headers["Location"] == "/inbox"
    assert desk.post("/inbox/batch", _act="erase").status_code == 400
    assert desk.post("/inbox/batch", item__=["x"], _act="take").status_code == 400
    with province.house.store.transaction(role="worker") as connection:
        assert connection.execute(text("SELECT count(*) FROM event")).scalar_one() == 0
