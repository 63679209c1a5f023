"""The nightly forecast: for each open dossier the work left, from its procedure's finished ones; sorts the inbox.

Made once a night by the business clock, procedure by procedure, in small transactions; run again it writes the same. A
dossier that somebody holds at that moment keeps the forecast it had.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, text

from engine.deadlines import Calendar, Ledger, parse_limit
from engine.deadlines.forecast import Backtest, Habits, backtest, latest_start, learn, pooled, work_left
from engine.jobs.clock import every
from engine.run import Program
from engine.store.queue import enqueue, task

if TYPE_CHECKING:
    from engine.dossier.house import House

MAKE = "forecast.make"
NIGHTLY_AT = time(2)
FINISHED_READ = 200  # of each procedure, the newest
BATCH = 100

NEW_RUN = text("INSERT INTO forecast_run (day) VALUES (:day) ON CONFLICT DO NOTHING RETURNING day")
END_RUN = text("UPDATE forecast_run SET finished_at = clock_timestamp(), figures = :figures WHERE day = :day")
PROCEDURES = text("SELECT DISTINCT procedure_code FROM cases WHERE closed_at IS NULL AND kind = 'dossier' ORDER BY 1")
FINISHED = text(
    """
    SELECT ledger, decided_at, calendar_version, receiving_unit FROM cases
    WHERE procedure_code = :procedure AND decided_at IS NOT NULL AND kind = 'dossier'
        AND coalesce(facts->>'outcome', '') = ''
    ORDER BY received_at DESC LIMIT :most
    """
)
OPEN = text(
    """
    SELECT id, version_id, ledger, legal_due_at, promised_at, calendar_version, receiving_unit FROM cases
    WHERE procedure_code = :procedure AND closed_at IS NULL AND decided_at IS NULL AND NOT is_suspended
        AND legal_due_at IS NOT NULL AND kind = 'dossier' AND id > :after
    ORDER BY id LIMIT :most FOR NO KEY UPDATE SKIP LOCKED
    """
)
# The case is locked before its work items, as acts do; a bare `::` would be read as a parameter.
KEEP = text(
    """
    WITH new AS (SELECT * FROM jsonb_populate_recordset(NULL\\:\\:forecast, CAST(:rows AS jsonb))), kept AS (
        INSERT INTO forecast SELECT * FROM new
        ON CONFLICT (case_id) DO UPDATE SET made_on = excluded.made_on, target_at = excluded.target_at,
            usual_seconds = excluded.usual_seconds, cautious_seconds = excluded.cautious_seconds,
            cases = excluded.cases, start_by = excluded.start_by
    )
    UPDATE work_item SET urgent_at = new.start_by FROM new
    WHERE work_item.case_id = new.case_id AND work_item.state = 'open' AND work_item.kind = 'task'
        AND NOT work_item.is_paused
    """
)


@every(60)
def begin_nightly_forecast(house: House) -> None:
    """Once a day of the business clock, after two in the morning, one of the workers queues the job."""
    with house.store.transaction(role="worker") as connection:
        now = house.calendar.local(house.clock.now(connection))
        if now.time() >= NIGHTLY_AT and connection.execute(NEW_RUN, {"day": now.date()}).scalar() is not None:
            enqueue(connection, MAKE, day=now.date().isoformat())


@task(MAKE)
def make_forecasts(house: House, *, day: str) -> None:
    """Forecast every open dossier."""
    on, count = date.fromisoformat(day), 0
    tests: list[Backtest] = []
    with house.store.transaction(role="worker") as connection:
        now = house.clock.now(connection)
        procedures = connection.execute(PROCEDURES).scalars().all()
    for procedure in procedures:
        with house.store.transaction(role="worker") as connection:
            finished = read_finished(house, connection, procedure)
        habits: dict[UUID, Habits] = {}
        count += forecast_open(house, procedure, finished, habits, now, on)
        tested = [backtest(one.steps, one.limits, finished) for one in list(habits.values())[:1]]
        tests += [one for one in tested if one is not None]
    with house.store.transaction(role="worker") as connection:
        connection.execute(END_RUN, {"day": on, "figures": orjson.dumps(figures(count, pooled(tests))).decode()})


def figures(count: int, tested: Backtest | None) -> dict[str, Any]:
    """What a run says of itself: how many forecasts, and how far they would have been off before."""
    told: dict[str, Any] = {"dossiers": count}
    if tested is not None:
        hours = timedelta(hours=1)
        told |= {
            "guesses": tested.guesses,
            "error_hours": round(tested.error / hours, 1),
            "error_of_limits_hours": round(tested.error_of_limits / hours, 1),
        }
    return told


def read_finished(house: House, connection: Connection, procedure: str) -> list[dict[str, timedelta]]:
    """What each of the newest finished dossiers of a procedure spent in each step, until its decision."""
    rows = connection.execute(FINISHED, {"procedure": procedure, "most": FINISHED_READ})
    return [
        spent_by_step(Ledger.from_json(row.ledger), _calendar(house, connection, row), row.decided_at) for row in rows
    ]


def spent_by_step(ledger: Ledger, calendar: Calendar, until: datetime) -> dict[str, timedelta]:
    """Working time by step, pauses and what came after `until` left out."""
    spent: dict[str, timedelta] = defaultdict(timedelta)
    before = Ledger(terms=ledger.terms, intervals=tuple(one for one in ledger.intervals if one.started_at < until))
    for one in before.blame(calendar, until):
        spent[one.step] += one.spent
    return dict(spent)


def steps_to_decision(program: Program) -> tuple[tuple[str, ...], dict[str, timedelta]]:
    """The steps of a process up to the one that decides, in order, and their limits in working time."""
    limits: dict[str, timedelta] = {}
    steps: set[str] = set()
    decisive: list[tuple[int, str]] = []
    for element in program.elements.values():
        step, words = element.properties.get("step", ""), element.properties.get("step_limit", "")
        if not step:
            continue
        steps.add(step)
        allowed = parse_limit(words).working_time if words else None
        if allowed is not None:
            limits[step] = allowed
        if element.properties.get("biz_done") == "true":
            decisive.append(_place(step))
    last = max(decisive, default=None)
    ordered = sorted(steps, key=_place)
    return tuple(step for step in ordered if last is None or _place(step) <= last), limits


def _place(step: str) -> tuple[int, str]:
    digits = "".join(sign for sign in step if sign.isdigit())
    return (int(digits) if digits else 0, step)


def forecast_open(
    house: House,
    procedure: str,
    finished: Sequence[Mapping[str, timedelta]],
    habits: dict[UUID, Habits],
    now: datetime,
    on: date,
) -> int:
    """Forecast a procedure's open dossiers, batch by batch; fills `habits` by the version that each runs on."""
    count, after = 0, UUID(int=0)
    while True:
        with house.store.transaction(role="worker") as connection:
            rows = connection.execute(OPEN, {"procedure": procedure, "after": after, "most": BATCH}).all()
            made = []
            for row in rows:
                if row.version_id not in habits:
                    program = house.versions.get(connection, row.version_id).program
                    habits[row.version_id] = learn(*steps_to_decision(program), finished)
                made.append(_forecast(row, habits[row.version_id], _calendar(house, connection, row), now, on))
            if made:
                connection.execute(KEEP, {"rows": orjson.dumps(made).decode()})
        count += len(made)
        if len(rows) < BATCH:
            return count
        after = rows[-1].id


def _forecast(row: Any, habits: Habits, calendar: Calendar, now: datetime, on: date) -> dict[str, Any]:
    ledger = Ledger.from_json(row.ledger)
    open_steps = {one.step for one in ledger.open_intervals if one.step}
    spent = spent_by_step(ledger, calendar, now)
    work = work_left(habits, {step: spent.get(step, timedelta(0)) for step in open_steps})
    target = row.legal_due_at
    if target < now and row.promised_at is not None and row.promised_at > now:
        target = row.promised_at
    return {
        "case_id": row.id,
        "made_on": on.isoformat(),
        "target_at": target,
        "usual_seconds": int(work.usual.total_seconds()),
        "cautious_seconds": int(work.cautious.total_seconds()),
        "cases": work.cases,
        "start_by": latest_start(target, work.usual, calendar),
    }


def _calendar(house: House, connection: Connection, row: Any) -> Calendar:
    return house.calendars.get(connection, row.calendar_version).for_unit(row.receiving_unit)
