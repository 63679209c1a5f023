"""Elements that we do not run: refused by name rather than run wrongly."""

from __future__ import annotations

from collections.abc import Iterator

from engine.model.elements import ACTIVITIES, EventDefinition, Node, Other
from engine.model.rules.registry import ERROR, WARNING, Reading, rule


@rule("ad-hoc", ERROR)
def ad_hoc(reading: Reading) -> Iterator[tuple[Node, str]]:
    """An ad-hoc sub-process has no order that could be run."""
    for node in reading.nodes("adHocSubProcess"):
        yield node, f"Tiểu quy trình tuỳ biến {node.label} (ad-hoc) không chạy được; hãy vẽ các bước theo thứ tự."


@rule("compensation", ERROR)
def compensation(reading: Reading) -> Iterator[tuple[Node, str]]:
    """What compensates is joined by an association, stands in the same scope and has no flows; what is named exists."""
    nodes = reading.model.nodes
    for node, definition in _undoing(reading):
        if node.kind == "boundaryEvent" and not _is_handled(reading, node):
            yield node, f"Sự kiện hoàn tác {node.label} phải nối (association) với một công việc hoàn tác cùng cấp."
        if definition.target and definition.target not in nodes:
            yield node, f"{node.label} hoàn tác «{definition.target}» không tồn tại."
    for node in nodes.values():
        if node.for_compensation and (node.id in reading.incoming or node.id in reading.outgoing):
            yield node, f"Công việc hoàn tác {node.label} không được nối luồng."


def _undoing(reading: Reading) -> list[tuple[Node, EventDefinition]]:
    nodes = reading.model.nodes.values()
    return [(node, each) for node in nodes for each in node.definitions if each.kind == "compensate"]


def _is_handled(reading: Reading, event: Node) -> bool:
    joined = {other.source: other.target for other in reading.model.others if other.kind == "association"}
    handler = reading.model.nodes.get(joined.get(event.id, ""))
    return handler is not None and handler.for_compensation and handler.scope == event.scope


@rule("complex-gateway-as-inclusive", WARNING)
def complex_as_inclusive(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A complex gateway without an activation condition is run as an inclusive one."""
    for node in reading.nodes("complexGateway"):
        if not node.activation:
            yield node, f"Cổng phức hợp {node.label} được chạy như cổng bao hàm (inclusive)."


@rule("data-store", ERROR)
def data_store(reading: Reading) -> Iterator[tuple[Other, str]]:
    """Stores outside of the case are reached through connectors."""
    for other in reading.model.others:
        if other.kind == "dataStoreReference":
            yield other, f"Kho dữ liệu {other.name or other.id} không được hỗ trợ; hãy dùng tác vụ dịch vụ."


@rule("data-ignored", WARNING)
def data_ignored(reading: Reading) -> Iterator[tuple[Other, str]]:
    """Data associations change nothing: a case has one set of variables."""
    for other in reading.model.others:
        if other.kind in {"dataInputAssociation", "dataOutputAssociation"}:
            yield other, "Liên kết dữ liệu chỉ để đọc hiểu sơ đồ; khi chạy, mọi bước dùng chung biến của hồ sơ."


@rule("token-quantity", ERROR)
def token_quantity(reading: Reading) -> Iterator[tuple[Node, str]]:
    """Token quantities are whole numbers from 1 on."""
    for node in reading.nodes(*ACTIVITIES):
        for name, text in (("startQuantity", node.start_quantity), ("completionQuantity", node.completion_quantity)):
            if not text.isdigit() or not 1 <= int(text) <= 100:
                yield node, f"{node.label}: {name} là «{text}», phải là số từ 1 đến 100."


@rule("several-processes", WARNING)
def several_processes(reading: Reading) -> Iterator[tuple[Node, str]]:
    """One instance runs one process; the other pools are only drawn."""
    called = {node.called for node in reading.nodes("callActivity")}
    running = [each for each in reading.model.processes.values() if each.is_executable and each.id not in called]
    for process in running[1:]:
        for node in reading.scopes[process.id][:1]:
            yield node, f"Tệp có nhiều quy trình; hồ sơ chạy «{running[0].id}», không chạy «{process.id}»."
