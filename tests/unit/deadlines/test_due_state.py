from __future__ import annotations

from decimal import Decimal

import pytest

from engine.deadlines import DueState, Thresholds, due_state, parse_moment
from engine.rulesets import packaged_calendar

THRESHOLDS = Thresholds(working_hours=Decimal(8), share=Decimal("0.5"))


def state(due, at, **more):
    started_at = more.pop("started_at", None)
    return due_state(
        parse_moment(due) if due else None,
        parse_moment(at),
        packaged_calendar(),
        THRESHOLDS,
        started_at=parse_moment(started_at) if started_at else None,
        **more,
    )


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-01-06T16:59", DueState.in_time),
        ("2026-01-06T17:00", DueState.due_soon),  # eight working hours left
        ("2026-01-07T17:00", DueState.due_soon),
        ("2026-01-07T17:00:01", DueState.overdue),
    ],
)
def test_soon_is_the_last_eight_working_hours(at, expected):
    assert state("2026-01-07T17:00", at) is expected


@pytest.mark.parametrize(
    ("at", "expected"), [("2026-01-05T08:59", DueState.in_time), ("2026-01-05T09:00", DueState.due_soon)]
)
def test_a_short_limit_is_not_soon_from_its_first_minute(at, expected):
    assert state("2026-01-05T11:00", at, started_at="2026-01-05T07:00") is expected


def test_a_pause_shows_before_anything_else():
    assert state("2026-01-07T17:00", "2026-01-09T09:00", is_paused=True) is DueState.paused
    assert state(None, "2026-01-09T09:00", is_paused=True) is DueState.paused


def test_without_a_limit_there_is_no_light():
    assert state(None, "2026-01-09T09:00") is DueState.no_limit


def test_every_state_has_its_words():
    assert [one.vietnamese for one in DueState] == [
        "Không có thời hạn",
        "Còn hạn",
        "Sắp đến hạn",
        "Quá hạn",
        "Tạm dừng",
    ]
