"""Many random lives of dossiers, in peace and under kills: after every act what must hold of a case holds."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest

from engine.errors import FormRefused, Refused
from tests.assurance import record
from tests.crash.killing import End, kill_at
from tests.invariants import faults_across_cases, faults_of_case, faults_of_house
from tests.province import DOSSIERS, MONDAY, Province, ship_procedures
from tests.walking import Walk, life

KILLS = 1000
MOST_POINTS = 60  # an act passes fewer


@pytest.mark.prove
def test_many_lives(province: Province) -> None:
    ship_procedures(province, *DOSSIERS)
    lives = 20
    for code in DOSSIERS:
        for seed in range(1000, 1000 + lives):
            province.go_to(MONDAY)
            life(province, code, seed)
    assert faults_of_house(province.house) == []
    told = f"{lives * len(DOSSIERS)} lives of {len(DOSSIERS)} procedures, up to 40 acts each: every invariant held"
    record("Random lives", told, seed=1000)


@pytest.mark.prove
def test_lives_with_kills(province: Province) -> None:
    """Each deed runs in a child that dies at some point of it; then whoever asked asks again."""
    seed = 7
    ship_procedures(province, *DOSSIERS)
    rng, killed, lives = random.Random(seed), 0, 0
    while killed < KILLS:
        province.go_to(MONDAY)
        walk = Walk(province, rng.choice(DOSSIERS), random.Random(f"{seed}/{lives}"))
        lives += 1
        for number in range(40):
            if province.row(walk.case_id).closed_at is not None:
                break
            killed += _step(province, walk, name=f"{seed}/{lives}/{number}", point=rng.randrange(1, MOST_POINTS))
    assert faults_across_cases(province.house) == []
    told = f"{killed} acts of {lives} dossiers killed at a random point, then asked for again: every invariant held"
    record("Random lives under kills", told, seed=seed)


def _step(province: Province, walk: Walk, *, name: str, point: int) -> bool:
    """One deed, killed or not; the same deed is asked for again when it was."""

    def deed() -> None:
        walk.rng.seed(name)
        with suppress(Refused, FormRefused):
            walk.do_one()

    end = kill_at(province.house, deed, point)
    assert end in {End.DONE, End.KILLED}, name
    assert faults_of_case(province.house, walk.case_id) == [], name
    if end is End.KILLED:
        deed()
        assert faults_of_case(province.house, walk.case_id) == [], name
    return end is End.KILLED
