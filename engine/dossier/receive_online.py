"""Answer a dossier submitted online: receive it, ask for what is missing, or decline it, in writing and in time."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import orjson
from sqlalchemy import select

from engine.deadlines import Interval, Owner
from engine.dossier.actor import Actor
from engine.dossier.case import Case
from engine.dossier.command import Filled, TaskRef
from engine.dossier.end_early import abandon
from engine.dossier.house import House
from engine.dossier.letters import draft_letter
from engine.dossier.receive import Received, begin_process, dossier_code, reception_form
from engine.dossier.request_supplement import count_request, start_limit
from engine.dossier.status import Status
from engine.dossier.submit_online import FORM, is_before_reception, stop_awaiting
from engine.errors import FormRefused, Refused
from engine.history.personal import SALT_BYTES
from engine.store.tables import form_submission, paper

SHORTEST_REASON = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveOnline:
    """The line of the inbox that asks for the answer."""

    case_id: UUID
    task: TaskRef


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerOnline:
    """What is missing, one line each, or why the dossier is not received."""

    case_id: UUID
    task: TaskRef
    reason: str


def receive_online(house: House, actor: Actor, command: ReceiveOnline) -> Received:
    """Receive it now: under the ruleset, the process and the calendar of today. Its clock starts here."""
    with house.act(actor, command.case_id, "DossierReceived", task=command.task) as case:
        _must_wait(case)
        form = _submitted_form(case)
        stop_awaiting(case)
        calendar = house.calendars.newest(case.connection, is_held=True)
        today = calendar.local(case.now).date()
        case.version = house.versions.published(case.connection, case.row["procedure_code"], today)
        ruleset = house.ruleset_on(case.now)
        case.row |= {
            "code": dossier_code(case.connection, ruleset, case.row["receiving_unit"], today),
            "version_id": case.version.id,
            "ruleset": ruleset.name,
            "calendar_version": calendar.version,
            "status": int(Status.RECEIVED),
            "received_at": case.now,
        }
        case.data["submission"] = case.row["submission_code"]
        names = select(paper.c.name).where(paper.c.case_id == case.id, paper.c.is_received).order_by(paper.c.ordinal)
        given = list(case.connection.execute(names).scalars())
        begin_process(case, Filled(key=reception_form(case.version), values=form), given)
        code = str(case.row["code"])
    return Received(case_id=command.case_id, code=code)


def ask_supplement_online(house: House, actor: Actor, command: AnswerOnline) -> None:
    """Ask once, completely, for what is missing (form 02); the applicant sends it from the portal."""
    with house.act(actor, command.case_id, "SupplementRequested", task=command.task) as case:
        reason = _reason(case, command)
        count_request(case, "reception")
        stop_awaiting(case)
        case.ledger = case.ledger.open(
            Interval(
                owner=Owner.applicant,
                basis="supplement",
                started_at=case.now,
                is_running=False,
                element_id="supplement",
                address=f"supplement#{case.seq}",
                label="Chờ người nộp bổ sung",
            )
        )
        case.row["status"] = int(Status.SUPPLEMENT_REQUIRED)
        due = start_limit(case)
        papers = [line.strip() for line in reason.splitlines() if line.strip()]
        draft_letter(
            case,
            "supplement_request",
            unit_code=case.row["receiving_unit"],
            data={"reason": reason, "papers": papers, "due": due.isoformat() if due else None},
        )


def decline_online(house: House, actor: Actor, command: AnswerOnline) -> None:
    """Do not receive it, and say why (form 03)."""
    with house.act(actor, command.case_id, "ReceptionDeclined", task=command.task) as case:
        reason = _reason(case, command)
        stop_awaiting(case)
        case.facts["outcome"] = "declined"
        abandon(case)
        case.row["status"] = int(Status.NOT_ACCEPTED)
        draft_letter(case, "refusal", unit_code=case.row["receiving_unit"], data={"reason": reason})


def _must_wait(case: Case) -> None:
    case.must_be_open()
    if not is_before_reception(case) or case.row["status"] != Status.SUBMITTED:
        raise Refused("Hồ sơ này không chờ tiếp nhận trực tuyến.")


def _reason(case: Case, command: AnswerOnline) -> str:
    _must_wait(case)
    reason = command.reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise FormRefused(errors={"reason": "Ghi rõ lý do, giấy tờ còn thiếu."})
    case.data["reason"] = reason
    return reason


def _submitted_form(case: Case) -> dict[str, object]:
    asked = select(form_submission.c.body).where(
        form_submission.c.case_id == case.id, form_submission.c.element_id == FORM
    )
    body = case.connection.execute(asked).scalar_one()
    plain = case.house.keys.decrypt(bytes(case.row["data_key"]), bytes(body), b"form")
    values: dict[str, object] = orjson.loads(plain[SALT_BYTES:])
    return values
