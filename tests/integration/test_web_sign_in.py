"""Signing in and out on a real database: sessions, roles, throttling, demo people."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from flask import Flask, jsonify
from flask.testing import FlaskClient
from sqlalchemy import select, text, update

from engine.store.database import Store
from engine.store.settings import Settings
from engine.store.tables import officer, officer_role, sign_in_attempt, unit, web_session
from web.auth.sessions import me
from web.frame import create_frame

PASSWORD = "một mật khẩu đủ dài"
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
UNIT, LEADERS = "H29.12", "H29.01"


@pytest.fixture
def people(store: Store) -> Store:
    """Two officers with passwords, one of them a demo person with two roles."""
    ids = {"hoa.nt": uuid4(), "an.pv": uuid4()}
    with store.transaction(role="owner") as connection:
        for code, name in ((UNIT, "Trung tâm PVHCC xã Sơn Trung"), (LEADERS, "UBND xã Sơn Trung")):
            connection.execute(unit.insert().values(code=code, name=name, kind="commune.one_stop", level="commune"))
        for login, name, is_demo in (("hoa.nt", "Nguyễn Thị Hòa", True), ("an.pv", "Phạm Văn An", False)):
            row = {"id": ids[login], "login": login, "name": name, "is_demo": is_demo, "password_hash": HASH}
            connection.execute(officer.insert().values(**row))
        for login, code, role in (
            ("hoa.nt", UNIT, "counter_officer"), ("hoa.nt", LEADERS, "signer"), ("an.pv", UNIT, "auditor"),
        ):  # fmt: skip
            connection.execute(officer_role.insert().values(officer_id=ids[login], unit_code=code, role=role))
    return store


def build(store: Store, settings: Settings) -> Flask:
    app = create_frame(SimpleNamespace(store=store, settings=settings))  # type: ignore[arg-type]

    @app.get("/me")
    def whoami() -> object:
        person = me()
        assert person is not None
        return jsonify(
            name=person.name, unit=person.actor.unit_code, acting=[seat.key for seat in person.acting_seats],
            held=sorted(f"{seat.unit_code}|{seat.role}" for seat in person.actor.seats),
        )  # fmt: skip

    return app


@pytest.fixture
def app(people: Store, settings: Settings) -> Flask:
    return build(people, settings)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def token(client: FlaskClient, path: str = "/sign-in") -> str:
    found = re.search(r'name="_csrf" value="([\w-]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def sign_in(client: FlaskClient, login: str = "an.pv", password: str = PASSWORD, **more: str) -> int:
    data = {"login": login, "password": password, "_csrf": token(client)} | more
    return client.post("/sign-in", data=data).status_code


def test_the_right_password_opens_and_the_session_names_the_officer(client: FlaskClient) -> None:
    assert client.get("/me").status_code == 302
    assert sign_in(client) == 302
    assert client.get("/me").json == {
        "name": "Phạm Văn An",
        "unit": UNIT,
        "acting": [f"{UNIT}|auditor"],
        "held": [f"{UNIT}|auditor"],
    }


@pytest.mark.parametrize(("login", "password"), [("an.pv", "sai"), ("nobody", PASSWORD), ("", ""), ("an.pv", "")])
def test_anything_else_does_not(client: FlaskClient, login: str, password: str) -> None:
    assert sign_in(client, login, password) == 422
    assert client.get("/me").status_code == 302


def test_the_database_keeps_no_token(client: FlaskClient, people: Store) -> None:
    sign_in(client)
    cookie = client.get_cookie("motcua_session")
    assert cookie is not None
    with people.transaction() as connection:
        row = connection.execute(select(web_session)).mappings().one()
    assert cookie.value.encode() not in bytes(row["token_hash"])
    assert len(cookie.value) >= 43


def test_a_session_brought_along_is_not_the_one_signed_in(client: FlaskClient) -> None:
    sign_in(client)
    before = client.get_cookie("motcua_session")
    client.post("/sign-in", data={"login": "an.pv", "password": PASSWORD, "_csrf": csrf_of(client)})
    after = client.get_cookie("motcua_session")
    assert before is not None
    assert after is not None
    assert before.value != after.value


def csrf_of(client: FlaskClient) -> str:
    found = re.search(r'<meta name="csrf" content="([\w-]+)"', client.get("/nowhere").text)
    assert found is not None
    return found[1]


def test_signing_out_ends_the_session_on_the_server(client: FlaskClient, app: Flask) -> None:
    sign_in(client)
    stolen = client.get_cookie("motcua_session")
    assert client.post("/sign-out", data={"_csrf": csrf_of(client)}).status_code == 302
    thief = app.test_client()
    assert stolen is not None
    thief.set_cookie("motcua_session", stolen.value)
    assert thief.get("/me").status_code == 302


@pytest.mark.parametrize(
    "ended",
    [
        "update officer set is_disabled = true",
        "update web_session set created_at = created_at - interval '13 hours'",
        "update web_session set seen_at = seen_at - interval '3 hours'",
    ],
)
def test_a_disabled_officer_and_an_old_session_are_out_at_once(client: FlaskClient, people: Store, ended: str) -> None:
    sign_in(client)
    assert client.get("/me").status_code == 200
    with people.transaction(role="owner") as connection:
        connection.execute(text(ended))
    assert client.get("/me").status_code == 302


def test_being_seen_keeps_a_session_alive(client: FlaskClient, people: Store) -> None:
    sign_in(client)
    with people.transaction(role="owner") as connection:
        connection.execute(update(web_session).values(seen_at=text("clock_timestamp() - interval '100 minutes'")))
    client.get("/me")
    with people.transaction() as connection:
        age = connection.scalar(text("select clock_timestamp() - max(seen_at) from web_session"))
    assert age is not None
    assert age.total_seconds() < 60


def test_guessing_is_slowed_per_login_and_address(client: FlaskClient, app: Flask) -> None:
    assert [sign_in(client, "an.pv", "sai") for _ in range(6)] == [422] * 5 + [429]
    assert sign_in(client, "an.pv") == 429
    assert sign_in(client, "hoa.nt") == 302
    other = app.test_client()
    data = {"login": "an.pv", "password": PASSWORD, "_csrf": token(other)}
    elsewhere = other.post("/sign-in", data=data, environ_base={"REMOTE_ADDR": "10.0.0.9"})
    assert elsewhere.status_code == 302


def test_the_wait_ends_and_success_forgives(client: FlaskClient, people: Store) -> None:
    for _ in range(6):
        sign_in(client, "an.pv", "sai")
    with people.transaction(role="owner") as connection:
        connection.execute(update(sign_in_attempt).values(since=text("clock_timestamp() - interval '31 seconds'")))
    assert sign_in(client) == 302
    with people.transaction() as connection:
        assert connection.execute(select(sign_in_attempt)).all() == []


def test_demo_people_enter_by_one_tap(client: FlaskClient) -> None:
    page = client.get("/sign-in").text
    assert "Nguyễn Thị Hòa" in page
    assert "Tiếp nhận hồ sơ" in page
    assert "Phạm Văn An" not in page
    answer = client.post("/sign-in/demo", data={"login": "hoa.nt", "_csrf": token(client), "next": "/me"})
    assert answer.location == "/me"
    assert client.get("/me").status_code == 200


@pytest.mark.parametrize("login", ["an.pv", "nobody", ""])
def test_nobody_else_enters_by_one_tap(client: FlaskClient, login: str) -> None:
    assert client.post("/sign-in/demo", data={"login": login, "_csrf": token(client)}).status_code == 404


def test_production_knows_no_demo_people(people: Store, settings: Settings) -> None:
    settings.make_key("web")
    client = build(people, replace(settings, mode="production")).test_client()
    assert "Nguyễn Thị Hòa" not in client.get("/sign-in").text
    assert client.post("/sign-in/demo", data={"login": "hoa.nt", "_csrf": token(client)}).status_code == 404
    assert sign_in(client, "hoa.nt") == 422
    assert sign_in(client, "an.pv") == 302


def test_an_officer_acts_in_one_role_or_in_all(client: FlaskClient) -> None:
    client.post("/sign-in/demo", data={"login": "hoa.nt", "_csrf": token(client)})
    everything = client.get("/me").json
    csrf = csrf_of(client)
    client.post("/seat", data={"seat": f"{LEADERS}|signer", "_csrf": csrf})
    one = client.get("/me").json
    assert everything is not None
    assert one is not None
    assert everything["acting"] == [f"{LEADERS}|signer", f"{UNIT}|counter_officer"]
    assert (one["acting"], one["unit"]) == ([f"{LEADERS}|signer"], LEADERS)
    assert one["held"] == everything["held"]
    assert client.post("/seat", data={"seat": f"{UNIT}|auditor", "_csrf": csrf}).status_code == 404
    client.post("/seat", data={"seat": "", "_csrf": csrf})
    assert client.get("/me").json == everything


def test_a_forged_choice_of_role_gives_nothing(client: FlaskClient) -> None:
    sign_in(client)
    client.set_cookie("motcua_seat", f"{UNIT}|administrator")
    assert client.get("/me").json == {
        "name": "Phạm Văn An",
        "unit": UNIT,
        "acting": [f"{UNIT}|auditor"],
        "held": [f"{UNIT}|auditor"],
    }
