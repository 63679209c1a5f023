"""Pause and resume the clock of law by hand, on a legal basis, where the process itself has no such step."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from engine.deadlines import Interval, Owner
from engine.dossier.actor import Actor
from engine.dossier.house import House
from engine.errors import FormRefused, NotAllowed, Refused

ADDRESS = "pause"
BASES = {
    "financial_obligation": Owner.payment,
    "supplement": Owner.applicant,
    "applicant_request": Owner.applicant,
    "law": Owner.unit,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    case_id: UUID
    basis: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    case_id: UUID
    reason: str = ""


def pause(house: House, actor: Actor, command: Pause) -> None:
    """Stop the clock of law. Raises Refused when it already stands."""
    if command.basis not in BASES or not command.reason.strip():
        raise FormRefused(errors={"reason": "Ghi rõ căn cứ và lý do tạm dừng."})
    with house.act(actor, command.case_id, "ClockPaused") as case:
        case.must_be_open()
        _must_lead(actor, case.row["participants"])
        if case.ledger.is_paused:
            raise Refused("Thời hạn của hồ sơ đang tạm dừng rồi.")
        case.ledger = case.ledger.open(
            Interval(
                owner=BASES[command.basis],
                basis=command.basis,
                started_at=case.now,
                is_running=False,
                address=ADDRESS,
                element_id=ADDRESS,
                label=command.reason.strip(),
            )
        )
        case.data = {"basis": command.basis, "reason": command.reason.strip()}


def resume(house: House, actor: Actor, command: Resume) -> None:
    """Let the clock of law run again."""
    with house.act(actor, command.case_id, "ClockResumed") as case:
        case.must_be_open()
        _must_lead(actor, case.row["participants"])
        if not any(one.address == ADDRESS and one.ended_at is None for one in case.ledger.intervals):
            raise Refused("Hồ sơ không có tạm dừng nào đang mở.")
        case.ledger = case.ledger.close(case.now, address=ADDRESS)
        case.data = {"reason": command.reason.strip()}


def _must_lead(actor: Actor, participants: list[str]) -> None:
    if not any(actor.holds(role, unit) for role in ("unit_head", "case_officer", "signer") for unit in participants):
        raise NotAllowed
