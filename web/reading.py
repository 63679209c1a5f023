"""How a view reads: the house, who is asking, and a transaction that sees only what they may see."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID, uuid4

from flask import abort, current_app, request
from sqlalchemy import Connection

from engine.deadlines import running_due
from engine.dossier.actor import Actor
from engine.reports.standing import due_on_screen, due_when_done
from engine.rulesets import Ruleset
from web.auth.sessions import SignedIn, me

if TYPE_CHECKING:
    from engine.dossier.house import House


def house() -> House:
    """The house this application serves."""
    return cast("House", current_app.extensions["motcua"])


def officer() -> SignedIn:
    """Who is signed in; 401 when nobody is."""
    person = me()
    if person is None:
        abort(401)
    return person


def actor() -> Actor:
    """The signed-in officer as acts know them."""
    return officer().actor


def given_id() -> UUID:
    """The id made with the page's form, so that a form sent twice is one deed; a new one for a form without."""
    try:
        return UUID(request.form.get("_id", ""))
    except ValueError:
        return uuid4()


def revision_of_request() -> int:
    """The revision of the work item or the draft as the page showed it; 400 when the field was tampered with."""
    try:
        return int(request.form["_revision"])
    except ValueError:
        abort(400)


@contextmanager
def reading() -> Iterator[Connection]:
    """A transaction that sees the cases of this officer's units, or the whole province for those who watch it."""
    with house().store.transaction(units=actor().units) as connection:
        yield connection


@contextmanager
def counting() -> Iterator[Connection]:
    """For figures over the whole province that name no case and nobody."""
    with house().store.transaction(units=("*",)) as connection:
        yield connection


def soon_after(now: datetime, ruleset: Ruleset) -> datetime:
    """The last due moment that counts as near, in working hours."""
    return running_due(now, ruleset.thresholds.near(None), house().calendar)


def due(
    at: datetime | None, now: datetime, *, is_paused: bool = False, done_at: datetime | None = None
) -> dict[str, Any]:
    """A due moment as macros.due shows it."""
    if done_at is not None:
        return asdict(due_when_done(at, done_at, house().calendar))
    thresholds = house().ruleset_on(now).thresholds
    return asdict(due_on_screen(at, now, house().calendar, thresholds, is_paused=is_paused))
