from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from engine.deadlines import Limit, LimitUnit, parse_limit
from engine.errors import InputError


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("3d", "3", LimitUnit.working_day),
        ("0.5d", "0.5", LimitUnit.working_day),
        ("0,5d", "0.5", LimitUnit.working_day),
        ("5cd", "5", LimitUnit.day),
        ("2m", "2", LimitUnit.month),
        (" 16h ", "16", LimitUnit.hour),
        ("03 ngày làm việc", "3", LimitUnit.working_day),
        ("15 ngày", "15", LimitUnit.day),
        ("4 giờ làm việc", "4", LimitUnit.hour),
        ("02 Tháng", "2", LimitUnit.month),
    ],
)
def test_a_limit_is_read_as_written(text, value, unit):
    assert parse_limit(text) == Limit(Decimal(value), unit)


@pytest.mark.parametrize("text", ["3d", "0.5d", "5cd", "2m", "16h", "11.5d", "10d", "100cd"])
def test_a_limit_writes_itself_back(text):
    assert str(parse_limit(text)) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("3d", "03 ngày làm việc"),
        ("15d", "15 ngày làm việc"),
        ("0.5d", "0,5 ngày làm việc"),
        ("5cd", "05 ngày"),
        ("2m", "02 tháng"),
        ("16h", "16 giờ làm việc"),
    ],
)
def test_a_limit_in_an_officials_words(text, words):
    assert parse_limit(text).vietnamese() == words
    assert parse_limit(words) == parse_limit(text)


@pytest.mark.parametrize(
    "text",
    ["", "d", "3", "-3d", "3 d h", "3x", "0d", "0.0h", "1.5cd", "0.5m", "1e3d", "99999d", "3d 4h", "٣d", None, 3.5],
)
def test_what_is_not_a_limit_is_refused_in_one_line(text):
    with pytest.raises(InputError) as refusal:
        parse_limit(text)
    assert "Thời hạn" in refusal.value.message
    assert "\n" not in refusal.value.message


def test_only_working_days_and_hours_have_a_length_of_their_own():
    assert parse_limit("1.5d").working_time == timedelta(hours=12)
    assert parse_limit("16h").working_time == timedelta(hours=16)
    assert parse_limit("5cd").working_time is None
    assert parse_limit("1m").working_time is None
