from __future__ import annotations

from datetime import time

import pytest

from engine.deadlines import OfficeHours, operational_due, parse_limit, parse_moment
from engine.rulesets import packaged_calendar

CALENDAR = packaged_calendar()
OPEN_SATURDAYS = CALENDAR.with_office_hours(OfficeHours(saturday=((time(7), time(11, 30)),)))


def due(start, limit, calendar=CALENDAR):
    return f"{operational_due(parse_moment(start), parse_limit(limit), calendar):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("opened", "limit", "ends"),
    [
        ("2026-01-05T09:00", "4h", "2026-01-05T15:00"),  # over lunch
        ("2026-01-05T16:00", "4h", "2026-01-06T10:00"),  # over night
        ("2026-01-09T16:00", "4h", "2026-01-10T10:00"),  # into a make-up Saturday
        ("2026-01-16T16:00", "4h", "2026-01-19T10:00"),  # over a weekend
        ("2026-02-13T16:00", "4h", "2026-02-23T10:00"),  # over Tết
        ("2026-01-05T05:00", "4h", "2026-01-05T11:00"),  # before opening: from the opening
        ("2026-01-05T12:15", "1h", "2026-01-05T14:30"),  # at lunch: from the afternoon
        ("2026-01-05T21:00", "1h", "2026-01-06T08:00"),
        ("2026-01-05T07:00", "8h", "2026-01-05T17:00"),  # ends at the closing, not at the next opening
        ("2026-01-05T09:00", "0.5d", "2026-01-05T15:00"),
        ("2026-01-05T09:00", "0.25d", "2026-01-05T11:00"),
    ],
)
def test_hours_run_through_office_hours_only(opened, limit, ends):
    assert due(opened, limit) == ends


@pytest.mark.parametrize(
    ("opened", "limit", "ends"),
    [
        ("2026-01-05T09:00", "1d", "2026-01-06T17:00"),  # Monday has begun: Tuesday is the first whole day
        ("2026-01-05T07:00", "1d", "2026-01-05T17:00"),  # Monday is whole
        ("2026-01-04T12:00", "1d", "2026-01-05T17:00"),
        ("2026-01-05T17:00", "1d", "2026-01-06T17:00"),  # handed over at the closing: no day is lost or won
        ("2026-01-05T09:00", "1.5d", "2026-01-07T11:00"),
        ("2026-01-05T09:00", "5cd", "2026-01-10T17:00"),
    ],
)
def test_days_end_at_the_closing_of_the_nth_whole_working_day(opened, limit, ends):
    assert due(opened, limit) == ends


def test_a_saturday_morning_counts_for_hours_and_not_for_days():
    assert due("2026-01-16T16:00", "4h", OPEN_SATURDAYS) == "2026-01-17T10:00"
    assert due("2026-01-16T16:00", "1d", OPEN_SATURDAYS) == "2026-01-19T17:00"
