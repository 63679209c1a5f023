"""Bring every open dossier of a procedure to its newest version: tried first, then done, case by case, by jobs.

A run keeps what came of each case. A case's result is written in the transaction of its own act, so that a worker may
die anywhere: whoever takes the job up again finds what is done as done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, text, update

from engine.dossier.actor import Actor, Seat
from engine.dossier.house import House
from engine.dossier.migrate import ROLES, Migrate, migrate_in, must_be_in_force, must_hold_role, try_migration
from engine.errors import CaseBusy, InputError, MigrationRefused, NotFound, Refused
from engine.store.queue import enqueue_many
from engine.store.tables import migration_case, migration_run

BATCH = 50
"""Cases a job."""
TRY, CARRY_OUT = "migration.try", "migration.carry_out"

OPEN_CASES = text(
    """
    INSERT INTO migration_case (run_id, case_id, case_code, batch, from_number, state, waiting, reasons)
    SELECT :run_id, c.id, c.code, (row_number() OVER (ORDER BY c.code) - 1) / :batch, v.number, 'waiting', '[]', '[]'
    FROM cases c JOIN process_version v ON v.id = c.version_id
    WHERE c.procedure_code = :procedure_code AND c.closed_at IS NULL AND c.version_id <> :version_id
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrateMany:
    """All open dossiers that run on other versions. `id` is made when the page is shown: sent twice it is one run."""

    id: UUID
    version_id: UUID
    mapping: Mapping[str, str]


def try_many(house: House, actor: Actor, command: MigrateMany) -> UUID:
    """Open a run and queue the trial of every case. Nothing of any case changes."""
    must_hold_role(actor)
    with house.store.transaction(role="worker") as connection:
        version = house.versions.current(connection, command.version_id)
        unknown = [new for new in command.mapping.values() if new not in version.program.elements]
        if unknown:
            raise InputError(f"Bản {version.number} không có phần tử “{unknown[0]}”.")
        if connection.execute(select(migration_run.c.id).where(migration_run.c.id == command.id)).first():
            return command.id
        connection.execute(
            insert(migration_run).values(
                id=command.id,
                procedure_code=version.procedure_code,
                version_id=version.id,
                mapping=dict(command.mapping),
                state="tried",
                actor=_written(actor),
            )
        )
        asked = {"run_id": command.id, "batch": BATCH, "procedure_code": version.procedure_code}
        connection.execute(OPEN_CASES, asked | {"version_id": version.id})
        _queue(connection, TRY, command.id, state="waiting")
    return command.id


def carry_out_many(house: House, actor: Actor, run_id: UUID) -> int:
    """Queue the migration of every case that can go; returns how many. Raises Refused while cases are still tried."""
    must_hold_role(actor)
    with house.store.transaction(role="worker") as connection:
        run = _run(connection, run_id, locks=True)
        must_be_in_force(house.versions.current(connection, run.version_id), house, house.clock.now(connection))
        counts = counts_of(connection, run_id)
        if counts.get("waiting"):
            raise Refused("Còn hồ sơ chưa kiểm tra xong; hãy đợi rồi thực hiện.")
        able = counts.get("able", 0)
        if run.state == "tried" and able:
            written = {"state": "carried_out", "actor": _written(actor)}
            connection.execute(update(migration_run).where(migration_run.c.id == run_id).values(written))
            _queue(connection, CARRY_OUT, run_id, state="able")
    return able


def counts_of(connection: Connection, run_id: UUID) -> dict[str, int]:
    """How many cases of a run are in each state."""
    found = select(migration_case.c.state, func.count().label("cases")).where(migration_case.c.run_id == run_id)
    return {row.state: row.cases for row in connection.execute(found.group_by(migration_case.c.state))}


# --- what the jobs do -------------------------------------------------------------------------------------------------


def try_batch(house: House, run_id: UUID, batch: int) -> None:
    """Try the cases of one job. Raises CaseBusy when one was held by an act: the job comes again."""
    run, actor, waiting = _batch(house, run_id, batch, "waiting")
    _each(waiting, lambda case_id: _try_one(house, actor, run, case_id))


def carry_out_batch(house: House, run_id: UUID, batch: int) -> None:
    """Migrate the cases of one job that can go, each in a transaction of its own."""
    run, actor, able = _batch(house, run_id, batch, "able")
    _each(able, lambda case_id: _migrate_one(house, actor, run, case_id))


def _each(cases: Iterable[UUID], deed: Callable[[UUID], None]) -> None:
    busy: CaseBusy | None = None
    for case_id in cases:
        try:
            deed(case_id)
        except CaseBusy as error:
            busy = error
    if busy is not None:
        raise busy


def _try_one(house: House, actor: Actor, run: Any, case_id: UUID) -> None:
    try:
        tried = try_migration(house, actor, _command(run, case_id))
    except CaseBusy:
        raise
    except Refused as error:
        _note(house, run, case_id, "unable", reasons=[error.message])
    else:
        _note(house, run, case_id, "unable" if tried.reasons else "able", tried.reasons, tried.waiting)


def _migrate_one(house: House, actor: Actor, run: Any, case_id: UUID) -> None:
    try:
        with house.store.transaction(role="worker") as connection:
            mine = (migration_case.c.run_id == run.id, migration_case.c.case_id == case_id)
            state = connection.execute(select(migration_case.c.state).where(*mine).with_for_update()).scalar_one()
            if state != "able":
                return  # done before a worker died
            migrate_in(house, connection, actor, _command(run, case_id))
            connection.execute(update(migration_case).where(*mine).values(state="migrated"))
    except CaseBusy:
        raise
    except MigrationRefused as error:
        _note(house, run, case_id, "refused", error.reasons)
    except Refused as error:
        _note(house, run, case_id, "refused", [error.message])


def _note(
    house: House, run: Any, case_id: UUID, state: str, reasons: Iterable[str], waiting: Iterable[str] | None = None
) -> None:
    values: dict[str, Any] = {"state": state, "reasons": list(reasons)}
    if waiting is not None:
        values["waiting"] = list(waiting)
    mine = (migration_case.c.run_id == run.id, migration_case.c.case_id == case_id)
    with house.store.transaction(role="worker") as connection:
        connection.execute(update(migration_case).where(*mine, migration_case.c.state != "migrated").values(values))


def _command(run: Any, case_id: UUID) -> Migrate:
    return Migrate(case_id=case_id, version_id=run.version_id, mapping=run.mapping)


def _batch(house: House, run_id: UUID, batch: int, state: str) -> tuple[Any, Actor, list[UUID]]:
    with house.store.transaction(role="worker") as connection:
        run = _run(connection, run_id)
        wanted = select(migration_case.c.case_id).where(
            migration_case.c.run_id == run_id, migration_case.c.batch == batch, migration_case.c.state == state
        )
        return run, _read(run.actor), list(connection.execute(wanted.order_by(migration_case.c.case_code)).scalars())


def _run(connection: Connection, run_id: UUID, *, locks: bool = False) -> Any:
    found = select(migration_run).where(migration_run.c.id == run_id)
    row = connection.execute(found.with_for_update() if locks else found).one_or_none()
    if row is None:
        raise NotFound("Không tìm thấy lượt chuyển phiên bản này.")
    return row


def _queue(connection: Connection, job: str, run_id: UUID, *, state: str) -> None:
    batches = select(migration_case.c.batch).where(migration_case.c.run_id == run_id, migration_case.c.state == state)
    found = connection.execute(batches.distinct().order_by(migration_case.c.batch)).scalars()
    enqueue_many(connection, job, [{"run_id": str(run_id), "batch": one} for one in found])


def _written(actor: Actor) -> dict[str, Any]:
    """Who answers for the run, with the right that was checked: its jobs act in this name."""
    return {
        "kind": actor.kind,
        "name": actor.name,
        "id": str(actor.id) if actor.id else None,
        "unit": actor.unit_code,
        "seats": sorted([one.unit_code, one.role] for one in actor.seats if one.role in ROLES),
    }


def _read(told: Mapping[str, Any]) -> Actor:
    return Actor(
        kind=told["kind"],
        name=told["name"],
        id=UUID(told["id"]) if told["id"] else None,
        unit_code=told["unit"],
        seats=frozenset(Seat(unit_code=unit, role=role) for unit, role in told["seats"]),
    )
