"""A worker process: handlers in threads, the deadline clock beside them, and the rescue of jobs whose worker died.

After a crash of PostgreSQL the library's worker does not heal: it hangs, then ends by itself. So it has a process
of its own, the deadline clock beside it notices the loss, and whoever started it (motcua up, systemd) starts it again.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import TYPE_CHECKING, Any

import procrastinate
from procrastinate.jobs import Status
from procrastinate.manager import JobManager

from engine.jobs import clock
from engine.store.queue import HOUSE, app

if TYPE_CHECKING:
    from engine.dossier.house import House

HANDLERS = ("engine.jobs.handlers", "engine.jobs.forecasting")
HEARTBEAT_SECONDS = 5
STALLED_SECONDS = 30
MOST_ATTEMPTS = 5  # of a job that takes its worker down each time
KEEP_FINISHED_HOURS = 24 * 7

log = logging.getLogger(__name__)


def run(house: House, *, threads: int, handlers: Sequence[str] = HANDLERS) -> bool:
    """Work until told to stop by SIGTERM or SIGINT. False when it ended by itself and must be started again."""
    _load(handlers)
    with app.replace_connector(_connector(house, threads)):
        scheduler = clock.start(house, on_lost=_end_process)
        try:
            return asyncio.run(_work(house, threads))
        finally:
            scheduler.shutdown(wait=False)


def work_off(house: House, *, handlers: Sequence[str] = HANDLERS) -> None:
    """Do every job that is ready, in this process, then return: for demos and tests."""
    _load(handlers)

    async def work() -> None:
        async with app.open_async():
            await app.run_worker_async(
                wait=False,
                listen_notify=False,
                install_signal_handlers=False,
                delete_jobs="successful",
                additional_context={HOUSE: house},
            )

    with app.replace_connector(_connector(house, 1)):
        asyncio.run(work())


async def rescue(jobs: JobManager, *, stalled_seconds: float = STALLED_SECONDS) -> int:
    """Give back jobs whose worker stopped breathing; fail those that were tried too often. Returns how many."""
    stalled = list(await jobs.get_stalled_jobs(seconds_since_heartbeat=stalled_seconds))
    for job in stalled:
        if job.attempts < MOST_ATTEMPTS:
            await jobs.retry_job(job)
        else:
            log.error("job %s (%s) took its worker down %s times", job.id, job.task_name, job.attempts)
            await jobs.finish_job(job, Status.FAILED, delete_job=False)
    return len(stalled)


@app.periodic(cron="* * * * * */15")
@app.task(name="jobs.rescue", queue="sys", queueing_lock="jobs.rescue", pass_context=True)
async def rescue_stalled(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 - the library names it
    """The rescue task: without it a killed worker's job stays `doing` for ever."""
    await rescue(context.app.job_manager)


@app.periodic(cron="17 * * * *")
@app.task(name="jobs.forget_finished", queue="sys", queueing_lock="jobs.forget_finished", pass_context=True)
async def forget_finished(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 - the library names it
    """Finished jobs pile up and slow the queue; the history is elsewhere. Failed ones stay until somebody decides."""
    await context.app.job_manager.delete_old_jobs(nb_hours=KEEP_FINISHED_HOURS, include_cancelled=True)


async def _work(house: House, threads: int) -> bool:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(threads, thread_name_prefix="job"))
    async with app.open_async():
        working = asyncio.ensure_future(
            app.run_worker_async(
                concurrency=threads,
                fetch_job_polling_interval=1,  # only a net below LISTEN
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=STALLED_SECONDS,
                shutdown_graceful_timeout=20,
                delete_jobs="successful",
                install_signal_handlers=False,
                additional_context={HOUSE: house},
            )
        )
        for one in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(one, working.cancel)
        try:
            await working
        except asyncio.CancelledError:
            return True
        return False


def _end_process() -> None:
    """At once: an orderly end would wait for the database. Unfinished jobs are rescued as after a kill."""
    log.error("the database is gone; this worker ends to be started again")
    os._exit(1)


def _connector(house: House, threads: int) -> procrastinate.PsycopgConnector:
    options: dict[str, Any] = {"conninfo": house.store.conninfo("worker"), "min_size": 1, "max_size": threads + 3}
    return procrastinate.PsycopgConnector(**options)


def _load(handlers: Sequence[str]) -> None:
    for module in handlers:
        import_module(module)
