"""Which way a token goes, and whether every way leads on."""

from __future__ import annotations

from collections.abc import Iterator

from engine.model.elements import GATEWAYS, Flow, Node
from engine.model.rules.registry import ERROR, HOUSE, WARNING, Reading, rule

_CHOOSING = ("exclusiveGateway", "inclusiveGateway", "complexGateway")


@rule("gateway-conditions", ERROR)
def conditions(reading: Reading) -> Iterator[tuple[Node, str]]:
    """Out of an exclusive gateway, at most one flow has no condition: it is the default."""
    for node in reading.nodes("exclusiveGateway"):
        outgoing = reading.outgoing.get(node.id, [])
        bare = [flow.id for flow in outgoing if not flow.condition and flow.id != node.default]
        if len(outgoing) > 1 and len(bare) > (0 if node.default else 1):
            yield (
                node,
                f"Cổng {node.label}: các luồng {', '.join(bare)} không có điều kiện nên không biết chọn luồng nào.",
            )


@rule("gateway-default", WARNING)
def default(reading: Reading) -> Iterator[tuple[Node, str]]:
    """Without a default, a case on which no condition holds is stuck with an error."""
    for node in reading.nodes(*_CHOOSING):
        outgoing = reading.outgoing.get(node.id, [])
        bare = [flow.id for flow in outgoing if not flow.condition]
        if len(outgoing) > 1 and not node.default and not bare:
            yield node, f"Cổng {node.label} không có luồng mặc định; hồ sơ không thoả điều kiện nào sẽ bị lỗi."
        elif len(outgoing) > 1 and not node.default and len(bare) == 1 and node.kind == "exclusiveGateway":
            yield node, f"Cổng {node.label}: luồng {bare[0]} không có điều kiện nên được coi là luồng mặc định."


@rule("default-condition", WARNING)
def default_condition(reading: Reading) -> Iterator[tuple[Flow, str]]:
    """A default flow's own condition is never asked."""
    for node in reading.model.nodes.values():
        flow = reading.model.flows.get(node.default)
        if flow is not None and flow.condition:
            yield flow, f"Luồng mặc định {flow.id} có điều kiện; điều kiện này không được xét."


@rule("default-always", WARNING)
def default_always(reading: Reading) -> Iterator[tuple[Flow, str]]:
    """A default flow out of an activity, beside flows without conditions, is always taken."""
    for node in reading.model.nodes.values():
        outgoing = reading.outgoing.get(node.id, [])
        flow = reading.model.flows.get(node.default)
        is_alone = not any(each.condition for each in outgoing if each is not flow)
        if node.kind not in GATEWAYS and flow is not None and len(outgoing) > 1 and is_alone:
            yield flow, f"Luồng mặc định {flow.id} của {node.label} luôn được đi vì không luồng nào có điều kiện."


@rule("default-of-another", ERROR)
def default_of_another(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A default flow leaves its own node."""
    for node in reading.model.nodes.values():
        flow = reading.model.flows.get(node.default)
        if flow is not None and flow.source != node.id:
            yield node, f"Luồng mặc định “{node.default}” của {node.label} không đi ra từ nó."


@rule("parallel-conditions", WARNING)
def parallel_conditions(reading: Reading) -> Iterator[tuple[Flow, str]]:
    """A parallel or event-based gateway asks no condition."""
    for node in reading.nodes("parallelGateway", "eventBasedGateway"):
        for flow in reading.outgoing.get(node.id, []):
            if flow.condition:
                yield (
                    flow,
                    f"Điều kiện trên luồng {flow.id} không được xét vì cổng {node.label} không rẽ nhánh theo nó.",
                )


@rule("conditional-without-default", WARNING)
def conditional_without_default(reading: Reading) -> Iterator[tuple[Node, str]]:
    """Conditional flows out of an activity, none of which need hold."""
    for node in reading.model.nodes.values():
        outgoing = reading.outgoing.get(node.id, [])
        if node.kind not in GATEWAYS and outgoing and not node.default and all(flow.condition for flow in outgoing):
            yield node, f"Mọi luồng ra của {node.label} đều có điều kiện; nếu không điều kiện nào đúng, hồ sơ bị lỗi."


@rule("gateway-name", HOUSE)
def gateway_name(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A gateway that asks something has its question as its name."""
    for node in reading.nodes("exclusiveGateway", "inclusiveGateway"):
        if len(reading.outgoing.get(node.id, [])) > 1 and not node.name:
            yield node, f"Cổng {node.id} chưa có tên (câu hỏi mà cổng trả lời)."


@rule("gateway-direction", WARNING)
def direction(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A gateway splits or joins, as the direction that is written on it says."""
    for node in reading.nodes(*GATEWAYS):
        ways = (len(reading.incoming.get(node.id, [])), len(reading.outgoing.get(node.id, [])))
        told = node.attributes.get("gatewayDirection", "Unspecified")
        fits = {"Converging": ways[1] < 2, "Diverging": ways[0] < 2, "Mixed": min(ways) > 1}.get(told, True)
        if not fits:
            yield node, f"Cổng {node.label} ghi hướng {told} nhưng có {ways[0]} luồng vào, {ways[1]} luồng ra."
        elif max(ways) == 1 and min(ways) == 1 and not node.instantiates:
            yield node, f"Cổng {node.label} chỉ có một luồng vào, một luồng ra nên không rẽ, không gộp gì."
