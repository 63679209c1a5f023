"""The inputs of a case's process as its events record them, and the process run again from them alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from engine.errors import ReplayMismatch
from engine.run import Answer, Complete, Fail, Fire, Input, Instance, Message, Program, Signal, Step, WorkingTime

KINDS: Mapping[str, type[Input]] = {
    one.__name__.lower(): one for one in (Complete, Answer, Fire, Message, Signal, Fail)
}
START = "start"
DECIMAL = "decimal"
"""A number with a fraction has no single spelling: an event carries {"decimal": "2.5"}, and the process 2.5 again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What one event says of the process: what it was given, and what came of it."""

    seq: int
    at: datetime
    inputs: tuple[Mapping[str, Any], ...]
    passed: tuple[Mapping[str, Any], ...]
    flows: tuple[str, ...]
    waiting: tuple[str, ...]

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Recorded:
        """Read from the content of an event."""
        return cls(
            seq=content["seq"],
            at=datetime.fromisoformat(content["at"]),
            inputs=tuple(content.get("inputs", ())),
            passed=tuple(content.get("passed", ())),
            flows=tuple(content.get("flows", ())),
            waiting=tuple(content.get("waiting", ())),
        )


def write_input(given: Input) -> dict[str, Any]:
    """An input as an event records it."""
    body = {one.name: _spelled(getattr(given, one.name)) for one in fields(given)}
    return {"kind": type(given).__name__.lower(), **body}


def read_input(body: Mapping[str, Any]) -> Input:
    """What `write_input` wrote."""
    values = {name: _unspelled(value) for name, value in body.items() if name != "kind"}
    return KINDS[body["kind"]](**values)


def replay(
    program: Program, case_id: UUID, history: Iterable[Recorded], *, working_time: WorkingTime
) -> Instance | None:
    """Run the recorded inputs again. Raises ReplayMismatch naming the first event that comes out otherwise.

    None for a case whose process never started.
    """
    instance: Instance | None = None
    for event in history:
        instance = replay_event(program, case_id, instance, event, working_time=working_time)
    return instance


def replay_event(
    program: Program, case_id: UUID, instance: Instance | None, event: Recorded, *, working_time: WorkingTime
) -> Instance | None:
    """One event on the process as the events before it left it."""
    passed: list[dict[str, Any]] = []
    flows: list[str] = []
    for body in event.inputs:
        if body["kind"] == START:
            instance, step = Instance.start(program, instance_id=case_id, at=event.at, working_time=working_time)
        elif instance is None:
            raise ReplayMismatch(f"Sự kiện {event.seq} có đầu vào trước khi quy trình bắt đầu.")
        else:
            step = instance.apply(read_input(body), at=event.at)
        passed += written_passage(step)
        flows += step.flows
    if event.inputs and instance is not None:
        _compare(event, "phần tử đã qua", passed, event.passed)
        _compare(event, "luồng đã đi", flows, event.flows)
        _compare(event, "bước đang chờ", [one.address for one in instance.waiting], event.waiting)
    return instance


def written_passage(step: Step) -> list[dict[str, Any]]:
    """The elements that a step passed, as an event records them."""
    return [{"element": one.element_id, "lap": one.lap, "kind": one.kind} for one in step.completed]


def _compare(event: Recorded, what: str, now: Iterable[Any], then: Iterable[Any]) -> None:
    if list(now) != list(then):
        raise ReplayMismatch(f"Chạy lại sự kiện {event.seq} cho {what} khác với lịch sử: {list(now)} ≠ {list(then)}.")


def _spelled(value: Any) -> Any:
    if isinstance(value, float):
        return {DECIMAL: repr(value)}
    if isinstance(value, Mapping):
        return {name: _spelled(inner) for name, inner in value.items()}
    return [_spelled(inner) for inner in value] if isinstance(value, list | tuple) else value


def _unspelled(value: Any) -> Any:
    if isinstance(value, Mapping):
        if set(value) == {DECIMAL}:
            return float(value[DECIMAL])
        return {name: _unspelled(inner) for name, inner in value.items()}
    return [_unspelled(inner) for inner in value] if isinstance(value, list | tuple) else value
