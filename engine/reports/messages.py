"""Messages of a case, and those that nobody has taken: what is waited for, what was sent, who took it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Connection, RowMapping, select

from engine.store.tables import cases, message, subscription


class MessageState(StrEnum):
    AWAITED = "awaited"  # this case listens for it
    UNTAKEN = "untaken"  # sent, and nobody listens yet
    SENT = "sent"  # sent, and taken by another case
    TAKEN = "taken"  # by this case


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLine:
    """`other` is the other end: a case's code or an agency; empty where it is not known to this reader."""

    state: MessageState
    name: str
    key: str
    other: str
    at: datetime
    address: str = ""  # where it is awaited


def messages_of(connection: Connection, case_id: UUID) -> list[MessageLine]:
    """What a case waits for first, then what came and went, newest first."""
    awaited = connection.execute(
        select(subscription).where(subscription.c.case_id == case_id).order_by(subscription.c.since)
    ).mappings()
    taker = cases.alias()
    moved = connection.execute(
        select(message, taker.c.code.label("taker"))
        .outerjoin(taker, taker.c.id == message.c.taken_by)
        .where((message.c.case_id == case_id) | (message.c.taken_by == case_id))
        .order_by(message.c.sent_at.desc())
    ).mappings()
    lines = [
        MessageLine(
            state=MessageState.AWAITED, name=row["message"], key=row["key"], other="", at=row["since"],
            address=row["address"],
        )
        for row in awaited
    ]  # fmt: skip
    return lines + [_line(row, case_id) for row in moved]


def untaken(connection: Connection, *, limit: int = 50) -> list[MessageLine]:
    """Messages that left a case or came from an agency and nobody has listened for, oldest first."""
    rows = connection.execute(
        select(message)
        .where(message.c.taken_at.is_(None), message.c.key != "")
        .order_by(message.c.sent_at, message.c.id)
        .limit(limit)
    ).mappings()
    return [
        MessageLine(
            state=MessageState.UNTAKEN, name=row["name"], key=row["key"], other=row["sender"], at=row["sent_at"]
        )
        for row in rows
    ]


def _line(row: RowMapping, case_id: UUID) -> MessageLine:
    if row["taken_by"] == case_id:
        state, other, at = MessageState.TAKEN, row["sender"], row["taken_at"]
    elif row["taken_at"] is None:
        state, other, at = MessageState.UNTAKEN, "", row["sent_at"]
    else:
        state, other, at = MessageState.SENT, row["taker"] or "", row["taken_at"]
    return MessageLine(state=state, name=row["name"], key=row["key"], other=other, at=at)
