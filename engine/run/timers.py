"""When a timer is due: computed once, when it is armed, from the recorded moment and the working calendar."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from engine.deadlines.durations import Duration
from engine.deadlines.moments import parse_moment
from engine.errors import ExpressionError
from engine.run.working_time import Mode, WorkingTime

FOR_EVER = -1

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?")
_CYCLE = re.compile(r"R(\d*)/(.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The next firing, how often more it fires afterwards (FOR_EVER: without end), and the span between."""

    at: datetime
    duration: str | None = None
    left: int = 0


def is_literal(text: str) -> bool:
    """True for bare ISO text (P3D, R3/PT1H, 2026-11-21), false for an expression that yields it."""
    head = text.strip()
    return bool(_DATE.fullmatch(head) or _CYCLE.match(head) or re.match(r"P[T\d]", head))


def first_due(kind: str, text: str, mode: Mode, *, at: datetime, working_time: WorkingTime) -> Due:
    """The first firing of a timer of this kind (date, duration, cycle), armed at `at`."""
    text = text.strip()
    if kind == "date":
        return Due(at=_date(text))
    if kind == "duration":
        return Due(at=working_time.add(at, text, mode), duration=text)
    return _first_of_cycle(text, mode, at, working_time)


def next_due(due: Due, mode: Mode, working_time: WorkingTime) -> Due | None:
    """The firing after `due`, counted from `due` itself so that a late sweep loses none; None after the last."""
    if due.left == 0 or due.duration is None:
        return None
    left = due.left if due.left == FOR_EVER else due.left - 1
    return Due(at=working_time.add(due.at, due.duration, mode), duration=due.duration, left=left)


def check(kind: str, text: str) -> None:
    """Raises InputError or ExpressionError when literal timer text cannot be a timer of this kind."""
    text = text.strip()
    if kind == "date":
        _date(text)
    elif kind == "duration":
        Duration.parse(text)
    else:
        start, span, _ = _cycle(text)
        Duration.parse(span)
        if start:
            _date(start)


def mode_of(*properties: Mapping[str, str]) -> Mode:
    """`calendar`=plain on the definition or its event means the wall clock; everything else the working calendar."""
    return "plain" if any(found.get("calendar") == "plain" for found in properties) else "working"


def _first_of_cycle(text: str, mode: Mode, at: datetime, working_time: WorkingTime) -> Due:
    start, span, left = _cycle(text)
    return Due(at=_date(start) if start else working_time.add(at, span, mode), duration=span, left=left)


def _cycle(text: str) -> tuple[str, str, int]:
    """Start (or empty), span, and how often it fires after the first time."""
    found = _CYCLE.fullmatch(text)
    parts = found[2].split("/") if found else []
    if found is None or found[1] == "0" or len(parts) > 2 or (len(parts) == 2 and not _DATE.fullmatch(parts[0])):
        raise ExpressionError(f"«{text}» không phải là chu kỳ ISO 8601 (ví dụ R3/PT1H, R3/2026-11-23T08:00/P1D).")
    return (parts[0] if len(parts) == 2 else "", parts[-1], int(found[1]) - 1 if found[1] else FOR_EVER)


def _date(text: str) -> datetime:
    """A date alone is its first moment."""
    try:
        return parse_moment(text if len(text) > 10 else datetime.combine(date.fromisoformat(text), time()).isoformat())
    except ValueError as error:
        raise ExpressionError(f"«{text}» không phải là ngày ISO 8601.") from error
