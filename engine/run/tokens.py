"""Tokens, the scopes they stand in and the variables they see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from engine.run.library import LeanTask, TaskState, Workflow
from engine.run.values import Address
from engine.run.variables import Variables

if TYPE_CHECKING:
    from engine.run.machine import Machine
    from engine.run.places import Place
    from engine.run.program import ScopeSpec

ROOT = 0
"""The id of a scope's own root task, which is no token."""


class Token(LeanTask):
    """One token. `internal_data` holds what it must remember while it waits, and is part of the stored state."""

    workflow: Scope
    task_spec: Place
    data: Variables
    internal_data: dict[str, Any]

    @property
    def lap(self) -> int:
        """How often its element had been entered in this scope, this time included."""
        return int(self.internal_data.get("lap", 0))

    @property
    def is_armed(self) -> bool:
        """True for a boundary event or event sub-process that only listens: it keeps no scope alive."""
        return "armed" in self.internal_data

    @property
    def is_under_way(self) -> bool:
        """False for one that only listens, and for one that only remembers what a complex gateway has taken."""
        return not self.is_armed and "spent" not in self.internal_data

    @property
    def host(self) -> Token | None:
        """The activity whose boundary it listens at, or whose instance it is."""
        parent = self.workflow.tasks.get(self._parent)
        return parent if isinstance(parent, Token) else None

    @property
    def guests(self) -> list[Token]:
        """Its boundary events and instances."""
        return [self.workflow.tasks[child] for child in self._children]

    @property
    def address(self) -> Address:
        index = self.internal_data.get("index")
        suffix = "" if index is None else f"[{index}]"
        return f"{self.workflow.prefix}{self.task_spec.node.id}#{self.lap}{suffix}"

    @property
    def is_waiting(self) -> bool:
        return bool(self._state == TaskState.WAITING)

    @property
    def is_going(self) -> bool:
        """True once nothing holds it any more."""
        return bool(self._state >= TaskState.READY)

    @property
    def still_stands(self) -> bool:
        return self.id in self.workflow.tasks

    def wait(self) -> None:
        self._set_state(TaskState.WAITING)

    def begin(self) -> None:
        """It hosts something now and goes on when that is over."""
        self._set_state(TaskState.STARTED)

    def go(self) -> None:
        """What it waited for has come."""
        self._ready()

    def detach(self) -> None:
        """Takes it out of its scope; no step will run it."""
        self.workflow.tasks[self._parent].disown(self.id)
        del self.workflow.tasks[self.id]
        self._set_state(TaskState.CANCELLED)


class Scope(Workflow):  # type: ignore[misc]
    """A running process or sub-process: its tokens, and how often each of its elements was entered."""

    def __init__(self, machine: Machine, spec: ScopeSpec, host: Token | None, data: Variables) -> None:
        super().__init__(spec, deserializing=True)
        self.machine = machine
        self.host = host
        self.data = data
        self.laps: dict[str, int] = {}
        self.finished: list[Any] = []  # what a compensation would undo, oldest first (engine.run.undoing)
        self.task_tree = LeanTask(self, None, None, ROOT, TaskState.COMPLETED)
        self._prefix: str | None = None

    @property
    def prefix(self) -> str:
        if self._prefix is None:
            self._prefix = "" if self.host is None else f"{self.host.address}/"
        return self._prefix

    def tokens(self) -> Iterator[Token]:
        """Every token of this scope alone, oldest first."""
        return (task for task in list(self.tasks.values()) if task.id != ROOT)

    @property
    def is_empty(self) -> bool:
        return all(token.is_armed for token in self.tokens())

    def next_lap(self, element_id: str) -> int:
        lap = self.laps[element_id] = self.laps.get(element_id, 0) + 1
        return lap

    def remove(self, token: Token) -> None:
        """Takes a token away, with its guests and the scope that it hosts."""
        nested = self.machine.nested.pop(token.id, None)
        if nested is not None:
            nested.clear()
        for guest in token.guests:
            self.remove(guest)
        token.detach()

    def clear(self) -> None:
        for token in self.tokens():
            if token.id in self.tasks:
                self.remove(token)
