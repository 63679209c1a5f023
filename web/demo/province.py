"""The demo province's units and officers, read from data/units.toml and data/officers.toml."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from engine.catalogue.authorisations import Authorisation
from engine.catalogue.directory import Unit
from engine.catalogue.staff import Officer
from engine.dossier.actor import Actor, Seat
from web.demo.applicants import full_name

DATA = Path(__file__).parent / "data"
SPACE = UUID("6d6f7463-7561-4d65-8d6f-000000000027")
"""Ids of the demo are uuid5 in this space, so that every demo has the same ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commune:
    """A commune or ward: where applicants live and which units serve them."""

    code: str
    name: str  # with its kind: xã Thạch Hà
    quarters: tuple[str, ...]


@cache
def read_data(name: str) -> dict[str, Any]:
    """One of the data files."""
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


def communes() -> tuple[Commune, ...]:
    """The communes and wards of the demo."""
    return tuple(
        Commune(code=row["code"], name=_commune_name(row), quarters=tuple(row["quarters"]))
        for row in read_data("units")["commune"]
    )


def units() -> list[Unit]:
    """Every unit, superiors first."""
    data = read_data("units")
    return [
        *(_province_unit(row) for row in data["unit"]),
        *(_external(row) for row in data["external"]),
        *(_part(commune, part) for commune in data["commune"] for part in data["part"]),
    ]


def _province_unit(row: Mapping[str, Any]) -> Unit:
    province = read_data("units")["province"]
    is_top = row["code"] == province["code"]
    return Unit(
        code=row["code"],
        name=row["name"],
        kind=row["kind"],
        level="province",
        locality=None,
        parent_code=None if is_top else row.get("parent", province["code"]),
        is_external=False,
        letterhead={
            "superior": row.get("superior", f"Ủy ban nhân dân tỉnh {province['name']}"),
            "agency": row.get("agency", row["name"]),
            "place": province["name"],
            "notation": row["notation"],
        },
        address=f"tỉnh {province['name']}",
        phone="1022",
    )


def _external(row: Mapping[str, Any]) -> Unit:
    return Unit(
        code=row["code"],
        name=row["name"],
        kind=row["kind"],
        level="external",
        locality=None,
        parent_code=None,
        is_external=True,
        letterhead={},
    )


def _part(commune: Mapping[str, Any], part: Mapping[str, Any]) -> Unit:
    called, is_ward = _commune_name(commune), commune.get("is_ward", False)
    name = part["ward_name"] if is_ward and "ward_name" in part else part["name"]
    notation = part["ward_notation"] if is_ward and "ward_notation" in part else part["notation"]
    name = name.replace("{commune}", called)
    agency = part.get("agency", name.removesuffix(f" {called}")).replace("{commune}", called)
    return Unit(
        code=f"{commune['code']}{part['suffix']}",
        name=name,
        kind=part["kind"],
        level="commune",
        locality=commune["code"],
        parent_code=commune["code"] if part["suffix"] else read_data("units")["province"]["code"],
        is_external=False,
        letterhead={
            "superior": part.get("superior", f"Ủy ban nhân dân {called}"),
            "agency": agency,
            "place": commune["name"],
            "notation": notation,
        },
        address=f"{called}, tỉnh {read_data('units')['province']['name']}",
        phone="1022",
    )


def _commune_name(row: Mapping[str, Any]) -> str:
    return f"{'phường' if row.get('is_ward') else 'xã'} {row['name']}"


def authorisations(from_on: date) -> list[Authorisation]:
    """Who signs for whom, from a day on."""
    ids = {one.login: one.id for one in officers()}
    return [
        Authorisation(
            id=uuid5(SPACE, f"authorisation:{row['login']}:{row['unit']}"),
            officer_id=ids[row["login"]],
            unit_code=row["unit"],
            capacity=row["capacity"],
            on_behalf_of=row["on_behalf_of"],
            title=row["title"],
            kinds=tuple(row.get("kinds", ())),
            from_on=from_on,
            until_on=None,
            basis=row.get("basis", ""),
        )
        for row in read_data("officers")["authorisation"]
    ]


def officers(password_hash: str | None = None) -> list[Officer]:
    """Every officer. Only those whose login is made known get the password."""
    names = random.Random("officers")
    found = [*(_named(row) for row in read_data("officers")["officer"])]
    taken = {one.name for one in found}
    for post, unit_code, mark in _posts():
        name = full_name(names)
        while name in taken:
            name = full_name(names)
        taken.add(name)
        login = f"{post['login']}.{mark}" if mark and "login" in post else ""
        seats = tuple((unit_code, role) for role in post["roles"])
        key = f"{unit_code}|{post['title']}|{','.join(post['roles'])}"
        found.append(_officer(login, name, post["title"], seats, key))
    return [_with_password(one, password_hash) for one in found]


def _named(row: Mapping[str, Any]) -> Officer:
    seats = [(row["unit"], role) for role in row.get("roles", ())] if "unit" in row else []
    seats += [(seat["unit"], seat["role"]) for seat in row.get("seats", ())]
    return _officer(row.get("login", ""), row["name"], row["title"], tuple(seats), row["name"])


def _posts() -> Iterator[tuple[Mapping[str, Any], str, str]]:
    """Posts to fill with made-up people: (post, unit, mark of the commune if it is shown in full)."""
    data = read_data("officers")
    staffed = {row["unit"] for row in data["officer"] if "case_officer" in row.get("roles", ())}
    for row in read_data("units")["unit"]:
        if row["kind"].startswith("department.") and row["code"] not in staffed:
            yield from ((post, row["code"], "") for post in data["department_post"])
    for commune in read_data("units")["commune"]:
        for post in data["commune_post"]:
            yield post, f"{commune['code']}{post['part']}", data["shown"].get(commune["code"], "")


def _officer(login: str, name: str, title: str, seats: tuple[tuple[str, str], ...], key: str) -> Officer:
    found = uuid5(SPACE, f"officer:{key}")
    return Officer(
        id=found, login=login or f"canbo.{found.hex[:8]}", name=name, title=title, seats=seats, is_demo=bool(login)
    )


def _with_password(one: Officer, password_hash: str | None) -> Officer:
    return Officer(
        id=one.id,
        login=one.login,
        name=one.name,
        title=one.title,
        seats=one.seats,
        password_hash=password_hash if one.is_demo else None,
        is_demo=one.is_demo,
    )


class Staff:
    """Who there is to do a piece of work."""

    def __init__(self, people: Sequence[Officer]) -> None:
        self._by_seat: dict[tuple[str, str], list[Officer]] = {}
        self._by_id = {one.id: one for one in people}
        for one in people:
            for seat in one.seats:
                self._by_seat.setdefault(seat, []).append(one)

    def holders(self, unit_code: str, role: str) -> list[Officer]:
        """Everybody who has this role in this unit."""
        return self._by_seat.get((unit_code, role), [])

    def someone(self, unit_code: str, role: str, assignee: UUID | None, chance: random.Random) -> Actor:
        """The officer a task is assigned to, or somebody of the unit with its role, as they act there."""
        if assignee is not None:
            return acting(self._by_id[assignee], unit_code)
        holders = self.holders(unit_code, role) or self.holders(unit_code, "unit_head")
        return acting(chance.choice(holders), unit_code)


def acting(one: Officer, unit_code: str) -> Actor:
    """An officer at work in one of their units."""
    return Actor(
        kind="officer",
        name=one.name,
        id=one.id,
        unit_code=unit_code,
        seats=frozenset(Seat(unit_code=unit, role=role) for unit, role in one.seats),
    )
