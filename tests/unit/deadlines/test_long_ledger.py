"""A ledger of hundreds of intervals: its past is packed, and says the same."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from engine.deadlines import VIETNAM
from engine.deadlines.intervals import Interval, Owner, write_record
from engine.deadlines.ledger import Ledger
from engine.errors import InputError

AT = datetime(2026, 1, 5, 8, tzinfo=VIETNAM)


def worked(number: int) -> Interval:
    at = AT + timedelta(hours=number)
    return Interval(
        owner=Owner.unit,
        basis="step",
        started_at=at,
        ended_at=at + timedelta(hours=1),
        unit="H27",
        step=str(number % 3),
    )


def test_a_long_ledger_is_short_to_write_and_says_the_same() -> None:
    ledger = Ledger()
    for number in range(400):
        ledger = Ledger.from_json(replace(ledger, intervals=(*ledger.intervals, worked(number))).to_json())
    assert ledger.intervals == tuple(worked(number) for number in range(400))
    written = ledger.to_json()
    assert len(written["intervals"]) <= 64
    plain = [dict(write_record(one)) for one in ledger.intervals]
    assert 4 * len(json.dumps(written)) < len(json.dumps(plain))
    changed = replace(ledger, intervals=tuple(replace(one, step="9") for one in ledger.intervals))
    assert {one.step for one in Ledger.from_json(changed.to_json()).intervals} == {"9"}
    held = replace(worked(0), ended_at=None)  # open since the beginning: nothing before it is over
    assert len(replace(ledger, intervals=(held, *ledger.intervals[1:])).to_json()["intervals"]) == 400


def test_a_ledger_that_was_read_is_written_as_it_was_read() -> None:
    closed = Interval(owner=Owner.unit, basis="step", started_at=AT, ended_at=AT, unit="H27", address="a#1", step="1")
    opened = Interval(owner=Owner.one_stop, basis="step", started_at=AT, address="b#1")
    written = Ledger(intervals=(closed, opened)).to_json()
    read = Ledger.from_json(written)
    assert read.intervals == (closed, opened)
    assert read.to_json() == written
    ended = read.close(AT)
    assert [one.get("ended_at") for one in ended.to_json()["intervals"]] == [AT.isoformat()] * 2


@pytest.mark.parametrize("past", ["x", "eJwDAAAAAAE="])
def test_a_past_that_cannot_be_read_is_refused(past: str) -> None:
    with pytest.raises(InputError):
        Ledger.from_json({"format": 1, "past": [past]})
