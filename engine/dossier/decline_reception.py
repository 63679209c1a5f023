"""Decline to receive a dossier at the counter, in writing: incomplete (form 02) or not acceptable (form 03)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from engine.dossier.actor import Actor
from engine.dossier.end_early import abandon
from engine.dossier.house import House
from engine.dossier.letters import draft_letter
from engine.dossier.receive import Received, ReceiveDossier, new_case, opened_once
from engine.dossier.status import Status
from engine.errors import FormRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineReception:
    """What was brought, and why it is not taken in. Papers may be missing; the reason may not."""

    dossier: ReceiveDossier
    letter: Literal["supplement_request", "refusal"]
    reason: str
    missing: tuple[str, ...] = ()


def decline_reception(house: House, actor: Actor, command: DeclineReception) -> Received:
    """Record the visit and give the letter: the applicant has something in hand, the register a line."""
    if len(command.reason.strip()) < 5:
        raise FormRefused(errors={"reason": "Ghi rõ lý do."})
    actor.must_hold("counter_officer", command.dossier.receiving_unit)
    [received] = opened_once(
        house, actor, [command.dossier.id], lambda connection: (_decline(house, connection, actor, command),)
    )
    return received


def _decline(house: House, connection: Connection, actor: Actor, command: DeclineReception) -> Received:
    case = new_case(house, connection, actor, command.dossier, "ReceptionDeclined")
    case.start()
    case.data |= {"reason": command.reason.strip(), "code": case.row["code"], "letter": command.letter}
    case.facts["outcome"] = "declined"
    abandon(case)
    case.row["status"] = int(Status.NOT_ACCEPTED)
    draft_letter(
        case,
        command.letter,
        unit_code=case.row["receiving_unit"],
        data={"reason": command.reason.strip(), "papers": list(command.missing), "due": None},
    )
    case.finish()
    return Received(case_id=command.dossier.id, code=case.row["code"])
