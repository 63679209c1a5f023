"""Sessions: a random token in a cookie, its hash in `web_session`, read with the officer's roles in one statement."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from flask import current_app, g
from sqlalchemy import ColumnElement, Date, ScalarSelect, cast, delete, func, insert, select, update

from engine.dossier.actor import Actor, Seat
from engine.store.database import Store
from engine.store.tables import authorisation, clock_offset, officer, officer_role, unit, web_session
from web.cookies import SEAT, SESSION, read_cookie

LASTS_AT_MOST = timedelta(hours=12)
LASTS_IDLE = timedelta(hours=2)
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSeat:
    """A role of the officer in a unit, with the unit's name for the switcher."""

    unit_code: str
    unit_name: str
    unit_kind: str
    role: str

    @property
    def key(self) -> str:
        """As the switcher's forms and cookie say it."""
        return f"{self.unit_code}|{self.role}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """The officer behind this request. `seat` is the one chosen in the switcher; None means all of them together."""

    id: UUID
    login: str
    name: str
    title: str
    csrf: str
    seats: tuple[HeldSeat, ...]
    seat: HeldSeat | None
    signs_for: tuple[str, ...] = ()  # units whose documents an authorisation in force lets them sign

    @property
    def actor(self) -> Actor:
        """As the acts and the history name them, acting from the chosen seat's unit."""
        acting = self.seat or (self.seats[0] if self.seats else None)
        return Actor(
            kind="officer",
            name=self.name,
            id=self.id,
            unit_code=acting.unit_code if acting else "",
            seats=frozenset(Seat(unit_code=seat.unit_code, role=seat.role) for seat in self.seats),
            signs_for=frozenset(self.signs_for) - {seat.unit_code for seat in self.seats if seat.role == "unit_head"},
        )

    @property
    def acting_seats(self) -> tuple[HeldSeat, ...]:
        """The seats whose work is shown: the chosen one, or all."""
        return (self.seat,) if self.seat else self.seats


def me() -> SignedIn | None:
    """Who is signed in, looked up once a request."""
    if "me" not in g:
        token = read_cookie(SESSION)
        g.me = find(current_app.extensions["motcua"].store, token) if token else None
    found: SignedIn | None = g.me
    return found


def find(store: Store, token: str) -> SignedIn | None:
    """The officer of a live session; None when it ended, idled out, or the officer was disabled."""
    hashed = _hash(token)
    now = func.clock_timestamp()
    is_live = (
        (web_session.c.token_hash == hashed)
        & (web_session.c.created_at > now - LASTS_AT_MOST)
        & (web_session.c.seen_at > now - LASTS_IDLE)
        & ~officer.c.is_disabled
    )
    query = (
        select(
            officer,
            web_session.c.csrf,
            (web_session.c.seen_at < now - SEEN_EVERY).label("is_stale"),
            officer_role.c.unit_code,
            officer_role.c.role,
            unit.c.name.label("unit_name"),
            unit.c.kind.label("unit_kind"),
            authorised_units(officer.c.id).label("signs_for"),
        )
        .join_from(web_session, officer)
        .outerjoin(officer_role, officer_role.c.officer_id == officer.c.id)
        .outerjoin(unit, unit.c.code == officer_role.c.unit_code)
        .where(is_live)
        .order_by(unit.c.sort_key, officer_role.c.unit_code, officer_role.c.role)
    )
    with store.transaction() as connection:
        rows = connection.execute(query).mappings().all()
        if rows and rows[0]["is_stale"]:
            connection.execute(update(web_session).where(web_session.c.token_hash == hashed).values(seen_at=now))
    if not rows:
        return None
    seats = tuple(
        HeldSeat(unit_code=row["unit_code"], unit_name=row["unit_name"], unit_kind=row["unit_kind"], role=row["role"])
        for row in rows
        if row["role"] is not None
    )
    chosen = read_cookie(SEAT)
    return SignedIn(
        **{name: rows[0][name] for name in ("id", "login", "name", "title", "csrf")},
        seats=seats,
        seat=next((seat for seat in seats if seat.key == chosen), None),
        signs_for=tuple(rows[0]["signs_for"] or ()),
    )


def authorised_units(officer_id: ColumnElement[UUID]) -> ScalarSelect[list[str]]:
    """The units an officer is authorised to sign for on the business day."""
    offset = select(func.make_interval(0, 0, 0, 0, 0, 0, clock_offset.c.offset_seconds)).scalar_subquery()
    moment = func.clock_timestamp() + func.coalesce(offset, timedelta(0))
    today = cast(func.timezone("Asia/Ho_Chi_Minh", moment), Date)
    one = authorisation.c
    return (
        select(func.array_agg(one.unit_code.distinct()))
        .where(one.officer_id == officer_id, one.withdrawn_at.is_(None), one.from_on <= today)
        .where((one.until_on.is_(None)) | (one.until_on >= today))
        .scalar_subquery()
    )


def begin(store: Store, officer_id: UUID) -> str:
    """A new session, and its token. Long dead sessions are swept on the way."""
    token = secrets.token_urlsafe(32)
    with store.transaction() as connection:
        connection.execute(delete(web_session).where(web_session.c.created_at < func.clock_timestamp() - LASTS_AT_MOST))
        connection.execute(
            insert(web_session).values(token_hash=_hash(token), officer_id=officer_id, csrf=secrets.token_urlsafe(32))
        )
    return token


def end(store: Store, token: str) -> None:
    """Forget a session."""
    with store.transaction() as connection:
        connection.execute(delete(web_session).where(web_session.c.token_hash == _hash(token)))


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
