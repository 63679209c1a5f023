"""When a timer is due: computed once, when it is armed, from the recorded moment and the working calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.model.timers import FOR_EVER, read_cycle, read_date
from engine.run.working_time import Mode, WorkingTime


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The next firing, how often more it fires afterwards (FOR_EVER: without end), and the span between."""

    at: datetime
    duration: str | None = None
    left: int = 0


def first_due(kind: str, text: str, mode: Mode, *, at: datetime, working_time: WorkingTime) -> Due:
    """The first firing of a timer of this kind (date, duration, cycle), armed at `at`."""
    text = text.strip()
    if kind == "date":
        return Due(at=read_date(text))
    if kind == "duration":
        return Due(at=working_time.add(at, text, mode), duration=text)
    start, span, left = read_cycle(text)
    return Due(at=read_date(start) if start else working_time.add(at, span, mode), duration=span, left=left)


def next_due(due: Due, mode: Mode, working_time: WorkingTime) -> Due | None:
    """The firing after `due`, counted from `due` itself so that a late sweep loses none; None after the last."""
    if due.left == 0 or due.duration is None:
        return None
    left = due.left if due.left == FOR_EVER else due.left - 1
    return Due(at=working_time.add(due.at, due.duration, mode), duration=due.duration, left=left)


def mode_of(*properties: Mapping[str, str]) -> Mode:
    """`calendar`=plain on the definition or its event means the wall clock; everything else the working calendar."""
    return "plain" if any(found.get("calendar") == "plain" for found in properties) else "working"
