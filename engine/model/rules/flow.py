"""Whether everything can be reached, comes to an end, and does not turn in a circle by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from engine.model.elements import ACTIVITIES, HUMAN_TASKS, Node, link_catches
from engine.model.rules.markings import dead_ends
from engine.model.rules.registry import ERROR, HOUSE, WARNING, Reading, rule

_WAITING = HUMAN_TASKS | {"serviceTask", "receiveTask", "intermediateCatchEvent", "eventBasedGateway"}


def successors(reading: Reading) -> dict[str, list[str]]:
    """Where a token may be next, within one scope: along flows, links, and from an activity to its boundary events."""
    found = {node_id: [flow.target for flow in flows] for node_id, flows in reading.outgoing.items()}
    for host, events in reading.attached.items():
        found.setdefault(host, []).extend(event.id for event in events)
    catches = link_catches(reading.model.nodes.values())
    for node in reading.nodes("intermediateThrowEvent"):
        for each in node.definitions:
            if each.kind == "link" and (node.scope, each.name) in catches:
                found.setdefault(node.id, []).append(catches[node.scope, each.name])
    return found


def reachable(
    starts: Iterable[str], edges: Mapping[str, Iterable[str]], *, but: AbstractSet[str] = frozenset()
) -> set[str]:
    """Everything that a walk from `starts` comes to, `starts` included, without stepping on `but`."""
    seen: set[str] = set()
    waiting = list(starts)
    while waiting:
        node_id = waiting.pop()
        if node_id not in seen and node_id not in but:
            seen.add(node_id)
            waiting.extend(edges.get(node_id, ()))
    return seen


def circles(edges: Mapping[str, list[str]]) -> list[set[str]]:
    """The strongly connected parts of a graph that hold a circle (Kosaraju)."""
    backwards: dict[str, list[str]] = {}
    for source, targets in edges.items():
        for target in targets:
            backwards.setdefault(target, []).append(source)
    found: list[set[str]] = []
    placed: set[str] = set()
    for node_id in reversed(finish_order(edges, edges)):
        if node_id not in placed:
            part = reachable([node_id], backwards, but=placed)
            placed |= part
            if len(part) > 1 or node_id in edges.get(node_id, ()):
                found.append(part)
    return found


def finish_order(starts: Iterable[str], edges: Mapping[str, list[str]]) -> list[str]:
    """What a depth-first walk leaves first comes first; an edge to something later in this order leads back."""
    order: list[str] = []
    seen: set[str] = set()
    for root in starts:
        stack = [(root, iter(edges.get(root, ())))] if root not in seen else []
        seen.add(root)
        while stack:
            node_id, rest = stack[-1]
            following = next((each for each in rest if each not in seen), None)
            if following is None:
                order.append(node_id)
                stack.pop()
            else:
                seen.add(following)
                stack.append((following, iter(edges.get(following, ()))))
    return order


def _begins(nodes: list[Node], reading: Reading) -> list[str]:
    """Where a scope begins; without a start event everything that nothing leads to."""
    starts = [node.id for node in nodes if node.kind == "startEvent"]
    apart = [node.id for node in nodes if node.by_event or node.for_compensation]
    free = [
        node.id
        for node in nodes
        if node.id not in reading.incoming
        and node.kind not in {"boundaryEvent", "startEvent"}
        and not node.instantiates
        and not any(each.kind == "link" and node.kind == "intermediateCatchEvent" for each in node.definitions)
    ]
    told = [node.id for node in nodes if node.instantiates and node.id not in reading.incoming]
    return [*starts, *told, *apart] if starts else [*free, *told, *apart]


@rule("unreachable", ERROR)
def unreachable(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A node to which no way leads."""
    edges = successors(reading)
    for nodes in reading.scopes.values():
        found = reachable(_begins(nodes, reading), edges)
        for node in nodes:
            if node.id not in found:
                yield node, f"Không có đường nào dẫn tới {node.label}."


@rule("never-ends", ERROR)
def never_ends(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A node from which no way leads to an end."""
    edges = successors(reading)
    backwards: dict[str, list[str]] = {}
    for source, targets in edges.items():
        for target in targets:
            backwards.setdefault(target, []).append(source)
    for nodes in reading.scopes.values():
        ends = [node.id for node in nodes if node.kind == "endEvent" or not edges.get(node.id)]
        found = reachable(ends, backwards)
        for node in nodes:
            if node.id not in found:
                yield node, f"Từ {node.label} không có đường nào tới kết thúc."


@rule("loop-without-wait", ERROR)
def loop_without_wait(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A circle in which nothing waits and nothing can change what its conditions ask would run without end."""
    for node, circle in _running_circles(reading):
        if not _can_change(reading, circle):
            yield node, f"Vòng lặp qua {node.label} không dừng chờ ai nên sẽ chạy mãi."


@rule("loop-of-scripts", HOUSE)
def loop_of_scripts(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A circle of scripts and gateways alone: polling belongs to a connector's retries, counting to many instances."""
    for node, circle in _running_circles(reading):
        if _can_change(reading, circle):
            yield node, f"Vòng lặp qua {node.label} chỉ gồm bước tự động; hãy để người hoặc hẹn giờ ở giữa."


def _running_circles(reading: Reading) -> Iterator[tuple[Node, set[str]]]:
    """The circles in which nothing waits, each with its first node."""
    running = {node.id for node in reading.model.nodes.values() if not _may_wait(reading, node)}
    edges = {
        source: [target for target in targets if target in running]
        for source, targets in successors(reading).items()
        if source in running
    }
    for circle in circles(edges):
        first = next(node for node in reading.model.nodes.values() if node.id in circle)
        yield first, circle


def _can_change(reading: Reading, circle: set[str]) -> bool:
    return any(reading.model.nodes[each].kind in ACTIVITIES for each in circle)


def _may_wait(reading: Reading, node: Node) -> bool:
    """Whether the node, or anything inside what it holds or calls, waits for somebody or something."""
    seen: set[str] = set()
    looking = [node]
    while looking:
        each = looking.pop()
        if each.kind in _WAITING:
            return True
        inside = each.called if each.kind == "callActivity" else each.id
        if inside not in seen:
            seen.add(inside)
            looking.extend(reading.scopes.get(inside, []))
    return False


def _is_ad_hoc(reading: Reading, node: Node) -> bool:
    holder = reading.model.nodes.get(node.scope)
    return holder is not None and holder.kind == "adHocSubProcess"


@rule("no-outgoing", WARNING)
def no_outgoing(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A node that nothing follows ends its branch without an end event."""
    for node in reading.model.nodes.values():
        is_link = any(each.kind == "link" for each in node.definitions)
        is_apart = node.kind == "endEvent" or node.by_event or node.for_compensation or is_link
        is_handler = any(each.kind == "compensate" for each in node.definitions)
        if node.id not in reading.outgoing and not is_apart and not is_handler and not _is_ad_hoc(reading, node):
            yield node, f"{node.label} không có luồng ra; nhánh này kết thúc ở đây."


@rule("stuck", HOUSE)
def stuck(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A way through the process on which a parallel join waits for a token that never comes."""
    for gateway in dead_ends(reading):
        yield gateway, f"Có cách đi mà cổng song song {gateway.label} chờ mãi một nhánh không bao giờ tới."
