"""A year of a province: dossiers come, people work, neighbours answer or stay silent, timers act, hands are killed."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import random
import subprocess
import sys
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import procrastinate
from sqlalchemy import text

from engine.deadlines import VIETNAM
from engine.dossier.take_answer import TakeAnswer, take_answer
from engine.errors import CaseBusy, FormRefused, Refused
from engine.jobs.worker import rescue
from engine.store.queue import app
from engine.store.settings import Settings
from tests.province import Province
from tests.walking import WORDS, Walk

PATIENCE_SECONDS = 120
KILLED_WORKER_SECONDS = 12  # after so long without a heartbeat its jobs are given back

OVERDUE = "SELECT count(*) FROM timer WHERE acted_at IS NULL AND cancelled_at IS NULL AND due_at <= :now"
NEW_ITEMS = """
SELECT w.*, c.code AS dossier FROM work_item w JOIN cases c ON c.id = w.case_id
WHERE w.state = 'open' AND w.opened_at >= :since ORDER BY w.opened_at, c.code, w.address
"""
NEW_QUESTIONS = """
SELECT d.id, d.case_id FROM delivery d WHERE d.address IS NOT NULL AND d.state = 'pending' AND NOT d.id = ANY(:known)
ORDER BY d.created_at, d.id
"""


class Year:
    """One seeded year. People are simulated here, on the house's own acts; timers belong to killed and reborn hands."""

    def __init__(
        self, province: Province, settings: Settings, *, seed: int, first: date, days: int, dossiers: int
    ) -> None:
        self.province, self.settings, self.rng = province, settings, random.Random(seed)
        self.calendar = province.house.calendar
        self.opened = [
            on for on in (first + timedelta(days=n) for n in range(days)) if self.calendar.is_working_day(on)
        ]
        self.closing = self.calendar.closing(self.opened[-1])
        self.walks: dict[UUID, Walk] = {}
        self.told: Counter[str] = Counter()  # what the house refused, by its words
        self._set_to, self._set_at = datetime.combine(first, datetime.min.time(), tzinfo=VIETNAM), time.monotonic()
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._planned: set[UUID] = set()
        self._asked: set[UUID] = set()
        self.hands = Hands(settings)
        with province.house.store.transaction(role="worker") as connection:
            codes = connection.execute(text("SELECT code FROM procedure WHERE kind = 'dossier' ORDER BY code"))
            self.codes = codes.scalars().all()
        for _ in range(dossiers):
            self._plan(self._moment_of(self.rng.choice(self.opened[: -len(self.opened) // 12])), self._receive)
        for on in self.opened:
            self._plan(self.calendar.closing(on) + timedelta(minutes=1), self._close_day)

    def run(self) -> None:
        """Everything that happens, in the order of its moments, until the last working day has closed."""
        self.hands.start()
        try:
            while self._agenda:
                at, _, deed = heapq.heappop(self._agenda)
                self._go_to(at)
                try:
                    deed()
                except (Refused, FormRefused, CaseBusy) as told:
                    self.told[told.message[:60]] += 1
        finally:
            self.hands.stop()

    # --- deeds --------------------------------------------------------------------------------------------------------

    def _receive(self) -> None:
        walk = Walk(self.province, self.rng.choice(self.codes), self.rng)
        walk.takes_over, walk.forward = 0.05, 0.9
        self.walks[walk.case_id] = walk
        self._plan_items(walk.case_id)
        if self.rng.random() < 0.1:
            self._plan(self._days_on(self._now, self.rng.uniform(0.2, 6)), lambda: self._do_otherwise(walk))

    def _do_otherwise(self, walk: Walk) -> None:
        """A pause, an extension, a correction, another officer, a withdrawal."""
        walk.do_something_else()
        self._plan_items(walk.case_id)
        if self.province.row(walk.case_id).is_suspended:
            self._plan(self._days_on(self._now, self.rng.uniform(1, 15)), lambda: self._do_otherwise(walk))

    def _do_item(self, item: Any) -> None:
        self._planned.discard(item.id)
        walk = self.walks[item.case_id]
        for one in self.province.items(item.case_id):
            if one.id == item.id:
                walk.do_item(one)
        self._plan_items(item.case_id)

    def _answer(self, case_id: UUID, order_id: UUID) -> None:
        outcome = self.rng.choice(["agree", "agree", "agree", "refuse"])
        take_answer(self.province.house, TakeAnswer(delivery_id=order_id, outcome=outcome, content={"content": WORDS}))
        self._plan_items(case_id)

    def _close_day(self) -> None:
        """Timers of the day are acted on before the night; what they laid before people is planned."""
        if self.rng.random() < 0.2:
            self.hands.kill(self.rng.uniform(0, 0.4))
        self.hands.wait(self._is_drained)
        with self.province.house.store.transaction(role="worker") as connection:
            since = self._now - timedelta(days=12)  # longer than any holiday
            items = connection.execute(text(NEW_ITEMS), {"since": since}).all()
            questions = connection.execute(text(NEW_QUESTIONS), {"known": list(self._asked)}).all()
        for item in items:
            self._plan_item(item)
        for question in questions:
            self._asked.add(question.id)
            if self.rng.random() < 0.85:
                at = self._days_on(self._now, self.rng.uniform(0.5, 9))
                self._plan(at, lambda one=question: self._answer(one.case_id, one.id))  # type: ignore[misc]

    # --- plans --------------------------------------------------------------------------------------------------------

    def _plan(self, at: datetime, deed: Callable[[], None]) -> None:
        if at <= self.closing + timedelta(minutes=1):
            heapq.heappush(self._agenda, (at, next(self._order), deed))

    def _plan_items(self, case_id: UUID) -> None:
        for item in self.province.items(case_id):
            self._plan_item(item)

    def _plan_item(self, item: Any) -> None:
        """Most people are in time, a few are not, and a few never."""
        if item.id in self._planned or self.rng.random() < 0.002:
            return
        if item.is_paused or item.due_at is None:
            at = self._days_on(self._now, self.rng.expovariate(1 / 3))
        elif self.rng.random() < 0.95 and item.due_at > self._now:
            at = self._now + (item.due_at - self._now) * self.rng.uniform(0.02, 0.8)
        else:
            at = self._days_on(max(item.due_at, self._now), self.rng.expovariate(1 / 2))
        self._planned.add(item.id)
        self._plan(self._when_open(at), lambda: self._do_item(item))

    def _moment_of(self, on: date) -> datetime:
        """Some moment of a working day, more in the morning."""
        start, end = self.rng.choice(self.calendar.sessions(on))
        return start + (end - start) * self.rng.random() ** 1.5

    def _days_on(self, at: datetime, days: float) -> datetime:
        """So many working days later, at some moment of the day."""
        index = bisect_right(self.opened, at.date()) + int(days)
        return self._moment_of(self.opened[index]) if index < len(self.opened) else self.closing + timedelta(days=1)

    def _when_open(self, at: datetime) -> datetime:
        """The moment, or some moment of the next working day when the office is closed then."""
        if any(start <= at < end for start, end in self.calendar.sessions(at.astimezone(VIETNAM).date())):
            return at
        return self._days_on(at, 0)

    # --- the clock ----------------------------------------------------------------------------------------------------

    @property
    def _now(self) -> datetime:
        """Business time as the house sees it, without asking."""
        return self._set_to + timedelta(seconds=time.monotonic() - self._set_at)

    def _go_to(self, at: datetime) -> None:
        if at > self._now:
            self.province.go_to(at)
            self._set_to, self._set_at = at, time.monotonic()

    def _is_drained(self) -> bool:
        with self.province.house.store.transaction(role="worker") as connection:
            now = self.province.house.clock.now(connection)
            return bool(connection.execute(text(OVERDUE), {"now": now}).scalar_one() == 0)


class Hands:
    """The worker's process, and whoever starts it again."""

    def __init__(self, settings: Settings) -> None:
        self._command = [sys.executable, "-m", "tests.prove.hands", str(settings.database_url), str(settings.data_dir)]
        self._settings = settings
        self.killed = 0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        log = self._settings.data_dir / "hands.log"
        with log.open("ab") as out:
            self._process = subprocess.Popen(self._command, stdout=out, stderr=out)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def kill(self, after_seconds: float) -> None:
        """SIGKILL, in the middle of whatever it does then."""
        time.sleep(after_seconds)
        self.stop()
        self.start()
        self.killed += 1

    def wait(self, is_done: Callable[[], bool], *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        """Until it is so; AssertionError with the log's end when it takes too long."""
        began = time.monotonic()
        while not is_done():
            waited = time.monotonic() - began
            assert waited < patience_seconds, (self._settings.data_dir / "hands.log").read_text()[-3000:]
            if self.killed and waited > 2:
                give_back(self._settings)
            time.sleep(0.03)


def give_back(settings: Settings) -> None:
    """Jobs of a killed worker, sooner than its own half minute."""

    async def work() -> None:
        async with app.open_async():
            await rescue(app.job_manager, stalled_seconds=KILLED_WORKER_SECONDS)

    with app.replace_connector(procrastinate.PsycopgConnector(conninfo=str(settings.database_url))):
        asyncio.run(work())
