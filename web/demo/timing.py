"""How long things take in the demo, in working time and inside every limit, and where a scene is slow or rests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import RowMapping

from engine.deadlines import Calendar, working_time_between
from engine.dossier.command import TaskRef
from web.demo.scenes import Play, working_ahead, working_back

Row = RowMapping

HOURS: Mapping[str, tuple[float, float]] = {
    "hand_over": (0.2, 2.0),
    "assign": (0.2, 3.0),
    "review": (0.5, 5.0),
    "sign": (0.5, 6.0),
    "forward": (0.3, 3.0),
    "register": (0.2, 1.5),
    "tax_notice": (0.3, 3.0),
    "appraise": (6, 20),
    "approve": (4, 16),
    "publish": (1, 6),
    "supplement": (5, 30),
    "tax_receipt": (10, 45),
    "phase_receive": (8, 30),
    "refuse": (2, 14),
    "pay": (1, 22),
    "return_result": (1, 22),
}
"""Working hours that an act usually takes to come about."""
USUAL = (0.5, 6.0)
APPLICANTS = frozenset({"supplement", "tax_receipt", "phase_receive", "pay", "return_result", "refuse"})
"""Acts that wait for the applicant: no limit hurries them."""
WITHOUT_LIMIT = 24.0  # working hours
WHILE_WAITING = 0.25  # of the room that a limit of a day leaves: the applicant sits there
AN_HOUR = timedelta(hours=1)


def task_ref(item: Row) -> TaskRef:
    """The work item as somebody who has just seen it names it."""
    return TaskRef(id=item["id"], revision=item["revision"])


def is_held(play: Play, act: str, visit: int, told: Mapping[str, str]) -> bool:
    """Whether the scene wants the dossier to rest at this task."""
    hold = play.scene.hold
    if hold == "phase2":
        return told.get("phase") == "2" and act != "phase_receive"
    wanted = hold.rstrip("0123456789")
    return act == wanted and visit >= int(hold[len(wanted) :] or 1)


def moment_of(play: Play, item: Row, act: str, visit: int, now: datetime, calendar: Calendar) -> datetime:
    """When a task is done."""
    slow = play.scene.slow
    if slow.get("act") == act and slow.get("visit", 1) == visit and item["case_legal_due_at"]:
        return _slow_moment(play, item["case_legal_due_at"], slow["days"], now, calendar)
    if act == "return_result" and play.visits.get("pay"):
        return now + timedelta(minutes=play.chance.uniform(3, 15))
    hours = play.chance.uniform(*HOURS.get(act, USUAL)) * play.tempo
    if act not in APPLICANTS:
        limits = (item["due_at"], item["case_legal_due_at"])
        left = [working_time_between(now, one, calendar) / AN_HOUR for one in limits if one is not None]
        room = max(min(left, default=WITHOUT_LIMIT), 0.2)
        if play.role.days is not None and play.role.days <= 1:
            room *= WHILE_WAITING
        is_long = act == "handle"
        hours = room * play.chance.uniform(0.1, 0.4) * play.tempo if is_long else min(hours, room * 0.25)
    return working_ahead(now, hours, calendar)


def _slow_moment(play: Play, due: datetime, days: int, now: datetime, calendar: Calendar) -> datetime:
    """So many working days past the limit of law, or before it."""
    hours = play.chance.uniform(0.5, 3)
    if days <= 0:
        return max(working_back(due, (hours - 8 * days) * AN_HOUR, calendar), now)
    return working_ahead(due, 8 * (days - 1) + hours, calendar)
