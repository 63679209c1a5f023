"""A case's clock as a list of intervals, each owned by somebody; every date is a fold over it and the calendar.

Nothing here is ever changed in place: an act takes a ledger and gives the next one. Two dates stay apart: the limit of
law, which a special law may extend, and the date promised to the applicant, which an apology may move.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import chain
from typing import Any, Self

from engine.deadlines.blame import Blame, Holder, blame_of, spent_by_holder
from engine.deadlines.calendar import Calendar
from engine.deadlines.counting import (
    Span,
    hand_over_due,
    legal_due,
    merge_spans,
    moved_by_pauses,
    operational_due,
    running_due,
    running_time_between,
    working_time_between,
)
from engine.deadlines.intervals import (
    Extension,
    Interval,
    Reappointment,
    Stretch,
    Term,
    pack,
    read_interval,
    read_record,
    unpack,
    write_record,
)
from engine.deadlines.limits import Limit
from engine.deadlines.standing import DueState, Thresholds, due_state
from engine.errors import InputError

FORMAT = 1
STRETCH = 32
"""Closed intervals to a packed text; twice as many stay plain, far more than nearly every dossier has."""


class SupplementEffect(StrEnum):
    """What a supplement does to the term of law: the procedure or the ruleset says which."""

    resume = "resume"
    restart = "restart"
    restart_phase = "restart_phase"


class Outcome(StrEnum):
    """How a finished case stands to its limit of law."""

    early = "early"
    on_time = "on_time"
    late = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApologyTiming:
    """When to draft an apology: the later of a share of the limit and some working time before its end."""

    share: Decimal
    lead: Limit

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1 or self.lead.working_time is None:
            raise InputError("Thời điểm soạn thư xin lỗi phải là phần của thời hạn (0 đến 1) và số giờ, ngày làm việc.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Everything that ever happened to a case's clock, in order."""

    terms: tuple[Term, ...] = ()
    intervals: tuple[Interval, ...] = ()
    extensions: tuple[Extension, ...] = ()
    reappointments: tuple[Reappointment, ...] = ()
    packed: tuple[Stretch, ...] = field(default=(), compare=False, repr=False)  # the first intervals, as they were read

    @classmethod
    def from_json(cls, body: Mapping[str, Any] | list[Any]) -> Self:
        """Read what `to_json` wrote; an empty list is a ledger with nothing in it."""
        if not body:
            return cls()
        if not isinstance(body, Mapping) or body.get("format") != FORMAT:
            raise InputError("Sổ thời gian của hồ sơ không đúng dạng.")
        packed = tuple(unpack(one) for one in body.get("past", ()))
        past = chain.from_iterable(one.intervals for one in packed)
        return cls(
            terms=tuple(read_record(Term, one) for one in body.get("terms", ())),
            intervals=(*past, *(read_interval(one) for one in body.get("intervals", ()))),
            extensions=tuple(read_record(Extension, one) for one in body.get("extensions", ())),
            reappointments=tuple(read_record(Reappointment, one) for one in body.get("reappointments", ())),
            packed=packed,
        )

    def to_json(self) -> dict[str, Any]:
        """Intervals long closed are packed, so many to a text; the newest stay plain."""
        past, recent = self._packed_anew()
        return {
            "format": FORMAT,
            "terms": [write_record(one) for one in self.terms],
            **({"past": past} if past else {}),
            "intervals": [write_record(one) for one in recent],
            "extensions": [write_record(one) for one in self.extensions],
            "reappointments": [write_record(one) for one in self.reappointments],
        }

    def _packed_anew(self) -> tuple[list[str], tuple[Interval, ...]]:
        kept = self._as_read()
        past = [one.text for one in kept]
        rest = self._recent(kept)
        while len(rest) > 2 * STRETCH and not any(one.is_open for one in rest[:STRETCH]):
            past.append(pack(rest[:STRETCH]))
            rest = rest[STRETCH:]
        return past, rest

    def _as_read(self) -> tuple[Stretch, ...]:
        """The packed past, as far as it still is what was read: nobody changes it but by an act that says so."""
        begin = 0
        for number, one in enumerate(self.packed):
            end = begin + len(one.intervals)
            if self.intervals[begin:end] != one.intervals:
                return self.packed[:number]
            begin = end
        return self.packed

    def _recent(self, past: Sequence[Stretch]) -> tuple[Interval, ...]:
        """What comes after the packed past, in which everything is closed."""
        return self.intervals[sum(len(one.intervals) for one in past) :]

    @property
    def open_intervals(self) -> tuple[Interval, ...]:
        """Who holds the case now, and what it waits for."""
        return tuple(one for one in self._recent(self._as_read()) if one.is_open)

    # what happens: each gives the next ledger

    def begin(
        self,
        at: datetime,
        limit: Limit | None,
        *,
        phase: int = 1,
        cutoff: time | None = None,
        check: Limit | None = None,
    ) -> Ledger:
        """Start the term of law, or that of the next phase: a reception. `check`: its validity is looked at first."""
        self._check_order(at)
        term = Term(started_at=at, limit=limit, phase=phase, cutoff=cutoff, check=check)
        return replace(self, terms=(*self._ended(at), term))

    def confirm_validity(self, at: datetime, calendar: Calendar) -> Ledger:
        """The dossier is complete and valid: its limit runs from now, unless it runs already."""
        checked_by = self.checked_by(calendar)
        if checked_by is None or at > checked_by:
            return self
        last = self.terms[-1]
        return self.begin(at, last.limit, phase=last.phase, cutoff=last.cutoff)

    def finish(self, at: datetime) -> Ledger:
        """The decision is signed, or the phase is done: lateness is judged by this moment, not by the pick-up."""
        self._check_order(at)
        return replace(self, terms=self._ended(at))

    def reopen(self) -> Ledger:
        """The signature did not stand: the last term runs as if it had never ended."""
        if not self.terms:
            return self
        return replace(self, terms=(*self.terms[:-1], replace(self.terms[-1], ended_at=None)))

    def open(self, interval: Interval) -> Ledger:
        """Somebody takes the case, or one branch of it, over."""
        self._check_order(interval.started_at)
        return replace(self, intervals=(*self.intervals, interval))

    def close(self, at: datetime, *, element_id: str | None = None, address: str | None = None) -> Ledger:
        """End the open intervals of one element or address; all of them when none is named."""
        self._check_order(at)
        recent = self._recent(self._as_read())
        ended = (
            replace(one, ended_at=at)
            if one.is_open and element_id in (None, one.element_id) and address in (None, one.address)
            else one
            for one in recent
        )
        return replace(self, intervals=(*self.intervals[: len(self.intervals) - len(recent)], *ended))

    def reassign(self, at: datetime, *, address: str, officer: str | None) -> Ledger:
        """Give one open interval to another officer: the time before stays the former one's."""
        passed = [replace(one, started_at=at, officer=officer) for one in self.intervals if self._is_at(one, address)]
        if not passed:
            raise InputError("Việc này không còn mở trong sổ thời gian của hồ sơ.")
        ledger = self.close(at, address=address)
        return replace(ledger, intervals=(*ledger.intervals, *passed))

    def resume(self, at: datetime, effect: SupplementEffect = SupplementEffect.resume) -> Ledger:
        """End every pause; a supplement may also count the limit, or that of the phase, from the beginning."""
        self._check_order(at)
        ended = (replace(one, ended_at=at) if one.is_open_pause else one for one in self.intervals)
        ledger = replace(self, intervals=tuple(ended))
        if effect is SupplementEffect.resume or not self.terms:
            return ledger
        again = self.terms[0 if effect is SupplementEffect.restart else -1]
        return ledger.begin(at, again.limit, phase=again.phase, cutoff=again.cutoff, check=again.check)

    def extend(self, at: datetime, by: Limit, *, article: str) -> Ledger:
        """A special law grants more time: the limit of law moves. Granted after the limit passed, it cures nothing."""
        if not article.strip():
            raise InputError("Gia hạn phải ghi rõ điều, khoản của luật cho phép gia hạn.")
        if not self.terms:
            raise InputError("Hồ sơ chưa được tính thời hạn nên không thể gia hạn.")
        self._check_order(at)
        extension = Extension(at=at, by=by, article=article.strip(), phase=self.terms[-1].phase)
        return replace(self, extensions=(*self.extensions, extension))

    def reappoint(self, at: datetime, promised_at: datetime, *, reason: str) -> Ledger:
        """Apologise and promise another date. The dossier stays as late as it is."""
        self._check_order(at)
        if promised_at <= at:
            raise InputError("Ngày hẹn lại phải sau thời điểm xin lỗi.")
        again = Reappointment(at=at, promised_at=promised_at, reason=reason)
        return replace(self, reappointments=(*self.reappointments, again))

    # what follows from it

    @property
    def is_paused(self) -> bool:
        return any(one.is_open_pause for one in self.intervals)

    @property
    def phase(self) -> int:
        return self.terms[-1].phase if self.terms else 1

    @property
    def done_at(self) -> datetime | None:
        """When the current term was finished, if it was."""
        return self.terms[-1].ended_at if self.terms else None

    def pauses(self, at: datetime | None = None) -> list[Span]:
        """Spans in which the clock of law stood; one still open lasts until `at`, or is left out."""
        ends = ((one.started_at, one.ended_at or at) for one in self.intervals if not one.is_running)
        return merge_spans((start, end) for start, end in ends if end is not None and end > start)

    def due_of_law(self, calendar: Calendar, at: datetime | None = None) -> datetime | None:
        """The end of the current term of law; None when there is no fixed limit.

        While the clock stands the date is not final: it is what it was when the pause began, or, given `at`, what it
        would be if the clock ran again from then.
        """
        return self._due(self.terms[-1], calendar, at) if self.terms else None

    def checked_by(self, calendar: Calendar) -> datetime | None:
        """Until when validity is to be checked, while the current term has not been confirmed."""
        term = self.terms[-1] if self.terms else None
        if term is None or term.check is None or term.ended_at is not None:
            return None
        return legal_due(term.started_at, term.check, calendar, cutoff=term.cutoff, pauses=self.pauses())

    def promised(self, calendar: Calendar, at: datetime | None = None) -> datetime | None:
        """The date the applicant was given: the limit of law until an apology gave another; later pauses move it."""
        made = [one for one in self.reappointments if self.terms and one.at >= self.terms[-1].started_at]
        if not made:
            return self.due_of_law(calendar, at)
        last = made[-1]
        promised = moved_by_pauses(last.promised_at, calendar, since=last.at, pauses=self.pauses(at))
        is_open = calendar.is_working_day(calendar.local(promised).date())
        return (
            promised if is_open else legal_due(promised, Limit.working_days(1), calendar)
        )  # closed since: the next day

    def due_of_step(self, interval: Interval, calendar: Calendar) -> datetime | None:
        """When the step that an interval belongs to must be done: counted from the first of its tasks in a row, in its
        unit's hours, without the pauses, and never past the limit of law; None without a limit.
        """
        if not interval.is_running or (interval.limit is None and interval.hand_over is None):
            return None
        hours, begun = calendar.for_unit(interval.unit), self._step_began_at(interval)
        due, law = self._due_inside(interval, begun, hours), self.due_of_law(calendar)
        # half days and whole days add up past the limit of law, which no step may exceed
        return min(due, law) if law is not None and law > interval.started_at else due

    def is_late(self, calendar: Calendar, at: datetime) -> bool:
        """Was any term of law missed by `at`? An apology does not cure it; a pause cannot cause it."""
        return any(self._is_missed(term, calendar, at) for term in self.terms)

    def outcome(self, calendar: Calendar) -> Outcome | None:
        """How a finished case ended: late past the limit, early on a day before it; None while it runs."""
        done_at, due = self.done_at, self.due_of_law(calendar)
        if done_at is None:
            return None
        if self.is_late(calendar, done_at):
            return Outcome.late
        is_early = due is not None and done_at.astimezone(due.tzinfo).date() < due.date()
        return Outcome.early if is_early else Outcome.on_time

    def remaining(self, calendar: Calendar, at: datetime) -> timedelta | None:
        """Working time left to the limit of law, negative when overdue. It stands while the clock stands."""
        due = self.due_of_law(calendar)
        return None if due is None else working_time_between(self._running_until(at), due, calendar)

    def standing(self, calendar: Calendar, at: datetime, thresholds: Thresholds) -> DueState:
        """The state of the case to show: lateness once incurred stays, whatever was promised since."""
        if self.is_late(calendar, at):
            return DueState.overdue
        started_at = self.terms[-1].started_at if self.terms else None
        return due_state(
            self.due_of_law(calendar),
            min(self._running_until(at), self.done_at or at),
            calendar,
            thresholds,
            started_at=started_at,
            is_paused=self.is_paused,
        )

    def apology_due_at(self, calendar: Calendar, timing: ApologyTiming) -> datetime | None:
        """When an apology must be drafted if the result is not ready, before the limit is missed."""
        due, lead = self.due_of_law(calendar), timing.lead.working_time
        if due is None or lead is None:
            return None
        start, pauses = self.terms[-1].started_at, self.pauses()
        whole = running_time_between(start, due, calendar, pauses=pauses)
        share = timedelta(microseconds=int(whole // timedelta(microseconds=1) * timing.share))
        return min(running_due(start, max(share, whole - lead), calendar, pauses=pauses), due)

    def gaps(self, at: datetime) -> list[Span]:
        """Spans between the first reception and `at` that no interval covers: there should be none."""
        if not self.terms:
            return []
        covered = merge_spans((one.started_at, one.ended_at or at) for one in self.intervals)
        ends = [self.terms[0].started_at, *(end for _, end in covered)]
        starts = [*(start for start, _ in covered), at]
        return [(end, start) for end, start in zip(ends, starts, strict=True) if end < start]

    def spent_by_unit(self, calendar: Calendar, at: datetime | None = None) -> dict[Holder, timedelta]:
        """Working time each holder had the case, waiting for the applicant included; open ones last until `at`."""
        return spent_by_holder(self.intervals, calendar, at)

    def blame(self, calendar: Calendar, at: datetime | None = None) -> list[Blame]:
        """What each step was allowed, took and overran, the worst first; time in a pause is nobody's."""
        return blame_of(self.intervals, self.pauses(at), calendar, at)

    def at_fault(self, calendar: Calendar, at: datetime) -> Blame | None:
        """The step to answer for lateness at `at`: the worst overrun, else the one that holds the case now."""
        blames = self.blame(calendar, at)
        return next((one for one in blames if one.over), None) or next((one for one in blames if one.is_open), None)

    @staticmethod
    def _is_at(interval: Interval, address: str) -> bool:
        return interval.is_open and interval.address == address

    def _due(self, term: Term, calendar: Calendar, at: datetime | None = None) -> datetime | None:
        if term.limit is None:
            return None
        pauses = [(start, end) for start, end in self.pauses(at) if term.ended_at is None or start < term.ended_at]
        if term.check is None:
            due = legal_due(term.started_at, term.limit, calendar, cutoff=term.cutoff, pauses=pauses)
        else:
            begun = legal_due(term.started_at, term.check, calendar, cutoff=term.cutoff, pauses=pauses)
            due = legal_due(begun, term.limit, calendar, pauses=pauses)
        for extension in self.extensions:
            is_meant = extension.phase == term.phase and term.started_at <= extension.at
            if is_meant and min(self._running_until(extension.at), term.ended_at or extension.at) <= due:
                due = legal_due(due, extension.by, calendar, pauses=pauses)
        return due

    def _is_missed(self, term: Term, calendar: Calendar, at: datetime) -> bool:
        due = self._due(term, calendar)
        return due is not None and min(term.ended_at or at, self._running_until(at)) > due

    def _running_until(self, at: datetime) -> datetime:
        """`at`, or where the clock stopped before."""
        return min((one.started_at for one in self.intervals if one.is_open_pause and one.started_at < at), default=at)

    def _due_inside(self, interval: Interval, begun: datetime, hours: Calendar) -> datetime:
        dues = []
        if interval.limit is not None:
            dues.append(operational_due(begun, interval.limit, hours, pauses=self.pauses()))
        if interval.hand_over is not None:
            dues.append(hand_over_due(begun, interval.hand_over, hours))
        return min(dues)

    def _step_began_at(self, interval: Interval) -> datetime:
        begun = interval.started_at
        for one in reversed(self.intervals):
            if interval.step and one.step == interval.step and one.ended_at == begun and one.started_at < begun:
                begun = one.started_at
        return begun

    def _ended(self, at: datetime) -> tuple[Term, ...]:
        if not self.terms or self.terms[-1].ended_at is not None:
            return self.terms
        return (*self.terms[:-1], replace(self.terms[-1], ended_at=at))

    def _check_order(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise InputError("Thời điểm phải kèm múi giờ.")
        moments = [one.ended_at or one.started_at for one in self.terms]
        past = self._as_read()
        moments += [one.latest for one in past]
        moments += [one.ended_at or one.started_at for one in self._recent(past)]
        moments += [one.at for one in self.extensions]
        moments += [one.at for one in self.reappointments]
        if at < max(moments, default=at):
            raise InputError("Sổ thời gian của hồ sơ không nhận việc xảy ra trước việc đã ghi.")
