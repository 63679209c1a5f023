"""Lives at random of every procedure that ships: whatever people do, in whatever order, what must hold holds."""

from __future__ import annotations

from tests.invariants import faults_of_house
from tests.province import DOSSIERS, MONDAY, Province, ship_procedures
from tests.walking import life

LIVES = 2


def test_random_lives_of_every_procedure(province: Province) -> None:
    ship_procedures(province, *DOSSIERS)
    for code in DOSSIERS:
        for seed in range(LIVES):
            province.go_to(MONDAY)
            life(province, code, seed)
    assert faults_of_house(province.house) == []
