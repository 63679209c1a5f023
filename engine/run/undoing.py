"""Compensation: what is finished in a scope is undone by the handlers drawn for it, the latest first, one at a time.

A scope remembers the finished activities that have a handler, and for a finished sub-process without one what it
remembered itself. What throws waits until all is undone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.model.lower import is_lowered

if TYPE_CHECKING:
    from engine.model.elements import EventDefinition
    from engine.run.tokens import Scope, Token

Finished = list[Any]  # an activity's id, or [sub-process id, what was finished in it]


def remember(token: Token) -> None:
    """The token's activity is finished."""
    token.workflow.finished.append(token.task_spec.node.id)


def remember_inside(host: Token, scope: Scope) -> None:
    """The sub-process that the token hosts is finished. One with its own handler remembers nothing of its inside."""
    undo = scope.spec.undo
    if undo and not host.task_spec.handler and (scope.finished or not is_lowered(undo)):
        host.workflow.finished.append([host.task_spec.node.id, scope.finished])


def begin(token: Token, definition: EventDefinition) -> bool:
    """Starts to undo what the thrown event names, or all. False when there is nothing, or all is undone."""
    memory = token.internal_data
    if memory.pop("undone", False):
        return False
    finished = _remembering(token.workflow).finished
    named = [each for each in finished if definition.target in ("", each if isinstance(each, str) else each[0])]
    if not named:
        return False
    for each in named:
        finished.remove(each)
    memory["undo"] = named
    _undo_next(token)
    return True


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
        machine.enter(scope, scope.spec.place(each[0]), host=token, finished=each[1])


def _remembering(scope: Scope) -> Scope:
    """The scope whose activities are undone: for an event sub-process the one around it."""
    while scope.spec.is_by_event and scope.host is not None:
        scope = scope.host.workflow
    return scope
