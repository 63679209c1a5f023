"""Timer text: ISO 8601 dates, durations and cycles, told from expressions that yield one."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from engine.deadlines.durations import Duration
from engine.deadlines.moments import parse_moment
from engine.errors import ExpressionError

FOR_EVER = -1

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?")
_CYCLE = re.compile(r"R(\d*)/(.+)")


def is_literal(text: str) -> bool:
    """True for bare ISO text (P3D, R3/PT1H, 2026-11-21), false for an expression that yields it."""
    text = text.strip()
    return bool(_DATE.fullmatch(text) or _CYCLE.match(text) or re.match(r"P[T\d]", text))


def is_endless(text: str) -> bool:
    """A cycle without a number of times."""
    found = _CYCLE.fullmatch(text.strip())
    return found is not None and not found[1]


def check_timer(kind: str, text: str) -> None:
    """Raises InputError or ExpressionError when literal text cannot be a timer of this kind (date, duration, cycle)."""
    text = text.strip()
    if kind == "date":
        read_date(text)
    elif kind == "duration":
        Duration.parse(text)
    else:
        start, span, _ = read_cycle(text)
        Duration.parse(span)
        if start:
            read_date(start)


def read_cycle(text: str) -> tuple[str, str, int]:
    """Start (or empty), span, and how often it fires after the first time (FOR_EVER: without end)."""
    found = _CYCLE.fullmatch(text)
    parts = found[2].split("/") if found else []
    if found is None or found[1] == "0" or len(parts) > 2 or (len(parts) == 2 and not _DATE.fullmatch(parts[0])):
        raise ExpressionError(f"“{text}” không phải là chu kỳ ISO 8601 (ví dụ R3/PT1H, R3/2026-11-23T08:00/P1D).")
    return (parts[0] if len(parts) == 2 else "", parts[-1], int(found[1]) - 1 if found[1] else FOR_EVER)


def read_date(text: str) -> datetime:
    """A date alone is its first moment; without a zone it is Vietnamese time."""
    try:
        return parse_moment(text if len(text) > 10 else datetime.combine(date.fromisoformat(text), time()).isoformat())
    except ValueError as error:
        raise ExpressionError(f"“{text}” không phải là ngày ISO 8601.") from error
