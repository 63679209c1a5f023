"""The queue's door: a job is enqueued by name in the transaction of the act that wants it, and never for later.

Procrastinate's traps shape this file. A future or backing-off job with a lock blocks every later job of that lock, so
no lock is offered: acts serialise on the case row. Many future jobs slow every fetch, so no date is offered: what is
due later is a `timer` row. Task names are explicit, so that the module a task lives in may move.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

import procrastinate
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from sqlalchemy import Connection, text

from engine.errors import CaseBusy, DeliveryRejected, DeliveryRetryable, InputError, NotConfigured, Refused

QUEUE = "engine"
VIETNAM_OFFSET = timedelta(hours=7)
HOUSE = "house"  # where the worker puts the House in every job's context

app = procrastinate.App(connector=procrastinate.PsycopgConnector())
"""What a worker runs: the registered handlers."""

_enqueuer = procrastinate.App(
    connector=procrastinate.SyncPsycopgConnector()
)  # never opened: uses the caller's connection

Handler = TypeVar("Handler", bound=Callable[..., None])


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff(BaseRetryStrategy):
    """Try again after first_seconds, then twice as long each time. What a rule refuses is not tried again.

    A neighbour's own wish (DeliveryRetryable.retry_after_seconds) wins. The last failure stays in the table as
    `failed`: that is the dead-letter list.
    """

    attempts: int = 8
    first_seconds: int = 2
    longest_seconds: int = 3600

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """None gives up."""
        if job.attempts >= self.attempts or _is_final(exception):
            return None
        seconds = min(self.first_seconds * 2**job.attempts, self.longest_seconds)
        if isinstance(exception, DeliveryRetryable) and exception.retry_after_seconds is not None:
            seconds = max(1, exception.retry_after_seconds)
        return RetryDecision(retry_in={"seconds": seconds})


def _is_final(error: BaseException) -> bool:
    if isinstance(error, CaseBusy):
        return False
    return isinstance(error, InputError | Refused | DeliveryRejected | NotConfigured)


def task(name: str, *, queue: str = QUEUE, retry: Backoff | None = None) -> Callable[[Handler], Handler]:
    """Register a handler: `handler(house, **arguments)`, run in a worker's thread, at least once.

    At least once: the act's commit and the job's end are two transactions, so a handler re-checks under the case's lock
    that there is still something to do.
    """

    def register(handler: Handler) -> Handler:
        def run(context: procrastinate.JobContext, /, **arguments: Any) -> None:
            handler(context.additional_context[HOUSE], **arguments)

        app.task(name=name, queue=queue, retry=retry or Backoff(), pass_context=True)(run)
        return handler

    return register


def nightly(name: str, *, at: time, queue: str = QUEUE) -> Callable[[Handler], Handler]:
    """Register a handler run once a day at this time of Vietnam, by one worker however many there are.

    Vietnam has no summer time, so that the library's UTC schedule never drifts from it.
    """
    utc = (datetime.combine(date(2000, 1, 2), at) - VIETNAM_OFFSET).time()

    def register(handler: Handler) -> Handler:
        def run(context: procrastinate.JobContext, /, timestamp: int) -> None:  # noqa: ARG001 - the library names it
            handler(context.additional_context[HOUSE])

        periodic = app.periodic(cron=f"{utc.minute} {utc.hour} * * *")
        periodic(app.task(name=name, queue=queue, retry=Backoff(), pass_context=True)(run))
        return handler

    return register


def enqueue(connection: Connection, task_name: str, *, queue: str = QUEUE, **arguments: Any) -> None:
    """Put one job in the caller's transaction: gone with its rollback, fetched after its commit. One statement."""
    _job(connection, task_name, queue).defer(**_plain(arguments))


def enqueue_many(
    connection: Connection, task_name: str, jobs: Iterable[Mapping[str, Any]], *, queue: str = QUEUE
) -> int:
    """As enqueue, for many jobs of one task in one statement. Returns how many."""
    plain = [_plain(arguments) for arguments in jobs]
    if plain:
        _job(connection, task_name, queue).batch_defer(*plain)
    return len(plain)


def keep_only(connection: Connection, task_name: str, argument: str, kept: Iterable[str]) -> None:
    """Of a task's waiting jobs, leave those whose argument is one of `kept`, behind all other work of the queue."""
    named = {"task_name": task_name, "argument": argument, "kept": list(kept)}
    connection.execute(_WITHDRAW, named)
    connection.execute(_PUT_LAST, {"task_name": task_name})


_WITHDRAW = text(
    "delete from procrastinate_jobs where task_name = :task_name and status = 'todo' "
    "and not (args ->> :argument = any (:kept))"
)
_PUT_LAST = text("update procrastinate_jobs set priority = -1 where task_name = :task_name and status = 'todo'")


def _job(connection: Connection, task_name: str, queue: str) -> Any:
    raw = connection.connection.driver_connection
    return _enqueuer.configure_task(task_name, queue=queue, connection=raw)


def _plain(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Jobs carry ids and numbers: JSON only, UUIDs as text."""
    return {name: str(value) if isinstance(value, uuid.UUID) else value for name, value in arguments.items()}
