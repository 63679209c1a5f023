"""Who used the time: per step its allowance, what it took and by how much it overran, and the words for an apology."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from engine.deadlines.calendar import Calendar
from engine.deadlines.counting import Span, merge_spans, operational_due, running_time_between
from engine.deadlines.intervals import Interval, Owner
from engine.deadlines.limits import Limit
from engine.deadlines.words import duration_in_words

Holder = tuple[Owner, str | None]

WAITING_FOR_OTHERS = frozenset({Owner.applicant, Owner.payment})
NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerShare:
    """One officer's part of a step; `over` is what of it fell after the step's limit."""

    officer: str | None
    spent: timedelta
    over: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Blame:
    """One step at one unit: all its visits together share the step's one allowance."""

    owner: Owner
    unit: str | None
    step: str
    label: str
    limit: Limit | None
    allowed: timedelta | None
    spent: timedelta
    over: timedelta
    officers: tuple[OfficerShare, ...]
    is_open: bool

    def cause(self, unit_name: str = "") -> str:
        """A sentence for an apology: "Bước “Thẩm định” tại Phòng Kinh tế vượt thời hạn 1 ngày 2 giờ"."""
        place = f"Bước “{self.label or self.step}”" + (f" tại {unit_name}" if unit_name else "")
        if self.over > NOTHING:
            return f"{place} vượt thời hạn {duration_in_words(self.over)}"
        return f"{place} kéo dài {duration_in_words(self.spent)}"


def spent_by_holder(intervals: Iterable[Interval], calendar: Calendar, at: datetime | None) -> dict[Holder, timedelta]:
    """Working time per holder; overlapping intervals of one holder count once."""
    held: dict[Holder, list[Interval]] = defaultdict(list)
    for interval in intervals:
        held[interval.owner, interval.unit].append(interval)
    return {holder: _time(_spans(mine, at), (), calendar.for_unit(holder[1])) for holder, mine in held.items()}


def blame_of(
    intervals: Iterable[Interval], pauses: Sequence[Span], calendar: Calendar, at: datetime | None
) -> list[Blame]:
    """Fold running intervals by step and unit: the worst overrun first, then the longest."""
    steps: dict[tuple[Owner, str | None, str], list[Interval]] = defaultdict(list)
    for interval in sorted(intervals, key=lambda one: one.started_at):
        if interval.is_running and interval.owner not in WAITING_FOR_OTHERS:
            steps[interval.owner, interval.unit, interval.step or interval.element_id].append(interval)
    blames = [_blame(visits, pauses, calendar, at) for visits in steps.values()]
    return sorted(blames, key=lambda one: (one.over, one.spent), reverse=True)


def _blame(visits: list[Interval], pauses: Sequence[Span], calendar: Calendar, at: datetime | None) -> Blame:
    first = visits[0]
    calendar = calendar.for_unit(first.unit)
    spans = _spans(visits, at)
    limit = next((one.limit for one in visits if one.limit is not None), None)
    due = None
    if limit is not None:
        # between two visits somebody else held the case: that time stands for this step, as a pause does
        gaps = [(end, start) for (_, end), (start, _) in pairwise(spans)]
        due = operational_due(first.started_at, limit, calendar, pauses=[*gaps, *pauses])
    by_officer: dict[str | None, list[Interval]] = defaultdict(list)
    for interval in visits:
        by_officer[interval.officer].append(interval)
    return Blame(
        owner=first.owner,
        unit=first.unit,
        step=first.step or first.element_id,
        label=next((one.label for one in visits if one.label), ""),
        limit=limit,
        allowed=limit.working_time if limit else None,
        spent=_time(spans, pauses, calendar),
        over=_time(_after(spans, due), pauses, calendar),
        officers=tuple(
            OfficerShare(
                officer=officer,
                spent=_time(_spans(mine, at), pauses, calendar),
                over=_time(_after(_spans(mine, at), due), pauses, calendar),
            )
            for officer, mine in by_officer.items()
        ),
        is_open=any(one.is_open for one in visits),
    )


def _spans(intervals: Iterable[Interval], at: datetime | None) -> list[Span]:
    ends = ((one.started_at, one.ended_at or at) for one in intervals)
    return merge_spans((start, end) for start, end in ends if end is not None and end > start)


def _after(spans: Iterable[Span], due: datetime | None) -> list[Span]:
    return [(max(start, due), end) for start, end in spans if end > due] if due is not None else []


def _time(spans: Iterable[Span], pauses: Sequence[Span], calendar: Calendar) -> timedelta:
    return sum((running_time_between(start, end, calendar, pauses=pauses) for start, end in spans), NOTHING)


def cause_text(blames: Iterable[Blame], unit_names: Mapping[str, str]) -> str:
    """Every overrun in one line, the worst first; without any, the step that took longest."""
    blames = list(blames)
    over = [one for one in blames if one.over > NOTHING] or blames[:1]
    return "; ".join(one.cause(unit_names.get(one.unit or "", one.unit or "")) for one in over)
