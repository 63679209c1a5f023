"""Places that listen: catching events, receive tasks, boundary events and the starts of event sub-processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.errors import ExpressionError, InputError
from engine.model.elements import EventDefinition, Node
from engine.model.timers import FOR_EVER, is_literal
from engine.run.places import Place
from engine.run.timers import Due, first_due, mode_of, next_due

if TYPE_CHECKING:
    from engine.run.program import ScopeSpec
    from engine.run.tokens import Token

_KINDS = {"message": "message", "timer": "timer", "signal": "signal", "conditional": "condition"}


class Listener(Place):
    """Waits until its event is caught; with several, until any is, or all are (parallel multiple)."""

    def __init__(self, spec: ScopeSpec, node: Node, *, is_instance: bool = False) -> None:
        super().__init__(spec, node, is_instance=is_instance)
        kinds = [definition.kind for definition in node.definitions]
        self.waits_for = _KINDS.get(kinds[0], kinds[0]) if kinds else "message"

    @property
    def is_caught(self) -> bool:
        return True

    def _update_hook(self, my_task: Token) -> bool:
        self.number(my_task)
        my_task.wait()
        self.listen(my_task)
        return False

    def listen(self, token: Token) -> None:
        """Computes, once, when its timer is due and which message key it takes."""
        for definition in self.node.definitions:
            if definition.kind == "timer":
                _remember_due(token, self._first_due(token, definition))
            elif definition.kind == "message" and self._key_text(definition):
                self.find_key(token)

    def find_key(self, token: Token) -> None:
        """Which key it takes. What stands beside the flow may get to know it later, and takes no message before."""
        text = next(filter(None, map(self._key_text, self.node.definitions)))
        key = self.correlation_key(text, token.data.look_up)
        if not key and not token.is_armed:
            raise ExpressionError(
                f"{self.node.label} chờ thông điệp có khóa, mà khóa tương quan “{text}” chưa có giá trị.", self.node.id
            )
        token.internal_data["key"] = key

    def _key_text(self, definition: EventDefinition) -> str:
        if definition.kind != "message":
            return ""
        return definition.properties.get("correlation") or self.node.properties.get("correlation", "")

    def caught(self, token: Token, index: int) -> None:
        """Its event number `index` has happened."""
        if self.node.all_definitions:
            seen = token.internal_data.setdefault("seen", [])
            if index not in seen:
                seen.append(index)
            if len(seen) < len(self.node.definitions):
                _set_aside(token, self.node.definitions[index])
                return
            _take_up(token)
        self.fired(token, index)

    def fired(self, token: Token, index: int) -> None:
        """A cycle in the middle of the flow sends a token on each time and stays until the last."""
        due = self.due(token) if self.is_timed(index) else None
        if due is None or due.left == 0:
            token.go()
            return
        machine = token.workflow.machine
        machine.win_race(token)
        machine.record.passed(self.node, token.lap)
        machine.spread(token.workflow, self.out)
        self.rearm(token, index)

    def is_timed(self, index: int) -> bool:
        """Whether it is by its timer that it fires: of several events only one has happened, unless it awaits all."""
        return self.node.all_definitions or self.node.definitions[index].kind == "timer"

    @property
    def counts_working_time(self) -> bool:
        """Its timer runs in office hours, not on the wall clock."""
        timers = [each for each in self.node.definitions if each.kind == "timer"]
        return any(mode_of(each.properties, self.node.properties) == "working" for each in timers)

    def due(self, token: Token) -> Due | None:
        stored = token.internal_data.get("due")
        return None if stored is None else _due(token, stored)

    def _first_due(self, token: Token, definition: EventDefinition) -> Due:
        machine = token.workflow.machine
        text = definition.text
        if not is_literal(text):
            text = str(self.program.expressions.compile(text, self.node.id).evaluate(token.data.look_up))
        mode = mode_of(definition.properties, self.node.properties)
        try:
            due = first_due(definition.timer, text, mode, at=machine.at, working_time=machine.working_time)
        except (InputError, ExpressionError) as error:
            raise ExpressionError(f"{self.node.label}: {error.message}", self.node.id) from error
        if due.left == FOR_EVER and self.node.kind == "intermediateCatchEvent":
            raise ExpressionError(f"{self.node.label}: “{text}” lặp vô hạn giữa luồng.", self.node.id)
        return due

    def rearm(self, token: Token, index: int) -> bool:
        """After a non-interrupting firing: a new lap, and after its timer the next due moment.

        False when it will not fire again; beside a timer that is through, other events may still happen.
        """
        for definition in self.node.definitions if self.is_timed(index) else ():
            if definition.kind == "timer":
                due = self.due(token)
                mode = mode_of(definition.properties, self.node.properties)
                following = None if due is None else next_due(due, mode, token.workflow.machine.working_time)
                if following is not None:
                    _remember_due(token, following)
                elif self.node.all_definitions or len(self.node.definitions) == 1:
                    return False
                else:
                    del token.internal_data["due"]
        token.internal_data.pop("seen", None)
        token.internal_data["lap"] = token.workflow.next_lap(self.node.id)
        return True


class Boundary(Listener):
    """Listens while its host is active; interrupting, it takes the host's token away."""

    def fired(self, token: Token, index: int) -> None:
        machine, scope, host = token.workflow.machine, token.workflow, token.host
        machine.record.passed(self.node, token.lap)
        machine.spread(scope, self.out)
        if self.node.interrupts and host is not None:
            scope.remove(host)
        elif not self.rearm(token, index):
            scope.remove(token)
        machine.settle(scope)


class Trigger(Listener):
    """The start event of an event sub-process, listening as long as the scope around it lives."""

    def fired(self, token: Token, index: int) -> None:
        machine, scope = token.workflow.machine, token.workflow
        if self.node.interrupts:
            for other in scope.tokens():
                if other is not token and other.still_stands:
                    scope.remove(other)
        machine.enter(scope, scope.spec.places[self.node.scope])
        if self.node.interrupts or not self.rearm(token, index):
            scope.remove(token)


def _set_aside(token: Token, definition: EventDefinition) -> None:
    """The timer of what awaits all its events has gone off: it is due no more."""
    if definition.kind == "timer":
        token.internal_data["was_due"] = token.internal_data.pop("due")


def _take_up(token: Token) -> None:
    if "was_due" in token.internal_data:
        token.internal_data["due"] = token.internal_data.pop("was_due")


def _remember_due(token: Token, due: Due) -> None:
    token.internal_data["due"] = [due.at.isoformat(), due.duration, due.left]


def _due(token: Token, stored: list[Any]) -> Due:
    return Due(at=token.workflow.machine.moment(stored[0]), duration=stored[1], left=stored[2])
