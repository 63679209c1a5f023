"""A ledger under random lives: what is recorded decides the dates, not how it was cut into intervals."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.deadlines import (
    Interval,
    Ledger,
    Limit,
    Owner,
    SupplementEffect,
    legal_due,
    parse_limit,
    parse_moment,
    working_time_between,
)
from engine.rulesets import packaged_calendar, ruleset_named

CALENDAR = packaged_calendar()
TIMING = ruleset_named("nd118-2025").apology.timing
START = parse_moment("2026-01-05T09:00")
END = parse_moment("2026-06-30T17:00")

prove = settings(max_examples=500, derandomize=True, deadline=None)
limits = st.sampled_from([None, *map(parse_limit, ("0.5d", "1d", "3d", "15d", "32d", "10cd", "1m", "16h"))])
acts = st.sampled_from(
    ["hand_over", "consult", "pause", "resume", "restart", "extend", "reappoint", "finish", "reopen"]
)
lives = st.tuples(limits, st.lists(st.tuples(st.integers(0, 4 * 24 * 60), acts), max_size=12))


def lived(life):
    """A ledger that went through these acts, and the moment of the last one."""
    limit, steps = life
    at = START
    ledger = Ledger().begin(at, limit).open(handling(at, 0))
    for number, (wait, act) in enumerate(steps, start=1):
        at += timedelta(minutes=wait)
        ledger = after(ledger, act, at, number)
    return ledger, at


def handling(at, number, owner=Owner.unit):
    return Interval(
        owner=owner,
        basis="step",
        started_at=at,
        unit=f"H27.{number % 3}",
        step=str(number % 4),
        address=f"task#{number}",
        limit=Limit.working_days(1 + number % 2),
    )


def after(ledger, act, at, number):
    if act == "hand_over":
        return ledger.close(at).open(handling(at, number))
    if act == "consult":
        return ledger.open(handling(at, number, Owner.consulted))
    if act == "pause":
        pause = Interval(owner=Owner.applicant, basis="supplement", started_at=at, is_running=False, address="wait")
        return ledger if ledger.is_paused else ledger.open(pause)
    if act in {"resume", "restart"}:
        return ledger.resume(at, SupplementEffect(act)).open(handling(at, number))
    if act == "extend":
        return ledger.extend(at, parse_limit("2d"), article="Điều 1")
    if act == "reappoint":
        return ledger.reappoint(at, at + timedelta(days=7), reason="Chờ xác minh")
    return ledger.finish(at) if act == "finish" else ledger.reopen()


def dates(ledger):
    return (
        ledger.due_of_law(CALENDAR),
        ledger.promised(CALENDAR),
        ledger.remaining(CALENDAR, END),
        ledger.is_late(CALENDAR, END),
        ledger.apology_due_at(CALENDAR, TIMING),
        ledger.outcome(CALENDAR),
        ledger.spent_by_unit(CALENDAR, END),
    )


@prove
@given(lives)
def test_a_round_trip_through_json_changes_nothing(life):
    ledger, _ = lived(life)
    body = json.loads(json.dumps(ledger.to_json()))
    again = Ledger.from_json(body)
    assert again == ledger
    assert again.to_json() == body
    assert dates(again) == dates(ledger)


@prove
@given(lives, st.integers(0, 11), st.floats(0.01, 0.99))
def test_cutting_an_interval_in_two_changes_nothing(life, which, where):
    ledger, _ = lived(life)
    whole = ledger.intervals[which % len(ledger.intervals)]
    assume(whole.ended_at is not None)
    middle = whole.started_at + (whole.ended_at - whole.started_at) * where
    cut = [replace(whole, ended_at=middle), replace(whole, started_at=middle)]
    others = [one for one in ledger.intervals if one is not whole]
    split = replace(ledger, intervals=(*others, *cut))
    assert dates(split) == dates(ledger)
    assert overruns(split) == overruns(ledger)


def overruns(ledger):
    return {(one.owner, one.unit, one.step): (one.spent, one.over) for one in ledger.blame(CALENDAR, END)}


@prove
@given(lives)
def test_lateness_once_incurred_stays(life):
    ledger, at = lived(life)
    if ledger.is_late(CALENDAR, at):
        assert ledger.is_late(CALENDAR, END)
        assert ledger.reappoint(at, END, reason="Chờ xác minh").is_late(CALENDAR, END)
        assert ledger.extend(at, parse_limit("30d"), article="Điều 1").is_late(CALENDAR, END)


@prove
@given(lives)
def test_a_reappointment_never_moves_the_limit_of_law(life):
    ledger, at = lived(life)
    before = ledger.due_of_law(CALENDAR)
    assert ledger.reappoint(at, at + timedelta(days=9), reason="Chờ xác minh").due_of_law(CALENDAR) == before


@prove
@given(lives, st.integers(0, 20 * 24 * 60))
def test_a_pause_never_brings_the_limit_nearer_and_cannot_make_a_dossier_late(life, wait):
    ledger, at = lived(life)
    assume(not ledger.is_paused and ledger.done_at is None)
    before, was_late = ledger.due_of_law(CALENDAR), ledger.is_late(CALENDAR, at)
    resumed_at = at + timedelta(minutes=wait)
    pause = Interval(owner=Owner.payment, basis="financial_obligation", started_at=at, is_running=False, address="pay")
    paused = ledger.open(pause)
    assert paused.is_late(CALENDAR, resumed_at) is was_late
    resumed = paused.resume(resumed_at)
    assert resumed.is_late(CALENDAR, resumed_at) is was_late
    if before is not None:
        assert resumed.due_of_law(CALENDAR) >= before


@prove
@given(lives)
def test_the_apology_is_drafted_after_the_reception_and_not_after_the_limit(life):
    ledger, _ = lived(life)
    moment, due = ledger.apology_due_at(CALENDAR, TIMING), ledger.due_of_law(CALENDAR)
    if due is not None:
        assert ledger.terms[-1].started_at <= moment <= due


@prove
@given(st.lists(st.tuples(st.integers(0, 3 * 24 * 60), st.sampled_from(["H27.1", "H27.2", "H27.3"])), min_size=1))
def test_time_handed_from_desk_to_desk_adds_up_to_the_whole(hand_overs):
    at = START
    ledger = Ledger().begin(at, parse_limit("3d"))
    for number, (wait, unit) in enumerate(hand_overs):
        ledger = ledger.close(at).open(replace(handling(at, number), unit=unit))
        at += timedelta(minutes=wait)
        assume(at < parse_moment("2027-12-31T17:00"))
    assert ledger.gaps(at) == []
    spent = ledger.spent_by_unit(CALENDAR, at)
    assert sum(spent.values(), timedelta(0)) == working_time_between(START, at, CALENDAR)


@prove
@given(st.sampled_from(["1d", "3d", "15d", "10cd", "1m", "16h"]), st.lists(st.integers(0, 5 * 24 * 60), max_size=6))
def test_the_fold_over_pauses_is_the_limit_counted_with_them(limit, waits):
    at, pauses = START, []
    ledger = Ledger().begin(at, parse_limit(limit))
    for wait in waits:
        started = at + timedelta(minutes=wait)
        at = started + timedelta(minutes=wait // 2)
        pauses.append((started, at))
        pause = Interval(
            owner=Owner.applicant, basis="supplement", started_at=started, is_running=False, address="wait"
        )
        ledger = ledger.open(pause).resume(at)
    assert ledger.due_of_law(CALENDAR) == legal_due(START, parse_limit(limit), CALENDAR, pauses=pauses)
