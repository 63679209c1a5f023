"""Promising another date: how often the ruleset allows it, which date the work left calls for, when to warn again."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from decimal import Decimal

from engine.deadlines import Limit, LimitUnit, legal_due, parse_limit
from engine.deadlines.forecast import latest_start
from engine.dossier.case import Case

HOURS_A_DAY = 8


def may_reappoint(case: Case) -> bool:
    """Whether the ruleset allows one promise more."""
    return len(case.ledger.reappointments) < case.ruleset.apology.max_reappointments


def proposed_date(case: Case) -> datetime:
    """The limit of law, moved by the work that the process's own limits still foresee, at least one working day."""
    start = max(one for one in (case.row["legal_due_at"], case.row["promised_at"], case.now) if one is not None)
    more = Limit(Decimal(remaining_days(case)), LimitUnit.working_day)
    return legal_due(start, more, case.calendar)


def remaining_days(case: Case) -> int:
    """Working days that the steps still to come are allowed, the present one included; at least 1."""
    finished = {one.step for one in case.ledger.intervals if one.ended_at is not None}
    finished -= {one.step for one in case.ledger.open_intervals}
    allowed: dict[str, timedelta] = {}
    for element in case.version.program.elements.values():
        step, words = element.properties.get("step", ""), element.properties.get("step_limit", "")
        if step and words and step not in finished:
            allowed[step] = parse_limit(words).working_time or timedelta(0)
    hours = sum(allowed.values(), timedelta(0)) / timedelta(hours=1)
    return max(1, math.ceil(hours / HOURS_A_DAY))


def warn_before_promise(case: Case) -> None:
    """Where the ruleset allows yet another date, the next draft comes before the promised one is broken, too."""
    promised, lead = case.ledger.promised(case.calendar), case.ruleset.apology.timing.lead.working_time
    if promised is not None and lead is not None and may_reappoint(case):
        case.arm("apology", max(case.now, latest_start(promised, lead, case.calendar)))
