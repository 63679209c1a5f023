"""Which open dossiers could go to another version of their process, and what came of a run over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Connection, select, text

from engine.dossier.migrate_many import counts_of
from engine.errors import NotFound
from engine.store.tables import cases, migration_run, process_version

if TYPE_CHECKING:
    from engine.dossier.house import House

PAGE = 50
ORDER = ("refused", "unable", "able", "waiting", "migrated")
"""What asks for a decision comes first."""

PAGE_OF_RUN = text(
    f"""
    SELECT case_code, from_number, state, waiting, reasons FROM migration_case
    WHERE run_id = :run_id AND (:state = '' OR state = :state) AND (CAST(:place AS int) IS NULL
        OR (array_position(ARRAY{list(ORDER)}, state), case_code) > (:place, :after))
    ORDER BY array_position(ARRAY{list(ORDER)}, state), case_code LIMIT {PAGE + 1}
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """An open case on another version than the one asked for."""

    case_id: UUID
    code: str
    number: int  # of the version that it runs on
    version_id: UUID  # where it would go


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A run with its counts and one page of its cases."""

    id: UUID
    version_id: UUID
    state: str
    mapping: dict[str, str]
    by: str
    created_at: datetime
    counts: dict[str, int]
    rows: Sequence[dict[str, Any]]
    next_cursor: str | None


def cases_to_migrate(house: House, procedure_code: str, number: int, codes: Sequence[str] = ()) -> list[OpenCase]:
    """The open cases of a procedure that do not run on this version; with `codes`, only these. Raises NotFound."""
    with house.store.transaction(role="worker") as connection:
        version_id = connection.execute(
            select(process_version.c.id).where(
                process_version.c.procedure_code == procedure_code, process_version.c.number == number
            )
        ).scalar()
        if version_id is None:
            raise NotFound(f"Thủ tục {procedure_code} không có bản {number}.")
        found = (
            select(cases.c.id, cases.c.code, process_version.c.number)
            .join(process_version, process_version.c.id == cases.c.version_id)
            .where(cases.c.procedure_code == procedure_code, cases.c.closed_at.is_(None))
            .where(cases.c.version_id != version_id)
            .order_by(cases.c.code)
        )
        rows = connection.execute(found.where(cases.c.code.in_(codes)) if codes else found).all()
    missing = set(codes) - {row.code for row in rows}
    if missing:
        raise NotFound(f"Không có hồ sơ {', '.join(sorted(missing))} đang giải quyết ngoài bản {number}.")
    return [OpenCase(case_id=row.id, code=row.code, number=row.number, version_id=version_id) for row in rows]


def newest_run(connection: Connection, version_id: UUID) -> UUID | None:
    """The latest run to a version."""
    wanted = select(migration_run.c.id).where(migration_run.c.version_id == version_id)
    found: UUID | None = connection.execute(wanted.order_by(migration_run.c.created_at.desc()).limit(1)).scalar()
    return found


def run_view(connection: Connection, run_id: UUID, *, state: str = "", after: str = "") -> RunView:
    """One run; `after` is the cursor of the page before."""
    run = connection.execute(select(migration_run).where(migration_run.c.id == run_id)).one_or_none()
    if run is None:
        raise NotFound("Không tìm thấy lượt chuyển phiên bản này.")
    place, _, code = after.partition("|")
    asked = {"run_id": run_id, "state": state, "place": int(place) if place.isdigit() else None, "after": code}
    rows = [dict(row) for row in connection.execute(PAGE_OF_RUN, asked).mappings()]
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return RunView(
        id=run.id,
        version_id=run.version_id,
        state=run.state,
        mapping=run.mapping,
        by=run.actor["name"],
        created_at=run.created_at,
        counts=counts_of(connection, run_id),
        rows=rows[:PAGE],
        next_cursor=f"{ORDER.index(last['state']) + 1}|{last['case_code']}" if last else None,
    )
