"""The post fetches papers and brings results; an order goes out once, with an address to go to."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from engine.dossier.command import Person
from engine.dossier.order_pick_up import OrderPickUp, order_pick_up
from engine.errors import FormRefused, NotAllowed
from tests.acts.conftest import Province


def orders(province: Province, case_id: object) -> list[tuple[str, str]]:
    with province.house.store.transaction(role="worker") as connection:
        rows = connection.execute(
            text("SELECT operation, payload->>'address' FROM delivery WHERE case_id = :id AND connector = 'postal'"),
            {"id": case_id},
        )
        return [(row[0], row[1]) for row in rows]


def test_papers_are_fetched_at_the_submitters_address(ship: Callable[..., Province]) -> None:
    province = ship("TP01")
    case_id = province.receive("TP01").case_id
    order_pick_up(province.house, province.counter, OrderPickUp(case_id=case_id, what="Bản chính giấy khai sinh cũ"))
    assert orders(province, case_id) == [("pick_up", "Thôn Thượng, xã Ví Dụ")]


def test_the_result_goes_by_post_where_the_applicant_chose_it(ship: Callable[..., Province]) -> None:
    province = ship("TP01")
    case_id = province.receive("TP01", result_delivery="post").case_id
    while province.row(case_id).closed_at is None:
        province.complete(case_id)
    assert orders(province, case_id) == [("deliver_result", "Thôn Thượng, xã Ví Dụ")]


def test_without_an_address_nobody_is_sent(ship: Callable[..., Province]) -> None:
    province = ship("TP01")
    case_id = province.receive("TP01", owner=Person(name="Không Địa Chỉ")).case_id
    with pytest.raises(FormRefused):
        order_pick_up(province.house, province.counter, OrderPickUp(case_id=case_id, what="Bản chính"))
    with pytest.raises(FormRefused):
        province.receive("TP01", owner=Person(name="Không Địa Chỉ"), result_delivery="post")
    assert orders(province, case_id) == []


def test_only_the_receiving_counter_sends_the_post(ship: Callable[..., Province]) -> None:
    province = ship("TP01")
    case_id = province.receive("TP01").case_id
    command = OrderPickUp(case_id=case_id, what="Bản chính giấy khai sinh cũ")
    with pytest.raises(NotAllowed):
        order_pick_up(province.house, province.actor("H27.50.05", "case_officer"), command)
    assert orders(province, case_id) == []
