"""An instance: started, restored, moved by one input at a time, and dumped.

Deterministic: what it does follows from the program, its state, the input and the moment recorded with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from engine.errors import NotFound, Refused, StaleTask
from engine.model.timers import FOR_EVER
from engine.run import throws
from engine.run.listeners import Listener
from engine.run.machine import Machine, Record
from engine.run.program import Program
from engine.run.state import dump_state, load_state
from engine.run.tokens import Token
from engine.run.values import (
    Address,
    Answer,
    Complete,
    Fail,
    Fire,
    Input,
    Message,
    Retime,
    Signal,
    Step,
    Subscription,
    Timer,
    Waiting,
)
from engine.run.working_time import WorkingTime


class Instance:
    """After an error was raised out of `start` or `apply` the instance is spent: restore it from its last state."""

    def __init__(self, instance_id: UUID, machine: Machine) -> None:
        self.id = instance_id
        self._machine = machine
        self._waiting: tuple[Waiting, ...] = ()

    @classmethod
    def start(
        cls,
        program: Program,
        *,
        instance_id: UUID,
        at: datetime,
        working_time: WorkingTime,
        variables: Mapping[str, Any] | None = None,
        message: str | None = None,
    ) -> tuple[Instance, Step]:
        """Begins at the process's start event; with `message`, at the start event that takes this message."""
        instance = cls.create(program, instance_id=instance_id, at=at, working_time=working_time, variables=variables)
        return instance, instance.begin(message)

    @classmethod
    def create(
        cls,
        program: Program,
        *,
        instance_id: UUID,
        at: datetime,
        working_time: WorkingTime,
        variables: Mapping[str, Any] | None = None,
    ) -> Instance:
        """An instance that has not begun."""
        _require_aware(at)
        return cls(instance_id, Machine(program, working_time, dict(variables or {}), at))

    def begin(self, event: str | None = None) -> Step:
        """The first step, from the start event that takes the message or signal `event`, or from the plain one."""
        machine = self._machine
        machine.start_scope(machine.root, [_start_event(machine.program, event)])
        return self._finish_step()

    @classmethod
    def restore(cls, program: Program, state: bytes, *, working_time: WorkingTime) -> Instance:
        """Raises UnreadableFile for bytes that are no state, ReplayMismatch for one of another program."""
        instance_id, machine = load_state(program, state, working_time)
        instance = cls(instance_id, machine)
        instance._waiting = instance._list_waiting()
        return instance

    def dump(self) -> bytes:
        """The state at rest, the program not included: equal states are equal bytes."""
        return dump_state(self.id, self._machine)

    @property
    def variables(self) -> dict[str, Any]:
        return self._machine.root.data.values

    @property
    def is_ended(self) -> bool:
        return self._machine.is_ended

    @property
    def waiting(self) -> tuple[Waiting, ...]:
        """Tokens that wait at a task or event of their own; what merely listens is in timers and subscriptions."""
        return self._waiting

    @property
    def timers(self) -> tuple[Timer, ...]:
        return tuple(
            Timer(
                address=token.address,
                element_id=token.task_spec.node.id,
                due=due.at,
                duration=due.duration,
                repeat=None if due.left == FOR_EVER else due.left,
                is_working=due.duration is not None and token.task_spec.counts_working_time,
            )
            for token in self._machine.tokens()
            if isinstance(token.task_spec, Listener) and (due := token.task_spec.due(token)) is not None
        )

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        """Where it listens for a message, oldest first: also beside a task, or in an event sub-process."""
        if not self._machine.program.messages:
            return ()
        return tuple(
            Subscription(
                address=token.address,
                element_id=token.task_spec.node.id,
                message=definition.name,
                key=token.internal_data.get("key", ""),
            )
            for token, _, definition in throws.listening(self._machine, "message")
            if not throws.is_keyless(token)
        )

    def apply(self, signal: Input, *, at: datetime) -> Step:
        """Gives one input and runs to rest. Raises StaleTask when nothing waits for it there any more, ExpressionError
        when the process itself is wrong.
        """
        _require_aware(at)
        self._machine.at = at
        self._machine.record = Record()
        self._give(signal)
        return self._finish_step()

    def recorded_so_far(self) -> Step:
        """What had happened before an error was raised; for reports, not for storing."""
        self._waiting, before = self._list_waiting(), self._waiting
        return self._step(before)

    def _give(self, given: Input) -> None:
        match given:
            case Complete():
                self._finish(self._token(given.address, "task"), given.variables)
            case Answer():
                self._finish(self._token(given.address, "service"), given.variables)
            case Fire():
                token = self._token(given.address, "timer")
                place = token.task_spec
                index = next(i for i, each in enumerate(place.node.definitions) if each.kind == "timer")
                place.caught(token, index)
            case Message():
                self._receive(given)
            case Signal():
                self.variables.update(given.variables)
                if not throws.signal(self._machine, given.name):
                    raise Refused(f"Không có việc nào đang chờ tín hiệu “{given.name}”.")
            case Fail():
                self._fail(given)
            case Retime():
                self._retime(given)

    def _finish(self, token: Token, variables: Mapping[str, Any]) -> None:
        token.data.update(variables)
        token.go()
        self._machine.run_next()

    def _receive(self, given: Message) -> None:
        found = throws.receiver(self._machine, given.name, given.key, given.variables)
        if found is None:
            raise Refused(f"Không có việc nào đang chờ thông điệp “{given.name}”.")
        token, index = found
        token.data.update(given.variables)
        token.task_spec.caught(token, index)

    def _fail(self, given: Fail) -> None:
        token = self._token(given.address, "task", "service")
        token.data.update({"error_code": given.code, "error_message": given.message})
        if not throws.outwards(token.workflow, "error", given.code, at=token):
            raise Refused(f"Quy trình không có sự kiện bắt lỗi “{given.code}” cho {token.task_spec.node.label}.")

    def _retime(self, given: Retime) -> None:
        self._machine.working_time = self._machine.working_time.of_version(given.calendar)
        for address, due in given.dues.items():
            token = self._token(address, "timer")
            _, *rest = token.internal_data["due"]
            token.internal_data["due"] = [due, *rest]

    def _token(self, address: Address, *kinds: str) -> Token:
        for token in self._machine.tokens():
            if token.is_waiting and token.address == address and _listens(token, kinds):
                return token
        if address.rpartition("/")[2].partition("#")[0] not in self._machine.program.elements:
            raise NotFound(f"Quy trình không có phần tử ở “{address}”.")
        raise StaleTask

    def _list_waiting(self) -> tuple[Waiting, ...]:
        tokens = sorted(self._machine.tokens(), key=lambda token: int(token.id))
        return tuple(
            _waiting(token) for token in tokens if token.is_waiting and not token.is_armed and token.task_spec.waits_for
        )

    def _finish_step(self) -> Step:
        self._machine.run_to_rest()
        if self._machine.program.messages:
            throws.find_keys(self._machine)
        before, self._waiting = self._waiting, self._list_waiting()
        return self._step(before)

    def _step(self, before: tuple[Waiting, ...]) -> Step:
        was = {waiting.address for waiting in before}
        now = {waiting.address for waiting in self._waiting}
        machine, record = self._machine, self._machine.record
        return Step(
            completed=tuple(record.completed),
            flows=tuple(record.flows),
            opened=tuple(waiting for waiting in self._waiting if waiting.address not in was),
            closed=tuple(waiting.address for waiting in before if waiting.address not in now),
            sent=tuple(record.sent),
            signals=tuple(record.signals),
            is_ended=machine.is_ended,
            end_event=machine.end_event if machine.is_ended else None,
            error=machine.error,
            log=tuple(record.log),
        )


def _listens(token: Token, kinds: tuple[str, ...]) -> bool:
    if "timer" in kinds:
        return "due" in token.internal_data
    return token.task_spec.waits_for in kinds


def _waiting(token: Token) -> Waiting:
    place = token.task_spec
    element = place.program.elements[place.node.id]
    return Waiting(
        address=token.address,
        element_id=element.id,
        lap=token.lap,
        kind=place.waits_for,
        name=element.name,
        lane=element.lane,
        unit_seat=element.unit_seat,
        properties=element.properties,
    )


def _start_event(program: Program, event: str | None) -> str:
    starts = program.starts
    for node in starts:
        if any(each.name == event for each in node.definitions):
            return node.id
    if event is not None:
        raise Refused(f"Quy trình không bắt đầu bằng “{event}”.")
    plain = [node for node in starts if not node.definitions]
    if len(plain or starts) != 1:
        raise Refused("Quy trình có nhiều điểm bắt đầu; cần nêu thông điệp khởi đầu.")
    return (plain or starts)[0].id


def _require_aware(at: datetime) -> None:
    if at.tzinfo is None:
        raise ValueError("the moment of an input must be aware")
