"""The inputs of a case's process as its events record them, and the process run again from them alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from engine.errors import ReplayMismatch
from engine.run import (
    Answer,
    Complete,
    Fail,
    Fire,
    Input,
    Instance,
    Message,
    Program,
    Retime,
    Signal,
    Step,
    WorkingTime,
)

KINDS: Mapping[str, type[Input]] = {
    one.__name__.lower(): one for one in (Complete, Answer, Fire, Message, Signal, Fail, Retime)
}
START = "start"
MIGRATE = "migrate"
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
    version: str = ""  # content hash
    semantics: int = 0

    @property
    def is_migration(self) -> bool:
        """From this event on the process is that of another version."""
        return any(body["kind"] == MIGRATE for body in self.inputs)

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
            version=content.get("version", ""),
            semantics=content.get("semantics", 0),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One recorded input, as the version on which the case goes on knows it."""

    seq: int
    number: int  # within its event
    at: datetime
    body: Mapping[str, Any]

    @property
    def key(self) -> str:
        """How the event of a migration names it."""
        return f"{self.seq}.{self.number}"

    def on(self, migration: Mapping[str, Any]) -> Given:
        """As the version knows it that this migration led to."""
        body = dict(self.body)
        if self.key in migration["addresses"]:
            body["address"] = migration["addresses"][self.key]
        if self.key in migration["variables"]:
            body["variables"] = {**body.get("variables", {}), **migration["variables"][self.key]}
        return replace(self, body=body)


Versions = Mapping[tuple[str, int], Program]
"""Programs by content hash and semantics: those that a case ran on before it was migrated."""


def write_input(given: Input) -> dict[str, Any]:
    """An input as an event records it."""
    body = {one.name: spelled(getattr(given, one.name)) for one in fields(given)}
    return {"kind": type(given).__name__.lower(), **body}


def read_input(body: Mapping[str, Any]) -> Input:
    """What `write_input` wrote."""
    values = {name: _unspelled(value) for name, value in body.items() if name != "kind"}
    return KINDS[body["kind"]](**values)


def replay(
    program: Program,
    case_id: UUID,
    history: Iterable[Recorded],
    *,
    working_time: WorkingTime,
    earlier: Versions = MappingProxyType({}),
) -> Instance | None:
    """Run the recorded inputs again. Raises ReplayMismatch naming the first event that comes out otherwise.

    None for a case whose process never started. `program` is that of the case's version now. What it did before a
    migration is run on `earlier`; on a version that is not there (of semantics that this release does not run), it is
    not compared: the migration itself is.
    """
    instance: Instance | None = None
    events = list(history)
    last = max((number for number, event in enumerate(events) if event.is_migration), default=0)
    for number, event in enumerate(events):
        on = program if number >= last else earlier.get((event.version, event.semantics))
        if on is None:
            continue
        if event.is_migration:
            instance = run_again(on, case_id, inputs_of(events[: number + 1]), working_time=working_time)
            _compare(event, "bước đang chờ", [one.address for one in instance.waiting], event.waiting)
        else:
            instance = replay_event(on, case_id, instance, event, working_time=working_time)
    return instance


def inputs_of(history: Iterable[Recorded]) -> list[Given]:
    """Every input so far, as the version knows it on which the last of these events happened."""
    found: list[Given] = []
    for event in history:
        for number, body in enumerate(event.inputs):
            if body["kind"] == MIGRATE:
                found = [one.on(body) for one in found]
            else:
                found.append(Given(seq=event.seq, number=number, at=event.at, body=body))
    return found


def run_again(program: Program, case_id: UUID, given: Iterable[Given], *, working_time: WorkingTime) -> Instance:
    """A process as these inputs make it. Raises ReplayMismatch when the first of them does not start it."""
    instance: Instance | None = None
    for one in given:
        instance, _ = give(program, case_id, instance, one, working_time=working_time)
    if instance is None:
        raise ReplayMismatch("Quy trình của hồ sơ chưa từng bắt đầu.")
    return instance


def give(
    program: Program, case_id: UUID, instance: Instance | None, one: Given, *, working_time: WorkingTime
) -> tuple[Instance, Step]:
    """One recorded input on the process as the inputs before it left it."""
    if one.body["kind"] == START:
        began_with = working_time.of_version(int(one.body.get("calendar", 1)))
        told = {name: _unspelled(value) for name, value in one.body.get("variables", {}).items()}
        return Instance.start(program, instance_id=case_id, at=one.at, working_time=began_with, variables=told)
    if instance is None:
        raise ReplayMismatch(f"Sự kiện {one.seq} có đầu vào trước khi quy trình bắt đầu.")
    return instance, instance.apply(read_input(one.body), at=one.at)


def replay_event(
    program: Program, case_id: UUID, instance: Instance | None, event: Recorded, *, working_time: WorkingTime
) -> Instance | None:
    """One event on the process as the events before it left it."""
    passed: list[dict[str, Any]] = []
    flows: list[str] = []
    for one in inputs_of([event]):
        instance, step = give(program, case_id, instance, one, working_time=working_time)
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


def spelled(value: Any) -> Any:
    """As an event writes a value."""
    if isinstance(value, float):
        return {DECIMAL: repr(value)}
    if isinstance(value, Mapping):
        return {name: spelled(inner) for name, inner in value.items()}
    return [spelled(inner) for inner in value] if isinstance(value, list | tuple) else value


def _unspelled(value: Any) -> Any:
    if isinstance(value, Mapping):
        if set(value) == {DECIMAL}:
            return float(value[DECIMAL])
        return {name: _unspelled(inner) for name, inner in value.items()}
    return [_unspelled(inner) for inner in value] if isinstance(value, list | tuple) else value
