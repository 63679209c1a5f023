from __future__ import annotations

import json
from datetime import time, timedelta
from decimal import Decimal

import pytest

from engine.deadlines import (
    ApologyTiming,
    DueState,
    Interval,
    Ledger,
    Limit,
    Outcome,
    Owner,
    SupplementEffect,
    Thresholds,
    legal_due,
    parse_limit,
    parse_moment,
)
from engine.errors import InputError
from engine.rulesets import packaged_calendar

CALENDAR = packaged_calendar()
TIMING = ApologyTiming(share=Decimal("0.5"), lead=Limit.working_days(1))
THRESHOLDS = Thresholds(working_hours=Decimal(8), share=Decimal("0.5"))


def at(text):
    return parse_moment(f"2026-01-{text}")


def received(limit="3d", **rules):
    """A dossier received on Monday 05/01 at 09:00: three working days end on Thursday 08/01."""
    return Ledger().begin(at("05T09:00"), parse_limit(limit) if limit else None, **rules)


def handled_by(unit, started, **more):
    return Interval(owner=Owner.unit, basis="step", started_at=at(started), unit=unit, **more)


def waiting_for_applicant(started, basis="supplement"):
    return Interval(
        owner=Owner.applicant,
        basis=basis,
        started_at=at(started),
        is_running=False,
        element_id="wait",
        address="wait#1",
    )


def test_without_a_reception_there_is_no_date():
    ledger = Ledger()
    assert ledger.due_of_law(CALENDAR) is None
    assert ledger.promised(CALENDAR) is None
    assert not ledger.is_late(CALENDAR, at("30T09:00"))
    assert ledger.outcome(CALENDAR) is None


def test_without_a_fixed_limit_nothing_is_ever_late():
    ledger = received(limit=None)
    assert ledger.due_of_law(CALENDAR) is None
    assert not ledger.is_late(CALENDAR, parse_moment("2027-01-04T09:00"))
    assert ledger.apology_due_at(CALENDAR, TIMING) is None
    assert ledger.remaining(CALENDAR, at("06T09:00")) is None
    assert ledger.finish(at("30T09:00")).outcome(CALENDAR) is Outcome.on_time
    assert ledger.standing(CALENDAR, at("06T09:00"), THRESHOLDS) is DueState.no_limit


def test_the_limit_of_law_and_the_promise_start_as_one():
    ledger = received()
    assert ledger.due_of_law(CALENDAR) == at("08T17:00")
    assert ledger.promised(CALENDAR) == at("08T17:00")


def test_a_cut_off_hour_is_kept_with_the_term():
    assert received("1d", cutoff=time(15)).due_of_law(CALENDAR) == at("05T17:00")
    assert received("1d", cutoff=time(8)).due_of_law(CALENDAR) == at("06T17:00")


@pytest.mark.parametrize(
    ("effect", "due"),
    [
        (SupplementEffect.resume, "10T17:00"),  # Tuesday's and Wednesday's closings are not counted
        (SupplementEffect.restart, "13T17:00"),
        (SupplementEffect.restart_phase, "13T17:00"),
    ],
)
def test_the_effect_of_a_supplement_is_data(effect, due):
    ledger = received().open(waiting_for_applicant("06T10:00")).resume(at("08T10:00"), effect)
    expected = at(due) if effect is SupplementEffect.resume else legal_due(at("08T10:00"), parse_limit("3d"), CALENDAR)
    assert ledger.due_of_law(CALENDAR) == expected
    assert not ledger.is_paused
    assert not ledger.is_late(CALENDAR, at("09T09:00"))


def test_restarting_a_phase_counts_the_phase_and_restarting_counts_from_the_first():
    ledger = received("2d").finish(at("06T16:00")).begin(at("07T09:00"), parse_limit("5d"), phase=2)
    paused = ledger.open(waiting_for_applicant("08T10:00"))
    phase = paused.resume(at("12T10:00"), SupplementEffect.restart_phase)
    whole = paused.resume(at("12T10:00"), SupplementEffect.restart)
    assert (phase.phase, phase.due_of_law(CALENDAR)) == (2, at("19T17:00"))
    assert (whole.phase, whole.due_of_law(CALENDAR)) == (1, at("14T17:00"))


def test_lateness_before_a_restart_is_not_forgotten():
    ledger = received().open(waiting_for_applicant("12T10:00")).resume(at("14T10:00"), SupplementEffect.restart)
    assert ledger.is_late(CALENDAR, at("14T10:00"))


def test_while_paused_the_date_stands_and_nothing_becomes_late():
    ledger = received().open(waiting_for_applicant("06T10:00"))
    assert ledger.is_paused
    assert ledger.due_of_law(CALENDAR) == at("08T17:00")
    assert ledger.due_of_law(CALENDAR, at("12T10:00")) == at("14T17:00")
    assert not ledger.is_late(CALENDAR, at("30T09:00"))
    assert (
        ledger.remaining(CALENDAR, at("30T09:00")) == ledger.remaining(CALENDAR, at("06T10:00")) == timedelta(hours=21)
    )
    assert ledger.standing(CALENDAR, at("30T09:00"), THRESHOLDS) is DueState.paused


def test_two_overlapping_pauses_are_one():
    ledger = received().open(waiting_for_applicant("06T10:00"))
    payment = Interval(
        owner=Owner.payment, basis="financial_obligation", started_at=at("07T08:00"), is_running=False, address="pay#1"
    )
    ledger = ledger.open(payment).close(at("08T10:00"), address="wait#1")
    assert ledger.is_paused
    ledger = ledger.close(at("09T10:00"), address="pay#1")
    assert ledger.pauses() == [(at("06T10:00"), at("09T10:00"))]
    assert ledger.due_of_law(CALENDAR) == legal_due(at("05T09:00"), parse_limit("6d"), CALENDAR)


def test_an_extension_moves_the_limit_of_law():
    ledger = received().extend(at("08T10:00"), parse_limit("5d"), article="khoản 2 Điều 30 Luật X")
    assert ledger.due_of_law(CALENDAR) == legal_due(at("05T09:00"), parse_limit("8d"), CALENDAR)
    assert ledger.promised(CALENDAR) == ledger.due_of_law(CALENDAR)
    assert not ledger.is_late(CALENDAR, at("09T09:00"))


def test_an_extension_after_the_limit_passed_cures_nothing():
    ledger = received().extend(at("09T10:00"), parse_limit("5d"), article="khoản 2 Điều 30 Luật X")
    assert ledger.due_of_law(CALENDAR) == at("08T17:00")
    assert ledger.is_late(CALENDAR, at("09T10:00"))


def test_an_extension_in_the_last_moment_of_the_limit_counts():
    ledger = received().extend(at("08T17:00"), parse_limit("1d"), article="Điều 1")
    assert ledger.due_of_law(CALENDAR) == at("09T17:00")


def test_an_extension_needs_its_article_and_a_term():
    with pytest.raises(InputError, match="điều, khoản"):
        received().extend(at("06T10:00"), parse_limit("5d"), article=" ")
    with pytest.raises(InputError, match="chưa được tính thời hạn"):
        Ledger().extend(at("06T10:00"), parse_limit("5d"), article="Điều 1")


def test_a_reappointment_moves_the_promise_and_the_dossier_stays_late():
    ledger = received().reappoint(at("08T10:00"), at("14T17:00"), reason="Chờ xác minh")
    assert ledger.promised(CALENDAR) == at("14T17:00")
    assert ledger.due_of_law(CALENDAR) == at("08T17:00")
    assert ledger.is_late(CALENDAR, at("09T09:00"))
    assert ledger.finish(at("14T10:00")).outcome(CALENDAR) is Outcome.late


def test_a_pause_after_a_reappointment_moves_the_promise_with_it():
    ledger = received().reappoint(at("08T10:00"), at("14T15:00"), reason="Chờ xác minh")
    before = ledger.open(waiting_for_applicant("12T10:00")).resume(at("13T10:00"))
    assert before.promised(CALENDAR) == at("15T15:00")
    on_the_day = ledger.open(waiting_for_applicant("14T10:00")).resume(at("15T10:00"))
    assert on_the_day.promised(CALENDAR) == at("15T15:00")


def test_a_term_counted_anew_has_a_promise_of_its_own():
    ledger = received().reappoint(at("08T10:00"), at("14T15:00"), reason="Chờ xác minh")
    ledger = ledger.open(waiting_for_applicant("08T11:00")).resume(at("19T10:00"), SupplementEffect.restart)
    assert ledger.promised(CALENDAR) == ledger.due_of_law(CALENDAR) == at("22T17:00")


def test_a_pause_after_the_end_does_not_move_the_limit_that_was_kept():
    ledger = received().finish(at("07T10:00")).open(waiting_for_applicant("07T11:00")).resume(at("12T10:00"))
    assert ledger.due_of_law(CALENDAR) == at("08T17:00")
    assert ledger.outcome(CALENDAR) is Outcome.early


def test_a_promise_already_past_is_refused():
    with pytest.raises(InputError, match="Ngày hẹn lại"):
        received().reappoint(at("08T10:00"), at("08T10:00"), reason="Chờ xác minh")


@pytest.mark.parametrize(
    ("signed", "outcome"),
    [
        ("07T17:00", Outcome.early),
        ("08T08:00", Outcome.on_time),
        ("08T17:00", Outcome.on_time),
        ("08T17:01", Outcome.late),
        ("09T08:00", Outcome.late),
    ],
)
def test_the_signature_decides_how_a_case_ended(signed, outcome):
    ledger = received().finish(at(signed))
    assert ledger.outcome(CALENDAR) is outcome
    assert ledger.is_late(CALENDAR, at("30T09:00")) is (outcome is Outcome.late)


def test_a_signature_that_did_not_stand_lets_the_term_run_on():
    ledger = received().finish(at("08T08:00")).reopen()
    assert ledger.done_at is None
    assert ledger.is_late(CALENDAR, at("09T09:00"))


def test_each_phase_is_judged_by_its_own_term():
    first = received("2d").finish(at("07T10:00"))
    second = first.open(waiting_for_applicant("07T10:00", "phase")).resume(at("14T09:00"))
    second = second.begin(at("14T09:00"), parse_limit("5d"), phase=2)
    assert second.due_of_law(CALENDAR) == legal_due(at("14T09:00"), parse_limit("5d"), CALENDAR)
    assert not second.is_late(CALENDAR, at("16T09:00"))
    late = received("1d").finish(at("07T10:00")).begin(at("14T09:00"), parse_limit("5d"), phase=2)
    assert late.is_late(CALENDAR, at("14T09:00"))


@pytest.mark.parametrize(
    ("limit", "moment"),
    [
        ("10d", "2026-01-15T17:00"),  # it ends on Friday 16/01, the make-up Saturday being one of its days
        ("3d", "2026-01-07T17:00"),
        ("1d", "2026-01-06T08:00"),  # half of its 14 working hours, later than Monday's closing
        ("4h", "2026-01-05T11:00"),  # half of the limit: a working day before would lie before the reception
    ],
)
def test_an_apology_is_drafted_at_the_later_of_half_the_limit_and_a_day_before(limit, moment):
    ledger = received(limit)
    assert ledger.apology_due_at(CALENDAR, TIMING) == parse_moment(moment)


def test_a_pause_moves_the_draft_of_the_apology():
    ledger = received().open(waiting_for_applicant("06T10:00")).resume(at("08T10:00"))
    assert ledger.due_of_law(CALENDAR) == at("10T17:00")
    assert ledger.apology_due_at(CALENDAR, TIMING) == at("09T17:00")


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        ("05T10:00", DueState.in_time),
        ("07T16:59", DueState.in_time),
        ("07T17:00", DueState.due_soon),
        ("08T17:00", DueState.due_soon),
        ("08T17:01", DueState.overdue),
    ],
)
def test_the_state_shown_follows_the_thresholds(moment, state):
    assert received().standing(CALENDAR, at(moment), THRESHOLDS) is state


def test_an_apology_does_not_turn_the_light_green():
    ledger = received().reappoint(at("08T10:00"), at("14T17:00"), reason="Chờ xác minh")
    assert ledger.standing(CALENDAR, at("09T09:00"), THRESHOLDS) is DueState.overdue


def test_nothing_is_written_before_what_is_written():
    ledger = received().open(handled_by("H27.12", "06T10:00"))
    for late_entry in (
        lambda: ledger.close(at("06T09:00")),
        lambda: ledger.finish(at("05T10:00")),
        lambda: ledger.open(handled_by("H27.13", "05T10:00")),
        lambda: ledger.extend(at("05T10:00"), parse_limit("1d"), article="Điều 1"),
    ):
        with pytest.raises(InputError, match="trước việc đã ghi"):
            late_entry()


def test_a_ledger_is_never_changed_in_place():
    before = received().open(handled_by("H27.12", "06T10:00"))
    body = before.to_json()
    before.close(at("07T10:00")).extend(at("07T10:00"), parse_limit("1d"), article="Điều 1").finish(at("08T10:00"))
    assert before.to_json() == body


def test_closing_one_branch_leaves_the_other_open():
    ledger = received().open(handled_by("A", "05T09:00", element_id="a", address="a#1"))
    ledger = ledger.open(handled_by("B", "05T09:00", element_id="b", address="b#1"))
    assert [one.is_open for one in ledger.close(at("06T09:00"), element_id="a").intervals] == [False, True]
    assert [one.is_open for one in ledger.close(at("06T09:00"), address="b#1").intervals] == [True, False]
    assert [one.is_open for one in ledger.close(at("06T09:00")).intervals] == [False, False]


def test_every_moment_between_reception_and_now_belongs_to_somebody():
    ledger = received().open(handled_by("A", "05T09:00", address="a#1"))
    assert ledger.gaps(at("06T09:00")) == []
    ledger = ledger.close(at("06T09:00")).open(handled_by("B", "06T10:00", address="b#1"))
    assert ledger.gaps(at("07T09:00")) == [(at("06T09:00"), at("06T10:00"))]


def test_a_full_ledger_is_stable_under_a_round_trip():
    ledger = (
        received(cutoff=time(15))
        .open(handled_by("H27.12", "05T09:00", officer="a", step="2", label="Thẩm định", limit=parse_limit("1.5d")))
        .close(at("06T10:00"))
        .open(waiting_for_applicant("06T10:00"))
        .resume(at("08T10:00"), SupplementEffect.restart)
        .extend(at("08T11:00"), parse_limit("5cd"), article="Điều 1")
        .reappoint(at("09T11:00"), at("20T17:00"), reason="Chờ xác minh")
        .finish(at("12T10:00"))
    )
    body = json.loads(json.dumps(ledger.to_json()))
    assert Ledger.from_json(body) == ledger
    assert Ledger.from_json(body).to_json() == body


def test_an_empty_column_is_an_empty_ledger():
    assert Ledger.from_json([]) == Ledger()


def test_moments_of_another_zone_are_stored_as_ours():
    utc = parse_moment("2026-01-05T02:00:00+00:00")
    assert Ledger().begin(utc, None).to_json()["terms"] == [{"started_at": "2026-01-05T09:00:00+07:00"}]


@pytest.mark.parametrize(
    "body",
    [
        [1],
        {"terms": []},
        {"format": 2},
        {"format": 1, "terms": [{}]},
        {"format": 1, "terms": [{"started_at": 5}]},
        {"format": 1, "intervals": [{"owner": "nobody", "basis": "x", "started_at": "2026-01-05T09:00:00+07:00"}]},
        {"format": 1, "extensions": ["x"]},
        {"format": 1, "terms": [{"started_at": "2026-01-05T09:00:00+07:00", "limit": "3x"}]},
    ],
)
def test_a_bad_ledger_is_refused(body):
    with pytest.raises(InputError):
        Ledger.from_json(body)
