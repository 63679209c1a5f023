"""Correct what was written down wrongly at reception (đính chính); the old value stays in the history."""

from __future__ import annotations

from dataclasses import dataclass, fields
from uuid import UUID

from sqlalchemy import select, update

from engine.dossier.actor import Actor
from engine.dossier.command import Person
from engine.dossier.house import House
from engine.errors import FormRefused, NotAllowed
from engine.history.personal import commit
from engine.store.tables import party, work_item
from engine.store.text import search_key, vietnamese_sort_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Correct:
    case_id: UUID
    role: str  # owner | submitter
    person: Person
    reason: str


def correct(house: House, actor: Actor, command: Correct) -> None:
    """Replace a party's particulars. Raises FormRefused without a reason or a name."""
    if not command.person.name.strip():
        raise FormRefused(errors={"name": "Nhập họ và tên."})
    if not command.reason.strip():
        raise FormRefused(errors={"reason": "Ghi rõ lý do đính chính."})
    with house.act(actor, command.case_id, "DossierCorrected") as case:
        if not any(actor.holds("counter_officer", unit) for unit in case.row["participants"]):
            raise NotAllowed
        before = (
            case.connection.execute(select(party).where(party.c.case_id == case.id, party.c.role == command.role))
            .mappings()
            .one_or_none()
        )
        changed = [
            one.name
            for one in fields(Person)
            if before is None or before[one.name] != getattr(command.person, one.name)
        ]
        if not changed:
            case.is_void = True  # sent twice
            return
        case.record.parties.append(
            {"case_id": case.id, "role": command.role}
            | {one.name: getattr(command.person, one.name) for one in fields(Person)}
            | {
                "name_search": search_key(command.person.name),
                "sort_key": vietnamese_sort_key(command.person.name),
            }
        )
        for field in changed:
            case.personal.append(commit(f"{command.role}.{field}", str(getattr(command.person, field))))
        if command.role == "owner":
            name = {"applicant": command.person.name, "applicant_key": search_key(command.person.name)}
            case.facts |= name
            shown = update(work_item).where(work_item.c.case_id == case.id, work_item.c.state == "open")
            case.connection.execute(shown.values(name))
        case.data = {"role": command.role, "fields": changed, "reason": command.reason.strip()}
