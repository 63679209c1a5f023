"""Made-up applicants: names with diacritics, addresses in the demo's communes, numbers that are nobody's."""

from __future__ import annotations

import random
import tomllib
from functools import cache
from pathlib import Path

from engine.dossier.command import Person

PEOPLE = Path(__file__).parent / "data" / "people.toml"
PROVINCE_NUMBER = "042"
"""Hà Tĩnh's number in personal identifiers."""


def full_name(chance: random.Random, *, is_female: bool | None = None) -> str:
    """A person's name."""
    words = _words()
    sex = "female" if (chance.random() < 0.5 if is_female is None else is_female) else "male"
    parts = (words["surnames"], words[f"{sex}_middles"], words[f"{sex}_names"])
    return " ".join(chance.choice(part) for part in parts)


def make_person(chance: random.Random, quarter: str, commune: str) -> Person:
    """Somebody of age who lives in a quarter of a commune."""
    is_female = chance.random() < 0.5
    year = chance.randint(1948, 2006)
    return Person(
        name=full_name(chance, is_female=is_female),
        identifier=_identifier(chance, year, is_female=is_female),
        phone=_phone(chance),
        email=f"dan{chance.randrange(10_000):04d}@vidu.example" if chance.random() < 0.25 else "",
        address=f"Số {chance.randint(1, 120)}, {quarter}, {commune}, tỉnh Hà Tĩnh",
    )


def make_organisation(chance: random.Random, quarter: str, commune: str) -> Person:
    """A business or a project's owner."""
    return Person(
        kind="organisation",
        name=chance.choice(_words()["organisations"]),
        identifier=f"3000{chance.randrange(1_000_000):06d}",
        phone=_phone(chance),
        address=f"{quarter[0].upper()}{quarter[1:]}, {commune}, tỉnh Hà Tĩnh",
    )


def _identifier(chance: random.Random, year: int, *, is_female: bool) -> str:
    """Twelve digits: province, century and sex, year of birth, a number."""
    century = (2 if year >= 2000 else 0) + int(is_female)
    return f"{PROVINCE_NUMBER}{century}{year % 100:02d}{chance.randrange(1_000_000):06d}"


def _phone(chance: random.Random) -> str:
    return f"09{chance.randrange(100_000_000):08d}"


@cache
def _words() -> dict[str, list[str]]:
    return tomllib.loads(PEOPLE.read_text(encoding="utf-8"))
