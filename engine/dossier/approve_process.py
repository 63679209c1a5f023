"""The approval of an internal process is itself a case: submitted, appraised against ISO 9001, approved, published.

Each deed binds to the content hash that was submitted: what the chairman approved is what runs (design section 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, update

from engine.catalogue import publishing
from engine.dossier.actor import Actor
from engine.dossier.case import Case
from engine.dossier.command import Filled, Person
from engine.dossier.house import House
from engine.dossier.receive import Received, ReceiveDossier, new_case, opened_once
from engine.errors import FormRefused, ModelRefused, NotAllowed, Refused
from engine.run import Complete, Waiting
from engine.store.tables import process_version

PROCEDURE = "QTNB"
"""The code of the procedure whose BPMN runs this chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitProcess:
    """A draft version goes up for appraisal."""

    id: UUID
    version_id: UUID
    form: Filled


def submit_process(house: House, actor: Actor, command: SubmitProcess) -> Received:
    """Open the approval case of a draft. Raises ModelRefused while the draft has errors."""
    unit_code = next((one.unit_code for one in actor.seats if one.role == "process_designer"), None)
    if unit_code is None:
        raise NotAllowed("Chỉ người thiết kế quy trình được trình thẩm định.")
    dossier = ReceiveDossier(
        id=command.id,
        procedure_code=PROCEDURE,
        receiving_unit=unit_code,
        owner=Person(name=""),
        form=command.form,
    )
    [received] = opened_once(
        house, actor, [command.id], lambda connection: (_open(house, connection, actor, command, dossier),)
    )
    return received


def _open(
    house: House, connection: Connection, actor: Actor, command: SubmitProcess, dossier: ReceiveDossier
) -> Received:
    case = new_case(house, connection, actor, dossier, "ProcessSubmitted")
    told = _submit(case, command.version_id)
    case.facts |= {"subject": told, "applicant": told["title"], "applicant_key": told["title"].lower()}
    case.row["title"] = told["title"]
    case.start()
    first = next(one for one in case.instance.waiting if one.kind == "task")
    case.keep_form(first.element_id, command.form)
    case.apply(Complete(address=first.address))
    case.data |= told | {"task": first.name, "element": first.element_id}
    case.finish()
    return Received(case_id=command.id, code=case.row["code"])


def _submit(case: Case, version_id: UUID) -> dict[str, Any]:
    row = _version(case, version_id)
    if row.state != "draft":
        raise Refused("Bản này đã trình hoặc đã được phê duyệt.")
    if row.spec is None or any(one["severity"] == "error" for one in row.findings):
        raise ModelRefused("Bản nháp còn lỗi, chưa trình thẩm định được.", findings=row.findings)
    case.connection.execute(
        update(process_version)
        .where(process_version.c.id == version_id)
        .values(state="appraising", approval_case_id=case.id)
    )
    return {
        "version": str(version_id),
        "procedure": row.procedure_code,
        "number": row.number,
        "hash": bytes(row.content_hash).hex(),
        "title": f"{row.manifest['name']} (bản {row.number})",
    }


def submit_again(case: Case, waiting: Waiting, form: Filled) -> None:
    """After it was given back: the draft as it is now goes up, under its new hash."""
    if "subject" not in case.facts:
        return
    case.event_type = "ProcessSubmitted"
    case.facts["subject"] = _submit(case, UUID(case.facts["subject"]["version"]))
    case.data |= case.facts["subject"]


def appraise(case: Case, waiting: Waiting, form: Filled) -> None:
    """Science and Technology found it in order."""
    case.event_type = "ProcessAppraised"
    _state(case, "appraised")


def approve(case: Case, waiting: Waiting, form: Filled) -> None:
    """The chairman's decision, with number and date, on exactly this content."""
    case.event_type = "ProcessApproved"
    number, on = str(form.values.get("decision_number") or "").strip(), str(form.values.get("decision_on") or "")
    if not number or not on:
        raise FormRefused(
            errors={
                name: message
                for name, value, message in (
                    ("decision_number", number, "Ghi số quyết định phê duyệt."),
                    ("decision_on", on, "Ghi ngày quyết định."),
                )
                if not value
            }
        )
    subject = case.facts["subject"]
    decision = publishing.Decision(number=number, on=date.fromisoformat(on), by=case.actor.name)
    publishing.approve(case.connection, UUID(subject["version"]), bytes.fromhex(subject["hash"]), decision)
    case.data |= {"decision_number": number, "decision_on": on, "hash": subject["hash"]}


def publish(case: Case, waiting: Waiting, form: Filled) -> None:
    """On the software from this day; running dossiers stay on the version they began with."""
    case.event_type = "ProcessPublished"
    today = case.calendar.local(case.now).date()
    effective = date.fromisoformat(str(form.values.get("effective_on") or today.isoformat()))
    subject = case.facts["subject"]
    publishing.publish(case.connection, UUID(subject["version"]), effective)
    case.data |= {"effective_on": effective.isoformat(), "hash": subject["hash"]}


def give_back(case: Case) -> None:
    """Returned with a reason: the version is a draft again."""
    if "subject" in case.facts:
        _state(case, "draft")


def _state(case: Case, state: str) -> None:
    subject = case.facts["subject"]
    row = _version(case, UUID(subject["version"]))
    if bytes(row.content_hash).hex() != subject["hash"]:
        raise Refused("Nội dung quy trình đã khác với bản đã trình.")
    case.connection.execute(update(process_version).where(process_version.c.id == row.id).values(state=state))


def _version(case: Case, version_id: UUID) -> Any:
    row = case.connection.execute(
        select(process_version).where(process_version.c.id == version_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise Refused("Không tìm thấy bản quy trình.")
    return row
