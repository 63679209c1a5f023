"""`motcua process migrate`: the open dossiers of a procedure, or some of them, to another version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.dossier.actor import Actor
from engine.dossier.house import House
from engine.dossier.migrate import Migrate, migrate, try_migration
from engine.errors import InputError, MigrationRefused, Refused
from engine.reports.migrations import OpenCase, cases_to_migrate
from engine.store.settings import Settings

AT_THE_CONSOLE = Actor(kind="system", name="Quản trị viên tại dòng lệnh")


def migrate_open_cases(
    code: str, number: int, codes: Sequence[str], renamed: Sequence[str], *, dry_run: bool
) -> list[dict[str, Any]]:
    """Each case in its own act; what came of each."""
    mapping = renaming(renamed)
    house = House.open(Settings.from_environment())
    try:
        wanted = cases_to_migrate(house, code, number, codes)
        return [_result(house, one, mapping, dry_run=dry_run) for one in wanted]
    finally:
        house.store.close()


def renaming(told: Sequence[str]) -> dict[str, str]:
    """`old=new` for each element that has another id in the new version. Raises InputError."""
    mapping = {}
    for one in told:
        old, equals, new = (part.strip() for part in one.partition("="))
        if not (old and equals and new):
            raise InputError(f"“{one}” phải có dạng mã_cũ=mã_mới.")
        mapping[old] = new
    return mapping


def _result(house: House, one: OpenCase, mapping: Mapping[str, str], *, dry_run: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"case": one.code, "from": one.number, "outcome": "migrated", "reasons": []}
    command = Migrate(case_id=one.case_id, version_id=one.version_id, mapping=mapping)
    try:
        if dry_run:
            reasons = try_migration(house, AT_THE_CONSOLE, command).reasons
            return told | {"outcome": "cannot" if reasons else "can", "reasons": list(reasons)}
        migrate(house, AT_THE_CONSOLE, command)
    except MigrationRefused as error:
        return told | {"outcome": "refused", "reasons": list(error.reasons)}
    except Refused as error:
        return told | {"outcome": "cannot" if dry_run else "refused", "reasons": [error.message]}
    return told
