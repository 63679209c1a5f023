"""A row of the coverage table and how it is proved: played plainly, and stored and restored before every step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import ModelRefused
from engine.model.decisions import read_decisions
from engine.model.lint import lint
from engine.model.lower import lower
from engine.model.parse import parse
from engine.run import (
    Answer,
    Complete,
    Fail,
    Fire,
    Input,
    Instance,
    Message,
    PlainTime,
    Program,
    Signal,
    compile_program,
    dump_program,
    load_program,
)
from tests.bpmn_models import AT, CASE

SUPPORTED, LOWERED, REFUSED = "supported", "lowered", "refused"
LEFT_OUT = frozenset({"data-ignored", "drawn-only", "start-by-event", "several-processes"})
"""Warnings that say something drawn has no effect."""

Move = Callable[[Instance], Input]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One element in one place. `trace` is what is passed, in order; `rests` what waits at the end."""

    group: str
    element: str
    source: bytes
    trace: str = ""
    rests: str = ""
    moves: tuple[Move, ...] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)
    decisions: Mapping[str, bytes] = field(default_factory=dict)
    by_message: str | None = None
    fails: str = ""  # the case ends with an error that holds this
    refused: str = ""  # rule:element

    @property
    def status(self) -> str:
        """As the reading, the lint and the lowering of its model tell it."""
        return _read(self)[0]

    @property
    def left_out(self) -> list[str]:
        """The warnings that say what has no effect."""
        return _read(self)[1]


def _read(row: Row) -> tuple[str, list[str]]:
    try:
        model = parse(row.source)
    except ModelRefused:
        return REFUSED, []
    found = lint(model, decisions=read_decisions(row.decisions))
    if any(finding.is_error for finding in found):
        return REFUSED, []
    left_out = sorted({finding.rule for finding in found} & LEFT_OUT)
    lowered = lower(model)
    is_same = (dict(lowered.nodes), dict(lowered.flows)) == (dict(model.nodes), dict(model.flows))
    return (SUPPORTED if is_same and not left_out else LOWERED), left_out


def play(row: Row, *, is_restored: bool) -> tuple[list[str], list[str], str]:
    """What is passed, what waits then, and the error that ended the case."""
    program = compile_program(row.source, decisions=row.decisions)
    if is_restored:
        program = load_program(dump_program(program))
    instance, step = Instance.start(
        program,
        instance_id=CASE,
        at=AT,
        working_time=PlainTime(),
        variables=dict(row.variables),
        message=row.by_message,
    )
    trace = [passed.element_id for passed in step.completed]
    for move in row.moves:
        if is_restored:
            instance = _again(program, instance)
        step = instance.apply(move(instance), at=AT)
        trace += [passed.element_id for passed in step.completed]
    rests = [waiting.element_id for waiting in instance.waiting]
    assert step.is_ended is instance.is_ended
    assert instance.is_ended is not bool(rests), rests
    return trace, rests, step.error or ""


def _again(program: Program, instance: Instance) -> Instance:
    return Instance.restore(program, instance.dump(), working_time=PlainTime())


def do(element: str, **variables: Any) -> Move:
    """A person does the oldest open task of this element."""
    return lambda instance: Complete(address=_open(instance, element), variables=variables)


def answer(element: str, **variables: Any) -> Move:
    """A service answers."""
    return lambda instance: Answer(address=_open(instance, element), variables=variables)


def fail(element: str, code: str) -> Move:
    """A task fails with an error."""
    return lambda instance: Fail(address=_open(instance, element), code=code)


def fire(element: str) -> Move:
    """The oldest timer of this element is due."""
    return lambda instance: Fire(
        address=next(timer.address for timer in instance.timers if timer.element_id == element)
    )


def message(name: str = "paid", key: str = "", **variables: Any) -> Move:
    return lambda _: Message(name=name, key=key, variables=variables)


def signal(name: str = "stop") -> Move:
    return lambda _: Signal(name=name)


def _open(instance: Instance, element: str) -> str:
    return next(waiting.address for waiting in instance.waiting if waiting.element_id == element)
