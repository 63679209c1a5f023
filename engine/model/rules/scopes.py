"""Where a process and its sub-processes begin, and what they call."""

from __future__ import annotations

from collections.abc import Iterator

from engine.model.elements import ACTIVITIES, SUB_PROCESSES, Flow, Node
from engine.model.rules.registry import ERROR, WARNING, Reading, rule


def _starts(reading: Reading, scope: str) -> list[Node]:
    return [node for node in reading.scopes[scope] if node.kind == "startEvent"]


def _begins(reading: Reading, node: Node) -> bool:
    """Whether it is a receive task or an event-based gateway that begins a process."""
    return node.instantiates and node.id not in reading.incoming and reading.is_process(node.scope)


def _kinds(node: Node) -> set[str]:
    return {definition.kind for definition in node.definitions}


@rule("no-start", WARNING)
def no_start(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A scope without a start event begins at every node that nothing leads to."""
    for nodes in reading.scopes.values():
        holder = reading.model.nodes.get(nodes[0].scope) if nodes else None
        is_free = holder is not None and holder.kind == "adHocSubProcess"
        if nodes and not is_free and not any(node.kind == "startEvent" or _begins(reading, node) for node in nodes):
            yield nodes[0], "Không có sự kiện bắt đầu; sẽ bắt đầu từ mọi bước không có luồng vào."


@rule("empty-scope", ERROR)
def empty_scope(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A sub-process with nothing in it but events, or in which everything leads in a circle, never begins."""
    for scope, nodes in reading.scopes.items():
        holder = reading.model.nodes.get(scope)
        free = [node for node in nodes if node.id not in reading.incoming and _may_begin(node)]
        if holder is not None and not free:
            yield holder, f"Tiểu quy trình {holder.label} không có bước nào để bắt đầu."
        elif holder is None and nodes and not free:
            yield nodes[0], "Quy trình không có bước nào để bắt đầu."


def _may_begin(node: Node) -> bool:
    return node.kind != "boundaryEvent" and not node.by_event and not node.for_compensation


@rule("several-starts", ERROR)
def several_starts(reading: Reading) -> Iterator[tuple[Node, str]]:
    """One plain start event; in a process, others may wait for a message each, of its own."""
    for scope in reading.scopes:
        holder = reading.model.nodes.get(scope)
        if holder is not None and holder.by_event:
            continue
        starts = _starts(reading, scope)
        plain = [start for start in starts if not start.definitions]
        for node in (each for each in reading.scopes[scope] if _begins(reading, each)):
            if node.loop is not None or node.id in reading.attached:
                yield node, f"{node.label} mở quy trình nên không được có dấu lặp hay sự kiện biên."
        for start in plain[1:]:
            yield start, f"Có hơn một sự kiện bắt đầu không điều kiện; {start.label} sẽ không bao giờ được chọn."
        for start in (each for each in starts if each.definitions):
            if holder is not None:
                yield start, f"Sự kiện bắt đầu {start.label} trong tiểu quy trình không được chờ sự kiện."
            elif len(starts) > 1 and _kinds(start) != {"message"}:
                yield start, f"Khi có nhiều điểm bắt đầu, {start.label} chỉ được bắt đầu bằng thông điệp."
        yield from _begun_twice(reading, scope)


def _begun_twice(reading: Reading, scope: str) -> Iterator[tuple[Node, str]]:
    """Of two ways to begin by one message only the first would ever be gone."""
    begun: dict[str, Node] = {}
    for node in reading.scopes[scope]:
        if not (_begins(reading, node) or (node.kind == "startEvent" and reading.is_process(scope))):
            continue
        events = [reading.model.nodes[flow.target] for flow in reading.outgoing.get(node.id, [])]
        for each in events if node.kind == "eventBasedGateway" else [node]:
            for name in {definition.name for definition in each.definitions}:
                if begun.setdefault(name, each) is not each:
                    yield each, f"{each.label} và {begun[name].label} cùng mở quy trình bằng “{name}”; chỉ được một."


@rule("instantiate", ERROR)
def instantiate(reading: Reading) -> Iterator[tuple[Node, str]]:
    """What begins a process by a message (`instantiate`) stands in a process, and nothing else begins there unasked."""
    for node in reading.nodes("receiveTask", "eventBasedGateway"):
        if not node.instantiates:
            continue
        if not _begins(reading, node):
            yield (
                node,
                f"{node.label} mở quy trình (instantiate) nên không được có luồng vào hay nằm trong tiểu quy trình.",
            )
            continue
        for target in (reading.model.nodes[flow.target] for flow in reading.outgoing.get(node.id, [])):
            if node.kind == "eventBasedGateway" and _kinds(target) != {"message"}:
                yield target, f"{target.label} mở quy trình (sau {node.label}) nên chỉ được chờ thông điệp."
        yield from _unasked(reading, node)


def _unasked(reading: Reading, beginning: Node) -> Iterator[tuple[Node, str]]:
    """Beside it and without a start event, what nothing leads to would never begin."""
    if _starts(reading, beginning.scope):
        return
    for node in reading.scopes[beginning.scope]:
        is_apart = node.kind == "boundaryEvent" or node.by_event or node.for_compensation or node.instantiates
        is_link = any(each.kind == "link" for each in node.definitions) and node.kind == "intermediateCatchEvent"
        if node.id not in reading.incoming and not is_apart and not is_link:
            yield node, f"{node.label} không có luồng vào nên không bắt đầu khi {beginning.label} mở quy trình."


@rule("start-by-event", WARNING)
def start_by_event(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A timer, signal or condition does not start a case here: a person or a message does."""
    for process in reading.model.processes:
        for start in _starts(reading, process):
            if _kinds(start) - {"message"}:
                yield start, f"{start.label}: hồ sơ được mở bởi người hoặc thông điệp; sự kiện này không tự mở hồ sơ."


@rule("event-sub-process", ERROR)
def event_sub_process(reading: Reading) -> Iterator[tuple[Node, str]]:
    """An event sub-process has exactly one start, which waits for an event, and no flows."""
    for node in reading.nodes(*SUB_PROCESSES):
        if not node.by_event:
            continue
        starts = _starts(reading, node.id)
        kinds = _kinds(starts[0]) if starts else set()
        if len(starts) != 1 or not kinds or (len(starts[0].definitions) > 1 and "compensate" in kinds):
            yield node, f"Tiểu quy trình sự kiện {node.label} phải có đúng một sự kiện bắt đầu, và nó phải chờ sự kiện."
        if node.id in reading.incoming or node.id in reading.outgoing or node.id in reading.attached:
            yield node, f"Tiểu quy trình sự kiện {node.label} không được nối luồng hoặc gắn sự kiện biên."


@rule("call-activity", ERROR)
def call_activity(reading: Reading) -> Iterator[tuple[Node, str]]:
    """What is called is in the file, begins without an event, and does not call itself."""
    calls: dict[str, set[str]] = {}
    for node in reading.nodes("callActivity"):
        if node.called not in reading.model.processes:
            yield node, f"{node.label} gọi quy trình “{node.called}” không có trong tệp."
        elif (starts := _starts(reading, node.called)) and all(start.definitions for start in starts):
            yield node, f"{node.label} gọi quy trình “{node.called}” chỉ bắt đầu bằng sự kiện nên không gọi được."
        calls.setdefault(_process_of(reading, node), set()).add(node.called)
    for node in reading.nodes("callActivity"):
        if _leads_to(calls, node.called, _process_of(reading, node)):
            yield node, f"{node.label} gọi vòng lại chính quy trình chứa nó."


@rule("flow-ends", ERROR)
def flow_ends(reading: Reading) -> Iterator[tuple[Flow, str]]:
    """A flow stays in its scope, does not enter a start or boundary event and does not leave an end event."""
    nodes = reading.model.nodes
    for flow in reading.model.flows.values():
        source, target = nodes[flow.source], nodes[flow.target]
        if source.scope != target.scope:
            yield flow, f"Luồng {flow.id} đi ra ngoài tiểu quy trình; hãy dùng sự kiện biên hoặc kết thúc."
        if target.kind in {"startEvent", "boundaryEvent"}:
            yield flow, f"Luồng {flow.id} đi vào {target.label}, là nơi không nhận luồng."
        if source.kind == "endEvent":
            yield flow, f"Luồng {flow.id} đi ra từ sự kiện kết thúc {source.label}."


@rule("boundary-place", ERROR)
def boundary_place(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A boundary event is attached to an activity of its own scope."""
    for node in reading.nodes("boundaryEvent"):
        host = reading.model.nodes[node.attached_to]
        if host.kind not in ACTIVITIES or host.scope != node.scope:
            yield node, f"Sự kiện biên {node.label} phải gắn vào một công việc cùng cấp, không phải {host.label}."


def _process_of(reading: Reading, node: Node) -> str:
    scope = node.scope
    while scope in reading.model.nodes:
        scope = reading.model.nodes[scope].scope
    return scope


def _leads_to(calls: dict[str, set[str]], source: str, target: str) -> bool:
    seen: set[str] = set()
    waiting = [source]
    while waiting:
        process = waiting.pop()
        if process == target:
            return True
        if process not in seen:
            seen.add(process)
            waiting.extend(calls.get(process, ()))
    return False
