"""The house: everything an act needs besides the case itself, made once per process and shared by its threads."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from engine.catalogue.calendars import Calendars
from engine.catalogue.directory import Directory
from engine.catalogue.versions import Versions
from engine.deadlines import Calendar, CalendarTime, working_time
from engine.delivery.registry import Registry, load_registry
from engine.dossier.actor import Actor
from engine.dossier.case import Case
from engine.dossier.command import TaskRef
from engine.errors import NotConfigured
from engine.history.seal import LogKey
from engine.rulesets import Ruleset, load_rulesets
from engine.store.blobs import BlobStore, LocalBlobStore
from engine.store.clock import Clock
from engine.store.database import Store
from engine.store.keys import KeyRing
from engine.store.settings import Settings

LOG_ORIGIN = "motcua/ha-tinh"
"""The name of this province's log in its checkpoints."""


@dataclass(slots=True, kw_only=True)
class House:
    """The store and what is read from it once: units, versions, rulesets, calendars, the neighbours."""

    settings: Settings
    store: Store
    clock: Clock
    blobs: BlobStore
    keys: KeyRing
    registry: Registry
    versions: Versions = field(default_factory=Versions)
    rulesets: Mapping[str, Ruleset] = field(default_factory=lambda: {one.name: one for one in load_rulesets()})
    calendars: Calendars = field(default_factory=lambda: Calendars(load_rulesets()[-1].calendar))
    _directory: Directory | None = None

    @classmethod
    def open(cls, settings: Settings, store: Store | None = None, registry: Registry | None = None) -> House:
        """A house on these settings; without a registry, the connectors that are installed."""
        store = store or Store.open(settings)
        return cls(
            settings=settings,
            store=store,
            clock=Clock(store),
            blobs=LocalBlobStore(settings.blob_dir),
            keys=KeyRing(settings.key("kek")),
            registry=registry if registry is not None else load_registry(os.environ, public_url=settings.address),
        )

    @property
    def log_key(self) -> LogKey:
        """The key that signs checkpoints of this province's log."""
        return LogKey.of(self.settings.key("log"), origin=LOG_ORIGIN)

    @property
    def calendar(self) -> Calendar:
        """The version in force. What is computed for a case uses the case's own version: `calendar_of`."""
        recent = self.calendars.recent
        if recent is None:
            with self.store.transaction(role="worker") as connection:
                recent = self.calendars.newest(connection)
        return recent

    def calendar_of(self, version: int, unit: str | None = None) -> Calendar:
        """The version that a case's dates are computed with, in the office hours of a unit."""
        found = self.calendars.known(version)
        if found is None:
            with self.store.transaction(role="worker") as connection:
                found = self.calendars.get(connection, version)
        return found.for_unit(unit)

    @property
    def working_time(self) -> CalendarTime:
        """How the process engine adds working time; a replay asks it for the version that each case began with."""
        return working_time(self.calendar, self.calendar_of)

    @property
    def directory(self) -> Directory:
        """The units, read at first use; `forget_units` makes the next use read them again."""
        if self._directory is None:
            with self.store.transaction(role="worker") as connection:
                self._directory = Directory.load(connection)
        return self._directory

    def forget_units(self) -> None:
        """Units have changed."""
        self._directory = None

    def ruleset(self, name: str) -> Ruleset:
        """The ruleset a case was received under; raises NotConfigured for one this installation does not know."""
        try:
            return self.rulesets[name]
        except KeyError:
            raise NotConfigured(f"Thiếu bộ quy tắc “{name}”.") from None

    def ruleset_on(self, moment: datetime) -> Ruleset:
        """The ruleset in force at a moment."""
        day = Calendar.local(moment).date()
        for one in self.rulesets.values():
            if one.is_in_force(day):
                return one
        raise NotConfigured(f"Không có bộ quy tắc nào có hiệu lực vào ngày {day:%d/%m/%Y}.")

    @contextmanager
    def act(self, actor: Actor, case_id: UUID, kind: str, *, task: TaskRef | None = None) -> Iterator[Case]:
        """One act on one case: lock, load, let the caller change it, write everything, commit once.

        `kind` is the event's type. With `task`, that work item must still be open at the revision given. Raises
        CaseBusy when another act holds the case for more than 2 seconds, StaleTask, NotAllowed, NotFound.
        """
        with self.store.transaction(
            role="worker" if actor.kind == "system" else "app", units=actor.units
        ) as connection:
            case = Case.load(self, connection, actor, case_id, kind, task)
            yield case
            case.finish()
