"""Ready-made sentences for apologies, by what is apologised for. Data: apology_reasons.toml beside this file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("apology_reasons.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApologyReason:
    """One sentence, under the few words it is chosen by."""

    key: str
    cause: str
    label: str
    text: str


@cache
def apology_reasons() -> tuple[ApologyReason, ...]:
    """All of them, in the order of the file."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["reason"]
    return tuple(ApologyReason(**row) for row in rows)


def reasons_for(cause: str) -> tuple[ApologyReason, ...]:
    """Those that fit one kind of apology."""
    return tuple(one for one in apology_reasons() if one.cause == cause)
