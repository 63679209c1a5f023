"""Compensation: what is finished in a scope is undone by the handlers drawn for it, the latest first, one at a time.

A scope remembers the finished activities that have a handler, and for a finished sub-process without one what it
remembered itself. What throws waits until all is undone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.model.lower import is_lowered
from engine.run.variables import Variables

if TYPE_CHECKING:
    from engine.model.elements import EventDefinition
    from engine.run.tokens import Scope, Token

Finished = list[Any]  # an activity's id, or [place of a sub-process, what was finished in it, its instance's values]


def remember(token: Token) -> None:
    """The token's activity is finished."""
    token.workflow.finished.append(token.task_spec.node.id)


def remember_inside(host: Token, scope: Scope) -> None:
    """The sub-process that the token hosts is finished, not undone.

    One with its own handler remembers nothing of its inside.
    """
    undo = scope.spec.undo
    if is_undoing(host.host) or _has_handler(host):
        return
    if undo and (scope.finished or not is_lowered(undo)):
        own = [host.data.values] if host.task_spec.is_instance else []
        host.workflow.finished.append([host.task_spec.name, scope.finished, *own])


def begin(token: Token, definition: EventDefinition) -> bool:
    """Starts to undo what the thrown event names, or all. False when there is nothing, or all is undone."""
    memory = token.internal_data
    if memory.pop("undone", False):
        return False
    if definition.kind == "cancel":
        _stop_others(token)
    named = [each for scope in _remembering(token) for each in _taken(scope, definition.target)]
    if not named:
        return False
    memory["undo"] = named
    _undo_next(token)
    return True


def _stop_others(token: Token) -> None:
    """What still runs in a cancelled transaction stops before anything is undone."""
    for other in token.workflow.tokens():
        if other is not token and other.still_stands:
            token.workflow.remove(other)


def _activity(finished: Any) -> str:
    return finished if isinstance(finished, str) else str(finished[0]).removesuffix("[]")


def is_undoing(token: Token | None) -> bool:
    """Whether it waits for handlers."""
    return token is not None and "undo" in token.internal_data


def undone(token: Token, host: Token) -> None:
    """One handler is through."""
    token.workflow.remove(token)
    _undo_next(host)


def _undo_next(token: Token) -> None:
    waiting = token.internal_data["undo"]
    machine, scope = token.workflow.machine, token.workflow
    if not waiting:
        del token.internal_data["undo"]
        token.internal_data["undone"] = True
        token.go()
        return
    each = waiting.pop()
    if isinstance(each, str):
        handler = scope.spec.place(scope.spec.place(each).handler)
        machine.enter(scope, handler, host=token)
    else:
        name, finished, *own = each
        data = Variables(own[0], around=scope.data) if own else None
        machine.enter(scope, scope.spec.place(name), host=token, data=data, finished=finished)


def _remembering(token: Token) -> list[Scope]:
    """The scopes whose activities are undone, the latest finished last: of an event sub-process the one around it too.

    What undoes a finished event sub-process undoes that alone.
    """
    scopes = [token.workflow]
    while scopes[-1].spec.is_by_event and (host := scopes[-1].host) is not None:
        if is_lowered(token.task_spec.node.id):
            break
        scopes.append(host.workflow)
    return scopes[::-1]


def _taken(scope: Scope, target: str) -> Finished:
    """What is named, or all, of what is finished there; it is finished no more."""
    named = [each for each in scope.finished if target in ("", _activity(each))]
    scope.finished = [each for each in scope.finished if target not in ("", _activity(each))]
    return named


def _has_handler(host: Token) -> bool:
    """Whether it, or the activity whose instance it is, says itself how it is undone."""
    around = host.host if host.task_spec.is_instance else None
    return bool(host.task_spec.handler or (around is not None and around.task_spec.handler))
