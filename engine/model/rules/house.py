"""What a procedure of the house needs besides running: roles, seats, forms, connectors, limits and clocks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.deadlines.limits import parse_limit
from engine.errors import MotCuaError
from engine.model.elements import HUMAN_TASKS, Lane, Node
from engine.model.rules.registry import ERROR, HOUSE, Element, Reading, rule
from engine.model.runnable import runnable_processes

_CLOCK_OWNERS = {"applicant", "payment", "consulted"}
_KIND = re.compile(r"(province|commune|department|external)\.")
_THROWING = {"intermediateThrowEvent", "endEvent", "sendTask"}
_LIMITED = HUMAN_TASKS | {"serviceTask", "receiveTask"}


@rule("task-role", HOUSE)
def task_role(reading: Reading) -> Iterator[tuple[Node, str]]:
    """Every task of a person says whose it is."""
    known = reading.context.roles if reading.context is not None else None
    for node in reading.nodes(*HUMAN_TASKS):
        role = node.properties.get("role", "")
        if not role:
            yield node, f"Công việc {node.label} chưa nêu vai trò thực hiện (role)."
        elif known is not None and role not in known:
            yield node, f"Công việc {node.label} giao cho vai trò “{role}” không có trong danh mục."


@rule("task-unit", HOUSE)
def task_unit(reading: Reading) -> Iterator[tuple[Node, str]]:
    """Every task of a person stands in a lane with a unit."""
    for node in reading.nodes(*HUMAN_TASKS):
        if not reading.model.seat(node) and not node.properties.get("unit"):
            yield node, f"Công việc {node.label} không nằm trong làn nào có đơn vị (unit)."


@rule("seat", ERROR)
def seat(reading: Reading) -> Iterator[tuple[Element, str]]:
    """A lane's unit and a consultation's target are known seats or units."""
    context = reading.context
    if context is None or context.seats is None:
        return
    lanes: list[Lane] = list(reading.model.lanes.values())
    named: list[tuple[Element, str]] = [(lane, lane.properties.get("unit", "")) for lane in lanes]
    named += [(node, node.properties.get("target_unit", "")) for node in reading.model.nodes.values()]
    for element, unit in named:
        if unit and unit not in context.seats and (context.knows_units or _KIND.match(unit)):
            yield element, f"Đơn vị “{unit}” không có trong danh mục."


@rule("task-form", ERROR)
def task_form(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A form that a task names exists."""
    known = reading.context.forms if reading.context is not None else None
    if known is None:
        return
    for node in reading.nodes(*HUMAN_TASKS):
        form = node.properties.get("form", "")
        if form and form not in known:
            yield node, f"Công việc {node.label} dùng biểu mẫu “{form}” không có trong thủ tục."


@rule("connector", HOUSE)
def connector(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A service task names a connector and one of its operations."""
    known = reading.context.connectors if reading.context is not None else None
    for node in reading.nodes("serviceTask"):
        name, operation = node.properties.get("connector", ""), node.properties.get("operation", "")
        if not name or not operation:
            yield node, f"Tác vụ dịch vụ {node.label} chưa nêu kết nối (connector) và thao tác (operation)."
        elif known is not None and name not in known:
            yield node, f"Tác vụ dịch vụ {node.label} dùng kết nối “{name}” chưa được cài."
        elif known is not None and operation not in set(known[name]):
            yield node, f"Kết nối “{name}” không có thao tác “{operation}” ({node.label})."


@rule("message-door", ERROR)
def message_door(reading: Reading) -> Iterator[tuple[Node, str]]:
    """In a procedure of the house a message that leaves a case or comes into one has a correlation key at every end."""
    if not _is_of_the_house(reading):
        return
    for name, ends in _ends(reading, "message").items():
        is_keyed = {node.id: _has_key(reading, node, name) for node in ends}
        is_whole = {node.kind in _THROWING for node in ends} == {True, False}
        if is_whole and not any(is_keyed.values()):
            continue  # a case's talk with itself
        for node in ends:
            if not is_keyed[node.id]:
                yield (
                    node,
                    f"Thông điệp “{name}” của {node.label} ra vào hồ sơ nên phải có khóa tương quan (correlation).",
                )


@rule("message-start", ERROR)
def message_start(reading: Reading) -> Iterator[tuple[Node, str]]:
    """In a procedure of the house a case begins with its reception, not with a message."""
    if not _is_of_the_house(reading):
        return
    for node in _running(reading):
        if node.instantiates or (node.kind == "startEvent" and reading.is_process(node.scope) and node.definitions):
            yield (
                node,
                f"{node.label}: hồ sơ mở bằng việc tiếp nhận, không mở bằng sự kiện; hãy bỏ sự kiện bắt đầu này.",
            )


@rule("signal-door", ERROR)
def signal_door(reading: Reading) -> Iterator[tuple[Node, str]]:
    """In a procedure of the house a signal stays in its case: whoever waits for one has somebody there who sends it."""
    if not _is_of_the_house(reading):
        return
    for name, ends in _ends(reading, "signal").items():
        is_sent = any(node.kind in _THROWING for node in ends)
        is_caught = any(node.kind not in _THROWING for node in ends)
        other = "nơi nhận" if is_sent else "nơi phát"
        if not (is_sent and is_caught):
            yield (
                ends[0],
                f"Tín hiệu “{name}” của {ends[0].label} không có {other} trong quy trình; hãy dùng thông điệp.",
            )


def _is_of_the_house(reading: Reading) -> bool:
    return reading.context is not None and reading.context.connectors is not None


def _running(reading: Reading) -> Iterator[Node]:
    """The nodes of the process that a case runs, and of those it calls: other pools are only drawn."""
    running = runnable_processes(reading.model)[0]
    others = set(reading.model.processes) - {running} - {node.called for node in reading.nodes("callActivity")}
    return (node for node in reading.model.nodes.values() if reading.process_of(node) not in others)


def _ends(reading: Reading, kind: str) -> dict[str, list[Node]]:
    """Where each message, or signal, is thrown and caught."""
    found: dict[str, list[Node]] = {}
    for node in _running(reading):
        for definition in node.definitions:
            if definition.kind == kind and not (node.kind == "startEvent" and reading.is_process(node.scope)):
                found.setdefault(definition.name, []).append(node)
    return found


def _has_key(reading: Reading, node: Node, name: str) -> bool:
    definitions = [one for one in node.definitions if one.kind == "message" and one.name == name]
    own = any({**one.properties, **node.properties}.get("correlation") for one in definitions)
    return own or any(each.message == name and each.carries for each in reading.model.correlations)


@rule("task-limit", ERROR)
def task_limit(reading: Reading) -> Iterator[tuple[Node, str]]:
    """Limits can be read: 4h, 0.5d, 3d, 5cd."""
    for node in reading.nodes(*_LIMITED):
        for name in ("limit", "step_limit"):
            text = node.properties.get(name, "")
            if text and not _is_limit(text):
                yield node, f"{node.label}: thời hạn “{text}” ({name}) không đọc được; ví dụ 4h, 0.5d, 3d."


@rule("step-limit-differs", ERROR)
def step_limit_differs(reading: Reading) -> Iterator[tuple[Node, str]]:
    """All tasks of one step repeat the same limit of the step."""
    first: dict[str, tuple[str, Node]] = {}
    for node in reading.nodes(*_LIMITED):
        step, limit = node.properties.get("step", ""), node.properties.get("step_limit", "")
        if not step or not limit:
            continue
        known, holder = first.setdefault(step, (limit, node))
        if known != limit:
            yield node, f"Bước {step}: {node.label} ghi thời hạn {limit} nhưng {holder.label} ghi {known}."


@rule("clock", ERROR)
def clock(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A task that stops the clock says on whom it waits and on what legal basis."""
    for node in reading.model.nodes.values():
        if node.properties.get("clock") != "paused":
            continue
        owner = node.properties.get("clock_owner", "")
        if owner not in _CLOCK_OWNERS:
            yield node, f"{node.label} tạm dừng thời hạn nhưng chưa nêu chờ ai (clock_owner: applicant, payment)."
        if not node.properties.get("clock_basis"):
            yield node, f"{node.label} tạm dừng thời hạn nhưng chưa nêu căn cứ (clock_basis)."


@rule("task-name", HOUSE)
def task_name(reading: Reading) -> Iterator[tuple[Node, str]]:
    """Every task has a name that people can read."""
    for node in reading.nodes(*_LIMITED):
        if not node.name:
            yield node, f"Công việc {node.id} chưa có tên."


def _is_limit(text: str) -> bool:
    try:
        parse_limit(text)
    except MotCuaError:
        return False
    return True
