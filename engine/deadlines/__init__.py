"""Time: the working calendar, limits of law and of steps, and the ledger of who held a case when. Pure, no I/O."""

from __future__ import annotations

from engine.deadlines.blame import Blame, OfficerShare, cause_text
from engine.deadlines.calendar import Calendar, CalendarDay, DayKind, HoursInForce, OfficeHours
from engine.deadlines.counting import hand_over_due, legal_due, operational_due, running_due, working_time_between
from engine.deadlines.durations import CalendarTime, Duration, working_time
from engine.deadlines.intervals import Extension, Interval, Owner, Reappointment, Term
from engine.deadlines.ledger import ApologyTiming, Ledger, Outcome, SupplementEffect
from engine.deadlines.limits import Limit, LimitUnit, parse_limit
from engine.deadlines.moments import VIETNAM, in_vietnam, parse_moment
from engine.deadlines.standing import DueState, Thresholds, due_state
from engine.deadlines.words import duration_in_words, remaining_in_words

__all__ = [
    "VIETNAM",
    "ApologyTiming",
    "Blame",
    "Calendar",
    "CalendarDay",
    "CalendarTime",
    "DayKind",
    "DueState",
    "Duration",
    "Extension",
    "HoursInForce",
    "Interval",
    "Ledger",
    "Limit",
    "LimitUnit",
    "OfficeHours",
    "OfficerShare",
    "Outcome",
    "Owner",
    "Reappointment",
    "SupplementEffect",
    "Term",
    "Thresholds",
    "cause_text",
    "due_state",
    "duration_in_words",
    "hand_over_due",
    "in_vietnam",
    "legal_due",
    "operational_due",
    "parse_limit",
    "parse_moment",
    "remaining_in_words",
    "running_due",
    "working_time",
    "working_time_between",
]
