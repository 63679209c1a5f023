"""Runs a BPMN file in memory with nobody at it.

Tasks complete themselves, timers wait, and what one process of the file sends another receives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from engine.errors import MotCuaError, Refused
from engine.model.parse import parse
from engine.model.runnable import runnable_processes
from engine.run.instance import Instance
from engine.run.program import Program, ScriptHandler, compile_program
from engine.run.values import Answer, Complete, Fire, Input, Message, Signal, Step, Timer, Waiting
from engine.run.working_time import PlainTime, WorkingTime

MAX_INPUTS = 20_000
IDLE_SECONDS = 2.0
"""Without `until_end`, a timer that is due later than this is not waited for."""

_FILE = UUID("6d6f7463-7561-4000-8000-000000000001")


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What a run came to: completed, waiting (for somebody, or for good), or error."""

    status: str = "waiting"
    trace: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    error: str | None = None


@dataclass(slots=True, kw_only=True)
class Headless:
    """One run. `sleep` is called for the time between timers, divided by `speed`."""

    start: datetime
    sleep: Callable[[float], None]
    speed: float = 1.0
    until_end: bool = True
    is_manual: bool = False
    working_time: WorkingTime = field(default_factory=PlainTime)
    outcome: Outcome = field(default_factory=Outcome)
    _programs: dict[str, Program] = field(default_factory=dict)
    _instances: list[Instance] = field(default_factory=list)
    _moving: Instance | None = None
    _under_way: list[tuple[Instance, Message | Signal]] = field(default_factory=list)
    _now: datetime = field(init=False)

    def run(
        self,
        source: bytes,
        variables: Mapping[str, Any],
        *,
        logs_scripts: bool = False,
        decisions: Mapping[str, bytes] | None = None,
        script_handler: ScriptHandler | None = None,
    ) -> Outcome:
        """Raises UnreadableFile or ModelRefused; what goes wrong while running is in the outcome."""
        self._now = self.start
        first, *others = runnable_processes(parse(source))
        for process_id in (first, *others):
            self._programs[process_id] = compile_program(
                source,
                process_id=process_id,
                logs_scripts=logs_scripts,
                decisions=decisions,
                script_handler=script_handler,
            )
        try:
            for process_id, program in self._programs.items():
                if process_id == first or program.begins_by_itself:
                    self._begin(program, variables)
            self._deliver()
            self._go_on()
        except MotCuaError as error:
            if self._moving is not None:
                self._note(self._moving.recorded_so_far())
            self.outcome.error = error.message
        return self._finished()

    def _begin(self, program: Program, variables: Mapping[str, Any], event: str | None = None) -> None:
        number = uuid5(_FILE, str(len(self._instances)))
        instance = self._moving = Instance.create(
            program, instance_id=number, at=self._now, working_time=self.working_time, variables=variables
        )
        self._instances.append(instance)
        self._pass_on(instance, instance.begin(event))

    def _give(self, instance: Instance, given: Input) -> None:
        self._moving = instance
        self._pass_on(instance, instance.apply(given, at=self._now))

    def _do(self, instance: Instance, given: Input) -> None:
        self._give(instance, given)
        self._deliver()

    def _go_on(self) -> None:
        for _ in range(MAX_INPUTS):
            task = None if self.is_manual else self._next_task()
            if task is not None:
                instance, waiting = task
                self._do(instance, (Complete if waiting.kind == "task" else Answer)(address=waiting.address))
                continue
            timer = self._next_timer()
            if timer is None:
                return
            instance, due = timer
            seconds = (due.due - self._now) / timedelta(seconds=1) / self.speed
            if seconds > IDLE_SECONDS and not self.until_end:
                return
            self.sleep(max(seconds, 0.0))
            self._now = max(self._now, due.due)
            self._do(instance, Fire(address=due.address))
        self.outcome.error = f"Đã xử lý {MAX_INPUTS:,} việc mà quy trình chưa kết thúc."

    def _next_task(self) -> tuple[Instance, Waiting] | None:
        tasks = ((each, w) for each in self._running() for w in each.waiting if w.kind in {"task", "service"})
        return next(tasks, None)

    def _next_timer(self) -> tuple[Instance, Timer] | None:
        timers = [(each, timer) for each in self._running() for timer in each.timers]
        return min(timers, key=lambda found: (found[1].due, found[1].address), default=None)

    def _running(self) -> Iterator[Instance]:
        return (instance for instance in self._instances if not instance.is_ended)

    def _pass_on(self, sender: Instance, step: Step) -> None:
        """Writes down the step and takes what it sent to the file's other processes."""
        self._note(step)
        for sent in step.sent:
            message = Message(name=sent.message, key=sent.key, variables=sent.payload)
            self._under_way.append((sender, message))
        self._under_way.extend((sender, Signal(name=name)) for name in step.signals)

    def _deliver(self) -> None:
        """Messages wait until somebody takes them; a signal is over when nobody does."""
        kept: list[tuple[Instance, Message | Signal]] = []
        while self._under_way:
            sender, given = self._under_way.pop(0)
            if self._is_taken(sender, given):
                self._under_way, kept = kept + self._under_way, []
            elif isinstance(given, Message):
                kept.append((sender, given))
        self._under_way = kept

    def _is_taken(self, sender: Instance, given: Message | Signal) -> bool:
        """Its sender takes a message too, once it has come to wait for it; a signal it has had already."""
        is_taken, is_message = False, isinstance(given, Message)
        for other in [each for each in self._running() if is_message or each is not sender]:
            try:
                self._give(other, given)
            except Refused:
                continue
            is_taken = True
            if is_message:
                return True
        programs = [] if is_taken else list(self._programs.values())
        begun = [program for program in programs if given.name in program.started_by(_kind(given))]
        for program in begun:
            self._begin(program, given.variables, given.name)
        return is_taken or bool(begun)

    def _note(self, step: Step) -> None:
        self.outcome.trace.extend(passed.element_id for passed in step.completed)
        self.outcome.log.extend(step.log)
        if step.error is not None:
            self.outcome.error = step.error

    def _finished(self) -> Outcome:
        outcome = self.outcome
        for instance in self._instances:
            outcome.waiting.extend(waiting.element_id for waiting in instance.waiting)
            outcome.data = {**instance.variables, **outcome.data}
        if outcome.error is not None:
            outcome.status = "error"
        elif self._instances and all(instance.is_ended for instance in self._instances):
            outcome.status = "completed"
        return outcome


def _kind(given: Message | Signal) -> str:
    return "message" if isinstance(given, Message) else "signal"
