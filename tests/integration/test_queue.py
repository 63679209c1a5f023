"""The queue's door, and each trap of the queue that shaped it."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import re
import signal
import subprocess
import sys
import time as real_time
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import procrastinate
import psycopg
import pytest
from psycopg.cursor import Cursor
from sqlalchemy import text

from engine.errors import CaseBusy, DeliveryRetryable, NotAllowed
from engine.jobs import worker
from engine.store import queue
from engine.store.database import Store

if TYPE_CHECKING:
    from conftest import Rooms


class Withdrawn(Exception):
    """What makes an act roll back."""


@pytest.fixture
def name() -> Iterator[str]:
    """A task name of this test's own, forgotten afterwards."""
    made = f"test.t{uuid4().hex}"
    yield made
    queue.app.tasks.pop(made, None)


def jobs(store: Store) -> list[Any]:
    """Jobs of the tests; a worker has chores of its own beside them."""
    statement = text(
        "select task_name, status::text, args, attempts, queue_name from procrastinate_jobs "
        "where task_name like 'test.%' order by id"
    )
    with store.transaction(role="worker") as connection:
        return list(connection.execute(statement))


def work_off(rooms: Rooms) -> None:
    worker.work_off(rooms, handlers=())  # type: ignore[arg-type]  # the part of a House that jobs need


def test_a_rollback_drops_the_job_and_a_commit_keeps_it(store: Store) -> None:
    with contextlib.suppress(Withdrawn), store.transaction() as connection:
        queue.enqueue(connection, "test.dropped")
        raise Withdrawn
    with store.transaction() as connection:
        queue.enqueue(connection, "test.kept", case_id=UUID(int=7), revision=3)
        with contextlib.suppress(Withdrawn), connection.begin_nested():
            queue.enqueue(connection, "test.dropped_with_its_savepoint")
            raise Withdrawn
    assert [tuple(job) for job in jobs(store)] == [
        ("test.kept", "todo", {"case_id": str(UUID(int=7)), "revision": 3}, 0, "engine")
    ]


def test_enqueueing_costs_one_statement(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    statements: list[object] = []
    execute = Cursor.execute
    with store.transaction() as connection:
        queue.enqueue(connection, "test.warm")

        def counted(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
            statements.append(query)
            return execute(self, query, *args, **kwargs)

        monkeypatch.setattr(Cursor, "execute", counted)
        queue.enqueue(connection, "test.one")
        queue.enqueue_many(connection, "test.many", [{"n": n} for n in range(100)])
    assert len(statements) == 2
    assert len(jobs(store)) == 102


def test_a_job_is_done_once_by_its_handler(rooms: Rooms, name: str) -> None:
    done: list[tuple[Any, str]] = []

    @queue.task(name)
    def handler(house: Any, what: str) -> None:
        done.append((house, what))

    with rooms.store.transaction() as connection:
        queue.enqueue(connection, name, what="một")
    work_off(rooms)
    work_off(rooms)
    assert done == [(rooms, "một")]
    assert jobs(rooms.store) == []


def test_a_handler_may_enqueue_in_its_own_transaction(rooms: Rooms, name: str) -> None:
    @queue.task(name)
    def handler(house: Any, left: int) -> None:
        with house.store.transaction(role="worker") as connection:
            if left:
                queue.enqueue(connection, name, left=left - 1)

    with rooms.store.transaction() as connection:
        queue.enqueue(connection, name, left=3)
    work_off(rooms)
    assert jobs(rooms.store) == []


def test_a_failed_job_backs_off_and_what_a_rule_refuses_is_a_dead_letter(rooms: Rooms, name: str) -> None:
    @queue.task(name)
    def handler(house: Any, error: str) -> None:
        raise {"busy": CaseBusy, "refused": NotAllowed}[error]

    with rooms.store.transaction() as connection:
        queue.enqueue_many(connection, name, [{"error": "busy"}, {"error": "refused"}])
    work_off(rooms)
    assert [(job.args["error"], job.status) for job in jobs(rooms.store)] == [("busy", "todo"), ("refused", "failed")]


def test_a_job_that_backs_off_does_not_hold_up_the_next_of_its_case(rooms: Rooms, name: str) -> None:
    done = []

    @queue.task(name, retry=queue.Backoff(first_seconds=600))
    def handler(house: Any, case_id: str, number: int) -> None:
        if number == 1:
            raise DeliveryRetryable
        done.append(number)

    with rooms.store.transaction() as connection:
        for number in (1, 2, 3):
            queue.enqueue(connection, name, case_id="C", number=number)
    work_off(rooms)
    assert done == [2, 3]


def test_no_lock_and_no_date_is_offered() -> None:
    for door in (queue.enqueue, queue.enqueue_many):
        offered = set(inspect.signature(door).parameters)
        assert not offered & {"lock", "schedule_at", "schedule_in", "queueing_lock"}


def test_why_no_lock_is_offered(rooms: Rooms, name: str) -> None:
    """The library's trap itself: when this fails the trap is gone, and the case lock may become a queue lock."""
    done = []

    @queue.task(name)
    def handler(house: Any, number: int) -> None:
        done.append(number)

    with rooms.store.transaction() as connection:
        raw = connection.connection.driver_connection
        app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
        later = datetime.now(UTC) + timedelta(hours=1)
        app.configure_task(name, queue="engine", lock="case", connection=raw, schedule_at=later).defer(number=1)
        app.configure_task(name, queue="engine", lock="case", connection=raw).defer(number=2)
    work_off(rooms)
    assert done == []


def test_every_task_has_a_name_of_its_own_choosing() -> None:
    for found in queue.app.tasks:
        if not found.startswith(("builtin:", "procrastinate.")):
            assert re.fullmatch(r"[a-z_]+\.[a-z0-9_]+", found), found


@pytest.mark.parametrize(
    ("attempts", "error", "seconds"),
    [
        (0, ValueError(), 2),
        (3, ValueError(), 16),
        (7, ValueError(), 256),
        (8, ValueError(), None),
        (0, NotAllowed(), None),
        (0, CaseBusy(), 2),
        (0, DeliveryRetryable(retry_after_seconds=90), 90),
    ],
)
def test_back_off_doubles_and_gives_up(attempts: int, error: Exception, seconds: int | None) -> None:
    job = procrastinate.jobs.Job(
        id=1, queue="engine", lock=None, queueing_lock=None, task_name="test.any", attempts=attempts
    )
    decision = queue.Backoff().get_retry_decision(exception=error, job=job)
    if seconds is None:
        assert decision is None
    else:
        assert decision is not None
        assert decision.retry_at is not None
        assert abs((decision.retry_at - datetime.now(UTC)).total_seconds() - seconds) < 2


def test_a_nightly_task_is_scheduled_in_the_time_of_vietnam(name: str) -> None:
    @queue.nightly(name, at=time(7, 30))
    def report(house: Any) -> None: ...

    try:
        crons = [task.cron for task in queue.app.periodic_registry.periodic_tasks.values() if task.task.name == name]
        assert crons == ["30 0 * * *"]
    finally:
        queue.app.periodic_registry.periodic_tasks.pop((name, ""))


WORKER = """
import sys, time, types
from pathlib import Path
from engine.jobs import worker
from engine.store.clock import Clock
from engine.store.database import Store
from engine.store.queue import task
from engine.store.settings import Settings

@task("test.slow")
def slow(house):
    Path(sys.argv[2]).touch()
    time.sleep(60)

store = Store.open(Settings(database_url=sys.argv[1]))
house = types.SimpleNamespace(store=store, clock=Clock(store))
sys.exit(0 if worker.run(house, threads=2, handlers=()) else 1)
"""


def wait_for(condition: Any, seconds: float = 20) -> None:
    give_up_at = real_time.monotonic() + seconds
    while not condition():
        assert real_time.monotonic() < give_up_at, "waited in vain"
        real_time.sleep(0.05)


def start_worker(database_url: str, started: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WORKER, database_url, str(started)])


async def rescue_now(store: Store, stalled_seconds: float) -> int:
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=store.conninfo("worker")))
    async with app.open_async():
        return await worker.rescue(app.job_manager, stalled_seconds=stalled_seconds)


def test_the_job_of_a_killed_worker_is_given_back(rooms: Rooms, database_url: str, tmp_path: Any, name: str) -> None:
    with rooms.store.transaction() as connection:
        queue.enqueue(connection, "test.slow")
    child = start_worker(database_url, tmp_path / "started")
    wait_for((tmp_path / "started").exists)
    child.kill()
    child.wait()
    assert [job.status for job in jobs(rooms.store)] == ["doing"]
    assert asyncio.run(rescue_now(rooms.store, 60)) == 0
    real_time.sleep(0.01)
    assert asyncio.run(rescue_now(rooms.store, 0)) >= 1
    assert [(job.status, job.attempts) for job in jobs(rooms.store)] == [("todo", 1)]


def test_a_job_that_kills_its_workers_is_failed_at_last(rooms: Rooms) -> None:
    with rooms.store.transaction() as connection:
        queue.enqueue(connection, "test.poison")
    statement = "update procrastinate_jobs set status = 'doing', attempts = :n where task_name = 'test.poison'"
    for attempts, expected in ((worker.MOST_ATTEMPTS - 1, "todo"), (worker.MOST_ATTEMPTS, "failed")):
        with rooms.store.transaction(role="worker") as connection:
            connection.execute(text(statement), {"n": attempts})
        asyncio.run(rescue_now(rooms.store, 0))
        assert [job.status for job in jobs(rooms.store)] == [expected]


def test_a_worker_told_to_stop_ends_well(rooms: Rooms, database_url: str, tmp_path: Any) -> None:
    child = start_worker(database_url, tmp_path / "started")
    registered = text("select count(*) from procrastinate_workers")

    def is_up() -> bool:
        with rooms.store.transaction(role="worker") as connection:
            return bool(connection.execute(registered).scalar_one())

    wait_for(is_up)
    child.send_signal(signal.SIGTERM)
    assert child.wait(20) == 0
    assert not is_up()


def test_a_worker_that_lost_its_database_ends_to_be_started_again(
    rooms: Rooms, database_url: str, superuser: psycopg.Connection, tmp_path: Any
) -> None:
    child = start_worker(database_url, tmp_path / "started")
    registered = text("select count(*) from procrastinate_workers")

    def is_up() -> bool:
        with rooms.store.transaction(role="worker") as connection:
            return bool(connection.execute(registered).scalar_one())

    wait_for(is_up)
    # What a crash looks like to the worker: every connection of its database is gone, and new ones are refused.
    database = rooms.store.conninfo().split("dbname=")[1].split()[0]
    superuser.execute(f'alter database "{database}" allow_connections false')  # type: ignore[arg-type]
    superuser.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (database,))
    assert child.wait(15) == 1
