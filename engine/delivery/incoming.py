"""Messages that a neighbour sends of its own accord: read strictly, kept once, and brought to whoever listens."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from uuid import UUID, uuid5

import jsonschema_rs
import orjson
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from engine.delivery.contract import Incoming
from engine.errors import InputError
from engine.store.tables import message

_OF_NEIGHBOURS = UUID("6f6f3f0e-9d0b-5a0e-8a54-1f1c5b7f6c02")
"""Under it, what a neighbour calls its message becomes the message's id."""

_NAME = {"type": "string", "minLength": 1, "maxLength": 200}
_SHAPE = {
    "type": "object",
    "required": ["from", "message", "key"],
    "additionalProperties": False,
    "properties": {
        "from": _NAME,
        "message": _NAME,
        "key": _NAME,
        "fields": {
            "type": "object",
            "maxProperties": 50,
            "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]{0,99}$"},
            "additionalProperties": {"type": ["string", "number", "boolean", "null"], "maxLength": 4000},
        },
    },
}


def read_message(connector: str, message_id: str, body: bytes) -> Incoming:
    """An authentic body as a message. Raises InputError with what is wrong and where."""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise InputError("Thông điệp không phải là JSON.") from None
    wrong = next(_shape().iter_errors(told), None)
    if wrong is not None:
        where = "/".join(str(part) for part in wrong.instance_path) or "thông điệp"
        raise InputError(f"Thông điệp không đúng mẫu ở “{where}”: {wrong.message}.")
    return Incoming(
        connector=connector,
        message_id=message_id,
        sender=told["from"],
        name=told["message"],
        key=told["key"],
        payload=told.get("fields", {}),
    )


def record_message(connection: Connection, incoming: Incoming, *, at: datetime) -> bool:
    """Keep it until a case takes it; `at` is business time. False for one that has been told before."""
    kept = insert(message).values(
        id=uuid5(_OF_NEIGHBOURS, f"{incoming.connector}:{incoming.message_id}"),
        name=incoming.name,
        key=incoming.key,
        payload=dict(incoming.payload),
        sender=incoming.sender,
        sent_at=at,
    )
    return connection.execute(kept.on_conflict_do_nothing().returning(message.c.id)).first() is not None


@cache
def _shape() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(_SHAPE)
