"""The working calendar has changed: a case that is open is computed anew, once, and every moved date is on record.

Until then it goes on by the version it has: no act computes by two. What is closed keeps its version for ever.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from engine.catalogue.calendars import calendar_hash
from engine.deadlines import Calendar, legal_due, parse_limit, running_due, working_time_between
from engine.dossier.actor import SYSTEM
from engine.dossier.case import Case
from engine.dossier.house import House
from engine.dossier.submit_online import ADDRESS as ACCEPTANCE
from engine.run import Retime
from engine.store.tables import calendar_version, work_item


def recompute(house: House, case_id: UUID) -> bool:
    """Bring one case to the calendar in force. False when it is closed, or there already."""
    with house.act(SYSTEM, case_id, "CalendarChanged") as case:
        newest = house.calendars.newest(case.connection)
        before = case.calendar
        if case.row["closed_at"] is not None or before.version >= newest.version:
            case.is_void = True
            return False
        case.data = _published(case, newest) | {"from": before.version, "to": newest.version}
        _move_timers(case, before, newest)
        case.row["calendar_version"] = newest.version
        case.is_retimed = True
        _move_supplement(case)
        _move_acceptance(case)
        _take_lateness_back(case)
    return True


def _published(case: Case, newest: Calendar) -> dict[str, str]:
    asked = select(calendar_version.c.published_by, calendar_version.c.note).where(
        calendar_version.c.name == newest.name, calendar_version.c.version == newest.version
    )
    row = case.connection.execute(asked).one()
    return {"published_by": row.published_by, "reason": row.note, "sha256": calendar_hash(newest)}


def _move_timers(case: Case, before: Calendar, newest: Calendar) -> None:
    """Timers of the process that count office hours keep the working time that is left."""
    if case.row["state"] is None:
        return
    old = before.for_unit(None)
    dues = {
        one.address: running_due(case.now, working_time_between(case.now, one.due, old), newest).isoformat()
        for one in case.instance.timers
        if one.is_working and one.due > case.now
    }
    case.apply(Retime(calendar=newest.version, dues=dues))


def _move_supplement(case: Case) -> None:
    """The applicant's own limit."""
    if "supplement_asked_at" in case.facts:
        asked_at = datetime.fromisoformat(case.facts["supplement_asked_at"])
        due = legal_due(asked_at, parse_limit(case.facts["supplement_limit"]), case.calendar)
        if due.isoformat() != case.facts["supplement_due"]:
            case.data["supplement_due"] = [case.facts["supplement_due"], due.isoformat()]
            case.facts["supplement_due"] = due.isoformat()
            case.arm("supplement", due)


def _move_acceptance(case: Case) -> None:
    """The one-stop unit's hours to answer an online dossier; what was answered too late stays so."""
    for one in case.ledger.intervals:
        due = case.ledger.due_of_step(one, case.calendar) if one.is_open and one.basis == ACCEPTANCE else None
        if due is not None and len(case.facts["acceptance"]) == 1:
            case.arm(ACCEPTANCE, due)


def _take_lateness_back(case: Case) -> None:
    """A day off that was entered too late: what was late only because of it is so no more, and owes no explanation."""
    row = case.row
    if not row["is_late"] or row["decided_at"] is not None or case.ledger.is_late(case.calendar, case.now):
        return
    row["is_late"] = False
    case.data["lateness"] = "taken_back"
    if row["explanation"] == "owed":
        row["explanation"] = "none"
        asked = select(work_item.c.id).where(
            work_item.c.case_id == case.id, work_item.c.kind == "explanation", work_item.c.state == "open"
        )
        for one in case.connection.execute(asked).scalars():
            case.close_item(one, "cancelled")
    if row["apology"] == "escalated":
        row["apology"] = "drafted"
        case.close_escalation()
