from __future__ import annotations

import json
from datetime import date, datetime, time

import pytest

from engine.deadlines import Calendar, OfficeHours, parse_moment
from engine.errors import InputError
from engine.rulesets import packaged_calendar


def at(text):
    return parse_moment(text)


@pytest.fixture(scope="module")
def calendar():
    return packaged_calendar()


@pytest.mark.parametrize(
    ("on", "is_working"),
    [
        ("2026-01-01", False),  # New Year
        ("2026-01-02", False),  # swapped
        ("2026-01-10", True),  # the Saturday worked for it
        ("2026-01-17", False),  # any other Saturday
        ("2026-02-20", False),  # Tết
        ("2026-02-23", True),
        ("2026-04-27", False),  # instead of Sunday 26/4
        ("2026-08-22", True),  # Saturday worked for 31/8
        ("2026-08-31", False),
        ("2026-11-24", True),  # open: a working day until somebody enters the act
        ("2027-02-08", False),  # Tết, whichever plan is decided
        ("2027-11-24", True),
    ],
)
def test_days_of_the_public_sector_calendar(calendar, on, is_working):
    assert calendar.is_working_day(date.fromisoformat(on)) is is_working


def test_sessions_of_a_day_and_none_on_a_closed_one(calendar):
    assert [(a.isoformat(), b.isoformat()) for a, b in calendar.sessions(date(2026, 1, 10))] == [
        ("2026-01-10T07:00:00+07:00", "2026-01-10T11:30:00+07:00"),
        ("2026-01-10T13:30:00+07:00", "2026-01-10T17:00:00+07:00"),
    ]
    assert calendar.sessions(date(2026, 1, 11)) == ()


def test_a_closed_day_has_no_closing(calendar):
    assert calendar.closing(date(2026, 1, 5)) == at("2026-01-05T17:00")
    with pytest.raises(InputError, match="01/01/2026"):
        calendar.closing(date(2026, 1, 1))


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-01-05T06:00", "2026-01-05T07:00"),
        ("2026-01-05T09:15", "2026-01-05T09:15"),
        ("2026-01-05T12:00", "2026-01-05T13:30"),
        ("2026-01-05T17:00", "2026-01-06T07:00"),
        ("2026-02-13T18:00", "2026-02-23T07:00"),  # over Tết
        ("2026-01-05T02:00:00+00:00", "2026-01-05T09:00"),  # another zone, the same instant
    ],
)
def test_next_opening(calendar, moment, opening):
    assert calendar.next_opening(datetime.fromisoformat(moment) if "+" in moment else at(moment)) == at(opening)


def test_a_moment_without_a_zone_is_refused(calendar):
    with pytest.raises(InputError, match="múi giờ"):
        calendar.next_opening(datetime(2026, 1, 5, 9))  # noqa: DTZ001  # what the test is about


def test_a_saturday_morning_adds_hours_but_no_working_day_of_law(calendar):
    open_saturdays = calendar.with_office_hours(OfficeHours(saturday=((time(7), time(11, 30)),)))
    saturday = date(2026, 1, 17)
    assert not open_saturdays.is_working_day(saturday)
    assert open_saturdays.next_opening(at("2026-01-17T08:00")) == at("2026-01-17T08:00")
    assert calendar.next_opening(at("2026-01-17T08:00")) == at("2026-01-19T07:00")


def test_the_calendar_is_stable_under_a_round_trip(calendar):
    body = json.loads(json.dumps(calendar.to_json()))
    assert Calendar.from_json(body) == calendar
    assert Calendar.from_json(body).to_json() == body


def test_a_day_keeps_its_status_and_source(calendar):
    swapped = next(day for day in calendar.days if day.on == date(2026, 1, 10))
    assert (swapped.status, swapped.source) == ("seen", "12729/VPCP-KGVX 25/12/2025")


def test_days_nobody_has_confirmed_are_listed(calendar):
    unconfirmed = calendar.unconfirmed_days(date(2026, 8, 1), date(2026, 12, 31))
    assert [day.on.isoformat() for day in unconfirmed] == [
        "2026-08-22",
        "2026-08-31",
        "2026-09-01",
        "2026-09-02",
        "2026-11-24",
    ]


def test_an_open_day_is_off_only_when_somebody_puts_it_in_force():
    row = {"date": "2026-11-24", "kind": "off", "status": "open", "name": "Ngày Văn hóa Việt Nam"}
    assert Calendar.from_json({"days": [row]}).is_working_day(date(2026, 11, 24))
    assert not Calendar.from_json({"days": [row | {"in_force": True}]}).is_working_day(date(2026, 11, 24))


def test_a_day_may_have_hours_of_its_own():
    row = {"date": "2026-02-13", "kind": "work", "hours": ["07:00-11:30"]}
    calendar = Calendar.from_json({"name": "half-day", "days": [row]})
    assert calendar.closing(date(2026, 2, 13)) == at("2026-02-13T11:30")
    assert Calendar.from_json(calendar.to_json()) == calendar


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"days": {}},
        {"days": [{"date": "2026-13-01", "kind": "off"}]},
        {"days": [{"date": "2026-01-01", "kind": "holiday"}]},
        {"days": [{"kind": "off"}]},
        {"days": [{"date": "2026-01-01", "kind": "off"}, {"date": "2026-01-01", "kind": "work"}]},
        {"days": ["2026-01-01"]},
        {"hours": {"weekday": ["11:30-07:00"]}},
        {"hours": {"weekday": ["07:00-11:30", "11:00-17:00"]}},
        {"hours": {"weekday": ["7h-11h"]}},
        {"hours": {"weekday": ["25:00-26:00"]}},
        {"hours": {"weekday": "07:00-11:30"}},
        {"hours": {"weekday": []}},
        {"hours": {"lunch": ["11:30-13:30"]}},
        {"hours": []},
        {"version": "new"},
    ],
)
def test_a_bad_calendar_is_refused_in_one_line(body):
    with pytest.raises(InputError) as refusal:
        Calendar.from_json(body)
    assert refusal.value.message
    assert "\n" not in refusal.value.message


def test_moments_outside_the_window_are_refused(calendar):
    with pytest.raises(InputError, match="từ năm 2010 đến năm 2049"):
        calendar.next_opening(at("2009-12-31T08:00"))
    with pytest.raises(InputError, match="từ năm 2010 đến năm 2049"):
        calendar.next_opening(at("2050-01-03T08:00"))
