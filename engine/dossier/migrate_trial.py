"""A case tried on another version of its process: its recorded inputs run again there, and what must be kept compared.

Nothing here touches the case: the trial has a process of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from engine.catalogue.versions import Version
from engine.dossier.replay import Given, give
from engine.errors import MotCuaError, StaleTask
from engine.run import Instance, Step, Waiting, WorkingTime

KINDS: Mapping[str, str] = {"task": "việc", "service": "yêu cầu gửi cơ quan khác", "message": "thông điệp đang chờ"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One place where a case waits, and what hangs on it."""

    address: str
    kind: str = ""  # task | service | message; empty where nothing hangs on it
    name: str = ""
    unit_code: str = ""
    role: str = ""
    is_paused: bool = False
    drafted: Mapping[str, Any] | None = None  # the schema of its form, when somebody has begun to fill it
    connector: str = ""
    operation: str = ""
    message: str = ""
    key: str = ""

    @property
    def title(self) -> str:
        return f"“{self.name or element_of(self.address)}”"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """All that a migration must keep of a case."""

    case_id: UUID
    given: Sequence[Given]
    passed: Mapping[int, Collection[str]]  # event -> the elements that it passed
    held: Sequence[Held]
    timers: Mapping[str, datetime]  # address -> due
    listens: Sequence[tuple[str, str]] = ()  # message and key, of every place that listens


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of it. Without reasons, `instance` may take the case's place."""

    reasons: tuple[str, ...] = ()
    instance: Instance | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)  # key of an input -> its address on the new version
    places: Mapping[str, Waiting] = field(default_factory=dict)  # address -> where it waits now
    timers: Mapping[str, str] = field(default_factory=dict)  # address -> address


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The version to go to, the elements that have other ids there, and what the trial must know of the house."""

    version: Version
    mapping: Mapping[str, str]
    working_time: WorkingTime
    now: datetime
    seat: Callable[[str], str]  # the unit that sits in a seat, for this case


class _Unplaced(Exception):
    """No one place of the new version is what this address meant."""


def try_on(standing: Standing, target: Target) -> Trial:
    """Run the recorded inputs on the target, and compare."""
    addresses: dict[str, str] = {}
    instance: Instance | None = None
    for one in standing.given:
        try:
            instance, step, moved = _give(standing, target, instance, one)
        except (_Unplaced, StaleTask):
            return Trial(reasons=(_not_open(target, one),))
        except MotCuaError as error:
            return Trial(reasons=(f"Chạy lại sự kiện {one.seq} trên bản mới không được: {error.message}",))
        unsent = _unsent(standing, target, one, step)
        if unsent:
            return Trial(reasons=(unsent,))
        if moved != one.body.get("address", ""):
            addresses[one.key] = moved
    if instance is None or instance.is_ended:
        return Trial(reasons=("Theo bản mới, với những việc đã làm, hồ sơ này đã kết thúc.",))
    return _compared(standing, target, instance, addresses)


def element_of(address: str) -> str:
    """The element at the end of an address."""
    return address.rpartition("/")[2].partition("#")[0]


def _give(standing: Standing, target: Target, instance: Instance | None, one: Given) -> tuple[Instance, Step, str]:
    moved = one.body.get("address", "")
    if moved and instance is not None:
        moved = place(moved, target.mapping, _takes(instance, one.body["kind"]))
        one = replace(one, body={**one.body, "address": moved})
    after, step = give(target.version.program, standing.case_id, instance, one, working_time=target.working_time)
    return after, step, moved


def _takes(instance: Instance, kind: str) -> list[str]:
    """Where the process takes an input of this kind now."""
    if kind == "fire":
        return [one.address for one in instance.timers]
    wanted = {"complete": {"task"}, "answer": {"service"}}.get(kind, {"task", "service"})
    return [one.address for one in instance.waiting if one.kind in wanted]


def place(address: str, mapping: Mapping[str, str], found: Iterable[str]) -> str:
    """The one of these addresses that is meant: the same, or the same element elsewhere. Raises _Unplaced."""
    there = list(found)
    renamed = "/".join(_renamed(part, mapping) for part in address.split("/"))
    if renamed in there:
        return renamed
    last = renamed.rpartition("/")[2]
    of_element = [one for one in there if element_of(one) == element_of(renamed)]
    same = [one for one in of_element if one.rpartition("/")[2] == last]
    for candidates in (same, of_element):
        if len(candidates) == 1:
            return candidates[0]
    raise _Unplaced


def _renamed(part: str, mapping: Mapping[str, str]) -> str:
    element, mark, rest = part.partition("#")
    return f"{mapping.get(element, element)}{mark}{rest}"


def _not_open(target: Target, one: Given) -> str:
    element = element_of(str(one.body.get("address", "")))
    element = target.mapping.get(element, element)
    known = target.version.program.elements.get(element)
    if known is None:
        return (
            f"Sự kiện {one.seq} đã qua “{element}”, bản mới không còn phần tử này."
            " Nếu chỉ đổi mã, hãy chỉ rõ mã cũ và mã mới."
        )
    return f"Sự kiện {one.seq} đã qua “{known.name or element}”, nhưng theo bản mới khi đó hồ sơ chưa tới hoặc đã qua."


def _unsent(standing: Standing, target: Target, one: Given, step: Step) -> str:
    """A message that the new version would have sent by now, and that never went out."""
    passed = {target.mapping.get(element, element) for element in standing.passed.get(one.seq, ())}
    missing = [sent.message or sent.element_id for sent in step.sent if sent.element_id not in passed]
    if missing:
        return f"Theo bản mới, thông điệp “{missing[0]}” lẽ ra đã gửi tại sự kiện {one.seq}, mà chưa từng gửi."
    return ""


# --- what must be kept ------------------------------------------------------------------------------------------------


def _compared(standing: Standing, target: Target, instance: Instance, addresses: Mapping[str, str]) -> Trial:
    reasons: list[str] = []
    places: dict[str, Waiting] = {}
    free = {one.address: one for one in instance.waiting}
    for held in standing.held:
        try:
            now = free.pop(place(held.address, target.mapping, free))
        except _Unplaced:
            reasons.append(_lost(held, target, instance))
            continue
        places[held.address] = now
        reasons += _changed(held, now, target, instance)
    missing = sum(one.address not in places for one in standing.held)
    extra = [] if missing >= len(free) else free.values()  # what is lost most likely stands there under another id
    reasons += [
        f"Bản mới mở thêm “{one.name or one.element_id}” song song, hồ sơ này chưa có việc đó." for one in extra
    ]
    if not reasons:  # a place that is lost has told of its message already
        reasons += _unheard(standing, instance)
    timers, lost = _timers(standing, target, instance)
    return Trial(reasons=(*reasons, *lost), instance=instance, inputs=addresses, places=places, timers=timers)


def _lost(held: Held, target: Target, instance: Instance) -> str:
    element = target.mapping.get(element_of(held.address), element_of(held.address))
    kind = KINDS.get(held.kind, "bước đang chờ")
    if element not in target.version.program.elements:
        return (
            f"{kind[0].upper()}{kind[1:]} {held.title} đang mở, bản mới không có phần tử “{element}”."
            " Nếu chỉ đổi mã, hãy chỉ rõ mã cũ và mã mới."
        )
    there = ", ".join(f"“{one.name or one.element_id}”" for one in instance.waiting)
    return f"{kind[0].upper()}{kind[1:]} {held.title} đang mở; theo bản mới, với những việc đã làm, hồ sơ ở {there}."


def _changed(held: Held, now: Waiting, target: Target, instance: Instance) -> list[str]:
    """What hangs on an open place and would not be the same."""
    if held.kind not in {"", now.kind}:
        return [f"{held.title} đang mở, trong bản mới là bước loại khác."]
    if held.kind == "task":
        return _changed_task(held, now, target)
    if held.kind == "service":
        told = (now.properties.get("connector", ""), now.properties.get("operation", ""))
        if told != (held.connector, held.operation):
            return [f"Yêu cầu {held.title} đã gửi và chờ trả lời; bản mới gửi qua kết nối khác."]
    if held.kind == "message":
        listening = {(one.message, one.key) for one in instance.subscriptions if one.address == now.address}
        if (held.message, held.key) not in listening:
            return [f"Hồ sơ đang chờ thông điệp “{held.message}”; bản mới chờ thông điệp hoặc khóa khác."]
    return []


def _unheard(standing: Standing, instance: Instance) -> list[str]:
    """Messages that the case listens for beside its open work, and the new version does not."""
    lost = Counter(standing.listens) - Counter((one.message, one.key) for one in instance.subscriptions)
    return [f"Hồ sơ đang chờ thông điệp “{name}”; bản mới không chờ nữa hoặc chờ khóa khác." for name, _ in lost]


def _changed_task(held: Held, now: Waiting, target: Target) -> list[str]:
    reasons = []
    if target.seat(now.unit_seat) != held.unit_code:
        reasons.append(f"Việc {held.title} đang ở một đơn vị; bản mới giao cho đơn vị khác.")
    if (now.properties.get("role") or "case_officer") != held.role:
        reasons.append(f"Việc {held.title} đang mở; bản mới giao cho vai trò khác.")
    if (now.properties.get("clock") == "paused") != held.is_paused:
        reasons.append(f"Việc {held.title}: bản mới đổi cách tính giờ (tạm dừng hay không).")
    if held.drafted is not None and target.version.forms.get(now.properties.get("form", "")) != held.drafted:
        reasons.append(f"Việc {held.title} có phiếu đang nhập dở; bản mới đổi biểu mẫu của việc này.")
    return reasons


def _timers(standing: Standing, target: Target, instance: Instance) -> tuple[dict[str, str], list[str]]:
    """Each armed timer is armed there too, for the same moment; what is armed there alone is not due yet."""
    reasons: list[str] = []
    armed = {one.address: one for one in instance.timers}
    places: dict[str, str] = {}
    for address, due in sorted(standing.timers.items()):
        element = element_of(address)
        try:
            now = places[address] = place(address, target.mapping, armed.keys() - set(places.values()))
        except _Unplaced:
            reasons.append(f"Hẹn giờ “{element}” (đến hạn {_moment(due, target)}) không còn trong bản mới.")
            continue
        if armed[now].due != due:
            reasons.append(
                f"Hẹn giờ “{element}” đến hạn {_moment(due, target)},"
                f" theo bản mới là {_moment(armed[now].due, target)}."
            )
    reasons += [
        f"Bản mới thêm hẹn giờ “{one.element_id}”, với hồ sơ này đã đến hạn từ {_moment(one.due, target)}."
        for one in armed.values()
        if one.address not in places.values() and one.due <= target.now
    ]
    return places, reasons


def _moment(at: datetime, target: Target) -> str:
    return f"{at.astimezone(target.now.tzinfo):%H:%M ngày %d/%m/%Y}"
