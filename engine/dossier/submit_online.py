"""Take in a dossier submitted online (status 1): the one-stop unit answers within the ruleset's hours (NĐ 45/2020)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from engine.deadlines import Interval, Owner
from engine.dossier import movement
from engine.dossier.actor import Actor
from engine.dossier.case import Case
from engine.dossier.command import PaperGiven
from engine.dossier.house import House
from engine.dossier.receive import Received, ReceiveDossier, check_reception, new_case, opened_once
from engine.dossier.status import Status
from engine.errors import FormRefused, Refused

ADDRESS = "acceptance"
FORM = "submission"
"""The element under which the form of the applicant lies, until the reception task has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementOnline:
    """Papers that the one-stop unit asked for before it accepts."""

    case_id: UUID
    papers: tuple[PaperGiven, ...]


def submit_online(house: House, command: ReceiveDossier) -> Received:
    """Open a case that is not received yet: no dossier code, no limit of law. Raises Refused, FormRefused."""
    [submitted] = opened_once(
        house,
        applicant_at(command.receiving_unit),
        [command.id],
        lambda connection: (_open(house, connection, command),),
    )
    return submitted


def applicant_at(unit_code: str) -> Actor:
    """Whoever submits from outside; their name is a personal value and stands in no event."""
    return Actor(kind="applicant", name="Người nộp hồ sơ", unit_code=unit_code)


def _open(house: House, connection: Connection, command: ReceiveDossier) -> Received:
    case = new_case(house, connection, applicant_at(command.receiving_unit), command, "DossierSubmitted")
    check_reception(case.version, command)
    case.keep_form(FORM, command.form)
    await_acceptance(case)
    case.data |= {
        "procedure": case.row["procedure_code"],
        "code": case.row["code"],
        "channel": case.row["channel"],
        "papers": [one.name for one in command.papers if one.is_received],
    }
    case.finish()
    return Received(case_id=command.id, code=case.row["code"])


def await_acceptance(case: Case) -> None:
    """The one-stop unit has the ruleset's hours to answer: a line in its inbox, and a timer."""
    held = Interval(
        owner=Owner.one_stop,
        basis=ADDRESS,
        started_at=case.now,
        unit=case.row["receiving_unit"],
        element_id=ADDRESS,
        address=f"{ADDRESS}#{case.seq}",
        label="Xem xét, tiếp nhận hồ sơ trực tuyến",
        limit=case.ruleset.acceptance.online_limit,
    )
    case.ledger = case.ledger.open(held)
    due = case.ledger.due_of_step(held, case.calendar)
    case.record.opened_items.append(
        movement.work_item(
            case,
            address=held.address,
            kind="acceptance",
            name=held.label,
            unit_code=case.row["receiving_unit"],
            role="counter_officer",
            due_at=due,
        )
    )
    case.facts["acceptance"] = [held.address]
    if due is not None:
        case.arm(ADDRESS, due)
        case.data["due"] = due.isoformat()


def stop_awaiting(case: Case) -> None:
    """The one-stop unit has answered."""
    for address in case.facts.pop("acceptance", ()):
        case.close_item(movement.item_id(case.id, address))
    case.ledger = case.ledger.close(case.now, element_id=ADDRESS)
    case.disarm(ADDRESS)


def supplement_online(house: House, unit_code: str, command: SupplementOnline) -> None:
    """What was asked for has come in: the unit's hours begin anew. Raises Refused when nothing was asked."""
    if not any(one.is_received for one in command.papers):
        raise FormRefused(errors={"papers": "Chọn ít nhất một tệp giấy tờ để bổ sung."})
    with house.act(applicant_at(unit_code), command.case_id, "SupplementReceived") as case:
        case.must_be_open()
        if not is_before_reception(case) or case.row["status"] != Status.SUPPLEMENT_REQUIRED:
            raise Refused("Hồ sơ này không chờ bổ sung trực tuyến.")
        case.keep_papers(command.papers, kind="component")
        case.ledger = case.ledger.resume(case.now)
        case.forget_supplement()
        case.row["status"] = int(Status.SUBMITTED)
        case.row["is_suspended"] = False
        await_acceptance(case)
        case.data["papers"] = _names(command.papers)


def is_before_reception(case: Case) -> bool:
    """Submitted online and not received yet: no process runs."""
    return case.row["submission_code"] is not None and case.row["code"] == case.row["submission_code"]


def _names(papers: Sequence[PaperGiven]) -> list[str]:
    return [one.name for one in papers if one.is_received]
