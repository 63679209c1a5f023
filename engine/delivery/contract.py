"""What a connector to another agency must offer, and the values that cross the border of the house.

A connector sends one order at a time, outside any database transaction. The order's id is the idempotency key: a
neighbour that has seen it answers as it did before and does nothing twice. Answers come back at once (a final receipt),
by a signed callback, or by polling.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

import jsonschema_rs
import orjson


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing a neighbour can be asked to do; `inputs` is the JSON Schema of the payload."""

    name: str
    title: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    waits_for_answer: bool = False

    def objections(self, payload: Mapping[str, Any]) -> list[str]:
        """Why this payload cannot be sent, in Vietnamese; empty when it can."""
        validator = _validator(orjson.dumps(self.inputs))
        return [_objection(error, self.inputs) for error in validator.iter_errors(dict(payload))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What one delivery asks of a neighbour. `id` is the idempotency key and never changes between tries."""

    id: UUID
    operation: str
    case_code: str
    payload: Mapping[str, Any]
    callback_url: str
    target_unit: str | None = None
    ordered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The neighbour took the order. `is_final` means nothing more will come: `answer` is all there is."""

    reference: str | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)
    is_final: bool = False
    answer: Mapping[str, Any] | None = None


class Outcome(StrEnum):
    """What a callback says about its order."""

    PROGRESS = "progress"  # news, nothing to decide
    ANSWERED = "answered"  # the final answer: the waiting task may go on
    REJECTED = "rejected"  # the neighbour will not do it


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """News from a neighbour, authentic and well formed. Names its order by our id or by the neighbour's reference."""

    connector: str
    message_id: str
    outcome: Outcome
    payload: Mapping[str, Any]
    order_id: UUID | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A message that nobody ordered, authentic and well formed: for the case that listens for its name and key."""

    connector: str
    message_id: str
    sender: str  # the agency, as histories name it
    name: str
    key: str
    payload: Mapping[str, Any]


class Connector(Protocol):
    """A neighbour's door. `send` raises DeliveryFailed or NotConfigured; `parse_callback` NotAllowed or InputError."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def operations(self) -> Mapping[str, Operation]: ...

    def send(self, order: Order) -> Receipt: ...

    def parse_callback(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Callback: ...

    def check_config(self) -> list[str]:
        """What is wrong with the settings or the connection, one Vietnamese sentence each; empty when all is well."""
        ...


@runtime_checkable
class AnswersByPolling(Protocol):
    """A neighbour that cannot call us: we ask it what is new since the last cursor."""

    def fetch_answers(self, cursor: str | None = None) -> tuple[Sequence[Callback], str | None]: ...


@runtime_checkable
class SendsMessages(Protocol):
    """A neighbour that may also tell a case something it was not asked. Raises NotAllowed or InputError."""

    def parse_message(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Incoming: ...


@cache
def _validator(schema: bytes) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(orjson.loads(schema), validate_formats=True)


def _objection(error: jsonschema_rs.ValidationError, schema: Mapping[str, Any]) -> str:
    properties: Mapping[str, Any] = schema.get("properties", {})

    def title(name: str) -> str:
        return str(properties.get(name, {}).get("title", name))

    kind = error.kind
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.Required):
        return f"Thiếu “{title(kind.property)}”."
    where = str(error.instance_path[0]) if error.instance_path else ""
    return f"“{title(where)}” không hợp lệ." if where else "Nội dung gửi đi không hợp lệ."
