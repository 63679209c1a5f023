"""Elements that we do not run: refused by name rather than run wrongly."""

from __future__ import annotations

from collections.abc import Iterator

from engine.expressions.text import names
from engine.model.elements import (
    ACTIVITIES,
    GATEWAYS,
    HUMAN_TASKS,
    SUB_PROCESSES,
    EventDefinition,
    Node,
    Other,
    Process,
    handlers,
)
from engine.model.rules.registry import ERROR, WARNING, Reading, rule
from engine.model.runnable import runnable_processes

_ONE_AT_A_TIME = HUMAN_TASKS | {"scriptTask", "businessRuleTask", "sendTask"} | GATEWAYS


@rule("ad-hoc", ERROR)
def ad_hoc(reading: Reading) -> Iterator[tuple[Node, str]]:
    """An ad-hoc sub-process has no start or end; in sequence it holds tasks alone; with a condition, one for people.

    The condition is asked after each activity, so that something must stand there that people may do again, and nothing
    takes it away for good.
    """
    for holder in reading.nodes("adHocSubProcess"):
        inside = reading.scopes[holder.id]
        for node in inside:
            if node.kind in {"startEvent", "endEvent"}:
                yield node, f"Trong tiểu quy trình tuỳ biến {holder.label} không được có {node.label}."
            elif holder.is_sequential and (node.kind not in _ONE_AT_A_TIME or node.loop is not None):
                yield node, f"Trong {holder.label} làm lần lượt, {node.label} có thể chạy song song với việc khác."
        free = [node for node in inside if node.id not in reading.incoming and node.kind in HUMAN_TASKS]
        if holder.completion and not free:
            yield holder, f"Tiểu quy trình tuỳ biến {holder.label} có điều kiện kết thúc nhưng không có việc của người."
        for event in (each for node in free if holder.completion for each in reading.attached.get(node.id, [])):
            if event.interrupts and not any(each.kind == "compensate" for each in event.definitions):
                yield event, f"{event.label} bỏ hẳn một việc của {holder.label} trước khi điều kiện kết thúc đúng."


@rule("compensation", ERROR)
def compensation(reading: Reading) -> Iterator[tuple[Node, str]]:
    """What compensates is joined by an association, stands in the same scope and has no flows; what is named exists."""
    nodes = reading.model.nodes
    joined = handlers(reading.model)
    for node, definition in _undoing(reading):
        if node.kind == "boundaryEvent":
            yield from ((node, message) for message in _unfit(reading, node, joined.get(node.id, [])))
        if definition.target and definition.target not in nodes:
            yield node, f"{node.label} hoàn tác “{definition.target}” không tồn tại."
        elif definition.target and nodes[definition.target].scope not in _scopes_undone(reading, node):
            yield node, f"{node.label} chỉ hoàn tác được việc cùng cấp, không phải “{definition.target}”."
        if node.kind == "boundaryEvent" and node.id in reading.outgoing:
            yield node, f"Sự kiện hoàn tác {node.label} không có luồng ra; nó chỉ nối (association) với việc hoàn tác."
        if not definition.waits:
            yield node, f"{node.label} phải chờ hoàn tác xong rồi mới đi tiếp (waitForCompletion)."
    for node in nodes.values():
        if node.for_compensation and (node.id in reading.incoming or node.id in reading.outgoing):
            yield node, f"Công việc hoàn tác {node.label} không được nối luồng."
        if node.for_compensation and node.id in reading.attached:
            yield node, f"Công việc hoàn tác {node.label} không được có sự kiện biên."


def _scopes_undone(reading: Reading, node: Node) -> set[str]:
    """Where what it throws looks for finished activities: in its scope, or around its event sub-process."""
    holder = reading.model.nodes.get(node.scope)
    return {node.scope, holder.scope} if holder is not None and holder.by_event else {node.scope}


def _undoing(reading: Reading) -> list[tuple[Node, EventDefinition]]:
    nodes = reading.model.nodes.values()
    return [(node, each) for node in nodes for each in node.definitions if each.kind == "compensate"]


def _unfit(reading: Reading, event: Node, joined: list[str]) -> Iterator[str]:
    if len(joined) != 1 or reading.model.nodes[joined[0]].scope != event.scope:
        yield f"Sự kiện hoàn tác {event.label} phải nối (association) với đúng một công việc hoàn tác cùng cấp."
    if len(event.definitions) > 1:
        yield f"Sự kiện hoàn tác {event.label} không được kèm sự kiện khác."
    beside = [each for each, _ in _undoing(reading) if each.attached_to == event.attached_to]
    if beside[0] is not event:
        yield f"{event.label}: công việc đã có sự kiện hoàn tác {beside[0].label}; chỉ được một."


@rule("complex-gateway-as-inclusive", WARNING)
def complex_as_inclusive(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A complex gateway without an activation condition is run as an inclusive one."""
    for node in reading.nodes("complexGateway"):
        if not node.activation:
            yield node, f"Cổng phức hợp {node.label} được chạy như cổng bao hàm (inclusive)."


@rule("complex-reset", ERROR)
def complex_reset(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A complex gateway sends nothing on when it begins anew: nothing asks for its `waitingForStart`."""
    for node in reading.nodes("complexGateway"):
        texts = [node.activation, *(flow.condition for flow in reading.outgoing.get(node.id, []))]
        if any("waitingForStart" in names(text) for text in texts):
            yield node, f"Cổng phức hợp {node.label} không phát luồng khi đặt lại nên không hỏi waitingForStart được."


_DATA = {
    "dataObject": "Đối tượng dữ liệu",
    "dataObjectReference": "Đối tượng dữ liệu",
    "dataStoreReference": "Kho dữ liệu",
    "ioSpecification": "Dữ liệu vào, ra của",
    "property": "Thuộc tính dữ liệu",
    "dataInputAssociation": "Liên kết dữ liệu",
    "dataOutputAssociation": "Liên kết dữ liệu",
}


@rule("data-ignored", WARNING)
def data_ignored(reading: Reading) -> Iterator[tuple[Other, str]]:
    """Data objects, stores, properties and associations change nothing: a case has one set of variables."""
    for other in reading.model.others:
        if other.kind in _DATA:
            what = f"{_DATA[other.kind]} {other.name or other.id}".strip()
            yield other, f"{what} chỉ để đọc hiểu sơ đồ; khi chạy, mọi bước dùng chung biến của hồ sơ."


@rule("unknown-element", ERROR)
def unknown_element(reading: Reading) -> Iterator[tuple[Other, str]]:
    """What stands in a process is an element that BPMN has there."""
    for other in reading.model.others:
        if other.kind.startswith("?"):
            yield other, f"<{other.kind[1:]}> không phải là phần tử chạy được trong quy trình BPMN."


@rule("drawn-only", WARNING)
def drawn_only(reading: Reading) -> Iterator[tuple[Other, str]]:
    """Conversations, choreographies, imports and resources are kept in the file and change nothing."""
    for other in reading.model.others:
        if other.kind.startswith("!"):
            yield (
                other,
                f"<{other.kind[1:]}> {other.name or other.id} chỉ được giữ trong tệp, không chạy.",
            )


@rule("foreign-extension", WARNING)
def foreign_extension(reading: Reading) -> Iterator[tuple[Node | Other, str]]:
    """What another tool's extensions do, ask or assign is kept in the file and changes nothing."""
    for node in reading.model.nodes.values():
        if node.foreign:
            told = ", ".join(node.foreign)
            yield node, f"{node.label}: phần mở rộng {told} của công cụ khác không có tác dụng khi chạy ở đây."
    for other in reading.model.others:
        if other.kind == "foreign":
            yield other, f"{other.id}: phần mở rộng {other.name} của công cụ khác không có tác dụng khi chạy ở đây."


@rule("correlation", ERROR)
def correlation(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A message with a correlation key is caught by a process that subscribes to the key, with a path for each part."""
    for node in reading.nodes("startEvent", "intermediateCatchEvent", "boundaryEvent", "receiveTask"):
        if node.kind == "startEvent" and reading.is_process(node.scope):
            continue
        for definition in node.definitions:
            if definition.kind == "message" and not _is_subscribed(reading, node, definition):
                yield (
                    node,
                    f"{node.label}: quy trình chưa đăng ký đủ khoá tương quan của “{definition.name}”.",
                )
        keys = {one.properties.get("correlation", "") for one in node.definitions if one.kind == "message"}
        if len(keys) > 1:
            yield node, f"{node.label} chờ nhiều thông điệp với khóa tương quan khác nhau; mỗi nơi chờ chỉ có một khóa."


def _is_subscribed(reading: Reading, node: Node, definition: EventDefinition) -> bool:
    keyed = [each for each in reading.model.correlations if each.message == definition.name]
    if not keyed or "correlation" in {**definition.properties, **node.properties}:
        return True
    process = reading.process_of(node)
    return any(each.expects and each.carries for each in keyed if each.process == process)


@rule("marker-place", ERROR)
def marker_place(reading: Reading) -> Iterator[tuple[Node, str]]:
    """Loop markers and `isForCompensation` are an activity's, `triggeredByEvent` a sub-process's alone."""
    for node in reading.model.nodes.values():
        if node.kind not in ACTIVITIES and (node.loop is not None or node.for_compensation):
            yield node, f"{node.label} không phải là công việc nên không có dấu lặp hay dấu hoàn tác."
        if node.by_event and (node.kind not in SUB_PROCESSES or node.for_compensation):
            yield node, f"{node.label}: triggeredByEvent chỉ dùng cho tiểu quy trình không phải là việc hoàn tác."


@rule("token-quantity", ERROR)
def token_quantity(reading: Reading) -> Iterator[tuple[Node, str]]:
    """Token quantities are whole numbers from 1 on, and an activity's."""
    for node in reading.model.nodes.values():
        for name, text in (("startQuantity", node.start_quantity), ("completionQuantity", node.completion_quantity)):
            if node.kind not in ACTIVITIES and text != "1":
                yield node, f"{node.label} không phải là công việc nên không có {name}."
            elif not text.isdigit() or not 1 <= int(text) <= 100:
                yield node, f"{node.label}: {name} là “{text}”, phải là số từ 1 đến 100."


@rule("several-processes", WARNING)
def several_processes(reading: Reading) -> Iterator[tuple[Node, str]]:
    """One instance runs one process; the other pools are only drawn."""
    first, *others = runnable_processes(reading.model)
    for process_id in others:
        for node in reading.scopes[process_id][:1]:
            yield node, f"Tệp có nhiều quy trình; hồ sơ chạy “{first}”, không chạy “{process_id}”."


@rule("not-executable", WARNING)
def not_executable(reading: Reading) -> Iterator[tuple[Process, str]]:
    """A process that says it is only to be read runs all the same, where the file has no other."""
    process = reading.model.processes[runnable_processes(reading.model)[0]]
    if not process.is_executable:
        yield process, f"Quy trình “{process.id}” ghi isExecutable là false (chỉ để đọc) nhưng vẫn được chạy."
