from __future__ import annotations

from datetime import timedelta

from engine.deadlines import Interval, Ledger, Owner, cause_text, parse_limit, parse_moment
from engine.rulesets import packaged_calendar

CALENDAR = packaged_calendar()
NAMES = {"H27.30": "Phòng Kinh tế", "H27.31": "Chi cục Thuế"}
HOUR = timedelta(hours=1)


def at(text):
    return parse_moment(f"2026-01-{text}")


def interval(started, ended=None, **more):
    return Interval(
        **{"owner": Owner.unit, "basis": "step", "unit": "H27.30", "step": "2", "label": "Thẩm định"} | more,
        started_at=at(started),
        ended_at=at(ended) if ended else None,
    )


def blame(*intervals, until=None):
    ledger = Ledger(intervals=intervals)
    return ledger.blame(CALENDAR, at(until) if until else None)


def test_a_step_in_time_is_not_blamed():
    (one,) = blame(interval("05T09:00", "06T16:00", limit=parse_limit("1d")))
    assert (one.over, one.allowed) == (timedelta(0), 8 * HOUR)


def test_an_overrun_counts_from_the_steps_due_moment():
    (one,) = blame(interval("05T09:00", "08T09:00", limit=parse_limit("1d")))  # due Tuesday 17:00
    assert one.over == 10 * HOUR
    assert one.cause("Phòng Kinh tế") == "Bước “Thẩm định” tại Phòng Kinh tế vượt thời hạn 1 ngày 2 giờ"


def test_an_open_step_is_counted_until_now():
    (one,) = blame(interval("05T09:00", limit=parse_limit("4h")), until="06T09:00")
    assert one.is_open
    assert (one.spent, one.over) == (8 * HOUR, 4 * HOUR)
    assert blame(interval("05T09:00", limit=parse_limit("4h")))[0].over == timedelta(0)


def test_visits_share_one_allowance_and_the_time_between_is_not_theirs():
    (one,) = blame(
        interval("05T07:00", "05T10:00", limit=parse_limit("4h"), address="a#1"),
        interval("07T07:00", "07T10:00", limit=parse_limit("4h"), address="a#2"),
    )
    assert (one.spent, one.over) == (6 * HOUR, 2 * HOUR)


def test_a_pause_is_nobodys_time():
    pause = interval("05T09:00", "06T09:00", owner=Owner.applicant, basis="supplement", is_running=False, step="")
    (one,) = blame(interval("05T07:00", "06T10:00", limit=parse_limit("4h")), pause)
    assert (one.spent, one.over) == (3 * HOUR, timedelta(0))


def test_an_overrun_falls_on_the_officer_who_held_it_then():
    held = Ledger().open(interval("05T07:00", limit=parse_limit("4h"), officer="hoa", address="a#1"))
    held = held.reassign(at("05T10:00"), address="a#1", officer="minh").close(at("05T15:30"))
    (one,) = held.blame(CALENDAR)
    assert {share.officer: (share.spent, share.over) for share in one.officers} == {
        "hoa": (3 * HOUR, timedelta(0)),
        "minh": (3.5 * HOUR, 2.5 * HOUR),
    }


def test_officers_working_at_once_do_not_double_a_steps_time():
    (one,) = blame(
        interval("05T07:00", "05T11:00", officer="hoa", address="a#1"),
        interval("05T08:00", "05T11:00", officer="minh", address="a#2"),
    )
    assert one.spent == 4 * HOUR


def test_the_worst_overrun_comes_first_and_the_reasons_make_one_line():
    tax = {"owner": Owner.consulted, "unit": "H27.31", "step": "3", "label": "Xác định thuế"}
    blames = blame(
        interval("05T07:00", "05T15:30", limit=parse_limit("4h")),
        interval("07T07:00", "09T09:00", limit=parse_limit("1d"), **tax),
    )
    assert [one.unit for one in blames] == ["H27.31", "H27.30"]
    assert cause_text(blames, NAMES) == (
        "Bước “Xác định thuế” tại Chi cục Thuế vượt thời hạn 1 ngày 2 giờ; "
        "Bước “Thẩm định” tại Phòng Kinh tế vượt thời hạn 2 giờ 30 phút"
    )


def test_without_an_overrun_the_longest_step_is_named():
    blames = blame(interval("05T07:00", "07T09:00"), interval("07T09:00", "07T10:00", step="3", label="Ký duyệt"))
    assert cause_text(blames, NAMES) == "Bước “Thẩm định” tại Phòng Kinh tế kéo dài 2 ngày 2 giờ"
    assert cause_text([], NAMES) == ""


def test_the_holder_answers_for_a_delay_nobody_has_caused_yet():
    ledger = Ledger(
        intervals=(
            interval("05T07:00", "07T09:00"),
            interval("07T09:00", step="3", label="Ký duyệt", unit="H27.31", owner=Owner.signer),
        )
    )
    at_fault = ledger.at_fault(CALENDAR, at("07T10:00"))
    assert at_fault is not None
    assert at_fault.label == "Ký duyệt"
    assert Ledger().at_fault(CALENDAR, at("07T10:00")) is None


def test_time_by_holder_counts_waiting_for_the_applicant_too():
    ledger = Ledger(
        intervals=(
            interval("05T07:00", "05T09:00", owner=Owner.one_stop, unit="H27.01"),
            interval("05T09:00", "05T11:00"),
            interval("05T11:00", "06T08:00", owner=Owner.applicant, unit=None, is_running=False),
            interval("06T08:00"),
        )
    )
    assert ledger.spent_by_unit(CALENDAR, at("06T10:00")) == {
        (Owner.one_stop, "H27.01"): 2 * HOUR,
        (Owner.unit, "H27.30"): 4 * HOUR,
        (Owner.applicant, None): 5 * HOUR,
    }
