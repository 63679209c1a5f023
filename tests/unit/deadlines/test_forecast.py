"""The forecast: what finished cases took, the limits where few have finished, and one sentence."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from engine.deadlines import VIETNAM, working_time_between
from engine.deadlines.forecast import (
    Outlook,
    WorkLeft,
    backtest,
    in_words,
    latest_start,
    learn,
    outlook,
    pooled,
    quantile,
    work_left,
)
from engine.rulesets import packaged_calendar

STEPS = ("1", "2", "3")
LIMITS = {"1": timedelta(hours=4), "2": timedelta(hours=24), "3": timedelta(hours=8)}


def hours(*values: float) -> list[timedelta]:
    return [timedelta(hours=value) for value in values]


def finished(count: int, *, second: float = 10.0, third: bool = True) -> list[dict[str, timedelta]]:
    """Cases that took 1, about `second`, and 2 hours in their steps."""
    cases = []
    for number in range(count):
        case = {"1": timedelta(hours=1), "2": timedelta(hours=second + number % 5)}
        cases.append(case | ({"3": timedelta(hours=2)} if third else {}))
    return cases


def test_without_history_the_limits_are_what_is_left() -> None:
    left = work_left(learn(STEPS, LIMITS, []), {"2": timedelta(hours=4)})
    assert (left.usual, left.cautious, left.cases) == (timedelta(hours=28), timedelta(hours=28), 0)


def test_with_history_the_median_and_a_cautious_quantile() -> None:
    left = work_left(learn(STEPS, LIMITS, finished(10)), {"1": timedelta(0)})
    assert left.usual == timedelta(hours=1 + 12 + 2)
    assert left.cautious == timedelta(hours=1 + 13 + 2)
    assert left.cases == 10


def test_a_step_under_way_is_given_what_those_took_that_lasted_longer() -> None:
    habits = learn(STEPS, LIMITS, finished(10))
    assert work_left(habits, {"2": timedelta(hours=12)}).usual == timedelta(hours=1 + 2), (
        "13 and 14 hours lasted longer"
    )
    assert work_left(habits, {"2": timedelta(hours=99)}).usual == timedelta(hours=1 + 2), "an hour where none did"


def test_a_step_that_cases_seldom_come_to_is_not_expected() -> None:
    habits = learn(STEPS, LIMITS, finished(10, third=False))
    assert work_left(habits, {"2": timedelta(0)}).usual == timedelta(hours=12)
    thin = learn(STEPS, LIMITS, finished(3, third=False))
    assert work_left(thin, {"2": timedelta(0)}).usual == timedelta(hours=24 + 8), "three cases say too little"


def test_steps_side_by_side_count_as_the_longest() -> None:
    left = work_left(learn(STEPS, LIMITS, finished(10)), {"1": timedelta(0), "2": timedelta(0)})
    assert left.usual == timedelta(hours=12 + 2)


@pytest.mark.parametrize(
    ("left", "usual", "cautious", "verdict", "sentence"),
    [
        (16, 24, 30, Outlook.late, "Còn 2 ngày, các bước còn lại thường mất 3 ngày: dễ trễ hạn"),
        (24, 20, 30, Outlook.tight, "Còn 3 ngày, các bước còn lại thường mất 2 ngày 4 giờ: sát hạn"),
        (40, 20, 30, Outlook.fine, "Còn 5 ngày, các bước còn lại thường mất 2 ngày 4 giờ: kịp hạn"),
        (-4, 8, 8, Outlook.late, "Quá 4 giờ, các bước còn lại thường mất 1 ngày: đã quá hạn"),
    ],
)
def test_the_sentence(left: int, usual: int, cautious: int, verdict: Outlook, sentence: str) -> None:
    work = WorkLeft(usual=timedelta(hours=usual), cautious=timedelta(hours=cautious), cases=9)
    assert outlook(timedelta(hours=left), work) is verdict
    assert in_words(timedelta(hours=left), work) == sentence


def test_limits_are_not_called_habits() -> None:
    work = WorkLeft(usual=timedelta(hours=8), cautious=timedelta(hours=8), cases=0)
    assert "các bước còn lại có thời hạn 1 ngày" in in_words(timedelta(hours=16), work)


@pytest.mark.parametrize("work", [0, 1, 4, 8, 20, 200, 2000])
def test_from_the_latest_start_just_the_work_fits(work: int) -> None:
    calendar, due = packaged_calendar(), datetime(2026, 10, 8, 17, 0, tzinfo=VIETNAM)
    start = latest_start(due, timedelta(hours=work), calendar)
    assert working_time_between(start, due, calendar) == timedelta(hours=work)


def test_more_work_must_start_earlier() -> None:
    calendar, due = packaged_calendar(), datetime(2026, 10, 8, 17, 0, tzinfo=VIETNAM)
    starts = [latest_start(due, timedelta(hours=work), calendar) for work in range(0, 60, 3)]
    assert starts == sorted(starts, reverse=True)


def test_a_quantile_is_one_of_the_values() -> None:
    assert quantile(hours(1, 2, 3, 4, 5), 0.5) == timedelta(hours=3)
    assert quantile(hours(1, 2, 3, 4, 5), 0.8) == timedelta(hours=4)
    assert quantile(hours(7), 0.8) == timedelta(hours=7)


def test_a_backtest_finds_habits_nearer_than_limits_where_they_are() -> None:
    found = backtest(STEPS, LIMITS, finished(12))
    assert found is not None
    assert found.guesses == 36
    assert found.error <= timedelta(hours=1)
    assert found.error_of_limits > timedelta(hours=5)
    assert backtest(STEPS, LIMITS, finished(5)) is None
    assert pooled([found, found]) is not None
    assert pooled([]) is None
