"""Officers and the seats they hold: who may sign in, and in which unit they have which role."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from engine.store.tables import officer, officer_role
from engine.store.text import person_sort_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """A person who works here. `seats` are (unit code, role). Without a password hash nobody signs in as them."""

    id: UUID
    login: str
    name: str
    title: str
    seats: tuple[tuple[str, str], ...]
    password_hash: str | None = None
    is_demo: bool = False


def add_officers(connection: Connection, officers: Iterable[Officer]) -> None:
    """Add officers with their seats; one whose login is taken is left as it is."""
    for one in officers:
        added = connection.execute(
            insert(officer)
            .values(
                id=one.id,
                login=one.login,
                name=one.name,
                title=one.title,
                sort_key=person_sort_key(one.name),
                password_hash=one.password_hash,
                is_demo=one.is_demo,
            )
            .on_conflict_do_nothing()
        )
        if added.rowcount and one.seats:
            seats = [{"officer_id": one.id, "unit_code": unit, "role": role} for unit, role in one.seats]
            connection.execute(officer_role.insert(), seats)
