"""The deadline clock: every second, timers that are due become jobs. APScheduler is the clock, the queue the hands.

Each worker process has one. Exclusivity comes from SKIP LOCKED, so there is no leader to elect and none to lose.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.exc import OperationalError

from engine.store.queue import enqueue_many
from engine.store.tables import timer

if TYPE_CHECKING:
    from engine.dossier.house import House

ACT = "timer.act"
BATCH = 500
TOGETHER = 20  # timers in one job: to fetch and finish a job costs as much as to act on a timer
ZONE = "Asia/Ho_Chi_Minh"

log = logging.getLogger(__name__)

Beat = Callable[["House"], object]
_beats: list[tuple[str, float, Beat]] = []

_due = (
    select(timer.c.id)
    .where(timer.c.due_at <= bindparam("now"))
    .where(timer.c.queued_at.is_(None), timer.c.acted_at.is_(None), timer.c.cancelled_at.is_(None))
    .order_by(timer.c.due_at)
    .limit(BATCH)
    .with_for_update(skip_locked=True)
)
_claim = update(timer).where(timer.c.id.in_(_due)).values(queued_at=func.clock_timestamp()).returning(timer.c.id)


def claim_due(connection: Connection, now: datetime) -> int:
    """Queue at most 500 timers due at this business moment; returns how many. No case is loaded to find out."""
    claimed = connection.execute(_claim, {"now": now}).scalars().all()
    timers = [str(one) for one in claimed]
    enqueue_many(connection, ACT, [{"timer_ids": timers[n : n + TOGETHER]} for n in range(0, len(timers), TOGETHER)])
    return len(timers)


def sweep(house: House) -> int:
    """Queue everything that is due now, batch by batch, each in a transaction of its own."""
    total = 0
    while True:
        with house.store.transaction(role="worker") as connection:
            claimed = claim_due(connection, house.clock.now(connection))
        total += claimed
        if claimed < BATCH:
            return total


def every(seconds: float) -> Callable[[Beat], Beat]:
    """Register what each worker process does every so many seconds. It must tolerate company and a dead database."""

    def register(beat: Beat) -> Beat:
        _beats.append((f"{beat.__module__}.{getattr(beat, '__qualname__', beat)}", seconds, beat))
        return beat

    return register


every(1)(sweep)


def start(house: House, *, on_lost: Callable[[], None] | None = None) -> BackgroundScheduler:
    """Let the registered beats run beside this process's jobs. `shutdown()` the returned scheduler to stop them.

    A beat that does not reach the database is tried again; `on_lost` is called when that fails too.
    """
    scheduler = BackgroundScheduler(
        timezone=ZONE, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    for name, seconds, beat in _beats:
        heart = _Heart(name, beat, house, on_lost)
        scheduler.add_job(heart.beat, "interval", seconds=seconds, id=name)
    scheduler.start()
    return scheduler


class _Heart:
    def __init__(self, name: str, work: Beat, house: House, on_lost: Callable[[], None] | None) -> None:
        self._name, self._work, self._house, self._on_lost = name, work, house, on_lost
        self._is_failing = False

    def beat(self) -> None:
        try:
            self._work(self._house)
        except OperationalError as error:
            log.warning("%s: %s", self._name, " ".join(str(error.orig).split()))
            if self._is_failing and self._on_lost is not None:
                self._on_lost()
            self._is_failing = True
        else:
            self._is_failing = False
