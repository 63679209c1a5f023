"""Plays every way through a process with tokens, within limits, and sees where a parallel join stays waiting."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, islice

from engine.model.elements import Flow, Node
from engine.model.lower import lower
from engine.model.rules.registry import Reading

MAX_MARKINGS = 4_000
MAX_TOKENS = 12
_MAX_CHOICES = 6
_JOINING = {"parallelGateway", "inclusiveGateway"}

Marking = tuple[tuple[str, int], ...]  # flow -> tokens on it


def dead_ends(reading: Reading) -> list[Node]:
    """The parallel joins at which some way through gets stuck. Scopes too large to play through are passed over."""
    found: dict[str, Node] = {}
    lowered = Reading(model=lower(reading.model))
    for nodes in lowered.scopes.values():
        for gateway in _Play(lowered, nodes).run():
            found[gateway.id] = gateway
    return list(found.values())


class _Play:
    """The tokens of one scope stand on flows; what is between is one move."""

    def __init__(self, reading: Reading, nodes: list[Node]) -> None:
        self.reading = reading
        self.nodes = {node.id: node for node in nodes if node.kind != "boundaryEvent" and not node.by_event}

    def run(self) -> list[Node]:
        if any(_is_beyond_flows(node) for node in self.nodes.values()):
            return []
        seen: set[Marking] = set()
        waiting = [_marking(Counter(flow.id for flow in self._out(start.id))) for start in self._starts()]
        stuck: dict[str, Node] = {}
        while waiting:
            marking = waiting.pop()
            if marking in seen:
                continue
            seen.add(marking)
            moved = self._moves(marking)
            if len(seen) > MAX_MARKINGS or _are_too_many(moved):
                return []
            if not moved:
                stuck |= {node.id: node for node in self._joins_of(marking)}
            waiting.extend(moved)
        return list(stuck.values())

    def _starts(self) -> list[Node]:
        return [node for node in self.nodes.values() if node.kind == "startEvent"]

    def _out(self, node_id: str) -> list[Flow]:
        return [flow for flow in self.reading.outgoing.get(node_id, []) if flow.target in self.nodes]

    def _joins_of(self, marking: Marking) -> list[Node]:
        targets = [self.nodes[self.reading.model.flows[flow].target] for flow, _ in marking]
        return [node for node in targets if node.kind == "parallelGateway"]

    def _moves(self, marking: Marking) -> list[Marking]:
        """Every marking one move further. One node moves at a time; which first does not matter for what gets stuck."""
        tokens = Counter(dict(marking))
        inclusive: list[tuple[Node, list[str]]] = []
        for flow_id, _ in marking:
            node = self.nodes[self.reading.model.flows[flow_id].target]
            incoming = [flow.id for flow in self.reading.incoming[node.id]]
            arrived = [each for each in incoming if tokens[each]]
            if _number(node.start_quantity) > 1:
                taken = _some(tokens, arrived, _number(node.start_quantity))
                if taken:
                    return self._leave(tokens - taken, node)
                continue
            if len(incoming) == 1 or node.kind not in _JOINING:
                return self._leave(tokens - Counter([flow_id]), node)
            if node.kind == "inclusiveGateway":
                inclusive.append((node, arrived))
            elif len(arrived) == len(incoming):
                return self._leave(tokens - Counter(arrived), node)
        for node, arrived in inclusive:
            return self._leave(tokens - Counter(arrived), node)
        return []

    def _leave(self, tokens: Counter[str], node: Node) -> list[Marking]:
        if any(each.kind == "terminate" for each in node.definitions):
            return [()]
        copies = _number(node.completion_quantity)
        return [_marking(tokens + Counter(flow.id for flow in taken * copies)) for taken in self._ways(node)]

    def _ways(self, node: Node) -> list[tuple[Flow, ...]]:
        ways = self._chosen(node)
        for event in self.reading.attached.get(node.id, []):
            caught = tuple(self._out(event.id))
            ways += [caught] if event.interrupts else [(*way, *caught) for way in ways]
        return ways or [()]

    def _chosen(self, node: Node) -> list[tuple[Flow, ...]]:
        out = self._out(node.id)
        if node.kind in {"exclusiveGateway", "eventBasedGateway"}:
            return [(flow,) for flow in out]
        if node.kind == "inclusiveGateway":
            some = out[:_MAX_CHOICES]
            return [taken for size in range(1, len(some) + 1) for taken in combinations(some, size)]
        return [tuple(out)]


def _number(quantity: str) -> int:
    """A token quantity, within limits; what is none is refused by its own rule."""
    return min(int(quantity), MAX_TOKENS) if quantity.isdigit() else 1


def _some(tokens: Counter[str], flows: list[str], count: int) -> Counter[str]:
    """So many tokens of these flows, or none at all."""
    there = Counter({flow: tokens[flow] for flow in flows})
    return Counter(islice(there.elements(), count)) if there.total() >= count else Counter()


def _are_too_many(markings: list[Marking]) -> bool:
    return any(sum(count for _, count in each) > MAX_TOKENS for each in markings)


def _is_beyond_flows(node: Node) -> bool:
    """Signals join branches that no flow joins, complex gateways by words."""
    return node.kind == "complexGateway" or any(each.kind == "signal" for each in node.definitions)


def _marking(tokens: Counter[str]) -> Marking:
    return tuple(sorted((flow, count) for flow, count in tokens.items() if count))
