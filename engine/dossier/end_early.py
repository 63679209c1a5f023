"""End a dossier before its result: withdrawn, stopped for good (form 05 of 2025), or received by mistake."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from engine.delivery.orders import cancel
from engine.dossier import movement
from engine.dossier.actor import Actor
from engine.dossier.authority import authority_to_sign, unit_led
from engine.dossier.become_late import judge_end
from engine.dossier.case import Case
from engine.dossier.house import House
from engine.dossier.letters import draft_letter
from engine.dossier.status import Status
from engine.errors import FormRefused, NotAllowed, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class EndEarly:
    """`reason` is the applicant's request, the ground of the stop, or the mistake that was made."""

    case_id: UUID
    reason: str


def withdraw(house: House, actor: Actor, command: EndEarly) -> None:
    """The applicant takes the dossier back, possible until the result has been decided."""
    with house.act(actor, command.case_id, "DossierWithdrawn") as case:
        _end(case, command, outcome="withdrawn", status=Status.WITHDRAWN, roles=("counter_officer", "unit_head"))


def stop(house: House, actor: Actor, command: EndEarly) -> None:
    """Stop the handling for good and tell the applicant; only before the result has been decided."""
    with house.act(actor, command.case_id, "DossierStopped") as case:
        _end(case, command, outcome="stopped", status=Status.STOPPED, roles=("unit_head", "signer"))
        case.row["is_stopped"] = True
        authority = authority_to_sign(case, "stop_notice", unit_led(case))
        case.data["authority"] = authority.for_event()
        draft_letter(
            case,
            "stop_notice",
            unit_code=authority.unit_code,
            data={"reason": command.reason.strip()},
            authority=authority,
        )


def void(house: House, actor: Actor, command: EndEarly) -> None:
    """Undo a mistaken reception, while the dossier has not left the counter. The code is never used again."""
    with house.act(actor, command.case_id, "ReceptionVoided") as case:
        if case.row["status"] != Status.RECEIVED:
            raise Refused("Hồ sơ đã chuyển khỏi Bộ phận Một cửa, không hủy tiếp nhận được; hãy dùng rút hồ sơ.")
        _end(case, command, outcome="voided", status=Status.STOPPED, roles=("counter_officer", "unit_head"))


def _end(case: Case, command: EndEarly, *, outcome: str, status: Status, roles: tuple[str, ...]) -> None:
    case.must_be_open()
    if len(command.reason.strip()) < 5:
        raise FormRefused(errors={"reason": "Ghi rõ lý do."})
    if not any(case.actor.holds(role, unit) for role in roles for unit in case.row["participants"]):
        raise NotAllowed
    if case.row["decided_at"] is not None:
        raise Refused("Kết quả đã được ký, không dừng hồ sơ được nữa.")
    case.data = {"reason": command.reason.strip()}
    case.facts["outcome"] = outcome
    abandon(case)
    case.row["status"] = int(status)
    case.row["is_suspended"] = False


def abandon(case: Case) -> None:
    """Close everything that still waits; the process state stays as it was, for the record."""
    if case.row["state"] is not None or case.inputs:  # else it was never received, and no process runs
        for waiting in case.instance.waiting:
            case.close_waiting(waiting)
        movement.listen(case, case.instance.subscriptions, ())
    cancel(case.connection, case.id)
    for address in case.facts.pop("timers", {}):
        case.disarm("process", address)
    for kind in ("apology", "legal_limit", "acceptance"):
        case.disarm(kind)
    case.forget_supplement()
    case.facts["is_counting"] = False
    case.drop_letter_work("apology")
    judge_end(case)
    case.ledger = case.ledger.close(case.now).finish(case.now)
    case.row["closed_at"] = case.now
