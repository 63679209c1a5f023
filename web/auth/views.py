"""Signing in and out, and choosing the role to act in."""

from __future__ import annotations

import functools
from collections import Counter
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from engine.store.tables import officer, officer_role, unit
from web.auth import sessions
from web.auth.sessions import me
from web.cookies import SEAT, SESSION, drop_cookie, read_cookie, set_cookie
from web.doors import public
from web.throttle import Guessed, count_try, forgive
from web.words import ROLES

blueprint = Blueprint("auth", __name__)
hasher = PasswordHasher()
STARTING_ROLES = (
    "counter_officer", "case_officer", "signer", "control_officer", "process_designer", "iso_appraiser",
    "process_approver", "auditor", "administrator",
)  # fmt: skip


@functools.cache
def nobody_hash() -> str:
    """Verified when the login is unknown, so that both answers take the same time. Made at first use: it is slow."""
    return hasher.hash("no such officer")


@blueprint.get("/sign-in")
@public
def sign_in() -> str | AnyResponse:
    """The sign-in page."""
    if me() is not None:
        return redirect(safe_next())
    return sign_in_page()


@blueprint.post("/sign-in")
@public
def check_password() -> AnyResponse | tuple[str, int]:
    """Sign in by login and password."""
    login = request.form.get("login", "").strip().lower()
    store = current_app.extensions["motcua"].store
    guesses = Guessed.of("sign-in", login, request.remote_addr or "")
    count_try(store, *guesses)
    officer_id = right_officer(login, request.form.get("password", ""))
    if officer_id is None:
        return sign_in_page(login=login, error="Tên đăng nhập hoặc mật khẩu không đúng."), 422
    forgive(store, *guesses)
    return signed_in(officer_id)


@blueprint.post("/sign-in/demo")
@public
def sign_in_as_demo() -> AnyResponse:
    """Sign in as one of the demo people, by one tap. Only in demo mode."""
    if not is_demo():
        abort(404)
    with current_app.extensions["motcua"].store.transaction() as connection:
        officer_id = connection.scalar(
            select(officer.c.id).where(
                officer.c.login == request.form.get("login", ""), officer.c.is_demo, ~officer.c.is_disabled
            )
        )
    if officer_id is None:
        abort(404)
    return signed_in(officer_id)


@blueprint.post("/sign-out")
@public
def sign_out() -> AnyResponse:
    """End the session here and on the server."""
    token = read_cookie(SESSION)
    if token:
        sessions.end(current_app.extensions["motcua"].store, token)
    response = redirect(url_for("auth.sign_in"))
    drop_cookie(response, SESSION)
    drop_cookie(response, SEAT)
    return response


@blueprint.post("/seat")
def choose_seat() -> AnyResponse:
    """Act in one of my roles from now on, or in all of them together."""
    person = me()
    chosen = request.form.get("seat", "")
    if person is None or (chosen and chosen not in {seat.key for seat in person.seats}):
        abort(404)
    response = redirect(safe_next())
    if chosen:
        set_cookie(response, SEAT, chosen)
    else:
        drop_cookie(response, SEAT)
    return response


def right_officer(login: str, password: str) -> UUID | None:
    """The officer with this login, when the password is theirs. Production has no demo people."""
    with current_app.extensions["motcua"].store.transaction() as connection:
        row = connection.execute(select(officer).where(officer.c.login == login)).mappings().one_or_none()
    may_enter = row is not None and not row["is_disabled"] and (is_demo() or not row["is_demo"])
    stored = row["password_hash"] if row is not None and may_enter and row["password_hash"] else nobody_hash()
    try:
        hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return None
    return row["id"] if row is not None and stored is not nobody_hash() else None


def signed_in(officer_id: UUID) -> AnyResponse:
    """Begin a new session, never the one a visitor came with."""
    store = current_app.extensions["motcua"].store
    before = read_cookie(SESSION)
    if before:
        sessions.end(store, before)
    response = redirect(safe_next())
    set_cookie(response, SESSION, sessions.begin(store, officer_id))
    drop_cookie(response, SEAT)
    return response


def safe_next() -> str:
    """Where to go on: a path of ours, never another host."""
    wanted = request.form.get("next") or request.args.get("next") or "/"
    is_ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and "\\" not in wanted
    return wanted if is_ours and wanted.isprintable() else "/"


def sign_in_page(login: str = "", error: str = "") -> str:
    """The page, with the demo people in demo mode."""
    groups = demo_people()
    return render_template(
        "auth/sign_in.html", login=login, error=error, next=safe_next(), groups=groups, starters=starters(groups)
    )


def demo_people() -> list[dict[str, Any]]:
    """Demo officers grouped by unit, each once, with their roles in words."""
    if not is_demo():
        return []
    query = (
        select(
            officer.c.login,
            officer.c.name,
            officer.c.title,
            officer_role.c.role,
            unit.c.name.label("unit"),
            unit.c.locality,
        )
        .join_from(officer, officer_role)
        .join(unit)
        .where(officer.c.is_demo, ~officer.c.is_disabled)
        .order_by(unit.c.level.desc(), unit.c.sort_key, unit.c.code, officer.c.sort_key, officer_role.c.role)
    )
    with current_app.extensions["motcua"].store.transaction() as connection:
        rows = connection.execute(query).mappings().all()
    groups: dict[str, list[dict[str, Any]]] = {}
    placed: dict[str, dict[str, Any]] = {}
    for row in rows:
        person = placed.get(row["login"])
        if person is None:
            person = {name: row[name] for name in ("login", "name", "title", "unit", "locality")} | {"role_codes": []}
            placed[row["login"]] = person
            groups.setdefault(row["unit"], []).append(person)
        if row["role"] not in person["role_codes"]:
            person["role_codes"].append(row["role"])
    for person in placed.values():
        person["roles"] = [ROLES.get(code, code) for code in person["role_codes"]]
    return [{"unit": name, "people": people} for name, people in groups.items()]


def starters(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One person for each part of the story, to begin with: those of one commune where there are any, so that a dossier
    received by the first is the second's to handle.
    """
    people = [person for group in groups for person in group["people"]]
    communes = Counter(person["locality"] for person in people if person["locality"])
    home = communes.most_common(1)[0][0] if communes else None
    people.sort(key=lambda person: (person["locality"] != home, len(person["role_codes"])))
    found: dict[str, dict[str, Any]] = {}
    for role in STARTING_ROLES:
        person = next((one for one in people if role in one["role_codes"] and one["login"] not in found), None)
        if person is not None:
            found[person["login"]] = person | {"part": ROLES[role]}
    return list(found.values())


def is_demo() -> bool:
    """Whether this house is a demonstration."""
    return bool(current_app.extensions["motcua"].settings.mode == "demo")
