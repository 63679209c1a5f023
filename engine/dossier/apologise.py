"""Apologise to the applicant (form 04): for lateness before the breach, for an error, a lost paper, a late acceptance.

The draft for lateness comes from a timer, with its cause from the recorded intervals; the others an officer draws up.
The head of the unit at fault decides, or who is authorised to sign for it. A new date moves what was promised, not the
limit of law.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from engine.deadlines import Blame, cause_text, duration_in_words
from engine.dossier import movement
from engine.dossier.actor import Actor
from engine.dossier.authority import Authority, as_signer, authority_to_sign, signer_of
from engine.dossier.case import Case
from engine.dossier.command import TaskRef
from engine.dossier.house import House
from engine.dossier.letters import draft_letter
from engine.dossier.reappointment import may_reappoint, proposed_date, warn_before_promise
from engine.errors import FormRefused, NotAllowed, Refused

LATE = "late"
SHORTEST_REASON = 10
DEFAULT_REASON = "Khối lượng hồ sơ phải giải quyết nhiều hơn dự kiến"
MOST_STEPS = 5  # of the late steps a letter lists
ROLES = ("case_officer", "unit_head", "signer", "counter_officer")
"""Who may draw up an apology."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftApology:
    """An officer's draft: what is apologised for, why, what is done about it, and a new date where one is needed."""

    case_id: UUID
    cause: str  # late | error | lost_paper | late_acceptance
    reason: str
    unit_code: str = ""  # in whose name; empty: the actor's own unit
    remedy: str = ""
    promised_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Apologise:
    """The decision on a drafted apology. `promised_at` is the new date; the reason may be edited."""

    case_id: UUID
    task: TaskRef
    reason: str
    promised_at: datetime | None = None
    remedy: str = ""


def draft(case: Case) -> None:
    """Draft the apology for lateness and lay it before the head of the unit at fault. Called by the timer's act."""
    if case.row["decided_at"] is not None or not may_draft_for_lateness(case):
        return
    at_fault = case.ledger.at_fault(case.calendar, case.now)
    unit_code = (at_fault.unit if at_fault else None) or case.row["lead_unit"]
    if case.house.directory[unit_code].is_external:
        unit_code = case.row["lead_unit"]
    blamed = case.ledger.blame(case.calendar, case.now)
    names = {code: one.name for code, one in case.house.directory.units.items()}
    told = {
        "cause": LATE,
        "unit": unit_code,
        "reason": cause_text(blamed, names) or DEFAULT_REASON,
        "date": proposed_date(case).isoformat(),
        "step": at_fault.label if at_fault else "",
        "steps": late_steps(blamed, names),
    }
    _lay_before_head(case, told)


def draft_apology(house: House, actor: Actor, command: DraftApology) -> UUID:
    """Draw up an apology by hand. Raises Refused for a kind the ruleset does not know, or a second one for lateness."""
    with house.act(actor, command.case_id, "ApologyDrafted") as case:
        if not any(actor.holds(role, unit) for role in ROLES for unit in case.row["participants"]):
            raise NotAllowed
        if command.cause not in case.ruleset.apology.allowed_for:
            raise Refused("Bộ quy tắc của hồ sơ này không có loại xin lỗi đó.")
        if command.cause == LATE and (case.row["decided_at"] is not None or not may_draft_for_lateness(case)):
            raise Refused("Hồ sơ đã có văn bản xin lỗi vì chậm, hoặc đã giải quyết xong.")
        unit_code = command.unit_code or actor.unit_code
        if unit_code not in case.row["participants"] or house.directory[unit_code].is_external:
            raise FormRefused(errors={"unit": "Chọn một đơn vị tham gia giải quyết hồ sơ."})
        promised = command.promised_at or (proposed_date(case) if command.cause == LATE else None)
        check_reason(command.reason)
        check_date(case, promised)
        told = {
            "cause": command.cause,
            "unit": unit_code,
            "reason": command.reason.strip(),
            "date": promised.isoformat() if promised else None,
            "remedy": command.remedy.strip(),
        }
        return _lay_before_head(case, told)


def may_draft_for_lateness(case: Case) -> bool:
    """None yet, or the ruleset allows another date after the one that was promised."""
    return case.row["apology"] == "none" or (case.row["apology"] == "issued" and may_reappoint(case))


def late_steps(blamed: list[Blame], names: dict[str, str]) -> list[dict[str, str]]:
    """The steps that overran, the worst first, as the letter's table prints them."""
    return [
        {
            "step": one.label or one.step,
            "unit": names.get(one.unit or "", one.unit or ""),
            "over": duration_in_words(one.over),
            **({"allowed": one.limit.vietnamese()} if one.limit else {}),
        }
        for one in blamed
        if one.over and one.unit
    ][:MOST_STEPS]


def _lay_before_head(case: Case, told: dict[str, Any]) -> UUID:
    appointed = case.row["promised_at"]
    letter_id = draft_letter(
        case,
        "apology",
        unit_code=told["unit"],
        data={name: told[name] for name in ("cause", "unit", "reason", "step", "steps", "remedy") if told.get(name)}
        | {"appointed_at": appointed.isoformat() if appointed else None, "promised_at": told["date"]},
        is_approved=False,
    )
    lay_before_head(
        case,
        address=address_of(letter_id),
        kind="letter",
        name=TASK_NAMES[told["cause"]],
        unit_code=told["unit"],
        due_at=case.row["legal_due_at"] if told["cause"] == LATE else None,
    )
    kept = {name: told[name] for name in ("cause", "unit", "reason", "date", "remedy") if told.get(name) is not None}
    kept["letter"] = str(letter_id)
    if told["cause"] == LATE:
        case.row["apology"] = "drafted"
        case.facts["apology"] = kept
    else:
        case.facts.setdefault("apologies", {})[str(letter_id)] = kept
    case.data |= {"cause": told["cause"], "unit": told["unit"], "reason": told["reason"], "proposed": told["date"]}
    return letter_id


TASK_NAMES = {
    LATE: "Xem xét, ký văn bản xin lỗi và hẹn lại ngày trả kết quả",
    "error": "Xem xét, ký văn bản xin lỗi vì sai sót",
    "lost_paper": "Xem xét, ký văn bản xin lỗi vì mất, hỏng giấy tờ",
    "late_acceptance": "Xem xét, ký văn bản xin lỗi vì tiếp nhận chậm",
}


def address_of(letter_id: UUID | str) -> str:
    """The address of the line that lays a drafted apology before who signs it."""
    return f"apology#{letter_id}"


def drafted(facts: dict[str, Any], address: str) -> dict[str, Any] | None:
    """The draft behind a line of the inbox; an escalated line means the one for lateness."""
    others: dict[str, dict[str, Any]] = facts.get("apologies", {})
    found = others.get(address.partition("#")[2]) or facts.get("apology")
    return dict(found) if found else None


def lay_before_head(case: Case, *, address: str, kind: str, name: str, unit_code: str, due_at: datetime | None) -> None:
    """A line in the inbox of a unit's head that the process itself knows nothing of."""
    case.participate(unit_code)
    case.record.opened_items.append(
        movement.work_item(
            case, address=address, kind=kind, name=name, unit_code=unit_code, role="unit_head", due_at=due_at
        )
    )


def apologise_and_reappoint(house: House, actor: Actor, command: Apologise) -> None:
    """Sign the apology: the letter goes out, and with a new date what was promised moves.

    Raises NotAllowed without the right to sign for the unit, Refused for a reappointment more than the ruleset allows.
    """
    with house.act(as_signer(actor), command.case_id, "ApologyIssued", task=command.task) as case:
        item = case.item or {}
        told = drafted(case.facts, item["address"])
        if told is None:
            raise Refused("Văn bản xin lỗi này không còn chờ ký.")
        if told.get("cause", LATE) == LATE:
            case.must_be_open()
            if command.promised_at is None:
                raise FormRefused(errors={"promised_at": "Ghi ngày hẹn lại."})
        check_reason(command.reason)
        check_date(case, command.promised_at)
        authority = authority_to_sign(case, "apology", item["unit_code"])
        data = _decide(case, told, command, authority)
        case.data = data | {"letter": told["letter"], "unit": told["unit"], "authority": authority.for_event()}
        case.defer("letter.issue", letter_id=told["letter"])


def check_reason(reason: str) -> None:
    """The applicant is told why, in a sentence at least."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise FormRefused(errors={"reason": "Ghi rõ lý do (ít nhất một câu)."})


def check_date(case: Case, promised_at: datetime | None) -> None:
    """A new date is still to come, on a working day, and one the ruleset still allows."""
    if promised_at is None:
        return
    if not may_reappoint(case):
        most = case.ruleset.apology.max_reappointments
        raise Refused(f"Chỉ được hẹn lại {most} lần; hồ sơ này đã được hẹn lại.")
    if promised_at <= case.now:
        raise FormRefused(errors={"promised_at": "Ngày hẹn lại phải sau hôm nay."})
    if not case.calendar.is_working_day(case.calendar.local(promised_at).date()):
        raise FormRefused(errors={"promised_at": "Ngày hẹn lại phải là ngày làm việc."})


def _decide(case: Case, told: dict[str, Any], command: Apologise, authority: Authority) -> dict[str, Any]:
    """Write the decision into the ledger, the letter and the case; returns what the letter says."""
    appointed = case.row["promised_at"]
    data: dict[str, Any] = {
        "cause": told.get("cause", LATE),
        "reason": command.reason.strip(),
        "remedy": command.remedy.strip(),
        "time": len(case.ledger.reappointments) + 1,
        "appointed_at": appointed.isoformat() if appointed else None,
        "promised_at": command.promised_at.isoformat() if command.promised_at else None,
    }
    if command.promised_at is not None:
        case.ledger = case.ledger.reappoint(case.now, command.promised_at, reason=data["reason"])
    case.record.changed_letters.append(
        {
            "id": UUID(told["letter"]),
            "state": "approved",
            "data": data,
            "signer": signer_of(case.actor, authority),
            "unit_code": authority.unit_code,  # a superior who signs issues it in their own agency's name
            "void_reason": None,
        }
    )
    _close_work(case, told)
    if data["cause"] == LATE:
        case.row["apology"] = "issued"
        warn_before_promise(case)
    return data


def _close_work(case: Case, told: dict[str, Any]) -> None:
    """The line that was acted on, and the other one where the draft had gone up to a superior."""
    mine = UUID(str(case.item["id"])) if case.item else None
    if mine is not None:
        case.close_item(mine)
    others = {movement.item_id(case.id, address_of(told["letter"]))} - {mine}
    if told.get("cause", LATE) == LATE:
        escalation = case.facts.pop("escalation", None)
        others |= {movement.item_id(case.id, escalation)} - {mine} if escalation else set()
    else:
        case.facts.get("apologies", {}).pop(told["letter"], None)
    for one in others:
        case.close_item(one, "cancelled")
