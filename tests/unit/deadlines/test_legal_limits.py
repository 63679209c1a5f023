from __future__ import annotations

from datetime import time

import pytest

from engine.deadlines import Calendar, legal_due, parse_limit, parse_moment
from engine.errors import InputError
from engine.rulesets import packaged_calendar

# the installation the two golden vectors come from closed at 16:00 and knew no holiday in March and April 2015
YEN_BAI_2015 = Calendar.from_json({"name": "yen-bai-2015", "hours": {"weekday": ["07:30-11:30", "13:00-16:00"]}})


def due(start, limit, **rules):
    moment = legal_due(parse_moment(start), parse_limit(limit), rules.pop("calendar", packaged_calendar()), **rules)
    return f"{moment:%Y-%m-%dT%H:%M}"


def pause(span):
    start, end = span.split("/")
    return parse_moment(start), parse_moment(end)


@pytest.mark.parametrize(
    ("received", "limit", "ends"),
    [
        ("2015-03-09T15:42", "3d", "2015-03-12T16:00"),
        ("2015-03-09T16:02", "32d", "2015-04-22T16:00"),  # after closing: reception is not shifted
    ],
)
def test_golden_vectors_of_a_system_in_use(received, limit, ends):
    assert due(received, limit, calendar=YEN_BAI_2015) == ends


@pytest.mark.parametrize(
    ("received", "limit", "ends"),
    [
        # Civil Code, article 147, clause 2: the first day is not counted
        ("2026-01-05T07:00", "1d", "2026-01-06T17:00"),
        ("2026-01-05T16:59", "1d", "2026-01-06T17:00"),
        ("2026-01-05T20:00", "1d", "2026-01-06T17:00"),
        ("2026-01-03T10:00", "1d", "2026-01-05T17:00"),  # received online on a Saturday
        # holidays, swapped days and make-up Saturdays
        ("2025-12-31T09:00", "1d", "2026-01-05T17:00"),
        ("2026-01-09T09:00", "1d", "2026-01-10T17:00"),
        ("2026-02-13T09:00", "3d", "2026-02-25T17:00"),
        # article 148, clause 5: a term that ends on a closed day ends with the next working day
        ("2026-01-06T09:00", "5cd", "2026-01-12T17:00"),
        ("2026-01-05T09:00", "5cd", "2026-01-10T17:00"),  # the make-up Saturday is open
        ("2026-02-10T09:00", "10cd", "2026-02-23T17:00"),
        # article 148, clause 3: the corresponding day of the last month, or its last day
        ("2026-01-15T09:00", "1m", "2026-02-23T17:00"),
        ("2026-01-31T09:00", "1m", "2026-03-02T17:00"),
        ("2026-03-31T09:00", "1m", "2026-05-04T17:00"),
        ("2025-11-30T09:00", "3m", "2026-03-02T17:00"),
        ("2026-03-05T09:00", "12m", "2027-03-05T17:00"),
        # hours, and days that are not whole, run
        ("2026-01-05T16:00", "8h", "2026-01-06T16:00"),
        ("2026-01-05T11:00", "1h", "2026-01-05T14:00"),
        ("2026-01-05T07:00", "0.5d", "2026-01-05T11:00"),
        ("2026-01-05T18:00", "0.5d", "2026-01-06T11:00"),
        ("2026-01-05T09:00", "2.5d", "2026-01-08T11:00"),
        ("2026-01-05T07:00", "8h", "2026-01-05T17:00"),
    ],
)
def test_terms_of_law(received, limit, ends):
    assert due(received, limit) == ends


@pytest.mark.parametrize(
    ("received", "limit", "ends"),
    [
        ("2026-01-05T14:59", "1d", "2026-01-05T17:00"),  # within the day
        ("2026-01-05T15:00", "1d", "2026-01-05T17:00"),
        ("2026-01-05T15:01", "1d", "2026-01-06T17:00"),  # received after the cut-off: the next working day
        ("2026-01-09T15:30", "1d", "2026-01-10T17:00"),
        ("2026-01-17T09:00", "1d", "2026-01-19T17:00"),  # a closed day
        ("2026-01-05T05:00", "1d", "2026-01-05T17:00"),
        ("2026-01-05T15:01", "0.5d", "2026-01-06T17:00"),
        ("2026-01-05T14:00", "3d", "2026-01-08T17:00"),
        ("2026-01-05T15:01", "3d", "2026-01-09T17:00"),
        ("2026-01-05T15:01", "4h", "2026-01-06T11:00"),
    ],
)
def test_a_cut_off_hour_moves_the_day_of_reception(received, limit, ends):
    assert due(received, limit, cutoff=time(15)) == ends


def test_a_cut_off_after_closing_does_not_end_a_term_before_it_begins():
    assert due("2026-01-05T17:30", "1d", cutoff=time(18)) == "2026-01-06T17:00"


@pytest.mark.parametrize(
    ("spans", "limit", "ends"),
    [
        # received Monday 05/01 09:00; without a pause 3d ends Thursday 08/01
        (["2026-01-06T10:00/2026-01-06T15:00"], "3d", "2026-01-08T17:00"),  # within a day: nothing is lost
        (["2026-01-06T10:00/2026-01-07T08:00"], "3d", "2026-01-09T17:00"),  # over one closing
        (["2026-01-06T10:00/2026-01-08T10:00"], "3d", "2026-01-10T17:00"),  # over two, and a make-up Saturday
        (["2026-01-06T17:30/2026-01-07T08:00"], "3d", "2026-01-08T17:00"),  # over a night
        (["2026-01-05T10:00/2026-01-05T15:00"], "3d", "2026-01-08T17:00"),  # on the day of reception
        (["2026-01-05T10:00/2026-01-06T15:00"], "3d", "2026-01-08T17:00"),  # its closing was never counted
        (["2026-01-04T10:00/2026-01-06T18:00"], "3d", "2026-01-09T17:00"),  # begun before the reception
        (["2026-01-09T10:00/2026-01-14T15:00"], "3d", "2026-01-08T17:00"),  # after the term
        (["2026-01-06T10:00/2026-01-07T08:00", "2026-01-08T10:00/2026-01-09T08:00"], "3d", "2026-01-10T17:00"),
        (["2026-01-16T10:00/2026-01-19T08:00"], "12cd", "2026-01-20T17:00"),  # plain days lose plain days
        (["2026-01-07T10:00/2026-01-09T08:00"], "10cd", "2026-01-19T17:00"),
        (["2026-01-07T10:00/2026-01-09T08:00"], "1m", "2026-02-09T17:00"),
        (["2026-01-05T10:00/2026-01-05T15:00"], "8h", "2026-01-06T14:00"),
    ],
)
def test_a_pause_takes_whole_days_from_days_and_its_working_time_from_hours(spans, limit, ends):
    assert due("2026-01-05T09:00", limit, pauses=[pause(span) for span in spans]) == ends


def test_a_term_does_not_end_while_the_clock_stands():
    spans = [pause("2026-01-10T18:00/2026-01-12T18:00")]  # 6cd ends Sunday 11/01, so Monday, which is paused
    assert due("2026-01-05T09:00", "6cd", pauses=spans) == "2026-01-13T17:00"


def test_a_pause_that_ends_before_it_begins_is_refused():
    with pytest.raises(InputError, match="tạm dừng"):
        due("2026-01-05T09:00", "3d", pauses=[pause("2026-01-07T10:00/2026-01-06T15:00")])


def test_a_term_beyond_the_calendar_is_refused():
    for limit in ("9999d", "9999cd", "9999m"):
        with pytest.raises(InputError, match="đến năm 2049"):
            due("2026-01-05T09:00", limit)
