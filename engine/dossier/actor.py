"""Who acts: an officer in one of their roles, the system itself, another agency, or the applicant."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from engine.errors import NotAllowed

ActorKind = Literal["officer", "system", "agency", "applicant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A role held in a unit."""

    unit_code: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The one an event names. `unit_code` is where they act from now; `seats` all they hold."""

    kind: ActorKind
    name: str
    id: UUID | None = None
    unit_code: str = ""
    seats: frozenset[Seat] = field(default_factory=frozenset)
    acting_for: UUID | None = None
    signs_for: frozenset[str] = field(default_factory=frozenset)  # units whose documents they are authorised to sign

    @property
    def units(self) -> tuple[str, ...]:
        """The units whose cases this actor may see; `*` for the system and for those who watch the whole province."""
        if self.kind == "system" or any(seat.role in WATCHING_ROLES for seat in self.seats):
            return ("*",)
        mine = {self.unit_code} if self.unit_code else set()
        return tuple(sorted({seat.unit_code for seat in self.seats} | mine | self.signs_for))

    def holds(self, role: str, unit_code: str) -> bool:
        """Whether this actor has that role in that unit."""
        return self.kind == "system" or Seat(unit_code=unit_code, role=role) in self.seats

    def has_role(self, role: str) -> bool:
        """Whether this actor has that role anywhere."""
        return self.kind == "system" or any(seat.role == role for seat in self.seats)

    def must_hold(self, role: str, unit_code: str) -> None:
        """Raise NotAllowed unless this actor holds the role in the unit, or heads the unit."""
        if not (self.holds(role, unit_code) or self.holds("unit_head", unit_code)):
            raise NotAllowed

    def for_event(self) -> dict[str, str]:
        """As an event records it."""
        told = {"kind": self.kind, "name": self.name, "unit": self.unit_code}
        if self.id is not None:
            told["id"] = str(self.id)
        if self.acting_for is not None:
            told["for"] = str(self.acting_for)
        return told


WATCHING_ROLES = frozenset({"auditor", "control_officer", "administrator"})
"""Roles that see every case of the province."""

SYSTEM = Actor(kind="system", name="Hệ thống")
