from __future__ import annotations

from datetime import timedelta

import pytest

from engine.deadlines import Duration, parse_moment, working_time
from engine.errors import InputError
from engine.rulesets import packaged_calendar

TIME = working_time(packaged_calendar())


@pytest.mark.parametrize(
    ("start", "duration", "mode", "due"),
    [
        ("2026-01-05T09:00", "P1D", "working", "2026-01-06T09:00"),  # eight working hours
        ("2026-01-05T09:00", "PT8H", "working", "2026-01-06T09:00"),
        ("2026-01-05T09:00", "P1DT2H30M", "working", "2026-01-06T11:30"),
        ("2026-01-05T09:00", "P1W", "working", "2026-01-10T09:00"),  # 40 h, a make-up Saturday among them
        ("2026-01-16T16:30", "PT1H", "working", "2026-01-19T07:30"),
        ("2026-01-10T18:00", "PT0S", "working", "2026-01-12T07:00"),
        ("2026-01-31T09:00", "P1M", "working", "2026-03-02T07:00"),  # 28/02 is a Saturday
        ("2026-01-05T09:00", "P1D", "plain", "2026-01-06T09:00"),
        ("2026-01-09T09:00", "P1W", "plain", "2026-01-16T09:00"),
        ("2026-01-31T09:00", "P1M", "plain", "2026-02-28T09:00"),
        ("2026-01-05T23:59:30", "PT45S", "plain", "2026-01-06T00:00:15"),
        ("2026-01-05T09:00", "PT0.5H", "working", "2026-01-05T09:30"),
    ],
)
def test_iso_durations_on_the_working_calendar(start, duration, mode, due):
    assert TIME.add(parse_moment(start), duration, mode) == parse_moment(due)


def test_a_timedelta_counts_its_days_as_working_days():
    start = parse_moment("2026-01-05T09:00")
    assert TIME.add(start, timedelta(days=1, hours=2), "working") == TIME.add(start, "P1DT2H", "working")
    assert TIME.add(start, timedelta(days=1, hours=2), "plain") == start + timedelta(days=1, hours=2)


@pytest.mark.parametrize("text", ["", "P", "PT", "P1", "1D", "P1H", "P-1D", "-P1D", "P1D2", "P1.5M", "PT1H1D", "P1Y2"])
def test_what_is_not_an_iso_duration_is_refused(text):
    with pytest.raises(InputError, match="Khoảng thời gian"):
        Duration.parse(text)


def test_a_negative_span_is_refused():
    with pytest.raises(InputError, match="âm"):
        TIME.add(parse_moment("2026-01-05T09:00"), timedelta(seconds=-1))
