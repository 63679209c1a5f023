"""What goes into an instance and what comes out of it: plain frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Address = str
"""Where a token stands: element#lap, with `[n]` for one of many instances and `outer/` before it in a sub-process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """A node of the source model, as people see it."""

    id: str
    name: str
    kind: str
    lane: str
    unit_seat: str
    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A token that waits: for a person (task), an answer (service), a message, a timer, a signal or a condition."""

    address: Address
    element_id: str
    lap: int
    kind: str
    name: str
    lane: str
    unit_seat: str
    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """An armed timer, boundary timers included. `repeat` is how often it fires after `due`; None: without end.

    `is_working`: its due moment was counted in office hours, so that it hangs on the calendar.
    """

    address: Address
    element_id: str
    due: datetime
    duration: str | None
    repeat: int | None
    is_working: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A token that waits for a message; an empty key takes any."""

    address: Address
    element_id: str
    message: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """An element that a token has been through."""

    element_id: str
    lap: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message that left the process: only the variables that the element's `inputs` property names."""

    element_id: str
    message: str
    payload: Mapping[str, Any]
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one input did. Lowered nodes and flows never show."""

    completed: tuple[Passed, ...]
    flows: tuple[str, ...]
    opened: tuple[Waiting, ...]
    closed: tuple[Address, ...]
    sent: tuple[Sent, ...]
    signals: tuple[str, ...]
    is_ended: bool
    end_event: str | None
    error: str | None
    log: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Complete:
    """A person has done the task at this address."""

    address: Address
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A service has answered the task at this address."""

    address: Address
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fail:
    """The task at this address has failed with an error that the model catches."""

    address: Address
    code: str
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fire:
    """The timer at this address is due."""

    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message has arrived. It goes to the oldest subscription to its name and key."""

    name: str
    key: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A signal has arrived. It goes to everything that waits for its name."""

    name: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retime:
    """The working calendar has changed: from now on this version counts, and the timers named are due then."""

    calendar: int
    dues: Mapping[Address, str] = field(default_factory=dict)


Input = Complete | Answer | Fail | Fire | Message | Signal | Retime
