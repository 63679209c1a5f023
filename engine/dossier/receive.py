"""Receive a dossier at the counter: check its papers, give it a code, start its process (NĐ 118/2025)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text
from sqlalchemy.exc import IntegrityError

from engine.catalogue.directory import Seating
from engine.catalogue.versions import Version
from engine.dossier.actor import Actor
from engine.dossier.case import Case
from engine.dossier.command import Filled, PaperGiven, Person
from engine.dossier.house import House
from engine.dossier.letters import draft_letter
from engine.dossier.limits import CHANNELS, begin_term
from engine.dossier.status import Status
from engine.errors import FormRefused, InputError, Refused
from engine.history.chain import GENESIS
from engine.history.personal import commit
from engine.rulesets import Ruleset
from engine.run import Complete
from engine.store.tables import cases
from engine.store.text import search_key, vietnamese_sort_key

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits that nobody mistakes for one another."""

NEXT_NUMBER = text(
    """
    INSERT INTO dossier_number (unit_code, day, last) VALUES (:unit_code, :day, 1)
    ON CONFLICT (unit_code, day) DO UPDATE SET last = dossier_number.last + 1 RETURNING last
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveDossier:
    """`id` is made when the form is shown, so that a form sent twice opens one dossier."""

    id: UUID
    procedure_code: str
    receiving_unit: str
    owner: Person
    form: Filled
    papers: tuple[PaperGiven, ...] = ()
    submitter: Person | None = None
    channel: str = "counter"
    locality: str | None = None  # for a province-level procedure: the commune it concerns
    result_delivery: str = "counter"  # counter | post
    foreign_code: str = ""  # the code of the national portal or of a ministry, kept beside ours
    parent_id: UUID | None = None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    case_id: UUID
    code: str


def receive(house: House, actor: Actor, command: ReceiveDossier) -> Received:
    """Open a dossier and complete its reception task. Raises Refused, NotAllowed, FormRefused."""
    actor.must_hold("counter_officer", command.receiving_unit)
    [received] = opened_once(
        house, actor, [command.id], lambda connection: (open_dossier(house, connection, actor, command),)
    )
    return received


Opening = Callable[[Connection], tuple[Received, ...]]


def opened_once(house: House, actor: Actor, ids: Sequence[UUID], opening: Opening) -> tuple[Received, ...]:
    """Open cases in one transaction; a submission that comes twice is told what the first one opened."""
    try:
        with house.store.transaction(units=actor.units) as connection:
            return opening(connection)
    except IntegrityError:
        earlier = _earlier(house, actor, ids)
        if len(earlier) != len(ids):
            raise
        return earlier


def open_dossier(house: House, connection: Connection, actor: Actor, command: ReceiveDossier) -> Received:
    """The reception inside a transaction that may open several: one submission, several agencies."""
    case = new_case(house, connection, actor, command, "DossierReceived")
    check_reception(case.version, command)
    begin_process(case, command.form, [one.name for one in command.papers if one.is_received])
    case.finish()
    return Received(case_id=command.id, code=case.row["code"])


def new_case(house: House, connection: Connection, actor: Actor, command: ReceiveDossier, event_type: str) -> Case:
    """A case with its code, people and papers, whose process has not begun; what an applicant opens is not received."""
    now, real_now = house.clock.both(connection)
    calendar = house.calendars.newest(connection, is_held=True)
    today = calendar.local(now).date()
    version = house.versions.published(connection, command.procedure_code, today)
    unit = house.directory[command.receiving_unit]
    locality = unit.locality or command.locality
    seating = Seating(receiving_unit=unit.code, lead_unit=unit.code, locality=locality)
    lead = house.directory.resolve(version.manifest.lead, seating)
    ruleset = house.ruleset_on(now)
    submitted = submission_code(command.id, now) if actor.kind == "applicant" else None
    row: dict[str, Any] = {
        "id": command.id,
        "kind": version.manifest.kind,
        "code": submitted or dossier_code(connection, ruleset, unit.code, today),
        "submission_code": submitted,
        "parent_id": command.parent_id,
        "procedure_code": version.procedure_code,
        "procedure_name": version.manifest.name,
        "version_id": version.id,
        "ruleset": ruleset.name,
        "channel": CHANNELS[command.channel],
        "status": int(Status.SUBMITTED if submitted else Status.RECEIVED),
        "is_suspended": False,
        "is_stopped": False,
        "title": str(command.details.get("title", "")),
        "receiving_unit": unit.code,
        "lead_unit": lead,
        "locality": locality,
        "participants": list(dict.fromkeys((unit.code, lead))),
        "received_at": now,
        "legal_due_at": None,
        "promised_at": None,
        "decided_at": None,
        "closed_at": None,
        "is_late": False,
        "explanation": "none",
        "apology": "none",
        "data_key": house.keys.new_key(),
        "ledger": [],
        "calendar_version": calendar.version,
        "facts": facts_of(command),
        "revision": 0,
        "last_at": now,
        "head_hash": GENESIS,
        "state": None,
    }
    case = Case(house, connection, actor, event_type, row | {"now": now, "real_now": real_now}, None, version)
    _keep_people(case, command)
    case.keep_papers(command.papers, kind="component")
    return case


def dossier_code(connection: Connection, ruleset: Ruleset, unit_code: str, on: date) -> str:
    """The next code of a unit and day; the row it counts in is held until the end: none is lost or used twice."""
    number = connection.execute(NEXT_NUMBER, {"unit_code": unit_code, "day": on}).scalar_one()
    return ruleset.dossier_code.write(unit=unit_code, on=on, number=number)


def submission_code(case_id: UUID, at: datetime) -> str:
    """What an applicant follows a dossier by until it is received: nobody guesses it."""
    drawn = hashlib.sha256(case_id.bytes).digest()[:8]
    return f"DK-{at:%y%m%d}-" + "".join(LETTERS[byte % len(LETTERS)] for byte in drawn)


def reception_form(version: Version) -> str:
    """The key of the form that the task of reception has."""
    for element in version.program.elements.values():
        if element.properties.get("act") == "receive":
            return element.properties.get("form", "reception")
    return "reception"


def check_reception(version: Version, command: ReceiveDossier) -> None:
    """The checklist: the channel is allowed, somebody applies, every required paper is there."""
    manifest = version.manifest
    if command.channel not in manifest.channels:
        raise Refused("Thủ tục này không tiếp nhận qua kênh đã chọn.")
    if manifest.kind == "dossier" and not command.owner.name.strip():
        raise FormRefused(errors={"owner_name": "Nhập họ và tên chủ hồ sơ."})
    given = {one.name for one in command.papers if one.is_received}
    if command.result_delivery == "post" and not (command.owner.phone and command.owner.address):
        raise FormRefused(errors={"owner_phone": "Nhận kết quả qua bưu chính cần số điện thoại và địa chỉ."})
    missing = [one.name for one in manifest.papers if one.required and one.name not in given]
    if missing:
        raise FormRefused(
            "Hồ sơ chưa đủ thành phần: " + "; ".join(missing) + ".", errors={"papers": "Thiếu: " + "; ".join(missing)}
        )


def facts_of(command: ReceiveDossier) -> dict[str, Any]:
    """What later acts need to know of the reception, without personal detail beyond the name lists show."""
    return {
        "phase": 1,
        "result_delivery": command.result_delivery,
        "foreign_code": command.foreign_code,
        "applicant": command.owner.name,
        "applicant_key": search_key(command.owner.name),
        "sets": int(command.details.get("sets", 1)),
    }


def begin_process(case: Case, form: Filled, papers: Sequence[str]) -> None:
    """The reception itself: the clock of law, the process, its first task, the receipt."""
    manifest = case.version.manifest
    limit = begin_term(case)
    case.start()
    first = next((one for one in case.instance.waiting if one.kind == "task"), None)
    if first is None:
        raise InputError("Quy trình của thủ tục này không có bước tiếp nhận.")
    case.keep_form(first.element_id, form)
    variables = case.routing(form)
    case.apply(Complete(address=first.address, variables=variables))
    case.data |= {
        "procedure": manifest.code,
        "code": case.row["code"],
        "ruleset": case.row["ruleset"],
        "channel": case.row["channel"],
        "limit": str(limit) if limit else None,
        "papers": list(papers),
        "element": first.element_id,
        "task": first.name,
    }
    if manifest.kind == "dossier":
        draft_letter(case, "receipt", unit_code=case.row["receiving_unit"])


def _keep_people(case: Case, command: ReceiveDossier) -> None:
    people = {"owner": command.owner, "submitter": command.submitter or command.owner}
    if not command.owner.name:
        return
    for role, person in people.items():
        case.record.parties.append(
            {
                "case_id": case.id,
                "role": role,
                "kind": person.kind,
                "name": person.name,
                "name_search": search_key(person.name),
                "sort_key": vietnamese_sort_key(person.name),
                "identifier": person.identifier,
                "phone": person.phone,
                "email": person.email,
                "address": person.address,
            }
        )
        for name in ("name", "identifier", "phone", "email", "address"):
            if getattr(person, name):
                case.personal.append(commit(f"{role}.{name}", getattr(person, name)))


def _earlier(house: House, actor: Actor, ids: Sequence[UUID]) -> tuple[Received, ...]:
    with house.store.transaction(units=actor.units) as connection:
        rows = connection.execute(select(cases.c.id, cases.c.code).where(cases.c.id.in_(ids)))
        codes = {row.id: row.code for row in rows}
    return tuple(Received(case_id=case_id, code=codes[case_id]) for case_id in ids if case_id in codes)
