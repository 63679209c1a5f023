"""Law as data: the rulesets in force over time and the working calendars, read once from the files beside this one."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

from engine.deadlines import Calendar
from engine.errors import InputError, NotConfigured
from engine.rulesets.reading import read_ruleset
from engine.rulesets.rules import (
    Approval,
    DossierCode,
    Indicator,
    LegalForm,
    Rating,
    Ruleset,
    StatusCode,
    Target,
)

HERE = Path(__file__).parent
FILES = ("nd61_2018.toml", "nd118_2025.toml")
PUBLIC_SECTOR = "vn-public-sector"

__all__ = [
    "PUBLIC_SECTOR",
    "Approval",
    "DossierCode",
    "Indicator",
    "LegalForm",
    "Rating",
    "Ruleset",
    "StatusCode",
    "Target",
    "calendar_names",
    "load_rulesets",
    "packaged_calendar",
    "read_calendar",
    "ruleset_named",
    "ruleset_on",
]


@cache
def load_rulesets() -> tuple[Ruleset, ...]:
    """Every ruleset, oldest first; no two may be in force on one day."""
    rulesets = tuple(read_ruleset(HERE / name) for name in FILES)
    for earlier, later in pairwise(rulesets):
        if earlier.in_force_until is None or earlier.in_force_until >= later.in_force_from:
            raise InputError(f"Bộ quy tắc {earlier.name} và {later.name} cùng có hiệu lực.")
    return rulesets


def ruleset_on(on: date) -> Ruleset:
    """The ruleset in force on a day."""
    for one in load_rulesets():
        if one.is_in_force(on):
            return one
    raise NotConfigured(f"Không có bộ quy tắc nào có hiệu lực vào ngày {on:%d/%m/%Y}.")


def ruleset_named(name: str) -> Ruleset:
    """A ruleset by the name a dossier keeps."""
    for one in load_rulesets():
        if one.name == name:
            return one
    raise NotConfigured(f"Không có bộ quy tắc '{name}'.")


def calendar_names() -> tuple[str, ...]:
    """The calendars that come with the house."""
    return tuple(sorted(path.stem for path in (HERE / "calendars").glob("*.json")))


@cache
def packaged_calendar(name: str = PUBLIC_SECTOR) -> Calendar:
    """A calendar that comes with the house."""
    if name not in calendar_names():
        raise InputError(f"Không có lịch làm việc '{name}'; có sẵn: {', '.join(calendar_names())}.")
    return read_calendar(HERE / "calendars" / f"{name}.json")


def read_calendar(path: Path) -> Calendar:
    """A calendar from a JSON file."""
    try:
        return Calendar.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise InputError(f"Không đọc được lịch làm việc '{path}'.") from error
