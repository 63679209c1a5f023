"""What a ledger is made of: stretches of time with an owner, terms of law, extensions, new dates promised."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, time
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar

from engine.deadlines.limits import Limit, parse_limit
from engine.deadlines.moments import parse_moment, write_moment
from engine.errors import InputError


class Owner(StrEnum):
    """Who holds the case while an interval runs."""

    one_stop = "one_stop"
    unit = "unit"
    consulted = "consulted"
    signer = "signer"
    post = "post"
    applicant = "applicant"
    payment = "payment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A stretch of time that one owner answers for, on some legal basis. A paused one stops the clock of law."""

    owner: Owner
    basis: str
    started_at: datetime
    unit: str | None = None
    officer: str | None = None
    is_running: bool = True
    ended_at: datetime | None = None
    element_id: str = ""
    address: str = ""
    step: str = ""
    label: str = ""
    limit: Limit | None = None  # the step's internal limit
    hand_over: time | None = None  # the hour until which a dossier is handed over on the day of its reception

    written: Mapping[str, Any] | None = field(default=None, init=False, compare=False, repr=False)  # as it was read

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def is_open_pause(self) -> bool:
        return self.ended_at is None and not self.is_running


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One count of the limit of law: the whole case, or one phase of it. Without a limit nothing can be late.

    With a validity check before it, the limit runs from the confirmation (which begins the next term), or from the end
    of the check's own limit when nobody said a word.
    """

    started_at: datetime
    limit: Limit | None = None
    phase: int = 1
    cutoff: time | None = None
    ended_at: datetime | None = None
    check: Limit | None = None  # of validity, before the limit begins to run


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """More time granted by a special law, named by its article."""

    at: datetime
    by: Limit
    article: str
    phase: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Reappointment:
    """A new date promised with an apology. The limit of law stays where it was."""

    at: datetime
    promised_at: datetime
    reason: str


Record = TypeVar("Record", Interval, Term, Extension, Reappointment)

READ: dict[str, Callable[[Any], Any]] = {
    "owner": Owner,
    "started_at": parse_moment,
    "ended_at": parse_moment,
    "at": parse_moment,
    "promised_at": parse_moment,
    "limit": parse_limit,
    "by": parse_limit,
    "cutoff": time.fromisoformat,
    "hand_over": time.fromisoformat,
    "check": parse_limit,
    "phase": int,
    "is_running": bool,
}


WRITE: dict[str, Callable[[Any], str | int | bool]] = {
    "owner": str,
    "started_at": write_moment,
    "ended_at": write_moment,
    "at": write_moment,
    "promised_at": write_moment,
    "limit": str,
    "by": str,
    "cutoff": lambda value: value.isoformat("minutes"),
    "hand_over": lambda value: value.isoformat("minutes"),
    "check": str,
}

FIELDS = {
    kind: tuple((one.name, one.default, WRITE.get(one.name)) for one in fields(kind) if one.init)
    for kind in (Interval, Term, Extension, Reappointment)
}


REMEMBERED = 8_192
"""Intervals that a process keeps read: an act changes one or two of a case's, and most acts follow one another."""


def read_interval(body: Mapping[str, Any]) -> Interval:
    """What `write_record` wrote. A closed one is read once by each process, and written as it was read."""
    if "ended_at" not in body:
        return read_record(Interval, body)
    try:
        return _closed_interval(tuple(body.items()))
    except TypeError as error:
        raise InputError("Sổ thời gian của hồ sơ không đúng dạng.") from error


@lru_cache(maxsize=REMEMBERED)
def _closed_interval(items: tuple[tuple[str, Any], ...]) -> Interval:
    body = dict(items)
    interval = read_record(Interval, body)
    object.__setattr__(interval, "written", body)
    return interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Closed intervals of the past, packed into one text: a long life does not make each act longer."""

    text: str
    intervals: tuple[Interval, ...]
    latest: datetime  # when the last of them ended


@lru_cache(maxsize=512)
def unpack(text: str) -> Stretch:
    """Read what `pack` wrote."""
    try:
        records = json.loads(zlib.decompress(base64.b64decode(text, validate=True)))
    except (ValueError, zlib.error) as error:
        raise InputError("Sổ thời gian của hồ sơ không đúng dạng.") from error
    intervals = tuple(read_interval(one) for one in records)
    return Stretch(text=text, intervals=intervals, latest=max(one.ended_at or one.started_at for one in intervals))


def pack(intervals: Sequence[Interval]) -> str:
    """Closed intervals as one short text."""
    records = json.dumps([write_record(one) for one in intervals], ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(records.encode(), 6)).decode()


def write_record(record: Interval | Term | Extension | Reappointment) -> Mapping[str, Any]:
    """A record as JSON, without what has its default value."""
    if isinstance(record, Interval) and record.written is not None:
        return record.written
    body = {}
    for name, default, write in FIELDS[type(record)]:
        value = getattr(record, name)
        if value != default:
            body[name] = value if write is None else write(value)
    return body


def read_record(kind: type[Record], body: Mapping[str, Any]) -> Record:
    """What `write_record` wrote."""
    try:
        return kind(**{name: READ.get(name, str)(value) for name, value in body.items()})
    except (TypeError, ValueError, AttributeError) as error:
        raise InputError("Sổ thời gian của hồ sơ không đúng dạng.") from error
