"""The ground of a measurement: a server of its own in a temporary folder, one unit, one officer, one procedure."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID, uuid5

from engine.catalogue.directory import Unit, add_units
from engine.catalogue.folder import load_folder
from engine.catalogue.publishing import Decision, approve, import_folder, publish
from engine.catalogue.staff import Officer, add_officers
from engine.delivery.registry import Registry
from engine.dossier.actor import Actor, Seat
from engine.dossier.house import House
from engine.model.procedure import ProcedureFolder
from engine.store.database import Store
from engine.store.migrations import migrate
from engine.store.settings import Settings

PROCEDURE = Path(__file__).parent / "procedure"
SPACE = UUID("6d6f7463-7561-4d65-8d6f-00000000be4c")
UNIT = "H27.50.01"
ROLES = ("counter_officer", "case_officer")
LONG_AGO = date(2025, 7, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What every measurement stands on."""

    house: House
    folder: ProcedureFolder
    officer: Actor

    @property
    def store(self) -> Store:
        return self.house.store


@contextmanager
def temporary_ground() -> Iterator[Ground]:
    """A house on a fresh embedded server, gone afterwards."""
    data_dir = Path(tempfile.mkdtemp(prefix="motcua-bench-"))
    data_dir.chmod(0o711)  # the server's unprivileged user must get through
    try:
        settings = Settings(data_dir=data_dir)
        store = Store.open(settings)
        try:
            migrate(store)
            yield _settle(settings, store)
        finally:
            store.close()
    finally:
        shutil.rmtree(data_dir, ignore_errors=True)


def _settle(settings: Settings, store: Store) -> Ground:
    folder = load_folder(PROCEDURE)
    person = Officer(
        id=uuid5(SPACE, "officer"),
        login="do",
        name="Nguyễn Văn Đo",
        title="Chuyên viên",
        seats=tuple((UNIT, role) for role in ROLES),
    )
    with store.transaction(role="owner") as connection:
        add_units(connection, [_unit(UNIT, "commune.one_stop")])
        add_officers(connection, [person])
        version = import_folder(connection, folder).version_id
        approve(connection, version, folder.content_hash, Decision(number="1/QĐ", on=LONG_AGO, by="Chủ tịch UBND tỉnh"))
        publish(connection, version, LONG_AGO)
    officer = Actor(
        kind="officer",
        name=person.name,
        id=person.id,
        unit_code=UNIT,
        seats=frozenset(Seat(unit_code=UNIT, role=role) for role in ROLES),
    )
    return Ground(house=House.open(settings, store, Registry()), folder=folder, officer=officer)


def _unit(code: str, kind: str) -> Unit:
    return Unit(
        code=code,
        name="Bộ phận Một cửa",
        kind=kind,
        level="commune",
        locality="H27.50",
        parent_code=None,
        is_external=False,
        letterhead={},
    )
