from __future__ import annotations

from datetime import timedelta

import pytest

from engine.delivery import Operation, Pace, Registry, load_registry
from engine.errors import NotConfigured

OPERATION = Operation(
    name="deliver_result",
    title="Trả kết quả",
    inputs={
        "type": "object",
        "required": ["address"],
        "properties": {"address": {"type": "string", "title": "Địa chỉ"}},
    },
)


def test_missing_input_is_named_in_vietnamese() -> None:
    assert OPERATION.objections({}) == ["Thiếu “Địa chỉ”."]


def test_wrong_input_is_named_in_vietnamese() -> None:
    assert OPERATION.objections({"address": 5}) == ["“Địa chỉ” không hợp lệ."]


def test_good_input_has_no_objections() -> None:
    assert OPERATION.objections({"address": "Thôn Sơn Trung", "case_field": 1}) == []


def test_unknown_connector_says_its_name() -> None:
    with pytest.raises(NotConfigured, match="telegraph"):
        Registry().get("telegraph")


def test_callback_address_is_built_from_the_public_one() -> None:
    assert Registry(public_url="https://motcua.example/").callback_url("postal") == (
        "https://motcua.example/api/callbacks/postal"
    )


def test_registry_loads_whatever_is_installed() -> None:
    registry = load_registry({}, public_url="")
    assert list(registry.names()) == sorted(registry.names())


def test_waits_grow_and_stop_growing() -> None:
    pace = Pace(first_wait=timedelta(seconds=5), longest_wait=timedelta(hours=1))
    assert [pace.wait(n, 0).total_seconds() for n in (1, 2, 3, 20, 1000)] == [5, 10, 20, 3600, 3600]


def test_jitter_takes_away_at_most_half() -> None:
    assert Pace().wait(1, 0.999_999) > Pace().first_wait / 2
