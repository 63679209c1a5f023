"""The pages of a migration: a run over all open dossiers, and one dossier alone. Codes and steps, no applicant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from engine.dossier.migrate import ROLES, Migrate, Migration, migrate, try_migration
from engine.dossier.migrate_many import MigrateMany, carry_out_many, try_many
from engine.errors import InputError, MigrationRefused, Refused
from engine.reports.dossier import case_id_of
from engine.reports.migrations import ORDER, RunView, cases_to_migrate, newest_run, run_view
from engine.store.tables import cases, process_version
from web.designer.views import read_version
from web.doors import for_roles
from web.flashes import tell
from web.migrating.console import renaming
from web.reading import actor, counting, house

blueprint = Blueprint("migrating", __name__)


@blueprint.route("/designer/<uuid:version_id>/migrate", methods=["GET", "POST"])
@for_roles(*ROLES)
def many(version_id: UUID) -> ResponseReturnValue:
    """Which open dossiers could come to this version; POST tries them all anew. Nothing of a dossier changes."""
    row = read_version(version_id)
    error, told = "", request.form.get("mapping", "")[:10_000]
    if request.method == "POST":
        try:
            run_id = UUID(request.form.get("run", "")) if request.form.get("run") else uuid4()
            try_many(house(), actor(), MigrateMany(id=run_id, version_id=version_id, mapping=_mapping(told)))
        except (InputError, ValueError) as wrong:
            error = wrong.message if isinstance(wrong, InputError) else "Yêu cầu không đúng dạng."
        else:
            return redirect(url_for("migrating.many", version_id=version_id), 303)
    state = request.args.get("state", "")
    with counting() as connection:
        newest = newest_run(connection, version_id)
        after = request.args.get("after", "")[:200]
        run = run_view(connection, newest, state=state if state in ORDER else "", after=after) if newest else None
    page = url_for("migrating.many", version_id=version_id)
    waiting = len(cases_to_migrate(house(), row.procedure_code, row.number)) if run is None else 0
    return (
        render_template(
            "migrating/many.html",
            procedure={"code": row.procedure_code, "name": row.manifest["name"]},
            version={
                "number": row.number,
                "state": row.state,
                "url": url_for("designer.version", version_id=version_id),
            },
            open_cases=waiting,
            mapping=told or _lines(run.mapping if run else {}),
            error=error,
            new_run=uuid4(),
            action=page,
            run=_told(run, page, state=state, is_first=not after) if run is not None else None,
        ),
        422 if error else 200,
    )


@blueprint.post("/designer/<uuid:version_id>/migrate/<uuid:run_id>")
@for_roles(*ROLES)
def carry_out(version_id: UUID, run_id: UUID) -> ResponseReturnValue:
    """Bring those that can go; jobs do it, each dossier in an act of its own."""
    try:
        count = carry_out_many(house(), actor(), run_id)
    except Refused as refused:
        tell(refused.message, "bad")
    else:
        tell(f"Đang chuyển {count} hồ sơ. Hồ sơ không chuyển được giữ nguyên trên bản cũ.")
    return redirect(url_for("migrating.many", version_id=version_id), 303)


@blueprint.route("/dossier/<code>/migrate", methods=["GET", "POST"])
@for_roles(*ROLES)
def single(code: str) -> ResponseReturnValue:
    """One dossier: where it stands, whether it can go to the version in force, and why not."""
    with counting() as connection:
        case_id = case_id_of(connection, code)
    version_id = _target(case_id, request.values.get("version", ""))
    told, error = request.form.get("mapping", _mapping_of_run(version_id))[:10_000], ""
    found: Migration | None = None
    command = Migrate(case_id=case_id, version_id=version_id)
    try:
        command = replace(command, mapping=_mapping(told))
        if request.method == "POST" and "look" not in request.form:
            done = migrate(house(), actor(), command)
            tell(f"Hồ sơ {code} đã chuyển từ bản {done.from_number} sang bản {done.to_number}.")
            return redirect(url_for("migrating.many", version_id=version_id), 303)
        found = try_migration(house(), actor(), command)
    except MigrationRefused:
        found = try_migration(house(), actor(), command)
    except (InputError, Refused) as wrong:
        error = wrong.message
    row = read_version(version_id)
    return (
        render_template(
            "migrating/single.html",
            code=code,
            procedure={"code": row.procedure_code, "name": row.manifest["name"]},
            version={"id": version_id, "number": row.number, "state": row.state},
            mapping=told,
            error=error,
            found=found,
            action=url_for("migrating.single", code=code),
            many_url=url_for("migrating.many", version_id=version_id),
        ),
        422 if error else 200,
    )


def _told(run: RunView, page: str, *, state: str, is_first: bool) -> dict[str, Any]:
    """A run as its page shows it."""
    counts, is_tried = run.counts, run.state == "tried"
    listed = f"{page}?{urlencode({'state': state})}&" if state else f"{page}?"
    return {
        "state": run.state,
        "by": run.by,
        "created_at": run.created_at,
        "counts": [
            {"state": one, "count": counts[one], "url": f"{page}?state={one}", "is_current": one == state}
            for one in ORDER
            if counts.get(one)
        ],
        "is_busy": bool(counts.get("waiting")) or (not is_tried and bool(counts.get("able"))),
        "able": counts.get("able", 0) if is_tried else 0,
        "rows": [
            one | {"url": url_for("migrating.single", code=one["case_code"], version=run.version_id)}
            for one in run.rows
        ],
        "carry_out_url": url_for("migrating.carry_out", version_id=run.version_id, run_id=run.id),
        "first_url": None if is_first else page,
        "next_url": listed + urlencode({"after": run.next_cursor}) if run.next_cursor else None,
    }


def _target(case_id: UUID, asked: str) -> UUID:
    """The version asked for, else the one in force."""
    if asked:
        try:
            return UUID(asked)
        except ValueError as error:
            raise InputError("Không có phiên bản này.") from error
    with counting() as connection:
        found: Any = connection.execute(
            select(process_version.c.id)
            .join(cases, cases.c.procedure_code == process_version.c.procedure_code)
            .where(process_version.c.state == "published", cases.c.id == case_id)
        ).scalar()
    if found is None:
        raise Refused("Thủ tục của hồ sơ này không có bản nào đang áp dụng.")
    return UUID(str(found))


def _mapping_of_run(version_id: UUID) -> str:
    """What was said of the version's elements for all dossiers."""
    with counting() as connection:
        newest = newest_run(connection, version_id)
        return _lines(run_view(connection, newest).mapping) if newest else ""


def _lines(mapping: Mapping[str, str]) -> str:
    return "\n".join(f"{old}={new}" for old, new in mapping.items())


def _mapping(told: str) -> dict[str, str]:
    """One `old=new` a line."""
    return renaming([one for one in told.splitlines() if one.strip()])
