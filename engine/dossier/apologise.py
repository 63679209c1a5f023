"""Apologise before the breach and promise another date (form 04). The dossier stays late against the law.

The draft comes from a timer, with its cause from the recorded intervals; the head of the unit at fault decides.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from engine.deadlines import Limit, LimitUnit, cause_text, legal_due, parse_limit
from engine.dossier import movement
from engine.dossier.actor import Actor
from engine.dossier.case import Case
from engine.dossier.command import TaskRef
from engine.dossier.house import House
from engine.dossier.letters import draft_letter
from engine.errors import FormRefused, Refused

SHORTEST_REASON = 10
DEFAULT_REASON = "Khối lượng hồ sơ phải giải quyết nhiều hơn dự kiến"
HOURS_A_DAY = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Apologise:
    """The head's decision on a drafted apology. `promised_at` is the new date; the reason may be edited."""

    case_id: UUID
    task: TaskRef
    reason: str
    promised_at: datetime


def draft(case: Case) -> None:
    """Draft the apology and lay it before the head of the unit that holds the dossier. Called by the timer's act."""
    if case.row["apology"] != "none" or case.row["decided_at"] is not None:
        return
    at_fault = case.ledger.at_fault(case.calendar, case.now)
    unit_code = (at_fault.unit if at_fault else None) or case.row["lead_unit"]
    if case.house.directory[unit_code].is_external:
        unit_code = case.row["lead_unit"]
    names = {code: one.name for code, one in case.house.directory.units.items()}
    reason = cause_text(case.ledger.blame(case.calendar, case.now), names) or DEFAULT_REASON
    proposed = proposed_date(case)
    letter_id = draft_letter(
        case,
        "apology",
        unit_code=unit_code,
        data={
            "reason": reason,
            "appointed_at": case.row["promised_at"].isoformat(),
            "promised_at": proposed.isoformat(),
            "step": at_fault.label if at_fault else "",
        },
        is_approved=False,
    )
    lay_before_head(
        case,
        address=f"apology#{letter_id}",
        kind="letter",
        name="Xem xét, ký văn bản xin lỗi và hẹn lại ngày trả kết quả",
        unit_code=unit_code,
        due_at=case.row["legal_due_at"],
    )
    case.row["apology"] = "drafted"
    case.facts["apology"] = {
        "letter": str(letter_id),
        "unit": unit_code,
        "reason": reason,
        "date": proposed.isoformat(),
    }
    case.data |= {"unit": unit_code, "reason": reason, "proposed": proposed.isoformat()}


def proposed_date(case: Case) -> datetime:
    """The limit of law, moved by the work that the process's own limits still foresee, at least one working day."""
    start = case.row["legal_due_at"] or case.now
    more = Limit(Decimal(remaining_days(case)), LimitUnit.working_day)
    return legal_due(max(start, case.now), more, case.calendar)


def remaining_days(case: Case) -> int:
    """Working days that the steps still to come are allowed, the present one included; at least 1."""
    finished = {one.step for one in case.ledger.intervals if one.ended_at is not None}
    finished -= {one.step for one in case.ledger.intervals if one.ended_at is None}
    allowed: dict[str, timedelta] = {}
    for element in case.version.program.elements.values():
        step, words = element.properties.get("step", ""), element.properties.get("step_limit", "")
        if step and words and step not in finished:
            allowed[step] = parse_limit(words).working_time or timedelta(0)
    hours = sum(allowed.values(), timedelta(0)) / timedelta(hours=1)
    return max(1, math.ceil(hours / HOURS_A_DAY))


def lay_before_head(case: Case, *, address: str, kind: str, name: str, unit_code: str, due_at: datetime | None) -> None:
    """A line in the inbox of a unit's head that the process itself knows nothing of."""
    case.participate(unit_code)
    case.record.opened_items.append(
        movement.work_item(
            case, address=address, kind=kind, name=name, unit_code=unit_code, role="unit_head", due_at=due_at
        )
    )


def apologise_and_reappoint(house: House, actor: Actor, command: Apologise) -> None:
    """Approve the apology: the promised date moves, the letter goes out. Raises Refused for a second reappointment."""
    with house.act(actor, command.case_id, "ApologyIssued", task=command.task) as case:
        case.must_be_open()
        told: dict[str, Any] = case.facts.get("apology") or {}
        most = case.ruleset.apology.max_reappointments
        if len(case.ledger.reappointments) >= most:
            raise Refused(f"Chỉ được hẹn lại {most} lần; hồ sơ này đã được hẹn lại.")
        if len(command.reason.strip()) < SHORTEST_REASON:
            raise FormRefused(errors={"reason": "Ghi rõ lý do chậm (ít nhất một câu)."})
        if command.promised_at <= case.now:
            raise FormRefused(errors={"promised_at": "Ngày hẹn lại phải sau hôm nay."})
        if not case.calendar.is_working_day(case.calendar.local(command.promised_at).date()):
            raise FormRefused(errors={"promised_at": "Ngày hẹn lại phải là ngày làm việc."})
        appointed = case.row["promised_at"]
        case.ledger = case.ledger.reappoint(case.now, command.promised_at, reason=command.reason.strip())
        data = {
            "reason": command.reason.strip(),
            "appointed_at": appointed.isoformat(),
            "promised_at": command.promised_at.isoformat(),
        }
        case.record.changed_letters.append(
            {
                "id": UUID(told["letter"]),
                "state": "approved",
                "data": data,
                "signer": {"id": str(actor.id), "name": actor.name},
                "void_reason": None,
            }
        )
        if case.item is not None:
            case.close_item(UUID(str(case.item["id"])))
        case.close_escalation()
        case.row["apology"] = "issued"
        case.data = data | {"letter": told["letter"], "unit": told["unit"]}
        case.defer("letter.issue", letter_id=told["letter"])
