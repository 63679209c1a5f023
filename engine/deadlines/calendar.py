"""The working calendar: office hours, days off and make-up working days, each with its source and status."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any, Self

from engine.deadlines.moments import VIETNAM, in_vietnam
from engine.deadlines.timeline import DAY, FIRST, LAST, MICROSECOND, Hours, Timeline, Week
from engine.errors import InputError

Sessions = tuple[tuple[time, time], ...]

DEFAULT_DAY: Sessions = ((time(7, 0), time(11, 30)), (time(13, 30), time(17, 0)))
SESSION = re.compile(r"(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})")


class DayKind(StrEnum):
    """Which way a date differs from its weekday."""

    off = "off"
    work = "work"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay:
    """One date that differs from its weekday, and on whose word."""

    on: date
    kind: DayKind
    name: str = ""
    status: str = "seen"  # seen | statutory | memory | open
    source: str = ""
    is_in_force: bool = True
    hours: Sessions | None = None

    @classmethod
    def from_json(cls, row: object) -> Self:
        """Read one row of `days`."""
        if not isinstance(row, Mapping):
            raise InputError(f"Ngày '{row}' trong lịch không đúng dạng: cần date và kind.")
        status = str(row.get("status", "seen"))
        return cls(
            on=_date(row.get("date")),
            kind=_kind(row.get("kind")),
            name=str(row.get("name", "")),
            status=status,
            source=str(row.get("source", "")),
            # an undecided day off stays a working day until an administrator says that it is in force
            is_in_force=bool(row.get("in_force", status != "open")),
            hours=parse_sessions(row["hours"]) if row.get("hours") else None,
        )

    def to_json(self) -> dict[str, Any]:
        row: dict[str, Any] = {"date": self.on.isoformat(), "kind": self.kind.value, "status": self.status}
        row |= {"name": self.name} if self.name else {}
        row |= {"source": self.source} if self.source else {}
        row |= {"in_force": self.is_in_force} if self.is_in_force is (self.status == "open") else {}
        row |= {"hours": write_sessions(self.hours)} if self.hours else {}
        return row


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHours:
    """A unit's sessions. Saturday and Sunday sessions add working hours, never working days of law."""

    weekday: Sessions = DEFAULT_DAY
    saturday: Sessions = ()
    sunday: Sessions = ()
    makeup: Sessions = ()  # of a make-up working day; the weekday's when empty
    cutoff: time | None = None  # a dossier received later counts as received on the next working day

    @classmethod
    def from_json(cls, body: object) -> Self:
        """Read {"weekday": ["07:00-11:30", "13:30-17:00"]}; what is not given keeps its default."""
        if not isinstance(body, Mapping):
            raise InputError("Giờ làm việc không đúng dạng: cần các mục weekday, saturday, sunday, makeup, cutoff.")
        unknown = set(body) - {"weekday", "saturday", "sunday", "makeup", "cutoff"}
        if unknown:
            raise InputError(f"Giờ làm việc có mục lạ: {', '.join(sorted(unknown))}.")
        hours: dict[str, Any] = {name: parse_sessions(rows) for name, rows in body.items() if name != "cutoff"}
        return cls(**hours, cutoff=_time(body["cutoff"]) if body.get("cutoff") else None)

    def to_json(self) -> dict[str, Any]:
        rows = {"weekday": self.weekday, "saturday": self.saturday, "sunday": self.sunday, "makeup": self.makeup}
        body: dict[str, Any] = {name: write_sessions(sessions) for name, sessions in rows.items() if sessions}
        return body | ({"cutoff": f"{self.cutoff:%H:%M}"} if self.cutoff else {})

    @property
    def week(self) -> tuple[Sessions, ...]:
        """Monday to Sunday."""
        return (*(self.weekday,) * 5, self.saturday, self.sunday)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursInForce:
    """Office hours from a day on: of one unit, or of every unit that has none of its own when `unit` is empty."""

    since: date
    hours: OfficeHours
    unit: str = ""
    status: str = "seen"
    source: str = ""

    @classmethod
    def from_json(cls, row: object) -> Self:
        """Read one row of `office_hours`."""
        if not isinstance(row, Mapping):
            raise InputError(f"Giờ làm việc '{row}' trong lịch không đúng dạng: cần since và hours.")
        return cls(
            since=_date(row.get("since")),
            hours=OfficeHours.from_json(row.get("hours")),
            unit=str(row.get("unit", "")),
            status=str(row.get("status", "seen")),
            source=str(row.get("source", "")),
        )

    def to_json(self) -> dict[str, Any]:
        row: dict[str, Any] = {"since": self.since.isoformat(), "hours": self.hours.to_json(), "status": self.status}
        row |= {"unit": self.unit} if self.unit else {}
        return row | ({"source": self.source} if self.source else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Working time of one place under one version of the calendar. Shareable across threads."""

    name: str
    version: int = 1
    hours: OfficeHours = field(default_factory=OfficeHours)  # until a row of office_hours says otherwise
    days: tuple[CalendarDay, ...] = ()
    office_hours: tuple[HoursInForce, ...] = ()
    unit: str = ""  # whose working time this is; empty: of units without hours of their own
    timeline: Timeline = field(init=False, repr=False, compare=False)
    periods: tuple[tuple[date, OfficeHours], ...] = field(init=False, repr=False, compare=False)
    of_units: dict[str, Calendar] = field(init=False, repr=False, compare=False)  # laid out so far, shared by them all

    def __post_init__(self) -> None:
        by_date = {day.on: day for day in self.days}
        if len(by_date) != len(self.days):
            raise InputError(f"Lịch làm việc '{self.name}' khai một ngày hai lần.")
        own = [one for one in self.office_hours if one.unit == self.unit]
        rows = {one.since: one.hours for one in own or self.office_hours if one.unit in {self.unit, ""}}
        if len({(one.unit, one.since) for one in self.office_hours}) != len(self.office_hours):
            raise InputError(f"Lịch làm việc '{self.name}' khai giờ làm việc của một đơn vị hai lần cùng ngày.")
        periods = ((FIRST, self.hours), *((max(since, FIRST), rows[since]) for since in sorted(rows)))
        if not all(hours.weekday for _, hours in periods):
            raise InputError(f"Lịch làm việc '{self.name}' không có giờ làm việc.")
        object.__setattr__(self, "periods", periods)
        exceptions = {
            day.on: _hours(day.hours or self._makeup(day.on)) if day.kind is DayKind.work else ()
            for day in self.days
            if day.is_in_force and FIRST <= day.on <= LAST
        }
        weeks = [
            Week(
                since=since,
                days=tuple(_hours(sessions) for sessions in hours.week),
                usual_end=_microseconds(hours.weekday[-1][1]),
            )
            for since, hours in periods
        ]
        object.__setattr__(self, "timeline", Timeline(weeks, exceptions))
        object.__setattr__(self, "of_units", {})

    @classmethod
    def from_json(cls, body: object) -> Self:
        """Read a calendar; only `days` must be there. A row of status "open" counts only with "in_force": true."""
        if not isinstance(body, Mapping) or not isinstance(body.get("days", []), list):
            raise InputError("Lịch làm việc không đúng dạng: cần một danh sách 'days'.")
        version = body.get("version", 1)
        if not isinstance(version, int):
            raise InputError(f"Phiên bản lịch '{version}' không phải là số.")
        return cls(
            name=str(body.get("name", "calendar")),
            version=version,
            hours=OfficeHours.from_json(body.get("hours", {})),
            days=tuple(CalendarDay.from_json(row) for row in body.get("days", [])),
            office_hours=tuple(HoursInForce.from_json(row) for row in body.get("office_hours", [])),
        )

    def to_json(self) -> dict[str, Any]:
        """The whole calendar, every unit's hours included."""
        return {
            "name": self.name,
            "version": self.version,
            "hours": self.hours.to_json(),
            "days": [day.to_json() for day in self.days],
        } | ({"office_hours": [one.to_json() for one in self.office_hours]} if self.office_hours else {})

    def with_office_hours(self, hours: OfficeHours) -> Calendar:
        """The same days with other hours."""
        return self if hours == self.hours else replace(self, hours=hours)

    def for_unit(self, unit: str | None) -> Calendar:
        """The working time of one unit: by its own office hours, or by those of all."""
        mine = unit if unit and any(one.unit == unit for one in self.office_hours) else ""
        if mine == self.unit:
            return self
        found = self.of_units.get(mine)
        if found is None:
            found = replace(self, unit=mine)
            object.__setattr__(found, "of_units", self.of_units)
            self.of_units.setdefault(self.unit, self)
            found = self.of_units.setdefault(mine, found)
        return found

    def hours_on(self, on: date) -> OfficeHours:
        """The office hours in force on a day."""
        return next(hours for since, hours in reversed(self.periods) if since <= on)

    @staticmethod
    def local(moment: datetime) -> datetime:
        """The moment on this country's clock."""
        return in_vietnam(moment)

    def is_working_day(self, on: date) -> bool:
        return self._index(on) is not None

    def sessions(self, on: date) -> tuple[tuple[datetime, datetime], ...]:
        """The day's working sessions, first to last; none on a closed day."""
        midnight = self._midnight(on)
        sessions = self.timeline.sessions_between(midnight, midnight + DAY)
        return tuple((Timeline.moment(start), Timeline.moment(end)) for start, end in sessions)

    def opening(self, on: date) -> datetime:
        """When a working day opens."""
        return Timeline.moment(self.timeline.opens[self._working_index(on)])

    def closing(self, on: date) -> datetime:
        """When a working day closes."""
        return Timeline.moment(self.timeline.closes[self._working_index(on)])

    def next_opening(self, moment: datetime) -> datetime:
        """The moment itself during working hours, else the start of the next session."""
        return Timeline.moment(self.timeline.next_open(self.timeline.stamp(moment)))

    def unconfirmed_days(self, first: date, last: date) -> tuple[CalendarDay, ...]:
        """Rows in the span that nobody has confirmed: a date promised across them may move."""
        return tuple(day for day in self.days if day.status != "seen" and first <= day.on <= last)

    def _makeup(self, on: date) -> Sessions:
        hours = self.hours_on(on)
        return hours.makeup or hours.weekday

    def _index(self, on: date) -> int | None:
        line, midnight = self.timeline, self._midnight(on)
        index = line.first_day_from(midnight)
        return index if index < len(line.opens) and line.opens[index] < midnight + DAY else None

    def _midnight(self, on: date) -> int:
        return self.timeline.stamp(datetime(on.year, on.month, on.day, tzinfo=VIETNAM))

    def _working_index(self, on: date) -> int:
        index = self._index(on)
        if index is None:
            raise InputError(f"Ngày {on:%d/%m/%Y} không phải ngày làm việc.")
        return index


def parse_sessions(rows: object) -> Sessions:
    """Read ["07:00-11:30", "13:30-17:00"]: in order, none into another."""
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        raise InputError("Giờ làm việc phải là danh sách, ví dụ đúng: ['07:00-11:30', '13:30-17:00'].")
    sessions = tuple(_session(row) for row in rows)
    _hours(sessions)
    return sessions


def write_sessions(sessions: Sessions) -> list[str]:
    """The form `parse_sessions` reads."""
    return [f"{start:%H:%M}-{end:%H:%M}" for start, end in sessions]


def _session(row: object) -> tuple[time, time]:
    shape = SESSION.fullmatch(str(row).strip())
    try:
        if shape:
            return time.fromisoformat(shape[1].zfill(5)), time.fromisoformat(shape[2].zfill(5))
    except ValueError:
        pass
    raise InputError(f"Giờ làm việc '{row}' không đúng dạng, ví dụ đúng: 07:00-11:30.")


def _time(text: object) -> time:
    try:
        return time.fromisoformat(str(text).strip().zfill(5))
    except ValueError as error:
        raise InputError(f"Giờ chốt '{text}' không đúng dạng, ví dụ đúng: 16:30.") from error


def _hours(sessions: Sessions) -> Hours:
    bounds = [moment for session in sessions for moment in session]
    if any(earlier >= later for earlier, later in pairwise(bounds)):
        raise InputError(f"Giờ làm việc chồng nhau hoặc không theo thứ tự: {', '.join(write_sessions(sessions))}.")
    return tuple((_microseconds(start), _microseconds(end)) for start, end in sessions)


def _microseconds(of: time) -> int:
    return timedelta(hours=of.hour, minutes=of.minute, seconds=of.second) // MICROSECOND


def _date(text: object) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError as error:
        raise InputError(f"Ngày '{text}' trong lịch không đúng dạng, ví dụ đúng: 2026-01-01.") from error


def _kind(text: object) -> DayKind:
    try:
        return DayKind(str(text))
    except ValueError as error:
        raise InputError(f"Loại ngày '{text}' trong lịch phải là off hoặc work.") from error
