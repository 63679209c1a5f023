"""Every act is killed at every point it passes; whoever asked for it asks again, and it has happened exactly once."""

from __future__ import annotations

from contextlib import suppress

import pytest

from engine.errors import Refused
from tests.crash import deeds_of_time  # noqa: F401  # it adds to the deeds
from tests.crash.deeds import DEEDS, Attempt
from tests.crash.killing import End, kill_at
from tests.crash.stage import Stage
from tests.invariants import faults_across_cases, faults_of_case


@pytest.mark.parametrize("name", sorted(DEEDS))
def test_a_deed_killed_at_any_point_happens_once(stage: Stage, name: str) -> None:
    assert kill_everywhere(stage, name) >= 4


def kill_everywhere(stage: Stage, name: str) -> int:
    """Try each point on dossiers of its own; returns how many points the deed has."""
    point = 0
    while True:
        point += 1
        attempt = DEEDS[name](stage)
        before = stage.events(*attempt.cases)
        end = kill_at(stage.house, attempt.do, point)
        where = f"{name}, point {point}"
        assert end in {End.DONE, End.KILLED}, where
        assert faults(stage, attempt) == [], where
        if end is End.KILLED:
            once_more(attempt)
        if attempt.job is not None:
            stage.finish_job(*attempt.job)
        assert stage.events(*attempt.cases) - before == attempt.events, where
        assert faults(stage, attempt) + attempt.done() == [], where
        if end is End.DONE:
            assert faults_across_cases(stage.house) == [], name
            return point - 1


def once_more(attempt: Attempt) -> None:
    """What a person or a worker does after a reply that never came; if it had happened, they are told so."""
    with suppress(Refused):
        (attempt.again or attempt.do)()


def faults(stage: Stage, attempt: Attempt) -> list[str]:
    there = [case_id for case_id in attempt.cases if stage.events(case_id)]
    return [one for case_id in there for one in faults_of_case(stage.house, case_id)] + attempt.holds()
