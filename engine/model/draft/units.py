"""Units named in step tables, mapped to the seats of today's two-level government by units.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from engine.errors import InputError
from engine.model.draft.table import StepTable, TableStep, folded

_UNIT_WORDS = re.compile(
    r"(so|phong|ban|chi cuc|cuc|chi nhanh|trung tam|van phong|ubnd|uy ban|hdnd|cong an|truong|benh vien|doi|to|"
    r"lanh dao|giam doc|chu tich|thanh tra|kho bac|ngan hang|buu dien|bao hiem|quy|vien|hoi|bo|tong cuc|bo phan) .+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a step happens: the lane's name and seat, and who usually sits there."""

    key: str
    name: str
    seat: str
    role: str = ""
    is_old: bool = False
    is_consulted: bool = False
    is_external: bool = False
    is_known: bool = True

    @property
    def short_name(self) -> str:
        return self.name.split(" (")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A consulted unit that no step is seated at, only spoken of in one."""

    step: int
    place: Place
    is_optional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatPlan:
    """A table's units seated: one place a step, and the case's lead."""

    level: str
    lead: str  # seat or unit code, for the manifest
    agency: str
    places: Mapping[int, Place]  # by step order
    one_stop: Place
    is_adapted: bool
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    key: str
    seats: Mapping[str, str]  # by level
    names: Mapping[str, str]
    patterns: re.Pattern[str]
    role: str
    is_old: bool
    is_consulted: bool
    is_external: bool

    @property
    def seat(self) -> str:
        """The seat at the commune, where the two levels differ."""
        return self.seats["commune"]

    def place(self, level: str) -> Place:
        return Place(
            key=self.key,
            name=self.names[level],
            seat=self.seats[level],
            role=self.role,
            is_old=self.is_old,
            is_consulted=self.is_consulted,
            is_external=self.is_external,
        )


def seat_units(table: StepTable) -> SeatPlan:
    """Find every step's place; InputError for a name that is no unit at all."""
    swaps, forced_level = _adaptation(table)
    raw = {step.order: _find(step.unit, step, swaps) for step in table.steps}
    lead_entry = _lead(table, raw, swaps)
    level = forced_level or _level(table, raw, lead_entry)
    lead = lead_entry.place(level) if lead_entry else None
    places = {order: _seated(entry, level, lead, table) for order, entry in raw.items()}
    return SeatPlan(
        level=level,
        lead=lead.seat if lead else "one_stop",
        agency=lead.name if lead else (table.agency or _entry("one_stop").place(level).name),
        places=places,
        one_stop=_entry("one_stop").place(level),
        is_adapted=table.level == "district" or any(place.is_old for place in places.values()),
        mentions=tuple(_mentions(table, level, {place.key for place in places.values()})),
    )


def _lead(table: StepTable, raw: Mapping[int, _Entry | str], swaps: Mapping[str, str]) -> _Entry | None:
    """The agency the table names, else the first office at work in it, else whoever leads."""
    named = _match(table.agency) if table.agency else None
    entries = [entry for entry in raw.values() if isinstance(entry, _Entry)]
    offices = [entry for entry in (_swap(named, swaps), *entries) if entry is not None and _is_office(entry)]
    leaders = [entry for entry in entries if entry.seat.endswith(".leader")]
    return next(iter((*offices, *leaders)), None)


def _mentions(table: StepTable, level: str, seated: set[str]) -> Iterator[Mention]:
    for unit in table.consulted:
        entry = _match(unit)
        if entry is None or entry.key in seated:
            continue
        for step in table.steps:
            if folded(unit) in folded(step.action):
                yield Mention(step=step.order, place=entry.place(level), is_optional="nếu có" in step.action)
                break


def reworded(text: str, place: Place) -> str:
    """A step's name with the units of the old government replaced by the unit that sits there now."""
    for old, new in _data()["rewording"].items():
        text = re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", new.replace("{unit}", place.short_name), text)
    return text


def _find(unit: str, step: TableStep, swaps: Mapping[str, str]) -> _Entry | str:
    entry = _match(unit)
    if entry is not None:
        return _swap(entry, swaps) or entry
    if _UNIT_WORDS.fullmatch(folded(unit)):
        return unit
    raise InputError(f"Bước {step.order}: không rõ đơn vị “{unit}”; hãy ghi tên cơ quan, phòng, ban hoặc bộ phận.")


def _match(unit: str) -> _Entry | None:
    name = folded(unit)
    return next((entry for entry in _entries() if entry.patterns.fullmatch(name)), None)


def _swap(entry: _Entry | None, swaps: Mapping[str, str]) -> _Entry | None:
    return _entry(swaps[entry.key]) if entry is not None and entry.key in swaps else entry


def _seated(entry: _Entry | str, level: str, lead: Place | None, table: StepTable) -> Place:
    if isinstance(entry, str):
        role = "signer" if folded(entry).startswith(("lanh dao", "giam doc", "chu tich")) else ""
        return Place(key=folded(entry), name=entry, seat="lead", role=role, is_known=False)
    place = entry.place(level)
    if entry.seat == "lead":
        name = lead.name if lead else table.agency or "đơn vị chủ trì"
        return replace(place, name=place.name.replace("{lead}", name))
    if lead is not None and place.seat == lead.seat and not place.is_consulted and place.seat != "one_stop":
        return replace(place, seat="lead")
    return place


def _is_office(entry: _Entry) -> bool:
    """Neither counter, applicant, leader nor consulted."""
    return entry.seat not in ("one_stop", "lead") and not (
        entry.is_consulted or entry.is_external or entry.seat.endswith(".leader")
    )


def _level(table: StepTable, raw: Mapping[int, _Entry | str], lead: _Entry | None) -> str:
    if table.level in ("province", "commune"):
        return table.level
    fixed = [entry for entry in raw.values() if isinstance(entry, _Entry) and len(set(entry.seats.values())) == 1]
    if any(entry.seat.startswith("commune.") for entry in fixed):
        return "commune"
    return "province" if lead is not None and lead.seat.startswith(("department.", "province.")) else "commune"


def _adaptation(table: StepTable) -> tuple[Mapping[str, str], str]:
    if table.level == "district":
        for entry in _data()["adaptation"]:
            if re.search(entry["title"], table.name, re.IGNORECASE):
                return entry["units"], entry["level"]
    return {}, ""


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "units.toml").read_text(encoding="utf-8"))


@cache
def _entries() -> tuple[_Entry, ...]:
    return tuple(_parse(row) for row in _data()["unit"])


def _parse(row: Mapping[str, Any]) -> _Entry:
    return _Entry(
        key=row["key"],
        seats=_by_level(row["seat"]),
        names=_by_level(row["name"]),
        patterns=re.compile("|".join(row["names"])),
        role=row.get("role", ""),
        is_old=row.get("old", False),
        is_consulted=row.get("is_consulted", False),
        is_external=row.get("is_external", False),
    )


def _by_level(value: str | Mapping[str, str]) -> Mapping[str, str]:
    return {"commune": value, "province": value} if isinstance(value, str) else value


def _entry(key: str) -> _Entry:
    return next(entry for entry in _entries() if entry.key == key)
