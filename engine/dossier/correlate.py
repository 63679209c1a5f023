"""Message correlation between cases: a message that waits is brought to the case that listens for its name and key.

Each side orders a look after its own commit, so whoever commits last sees the other: nothing is polled for, and no
message is missed or taken twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select, text

from engine.dossier import sign
from engine.dossier.actor import SYSTEM, Actor
from engine.dossier.case import Case
from engine.dossier.house import House
from engine.model.elements import listed
from engine.run import Message, Subscription
from engine.store.tables import message

PAIR = text(
    """
    SELECT m.id AS message_id, s.case_id FROM message m JOIN subscription s ON s.message = m.name
    WHERE m.name = :name AND m.taken_at IS NULL
        AND (m.key = :key AND m.key <> '' AND s.key = :key
             OR m.case_id = :case_id AND s.case_id = :case_id AND s.key IN ('', m.key))
    ORDER BY m.sent_at, m.id, s.since, s.case_id LIMIT 1
    """
)
"""The oldest message that somebody listens for, and who has longest; without a key it stays in its own case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlate:
    """What to look for: messages of a name with a key; without one, those that this case sent to itself."""

    message: str
    key: str
    case_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    message_id: UUID
    case_id: UUID


def correlate(house: House, command: Correlate) -> int:
    """Bring every message to its case while there is a pair. Returns how many were taken."""
    taken, passed_over = 0, None
    while (pair := _pair(house, command)) is not None and pair != passed_over:
        if take_message(house, pair):
            taken += 1
        else:
            passed_over = pair  # somebody else has just moved one of the two; seen once more, it is not for us
    return taken


def take_message(house: House, pair: Pair) -> bool:
    """Give one message to one case. False, and nothing is written, when it was taken or the case listens no more."""
    with house.act(SYSTEM, pair.case_id, "MessageTaken") as case:
        row = _held(case.connection, pair.message_id)
        place = None if row is None else _place(case, row)
        if row is None or place is None:
            case.is_void = True
            return False
        element = case.version.program.elements[place.element_id]
        if row.case_id is None:
            case.actor = Actor(kind="agency", name=row.sender)
        case.data = {"element": element.id, "task": element.name, "message": row.name, "key": row.key,
                     "from": row.sender, "sent": str(row.id)}  # fmt: skip
        outputs = listed(element.properties.get("outputs", ""))
        variables = {name: row.payload[name] for name in outputs if name in row.payload}
        case.record.taken_messages.append({"id": row.id, "taken_by": case.id, "taken_at": case.now})
        case.apply(Message(name=row.name, key=place.key, variables=variables))
        if element.properties.get("biz_done") == "true":
            sign.decide(case)
    return True


def _pair(house: House, command: Correlate) -> Pair | None:
    asked = {"name": command.message, "key": command.key, "case_id": command.case_id}
    with house.store.transaction(role="worker") as connection:
        row = connection.execute(PAIR, asked).one_or_none()
    return None if row is None else Pair(message_id=row.message_id, case_id=row.case_id)


def _held(connection: Connection, message_id: UUID) -> Row[Any] | None:
    """The message while nobody has taken it, held until the act ends."""
    untaken = select(message).where(message.c.id == message_id, message.c.taken_at.is_(None))
    return connection.execute(untaken.with_for_update()).one_or_none()


def _place(case: Case, row: Row[Any]) -> Subscription | None:
    """Where the case listens for it; for a message of its own, also without a key."""
    if case.row["closed_at"] is not None:
        return None
    keys = {row.key, ""} if row.case_id == case.id else {row.key} - {""}
    places = (one for one in case.instance.subscriptions if one.message == row.name and one.key in keys)
    return next(places, None)
