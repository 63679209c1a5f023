from __future__ import annotations

from datetime import timedelta

import pytest

from engine.deadlines import duration_in_words, parse_moment, remaining_in_words
from engine.rulesets import packaged_calendar


@pytest.mark.parametrize(
    ("due", "at", "words"),
    [
        ("2026-01-07T17:00", "2026-01-05T13:30", "còn 2 ngày 3 giờ"),
        ("2026-01-07T17:00", "2026-01-06T17:00", "còn 1 ngày"),
        ("2026-01-06T17:00", "2026-01-06T14:00", "còn 3 giờ"),
        ("2026-01-06T17:00", "2026-01-06T14:20", "còn 2 giờ 40 phút"),
        ("2026-01-06T17:00", "2026-01-06T16:48", "còn 12 phút"),
        ("2026-01-06T17:00", "2026-01-06T16:59:40", "còn 1 phút"),
        ("2026-01-06T17:00", "2026-01-06T17:00", "đến hạn"),
        ("2026-01-06T17:00", "2026-01-06T22:00", "quá hạn"),  # no working time has passed yet
        ("2026-01-06T17:00", "2026-01-07T17:00", "quá 1 ngày"),
        ("2026-01-06T17:00", "2026-01-08T09:00", "quá 1 ngày 2 giờ"),
        ("2026-02-13T17:00", "2026-02-23T08:00", "quá 1 giờ"),  # Tết is nobody's delay
    ],
)
def test_remaining_time_is_told_in_working_time(due, at, words):
    assert remaining_in_words(parse_moment(due), parse_moment(at), packaged_calendar()) == words


def test_a_duration_is_told_in_its_two_largest_parts():
    assert duration_in_words(timedelta(hours=17)) == "2 ngày 1 giờ"
    assert duration_in_words(timedelta(hours=16, minutes=30)) == "2 ngày"
    assert duration_in_words(timedelta(0)) == "1 phút"
