from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.postal.connector import DELIVER_RESULT, PICK_UP
from connectors.postal.tracking import CODES, LABELS, Tracking, order_id_of, order_number

CITIZEN: dict[str, Any] = {"name": "Nguyễn Thị Mẫu", "address": "Thôn Sơn Trung", "phone": "0900 000 000"}


@given(st.uuids())
def test_an_order_number_names_its_order(order_id: UUID) -> None:
    number = order_number("000.00.12.H27-260105-0001", order_id)
    assert order_id_of(number) == order_id
    assert len(number) <= 50


@given(st.text())
def test_any_other_number_names_none_or_an_id(number: str) -> None:
    found = order_id_of(number)
    assert found is None or isinstance(found, UUID)


@pytest.mark.parametrize("number", ["", "000.00.12.H27-260105-0001", "a.b", "x." + "!" * 22])
def test_numbers_of_others_are_not_ours(number: str) -> None:
    assert order_id_of(number) is None


def test_every_state_has_a_code_and_a_label() -> None:
    assert set(CODES.values()) == set(Tracking) == set(LABELS)


def test_only_ends_are_final() -> None:
    assert {tracking for tracking in Tracking if not tracking.is_final} == {Tracking.ACCEPTED, Tracking.IN_TRANSIT}


@pytest.mark.parametrize("operation", [PICK_UP, DELIVER_RESULT])
@pytest.mark.parametrize(("name", "title"), [("name", "Họ và tên"), ("address", "Địa chỉ"), ("phone", "Số điện thoại")])
def test_the_post_needs_to_know_where(operation: Any, name: str, title: str) -> None:
    assert operation.objections(CITIZEN) == []
    assert operation.objections({**CITIZEN, name: ""}) == [f"“{title}” không hợp lệ."]
    assert operation.objections({key: CITIZEN[key] for key in CITIZEN if key != name}) == [f"Thiếu “{title}”."]
