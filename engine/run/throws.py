"""Where a thrown event goes.

Outwards through the scopes (error, escalation, cancel), everywhere (signal), to one waiting token or out of the house
(message).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine.model.elements import EventDefinition
from engine.run.listeners import Listener
from engine.run.values import Sent

if TYPE_CHECKING:
    from engine.run.machine import Machine
    from engine.run.tokens import Scope, Token


def throw(machine: Machine, token: Token, definition: EventDefinition) -> None:
    """Delivers what the token's element throws. May remove the token."""
    if definition.kind == "message":
        _message(machine, token, definition)
    elif definition.kind == "signal":
        machine.record.signals.append(definition.name)
        signal(machine, definition.name)
    elif definition.kind == "terminate":
        token.workflow.clear()
        machine.settle(token.workflow)
    elif definition.kind in {"error", "escalation", "cancel"}:
        if definition.kind == "error":
            token.data.update({"error_code": definition.code or definition.name, "error_message": ""})
        is_caught = outwards(token.workflow, definition.kind, definition.code or definition.name, at=token)
        if not is_caught and definition.kind == "error":
            machine.fail_case(
                f"Lỗi “{definition.code or definition.name}” tại {token.task_spec.node.label} không được bắt."
            )


def outwards(scope: Scope, kind: str, code: str, at: Token | None = None) -> bool:
    """The innermost catcher wins: a boundary of `at`, then each scope's event sub-processes and its host's boundary.

    What an event sub-process throws leaves it: it does not begin the same one again.
    """
    host: Token | None = at
    left = ""
    while True:
        if host is None:
            armed = [token for token in _armed_in(scope) if token.task_spec.node.scope != left]
            found = _first(armed, kind, code)
            if found is None and scope.host is None:
                return False
            host = scope.host
        else:
            found = _first(_armed_at(host), kind, code)
            scope, left, host = host.workflow, host.task_spec.node.id, None
        if found is not None:
            token, index = found
            token.task_spec.caught(token, index)
            return True


def signal(machine: Machine, name: str) -> int:
    """Everything that waits for the signal catches it. Returns how many did."""
    caught = 0
    for token, index, definition in list(listening(machine, "signal")):
        if definition.name == name and token.still_stands and token.is_waiting:
            token.task_spec.caught(token, index)
            caught += 1
    return caught


def receiver(
    machine: Machine, name: str, key: str, carried: Mapping[str, Any] | None = None
) -> tuple[Token, int] | None:
    """The oldest token that waits for the message; one with a key takes only its own.

    A message that comes without a key has the one that the process finds in what it carries.
    """
    for token, index, definition in listening(machine, "message"):
        if definition.name != name:
            continue
        own = key
        if not key and carried is not None and "message_key" in definition.properties:
            text = definition.properties["message_key"]
            own = token.task_spec.correlation_key(text, lambda field: (field in carried, carried.get(field)))
        if is_keyless(token):
            token.task_spec.find_key(token)
        if not is_keyless(token) and token.internal_data.get("key", own) == own:
            return token, index
    return None


def is_keyless(token: Token) -> bool:
    """It has a correlation key that nobody knows yet: no message is for it."""
    return token.internal_data.get("key") == ""


def find_keys(machine: Machine) -> None:
    """What listens beside the flow for a key that nobody knew until now looks for it again."""
    for token, _, _ in listening(machine, "message"):
        if is_keyless(token):
            token.task_spec.find_key(token)


def listening(machine: Machine, kind: str) -> Iterator[tuple[Token, int, EventDefinition]]:
    """Every waiting token that listens to this kind of event, oldest first; not one that has had it already."""
    waiting = [token for scope in machine.scopes() for token in scope.tokens() if token.is_waiting]
    for token in sorted(waiting, key=lambda each: int(each.id)):
        if isinstance(token.task_spec, Listener):
            for index, definition in enumerate(token.task_spec.node.definitions):
                if definition.kind == kind and index not in token.internal_data.get("seen", ()):
                    yield token, index, definition


def _message(machine: Machine, token: Token, definition: EventDefinition) -> None:
    node, name = token.task_spec.node, definition.name
    payload = {field: token.data.look_up(field)[1] for field in node.inputs}
    key_text = definition.properties.get("correlation") or node.properties.get("correlation", "")
    key = token.task_spec.correlation_key(key_text, token.data.look_up) if key_text else ""
    found = receiver(machine, name, key)
    if found is None:
        machine.record.sent.append(Sent(element_id=node.id, message=name, payload=payload, key=key))
    else:
        found[0].task_spec.caught(*found)


def _armed_in(scope: Scope) -> list[Token]:
    return [token for token in scope.tokens() if token.is_armed and token.host is None]


def _armed_at(host: Token) -> list[Token]:
    around = host.host if host.task_spec.is_instance else None
    return [token for owner in (host, around) if owner is not None for token in owner.guests if token.is_armed]


def _first(armed: list[Token], kind: str, code: str) -> tuple[Token, int] | None:
    """One that names the code before one that takes any, and which of its events that is."""
    best = None
    for token in armed:
        for index, definition in enumerate(token.task_spec.node.definitions):
            if definition.kind == kind:
                own = definition.code or definition.name
                if own == code and code:
                    return token, index
                if not own and best is None:
                    best = token, index
    return best
