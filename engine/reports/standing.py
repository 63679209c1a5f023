"""How a due moment is told on a screen: a state, words, and the moment itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.deadlines import Calendar, DueState, Thresholds, due_state, remaining_in_words

SCREEN_STATES = {
    DueState.no_limit: "none",
    DueState.in_time: "on-time",
    DueState.due_soon: "soon",
    DueState.overdue: "late",
    DueState.paused: "paused",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What a page shows of a due moment. `at` is None where there is no limit."""

    state: str
    words: str
    at: datetime | None


NO_LIMIT = Due(state="none", words="Không có hạn", at=None)


def due_on_screen(
    due: datetime | None,
    now: datetime,
    calendar: Calendar,
    thresholds: Thresholds,
    *,
    is_paused: bool = False,
    started_at: datetime | None = None,
) -> Due:
    """The same judgement on every page: in time, soon, overdue or paused."""
    state = due_state(due, now, calendar, thresholds, started_at=started_at, is_paused=is_paused)
    if state is DueState.paused:
        return Due(state="paused", words="Tạm dừng tính hạn", at=due)
    if due is None:
        return NO_LIMIT
    words = remaining_in_words(due, now, calendar)
    return Due(state=SCREEN_STATES[state], words=words[:1].upper() + words[1:], at=due)


def due_when_done(due: datetime | None, done_at: datetime, calendar: Calendar) -> Due:
    """A finished thing: it was early, on time or late by so much."""
    if due is None:
        return Due(state="done", words="Đã xong", at=None)
    if done_at > due:
        return Due(state="late", words=f"Xong, {remaining_in_words(due, done_at, calendar)}", at=due)
    is_early = calendar.local(done_at).date() < calendar.local(due).date()
    return Due(state="done", words="Xong trước hạn" if is_early else "Xong đúng hạn", at=due)
