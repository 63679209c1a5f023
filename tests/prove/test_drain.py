"""Ten thousand deadlines fall into one minute: how long two workers take to act on all of them."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from engine.store.settings import Settings
from tests.assurance import record
from tests.prove.year import OVERDUE, Hands
from tests.province import MONDAY, Province, ship_procedures

TIMERS = 10_000
MOST_SECONDS = 120
CODE = "TP01"


@pytest.mark.prove
def test_ten_thousand_timers_of_one_minute(province: Province, settings: Settings) -> None:
    ship_procedures(province, CODE)
    for number in range(TIMERS):
        if number % 100 == 0:
            province.go_to(MONDAY)
        province.receive(CODE)
    kinds = [_drain(province, settings, kind) for kind in ("apology", "legal_limit")]
    record(
        "10,000 timers due in one minute",
        ", ".join(f"{kind}: {count} acted on by two workers in {seconds:.0f} s" for kind, count, seconds in kinds),
        seed=0,
    )
    assert all(count == TIMERS and seconds < MOST_SECONDS for _, count, seconds in kinds)


def _drain(province: Province, settings: Settings, kind: str) -> tuple[str, int, float]:
    """Let the moment of these timers come while both workers are awake."""
    store = province.house.store
    hands = [Hands(settings), Hands(settings)]
    for one in hands:
        one.start()
    try:
        time.sleep(5)
        with store.transaction(role="worker") as connection:
            due: datetime = connection.execute(
                text("SELECT max(due_at) FROM timer WHERE kind = :kind AND acted_at IS NULL"), {"kind": kind}
            ).scalar_one()
        province.go_to(due + timedelta(seconds=1))
        began = time.monotonic()
        hands[0].wait(lambda: _overdue(province) == 0, patience_seconds=10 * MOST_SECONDS)
        seconds = time.monotonic() - began
    finally:
        for one in hands:
            one.stop()
    with store.transaction(role="worker") as connection:
        acted = text("SELECT count(*) FROM timer WHERE kind = :kind AND acted_at IS NOT NULL AND due_at >= :m")
        minute = due.replace(second=0, microsecond=0)
        return kind, int(connection.execute(acted, {"kind": kind, "m": minute}).scalar_one()), seconds


def _overdue(province: Province) -> int:
    with province.house.store.transaction(role="worker") as connection:
        now = province.house.clock.now(connection)
        return int(connection.execute(text(OVERDUE), {"now": now}).scalar_one())
