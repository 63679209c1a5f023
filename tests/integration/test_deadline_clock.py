"""Business time, and the sweep that turns due timers into jobs."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select, text

from engine.errors import Refused
from engine.jobs import clock as deadline_clock
from engine.jobs import handlers
from engine.store.clock import Clock
from engine.store.database import Store
from engine.store.tables import timer

if TYPE_CHECKING:
    from conftest import CaseMaker, Rooms

HOUR = timedelta(hours=1)


@pytest.fixture
def case_id(cases: CaseMaker) -> UUID:
    return cases.open("H01-261121-0001", ["H01"])


def arm(store: Store, case_id: UUID, due_in: timedelta, many: int = 1, **columns: Any) -> list[UUID]:
    ids = [uuid4() for _ in range(many)]
    rows = [
        {"id": one, "case_id": case_id, "kind": "step", "due_at": datetime.now(UTC) + due_in, **columns} for one in ids
    ]
    with store.transaction(role="worker") as connection:
        connection.execute(insert(timer), rows)
    return ids


def queued(store: Store) -> list[str]:
    with store.transaction(role="worker") as connection:
        found = connection.execute(
            text(
                "select jsonb_array_elements_text(args->'timer_ids') from procrastinate_jobs"
                " where task_name = 'timer.act'"
            )
        )
        return list(found.scalars())


def test_only_what_is_due_and_still_armed_is_queued(rooms: Rooms, case_id: UUID) -> None:
    (due,) = arm(rooms.store, case_id, -HOUR)
    arm(rooms.store, case_id, HOUR)
    arm(rooms.store, case_id, -HOUR, cancelled_at=datetime.now(UTC))
    arm(rooms.store, case_id, -HOUR, acted_at=datetime.now(UTC))
    assert deadline_clock.sweep(rooms) == 1  # type: ignore[arg-type]  # the part of a House that the sweep needs
    assert deadline_clock.sweep(rooms) == 0  # type: ignore[arg-type]
    assert queued(rooms.store) == [str(due)]


def test_a_timer_and_its_job_are_queued_together_or_not_at_all(rooms: Rooms, case_id: UUID) -> None:
    arm(rooms.store, case_id, -HOUR)
    with contextlib.suppress(ZeroDivisionError), rooms.store.transaction(role="worker") as connection:
        assert 1 / (1 - deadline_clock.claim_due(connection, rooms.clock.now(connection)))
    assert queued(rooms.store) == []
    with rooms.store.transaction(role="worker") as connection:
        assert connection.execute(select(timer.c.queued_at)).scalars().all() == [None]


def test_two_sweeps_at_once_share_the_work(rooms: Rooms, case_id: UUID) -> None:
    ids = arm(rooms.store, case_id, -HOUR, many=600)
    with rooms.store.transaction(role="worker") as first, rooms.store.transaction(role="worker") as second:
        assert deadline_clock.claim_due(first, datetime.now(UTC)) == 500
        assert deadline_clock.claim_due(second, datetime.now(UTC)) == 100
    assert sorted(queued(rooms.store)) == sorted(map(str, ids))


def test_many_sweepers_queue_each_timer_once(rooms: Rooms, case_id: UUID) -> None:
    ids = arm(rooms.store, case_id, -HOUR, many=1_300)
    sweepers = [threading.Thread(target=deadline_clock.sweep, args=(rooms,)) for _ in range(4)]
    for one in sweepers:
        one.start()
    for one in sweepers:
        one.join()
    assert sorted(queued(rooms.store)) == sorted(map(str, ids))


def test_a_timer_is_due_by_business_time(rooms: Rooms, case_id: UUID) -> None:
    arm(rooms.store, case_id, 3 * HOUR)
    assert deadline_clock.sweep(rooms) == 0  # type: ignore[arg-type]
    rooms.clock.advance(4 * 3600)
    assert deadline_clock.sweep(rooms) == 1  # type: ignore[arg-type]


def test_the_scheduler_sweeps_by_itself(rooms: Rooms, case_id: UUID) -> None:
    arm(rooms.store, case_id, timedelta(milliseconds=300))
    seen = threading.Event()

    def look(house: Any) -> None:
        if queued(house.store):
            seen.set()

    deadline_clock.every(0.2)(look)
    scheduler = deadline_clock.start(rooms)  # type: ignore[arg-type]
    try:
        assert seen.wait(10)
    finally:
        scheduler.shutdown()
        deadline_clock._beats.pop()


def test_business_time_is_the_databases(store: Store, clock: Clock) -> None:
    with store.transaction() as connection:
        assert abs(clock.now(connection) - datetime.now(UTC)) < timedelta(seconds=5)
        assert clock.now(connection).utcoffset() == timedelta(hours=7)
        assert clock.offset(connection) == timedelta(0)


def test_a_demo_moves_time_forward_for_everybody(store: Store, clock: Clock) -> None:
    clock.advance(3600)
    clock.advance(60)
    with store.transaction() as connection:
        assert Clock(store).offset(connection) == timedelta(seconds=3660)
        assert clock.now(connection) - datetime.now(UTC) > timedelta(seconds=3650)


@pytest.mark.parametrize("seconds", [0, -1])
def test_time_never_goes_back(clock: Clock, seconds: int) -> None:
    with pytest.raises(Refused):
        clock.advance(seconds)


def test_production_refuses_to_move_time(store: Store) -> None:
    store.settings = replace(store.settings, mode="production")
    with pytest.raises(Refused):
        Clock(store).advance(60)


def test_a_timer_that_fails_gets_a_job_of_its_own_and_holds_nobody_up(
    rooms: Rooms, case_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = arm(rooms.store, case_id, -HOUR, many=3)
    acted = []

    def act(house: Rooms, timer_id: UUID) -> bool:
        if timer_id == second:
            raise ZeroDivisionError("something nobody has thought of")
        acted.append(timer_id)
        return True

    monkeypatch.setattr(handlers, "act_on_timer", act)
    handlers.act_on_timers(rooms, timer_ids=[str(first), str(second), str(third)])  # type: ignore[arg-type]
    assert acted == [first, third]
    assert queued(rooms.store) == [str(second)]
    with pytest.raises(ZeroDivisionError):
        handlers.act_on_timers(rooms, timer_ids=[str(second)])  # type: ignore[arg-type]
