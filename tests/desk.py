"""An officer of the small province at the pages, without a browser: signed in, with the token their forms carry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engine.dossier.actor import Actor, Seat
from engine.store.tables import officer, officer_role
from tests.province import Province
from web.app import create_app
from web.auth import sessions
from web.cookies import SESSION

TOKEN = re.compile(r'name="csrf" content="([\w-]+)"')


@dataclass
class Desk:
    """One officer's pages."""

    province: Province
    actor: Actor
    client: FlaskClient

    @classmethod
    def of(cls, province: Province, actor: Actor) -> Desk:
        desk = cls(province=province, actor=actor, client=create_app(province.house).test_client())
        desk.sign_in()
        return desk

    def sign_in(self) -> None:
        """Begin a new session; pages opened before carry the former one's token."""
        assert self.actor.id is not None
        self.client.set_cookie(SESSION, sessions.begin(self.province.house.store, self.actor.id))

    def sign_out(self) -> None:
        self.client.delete_cookie(SESSION)

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def token(self) -> str:
        found = TOKEN.search(self.client.get("/inbox").text)
        assert found is not None
        return found[1]

    def post(self, path: str, token: str | None = None, **fields: Any) -> TestResponse:
        """Send a form; lists are named with their brackets through `fields`."""
        data = {name.replace("__", "[]"): value for name, value in fields.items()}
        return self.client.post(path, data=data | {"_csrf": token if token is not None else self.token()})


def with_role(province: Province, role: str) -> Actor:
    """Somebody who holds one role of the province's own."""
    person = Actor(
        kind="officer",
        name=f"Người {role}",
        id=uuid4(),
        unit_code="H27.05",
        seats=frozenset({Seat(unit_code="H27.05", role=role)}),
    )
    with province.house.store.transaction(role="owner") as connection:
        connection.execute(officer.insert().values(id=person.id, login=role, name=person.name))
        connection.execute(officer_role.insert().values(officer_id=person.id, unit_code="H27.05", role=role))
    return person
