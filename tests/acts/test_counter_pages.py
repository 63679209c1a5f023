"""The counter receives what applicants apply for, once, whatever a form says of itself."""

from __future__ import annotations

from collections.abc import Callable

from tests.desk import Desk
from tests.province import Province


def test_the_houses_own_procedures_are_not_received(ship: Callable[..., Province]) -> None:
    province = ship("TP01", "QTNB", "CKCM")
    desk = Desk.of(province, province.counter)
    assert desk.get("/counter/TP01").status_code == 200
    for code in ("QTNB", "CKCM"):
        assert desk.get(f"/counter/{code}").status_code == 404


def test_a_form_with_an_id_that_is_none_is_an_ordinary_form(ship: Callable[..., Province]) -> None:
    province = ship("TP01")
    desk = Desk.of(province, province.counter)
    answer = desk.post("/counter/TP01", _id="không phải mã")
    assert answer.status_code == 422
    assert "Nhập" in answer.text
