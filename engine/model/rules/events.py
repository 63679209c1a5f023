"""Events: what each may wait for or throw, and timers that can be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.errors import MotCuaError
from engine.expressions.text import plain
from engine.model.elements import EVENTS, EventDefinition, Node
from engine.model.rules.registry import ERROR, Reading, rule
from engine.model.timers import check_timer, is_endless, is_literal

_CAUGHT = {"message", "timer", "signal", "conditional"}
_ALLOWED: Mapping[str, set[str]] = {
    "startEvent": _CAUGHT | {"error", "escalation", "compensate"},
    "intermediateCatchEvent": _CAUGHT | {"link"},
    "intermediateThrowEvent": {"message", "signal", "escalation", "link", "compensate"},
    "boundaryEvent": _CAUGHT | {"error", "escalation", "cancel", "compensate"},
    "endEvent": {"message", "signal", "error", "escalation", "cancel", "terminate", "compensate"},
}


def _definitions(reading: Reading, kind: str) -> Iterator[tuple[Node, EventDefinition]]:
    for node in reading.model.nodes.values():
        for definition in node.definitions:
            if definition.kind == kind:
                yield node, definition


@rule("event-kind", ERROR)
def event_kind(reading: Reading) -> Iterator[tuple[Node, str]]:
    """Each kind of event catches or throws only what BPMN gives it."""
    for node in reading.nodes(*EVENTS):
        begins_case = node.kind == "startEvent" and reading.is_process(node.scope)
        for definition in node.definitions:
            if definition.kind not in (_CAUGHT if begins_case else _ALLOWED[node.kind]):
                yield node, f"{node.label} không được dùng sự kiện “{definition.kind}” ở vị trí này."
        if node.kind == "boundaryEvent" and not node.definitions:
            yield node, f"Sự kiện biên {node.label} chưa nêu chờ sự kiện gì."
        if node.kind == "intermediateCatchEvent" and not node.definitions:
            yield node, f"Sự kiện {node.label} chưa nêu chờ sự kiện gì."


@rule("event-name", ERROR)
def event_name(reading: Reading) -> Iterator[tuple[Node, str]]:
    """The name of a message, signal or link and the code of an error or escalation are plain words, no expression."""
    for node in reading.model.nodes.values():
        for definition in node.definitions:
            for text in (definition.name, definition.code):
                if text.strip() != plain(text) or "${" in text or "#{" in text:
                    yield node, f"{node.label}: “{text}” là biểu thức; tên sự kiện phải là chữ cố định."


@rule("timer", ERROR)
def timer(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A timer says a date, a duration or a cycle in ISO 8601, or an expression that yields one."""
    for node, definition in _definitions(reading, "timer"):
        if not definition.timer or not definition.text:
            yield node, f"{node.label}: hẹn giờ chưa có ngày, khoảng thời gian hoặc chu kỳ."
            continue
        if "+" in definition.timer:
            yield node, f"{node.label}: hẹn giờ chỉ được nêu một trong ba: ngày, khoảng thời gian, chu kỳ."
            continue
        if is_literal(definition.text):
            try:
                check_timer(definition.timer, definition.text)
            except MotCuaError as error:
                yield node, f"{node.label}: {error.message}"
        calendar = definition.properties.get("calendar", node.properties.get("calendar", "working"))
        if calendar not in {"working", "plain"}:
            yield node, f"{node.label}: lịch “{calendar}” phải là working (giờ hành chính) hoặc plain (giờ đồng hồ)."


@rule("timer-alone", ERROR)
def timer_alone(reading: Reading) -> Iterator[tuple[Node, str]]:
    """An event has at most one timer, and one in the middle of a flow comes to an end."""
    for node in reading.nodes(*EVENTS):
        timers = [each for each in node.definitions if each.kind == "timer"]
        if len(timers) > 1:
            yield node, f"{node.label} có nhiều hẹn giờ; chỉ được một."
        if node.kind == "intermediateCatchEvent" and any(is_endless(each.text) for each in timers):
            yield node, f"{node.label} lặp vô hạn giữa luồng nên hồ sơ không bao giờ kết thúc."


@rule("parallel-multiple", ERROR)
def parallel_multiple(reading: Reading) -> Iterator[tuple[Node, str]]:
    """An event that waits for all of several begins no case, and an error or a cancel waits for nothing else."""
    for node in reading.nodes("startEvent", "boundaryEvent", "intermediateCatchEvent"):
        if not node.all_definitions or len(node.definitions) < 2:
            continue
        if node.kind == "startEvent" and reading.is_process(node.scope):
            yield node, f"{node.label} chờ đủ mọi sự kiện (parallelMultiple) nên không mở hồ sơ được."
        if any(each.kind in {"error", "cancel"} for each in node.definitions):
            yield node, f"{node.label}: lỗi hoặc huỷ phải xử lý ngay, không chờ đủ các sự kiện khác (parallelMultiple)."


@rule("link", ERROR)
def link(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A link throw has exactly one link catch of its name in its scope, and neither is any other event too."""
    throws = _links(reading, "intermediateThrowEvent")
    catches = _links(reading, "intermediateCatchEvent")
    for key, nodes in throws.items():
        if len(catches.get(key, [])) != 1:
            yield nodes[0], f"Liên kết {nodes[0].label} “{key[1]}” phải có đúng một nơi nhận cùng tên trong cùng cấp."
    for node in (each for nodes in [*throws.values(), *catches.values()] for each in nodes):
        if len(node.definitions) > 1:
            yield node, f"Sự kiện liên kết {node.label} không được kèm sự kiện khác."
    for node in (each for nodes in throws.values() for each in nodes if each.id in reading.outgoing):
        yield node, f"Sự kiện liên kết gửi {node.label} không được có luồng ra."
    for key, nodes in catches.items():
        for node in nodes:
            if key not in throws or node.id in reading.incoming:
                yield node, f"Sự kiện liên kết nhận {node.label} phải có nơi gửi “{key[1]}” và không có luồng vào."


def _links(reading: Reading, kind: str) -> dict[tuple[str, str], list[Node]]:
    """The link events of one kind by scope and name."""
    found: dict[tuple[str, str], list[Node]] = {}
    for node, definition in _definitions(reading, "link"):
        if node.kind == kind:
            found.setdefault((node.scope, definition.name), []).append(node)
    return found


@rule("cancel-in-transaction", ERROR)
def cancel(reading: Reading) -> Iterator[tuple[Node, str]]:
    """Cancel belongs to transactions, and a transaction that may be cancelled says at its boundary where to go on."""
    for node, _ in _definitions(reading, "cancel"):
        holder = reading.model.nodes.get(node.attached_to if node.kind == "boundaryEvent" else node.scope)
        if holder is None or holder.kind != "transaction":
            yield node, f"Sự kiện huỷ {node.label} chỉ dùng được với giao dịch (transaction)."
        elif node.kind == "endEvent" and not any(
            each.kind == "cancel" for event in reading.attached.get(holder.id, []) for each in event.definitions
        ):
            yield node, f"Giao dịch {holder.label} có thể bị huỷ ({node.label}) nhưng không có sự kiện biên huỷ."


@rule("error-interrupts", ERROR)
def error_interrupts(reading: Reading) -> Iterator[tuple[Node, str]]:
    """What catches an error or a cancel interrupts."""
    for kind in ("error", "cancel"):
        for node, _ in _definitions(reading, kind):
            if node.kind in {"boundaryEvent", "startEvent"} and not node.interrupts:
                yield node, f"{node.label} bắt lỗi nên phải là sự kiện ngắt."


@rule("event-gateway", ERROR)
def event_gateway(reading: Reading) -> Iterator[tuple[Node, str]]:
    """An event-based gateway leads only to events and receive tasks that nothing else leads to."""
    for node in reading.nodes("eventBasedGateway"):
        if node.awaits_all:
            yield node, f"Cổng sự kiện {node.label} loại Parallel (chờ đủ mọi sự kiện) không chạy được."
        targets = [reading.model.nodes[flow.target] for flow in reading.outgoing.get(node.id, [])]
        if not targets:
            yield node, f"Cổng sự kiện {node.label} không có nhánh nào."
        for target in targets:
            is_link = any(each.kind == "link" for each in target.definitions)
            is_free = target.loop is None and target.id not in reading.attached and target.start_quantity == "1"
            if target.kind not in {"intermediateCatchEvent", "receiveTask"} or is_link or not is_free:
                yield (
                    target,
                    f"Sau cổng sự kiện {node.label} chỉ được là sự kiện hoặc việc chờ nhận, không phải {target.label}.",
                )
            elif len(reading.incoming[target.id]) > 1:
                yield target, f"{target.label} đứng sau cổng sự kiện nên chỉ được có một luồng vào."
