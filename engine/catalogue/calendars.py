"""The working calendar in versions: each published once, never changed, and named by the cases computed with it."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import insert

from engine.deadlines import Calendar
from engine.errors import CalendarMoved, InputError, NotFound, Refused
from engine.rulesets import PUBLIC_SECTOR, packaged_calendar
from engine.store.queue import enqueue
from engine.store.tables import calendar_draft, calendar_version

SPREAD = "calendar.spread"
"""The job that brings a new version to the open cases."""
FRESH_SECONDS = 2.0
"""How long a process may show dates by a version that another process has just replaced. No act relies on it."""

NEWEST = text("SELECT version, body FROM calendar_version WHERE name = :name AND superseded_at IS NULL")
NEWEST_HELD = text(f"{NEWEST.text} FOR SHARE")
ONE = select(calendar_version.c.body).where(
    calendar_version.c.name == bindparam("name"), calendar_version.c.version == bindparam("version")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCalendar:
    """A version as it was published: by whom, why, and in place of what."""

    calendar: Calendar
    published_at: datetime
    published_by: str
    note: str
    superseded_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDraft:
    """The next version while it is edited. `revision` 0: nothing has been changed yet."""

    calendar: Calendar
    revision: int
    edited_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarChange:
    """One row that two versions do not share: what it was and what it is, None where there is none."""

    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


class Calendars:
    """The versions that this process has met. Published versions never change, so each is laid out once."""

    def __init__(self, name: str = PUBLIC_SECTOR) -> None:
        self.name = name
        self._known: dict[int, Calendar] = {}
        self._newest: Calendar | None = None
        self._asked_at = 0.0
        self._lock = threading.Lock()

    @property
    def recent(self) -> Calendar | None:
        """The newest version if it was asked for a moment ago."""
        is_fresh = time.monotonic() - self._asked_at < FRESH_SECONDS
        return self._newest if is_fresh else None

    def known(self, version: int) -> Calendar | None:
        """A version that this process has met before."""
        return self._known.get(version)

    def get(self, connection: Connection, version: int) -> Calendar:
        """A published version; raises NotFound."""
        known = self._known.get(version)
        if known is None:
            body = connection.execute(ONE, {"name": self.name, "version": version}).scalar()
            if body is None and version == packaged_calendar(self.name).version:
                return self.newest(connection)
            if body is None:
                raise NotFound(f"Không có phiên bản {version} của lịch làm việc.")
            known = self._keep(version, body)
        return known

    def newest(self, connection: Connection, *, is_held: bool = False) -> Calendar:
        """The version in force; `is_held` lets nobody publish another before this transaction ends."""
        for _ in range(3):  # replaced while we waited for it; or there was none, and the packaged one is stored
            row = connection.execute(NEWEST_HELD if is_held else NEWEST, {"name": self.name}).first()
            if row is not None:
                found = self._known.get(row.version) or self._keep(row.version, row.body)
                self._newest, self._asked_at = found, time.monotonic()
                return found
            _store_packaged(connection, self.name)
        raise Refused("Lịch làm việc đang được công bố phiên bản mới, hãy thử lại.")

    def forget_newest(self) -> None:
        """A version was published."""
        self._newest = None

    def _keep(self, version: int, body: Mapping[str, Any]) -> Calendar:
        with self._lock:
            return self._known.setdefault(version, laid_out(calendar_bytes(body)))


@lru_cache(maxsize=32)
def laid_out(body: bytes) -> Calendar:
    """A calendar from its canonical bytes, its forty years laid out once however many houses a process has."""
    packaged = packaged_calendar()
    return packaged if body == calendar_bytes(packaged.to_json()) else Calendar.from_json(orjson.loads(body))


def calendar_bytes(body: Mapping[str, Any]) -> bytes:
    """The bytes that a version's hash is made of."""
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS)


def calendar_hash(calendar: Calendar) -> str:
    """SHA-256 of a version: the events of the cases it moved name it."""
    return hashlib.sha256(calendar_bytes(calendar.to_json())).hexdigest()


def published_calendars(connection: Connection, name: str = PUBLIC_SECTOR) -> list[PublishedCalendar]:
    """Every version, the newest first."""
    rows = connection.execute(
        select(calendar_version).where(calendar_version.c.name == name).order_by(calendar_version.c.version.desc())
    )
    return [
        PublishedCalendar(
            calendar=laid_out(calendar_bytes(row.body)),
            published_at=row.published_at,
            published_by=row.published_by,
            note=row.note,
            superseded_at=row.superseded_at,
        )
        for row in rows
    ]


def read_draft(connection: Connection, calendars: Calendars) -> CalendarDraft:
    """The next version as edited so far, or the newest one unchanged."""
    row = connection.execute(select(calendar_draft).where(calendar_draft.c.name == calendars.name)).first()
    newest = calendars.newest(connection)
    if row is None or row.body["version"] <= newest.version:
        return CalendarDraft(calendar=newest, revision=0)
    return CalendarDraft(calendar=Calendar.from_json(row.body), revision=row.revision, edited_by=row.edited_by)


def save_draft(
    connection: Connection, calendars: Calendars, calendar: Calendar, *, revision: int, by: str
) -> CalendarDraft:
    """Keep an edited draft. Raises Refused when somebody else has edited it since it was shown."""
    shown = read_draft(connection, calendars)
    if shown.revision != revision:
        raise CalendarMoved
    for own in calendar.office_hours:
        calendar.for_unit(own.unit)  # lays it out: wrong hours are told now
    next_version = calendars.newest(connection).version + 1
    body = replace(calendar, version=next_version, unit="").to_json()
    row = {"name": calendars.name, "body": body, "revision": revision + 1, "edited_by": by}
    connection.execute(insert(calendar_draft).values(row).on_conflict_do_update(index_elements=["name"], set_=row))
    return CalendarDraft(calendar=Calendar.from_json(body), revision=revision + 1, edited_by=by)


def discard_draft(connection: Connection, calendars: Calendars) -> None:
    """Begin again from the version in force."""
    connection.execute(calendar_draft.delete().where(calendar_draft.c.name == calendars.name))


def publish_calendar(
    connection: Connection, calendars: Calendars, *, revision: int, by: str, note: str, at: datetime
) -> Calendar:
    """Make the draft the version in force and queue the recomputation of what is open, in one transaction.

    A case received before has the old version and is found by the job; one received after has the new one: receptions
    hold the row of the version they take.
    """
    if len(note.strip()) < 10:
        raise InputError("Ghi căn cứ và lý do thay đổi lịch (số văn bản, cơ quan ban hành).")
    shown = read_draft(connection, calendars)
    if shown.revision == 0:
        raise CalendarMoved("Chưa có thay đổi nào để công bố.")
    if shown.revision != revision:
        raise CalendarMoved
    connection.execute(
        update(calendar_version)
        .where(calendar_version.c.name == calendars.name, calendar_version.c.superseded_at.is_(None))
        .values(superseded_at=at)
    )
    connection.execute(
        calendar_version.insert().values(
            name=calendars.name,
            version=shown.calendar.version,
            body=shown.calendar.to_json(),
            published_at=at,
            published_by=by,
            note=note.strip(),
        )
    )
    discard_draft(connection, calendars)
    enqueue(connection, SPREAD)
    calendars.forget_newest()
    return shown.calendar


def changes_between(before: Calendar, after: Calendar) -> Sequence[CalendarChange]:
    """The rows that two versions do not share, by date."""
    found = []
    for old, new in (
        (_rows(before, "days", "date"), _rows(after, "days", "date")),
        (_rows(before, "office_hours", "since", "unit"), _rows(after, "office_hours", "since", "unit")),
    ):
        keys = sorted({key for key in old.keys() | new.keys() if old.get(key) != new.get(key)})
        found += [CalendarChange(before=old.get(key), after=new.get(key)) for key in keys]
    return found


def _rows(calendar: Calendar, name: str, *key: str) -> dict[tuple[str, ...], Mapping[str, Any]]:
    return {tuple(str(row.get(part, "")) for part in key): row for row in calendar.to_json().get(name, ())}


def _store_packaged(connection: Connection, name: str) -> None:
    packaged = packaged_calendar(name)
    connection.execute(
        insert(calendar_version)
        .values(
            name=name,
            version=packaged.version,
            body=packaged.to_json(),
            published_by="Hệ thống",
            note="Lịch kèm theo phần mềm",
        )
        .on_conflict_do_nothing()
    )
