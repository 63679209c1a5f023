"""By what right somebody signs in a unit's name: as its head, or by an authorisation (KT., TL., TUQ.) in force."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Connection

from engine.catalogue.authorisations import KINDS, Authorisation, authorisations_of
from engine.deadlines import Calendar
from engine.dossier.actor import Actor, Seat
from engine.errors import NotAllowed

if TYPE_CHECKING:
    from engine.dossier.case import Case
    from engine.dossier.house import House


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """What the signature block says above the name, and the authorisation behind it."""

    unit_code: str
    capacity: str = ""
    title: str = ""
    basis: str = ""
    authorisation_id: UUID | None = None

    def for_event(self) -> dict[str, str]:
        """As an event records it; a head's own right says only for which unit."""
        told = {"unit": self.unit_code, "capacity": self.capacity, "title": self.title, "basis": self.basis}
        if self.authorisation_id is not None:
            told["authorisation"] = str(self.authorisation_id)
        return {name: value for name, value in told.items() if value}


def as_signer(actor: Actor) -> Actor:
    """The same person, with a head's seat in each unit whose leader or authorised signer they are.

    It opens the line that lays a draft before a head; `authority_to_sign` still decides.
    """
    units = actor.signs_for | {one.unit_code for one in actor.seats if one.role == "signer"}
    seats = {Seat(unit_code=code, role="unit_head") for code in units}
    return replace(actor, seats=actor.seats | seats) if seats else actor


def authority_to_sign(case: Case, kind: str, unit_code: str) -> Authority:
    """The right of this act's actor to sign a kind of document for a unit today. Raises NotAllowed."""
    return right_to_sign(case.house, case.connection, case.actor, kind, unit_code, case.now)


def right_to_sign(
    house: House, connection: Connection, actor: Actor, kind: str, unit_code: str, now: datetime
) -> Authority:
    """The right to sign a kind of document for a unit at a moment. Raises NotAllowed.

    Whoever is recorded as signing for a unit signs by that record alone: a deputy whose assignment ended signs no more,
    whatever role they hold. Nobody recorded: the head's own role is enough.
    """
    if actor.kind != "officer" or actor.id is None:
        return Authority(unit_code=unit_code)
    today = Calendar.local(now).date()
    recorded = authorisations_of(connection, actor.id, unit_code)
    for one in recorded:
        if one.is_in_force(today) and one.covers(kind):
            return _of(one)
    unit, document = house.directory.name(unit_code), KINDS.get(kind, kind).lower()
    if recorded:
        raise NotAllowed(f"Phân công ký của bạn cho {unit} không còn hiệu lực hoặc không gồm {document}.")
    if not any(actor.holds(role, unit_code) for role in ("unit_head", "signer")) or unit_code in actor.signs_for:
        raise NotAllowed(f"Bạn không có thẩm quyền ký {document} của {unit}.")
    return Authority(unit_code=unit_code)


def unit_led(case: Case) -> str:
    """The unit in whose name this actor signs: the lead unit where they lead it, else the one taking part they lead."""
    units = [case.row["lead_unit"], *case.row["participants"]]
    led = (one for one in units if case.actor.holds("unit_head", one) or case.actor.holds("signer", one))
    return str(next(led, case.row["lead_unit"]))


def signer_of(actor: Actor, authority: Authority | None) -> dict[str, Any] | None:
    """Who signs a letter, as its row keeps it."""
    if actor.id is None:
        return None
    told: dict[str, Any] = {"id": str(actor.id), "name": actor.name}
    if authority is not None and authority.title:
        told |= {"capacity": authority.capacity, "title": authority.title}
    return told


def _of(one: Authorisation) -> Authority:
    return Authority(
        unit_code=one.unit_code,
        capacity=one.printed_capacity,
        title=one.title,
        basis=one.basis,
        authorisation_id=one.id,
    )
