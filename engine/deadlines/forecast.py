"""How long the rest of a case usually takes, from finished cases of its procedure; against the time left. Pure.

Per step: the median and a cautious quantile of the working time that finished cases spent in it. Where few have
finished, the step's own limit stands in. Explained in one sentence, never a score.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

from engine.deadlines.calendar import Calendar
from engine.deadlines.counting import running_due, working_time_between
from engine.deadlines.words import duration_in_words

THIN = 5
"""Fewer finished cases than this say less than the step's own limit."""
CAUTIOUS = 0.8
LEAST = timedelta(hours=1)
"""What a step that has outlasted every finished one is still given."""
NOTHING = timedelta(0)
LONGEST_BACK = timedelta(days=4000)


class Outlook(StrEnum):
    """How the time left compares with the work left."""

    late = "late"  # even the usual time is more than what is left
    tight = "tight"  # the usual time fits, a cautious one does not
    fine = "fine"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepHabit:
    """What finished cases spent in one step, sorted; and its limit, for when they are few."""

    spent: tuple[timedelta, ...] = ()
    limit: timedelta | None = None

    @property
    def is_thin(self) -> bool:
        return len(self.spent) < THIN

    def rest(self, passed: timedelta = NOTHING) -> tuple[timedelta, timedelta]:
        """The usual and the cautious time still to go in this step after so much has passed in it."""
        if self.is_thin:
            limit = self.limit or LEAST
            left = max(limit - passed, LEAST if passed else limit)
            return left, left
        longer = [one - passed for one in self.spent if one > passed]
        if not longer:
            return LEAST, LEAST
        return quantile(longer, 0.5), quantile(longer, CAUTIOUS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """A procedure's steps in order, up to the decision, with what finished cases spent in each."""

    steps: tuple[str, ...]
    by_step: Mapping[str, StepHabit]
    visited: Mapping[str, float]  # share of finished cases that came to a step
    cases: int = 0

    @property
    def limits(self) -> dict[str, timedelta]:
        return {step: habit.limit for step, habit in self.by_step.items() if habit.limit is not None}

    def is_expected(self, step: str) -> bool:
        """Whether a case usually comes to a step; all steps are expected while few cases have finished."""
        return self.cases < THIN or self.visited.get(step, 0.0) >= 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLeft:
    """What remains until the decision. `cases`: how many finished ones it rests on, 0 for the steps' limits."""

    usual: timedelta
    cautious: timedelta
    cases: int


def quantile(sorted_values: Sequence[timedelta], share: float) -> timedelta:
    """The value that a share of the sorted ones does not exceed."""
    return sorted_values[min(len(sorted_values) - 1, max(0, ceil(share * len(sorted_values)) - 1))]


def learn(steps: Sequence[str], limits: Mapping[str, timedelta], finished: Sequence[Mapping[str, timedelta]]) -> Habits:
    """The habits of a procedure from the working time that each finished case spent in each step."""
    by_step = {
        step: StepHabit(spent=tuple(sorted(one[step] for one in finished if step in one)), limit=limits.get(step))
        for step in steps
    }
    visited = {step: len(habit.spent) / len(finished) for step, habit in by_step.items()} if finished else {}
    return Habits(steps=tuple(steps), by_step=by_step, visited=visited, cases=len(finished))


def work_left(habits: Habits, passed: Mapping[str, timedelta]) -> WorkLeft:
    """The work left of a case whose open steps have taken so long; steps side by side count as the longest of them."""
    here = [step for step in habits.steps if step in passed]
    rests = [habits.by_step[step].rest(passed[step]) for step in here]
    usual = max((one for one, _ in rests), default=NOTHING)
    cautious = max((one for _, one in rests), default=NOTHING)
    last = max((habits.steps.index(step) for step in here), default=-1)
    ahead = [step for step in habits.steps[last + 1 :] if habits.is_expected(step)]
    for step in ahead:
        more, most = habits.by_step[step].rest()
        usual, cautious = usual + more, cautious + most
    is_known = any(not habits.by_step[step].is_thin for step in (*here, *ahead))
    return WorkLeft(usual=usual, cautious=cautious, cases=habits.cases if is_known else 0)


def latest_start(due: datetime, work: timedelta, calendar: Calendar) -> datetime:
    """The moment from which so much working time is left until `due`: what is most urgent has the earliest."""
    back = timedelta(days=1)
    midnight = calendar.local(due).replace(hour=0, minute=0, second=0, microsecond=0)
    while working_time_between(midnight - back, due, calendar) < work and back < LONGEST_BACK:
        back *= 2
    whole = working_time_between(midnight - back, due, calendar)
    return running_due(midnight - back, max(NOTHING, whole - work), calendar)


def outlook(left: timedelta, work: WorkLeft) -> Outlook:
    """Will it be in time?"""
    if work.usual > left:
        return Outlook.late
    return Outlook.tight if work.cautious > left else Outlook.fine


ENDINGS = {Outlook.late: "dễ trễ hạn", Outlook.tight: "sát hạn", Outlook.fine: "kịp hạn"}


def in_words(left: timedelta, work: WorkLeft) -> str:
    """One sentence: “Còn 2 ngày, các bước còn lại thường mất 3 ngày: dễ trễ hạn”."""
    start = f"Còn {duration_in_words(left)}" if left > NOTHING else f"Quá {duration_in_words(-left)}"
    verb = "thường mất" if work.cases else "có thời hạn"
    ending = ENDINGS[outlook(left, work)] if left > NOTHING else "đã quá hạn"
    return f"{start}, các bước còn lại {verb} {duration_in_words(work.usual)}: {ending}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """How far forecasts would have been off, each finished case forecast from the others; in working hours."""

    guesses: int
    error: timedelta  # median, by habits
    error_of_limits: timedelta  # median, had the steps' limits been believed


def backtest(
    steps: Sequence[str], limits: Mapping[str, timedelta], finished: Sequence[Mapping[str, timedelta]]
) -> Backtest | None:
    """Forecast each finished case at the start of each of its steps; None where too few have finished."""
    if len(finished) <= THIN:
        return None
    believing = learn(steps, limits, ())
    by_habit: list[timedelta] = []
    by_limit: list[timedelta] = []
    for number, case in enumerate(finished):
        habits = learn(steps, limits, [*finished[:number], *finished[number + 1 :]])
        taken = [step for step in steps if step in case]
        for at, step in enumerate(taken):
            actual = sum((case[one] for one in taken[at:]), NOTHING)
            by_habit.append(abs(work_left(habits, {step: NOTHING}).usual - actual))
            by_limit.append(abs(work_left(believing, {step: NOTHING}).usual - actual))
    return _summed(by_habit, by_limit)


def pooled(tests: Iterable[Backtest]) -> Backtest | None:
    """Several procedures' figures as one, each weighing as many guesses as it made."""
    tests = list(tests)
    habit = sorted(one.error for one in tests for _ in range(one.guesses))
    limit = sorted(one.error_of_limits for one in tests for _ in range(one.guesses))
    return _summed(habit, limit) if habit else None


def _summed(by_habit: list[timedelta], by_limit: list[timedelta]) -> Backtest:
    return Backtest(
        guesses=len(by_habit),
        error=quantile(sorted(by_habit), 0.5),
        error_of_limits=quantile(sorted(by_limit), 0.5),
    )
