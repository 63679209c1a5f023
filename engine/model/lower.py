"""Rewrites, in memory only, what other tools draw and a token machine would misread.

Source ids stay; every id made here starts with `_l`, is computed from source ids alone, and never shows to people.
"""

from __future__ import annotations

from dataclasses import replace

from engine.model.elements import ACTIVITIES, GATEWAYS, SUB_PROCESSES, Flow, Model, Node

PREFIX = "_l"


def is_lowered(element_id: str) -> bool:
    """Whether the id was made by lowering and so never shows."""
    return element_id.startswith(PREFIX)


def lower(model: Model) -> Model:
    """The same processes with explicit splits, starts and ends, and link events as flows."""
    work = _Lowering(model)
    work.join_links()
    work.add_starts()
    work.add_ends()
    work.multiply_tokens()
    work.split_activities()
    work.settle_gateways()
    return replace(model, nodes=work.nodes, flows=work.flows)


class _Lowering:
    def __init__(self, model: Model) -> None:
        self.model = model
        self.nodes = dict(model.nodes)
        self.flows = dict(model.flows)

    def _outgoing(self, node_id: str) -> list[Flow]:
        return [flow for flow in self.flows.values() if flow.source == node_id]

    def _incoming(self, node_id: str) -> list[Flow]:
        return [flow for flow in self.flows.values() if flow.target == node_id]

    def _add_flow(self, flow_id: str, source: Node, target: str) -> None:
        self.flows[flow_id] = Flow(id=flow_id, source=source.id, target=target, line=source.line, scope=source.scope)

    def join_links(self) -> None:
        """A link throw leads to the link catch of the same name in the same scope."""
        catches = {
            (node.scope, definition.name): node.id
            for node in self.nodes.values()
            for definition in node.definitions
            if definition.kind == "link" and node.kind == "intermediateCatchEvent"
        }
        for node in list(self.nodes.values()):
            links = [definition for definition in node.definitions if definition.kind == "link"]
            if not links:
                continue
            target = catches.get((node.scope, links[0].name))
            if node.kind == "intermediateThrowEvent" and target is not None:
                self._add_flow(f"{PREFIX}link_{node.id}", node, target)
            self.nodes[node.id] = replace(node, kind="intermediateThrowEvent", definitions=())

    def add_starts(self) -> None:
        """A scope without a start event begins at every node that nothing leads to."""
        for scope in self._scopes():
            inside = [node for node in self.nodes.values() if node.scope == scope]
            if any(node.kind == "startEvent" for node in inside):
                continue
            first = [node for node in inside if not self._incoming(node.id) and _may_begin(node)]
            if first:
                start = Node(id=f"{PREFIX}start_{scope}", kind="startEvent", scope=scope, line=first[0].line)
                self.nodes[start.id] = start
                for node in first:
                    self._add_flow(f"{PREFIX}start_{node.id}", start, node.id)

    def add_ends(self) -> None:
        """A node that nothing follows leads to its scope's own end."""
        for node in list(self.nodes.values()):
            if self._outgoing(node.id) or not _may_be_followed(node):
                continue
            end = f"{PREFIX}end_{node.scope}"
            self.nodes.setdefault(end, Node(id=end, kind="endEvent", scope=node.scope, line=node.line))
            self._add_flow(f"{PREFIX}end_{node.id}", node, end)

    def multiply_tokens(self) -> None:
        """completionQuantity n: each outgoing flow carries n tokens."""
        for node in list(self.nodes.values()):
            count = int(node.completion_quantity) if node.completion_quantity.isdigit() else 1
            if node.kind not in ACTIVITIES or count < 2:
                continue
            for flow in self._outgoing(node.id):
                for copy in range(2, count + 1):
                    flow_id = f"{PREFIX}copy{copy}_{flow.id}"
                    self.flows[flow_id] = replace(flow, id=flow_id)

    def split_activities(self) -> None:
        """Several flows, or a conditional one, out of anything but a gateway go through a gateway of their own."""
        for node in list(self.nodes.values()):
            outgoing = self._outgoing(node.id)
            is_conditional = any(flow.condition for flow in outgoing)
            if node.kind in GATEWAYS or (len(outgoing) < 2 and not is_conditional):
                continue
            split = f"{PREFIX}split_{node.id}"
            self.nodes[split] = Node(
                id=split,
                kind="inclusiveGateway" if is_conditional else "parallelGateway",
                name=node.name,
                scope=node.scope,
                line=node.line,
                default=node.default,
            )
            self.nodes[node.id] = replace(node, default="")
            for flow in outgoing:
                self.flows[flow.id] = replace(flow, source=split)
            self._add_flow(f"{PREFIX}to_{node.id}", node, split)

    def settle_gateways(self) -> None:
        """A diverging complex gateway is an inclusive one; the only flow without a condition is the default."""
        for node in list(self.nodes.values()):
            outgoing = self._outgoing(node.id)
            if node.kind == "complexGateway":
                self.nodes[node.id] = replace(node, kind="inclusiveGateway")
            elif node.kind == "exclusiveGateway" and not node.default and len(outgoing) > 1:
                bare = [flow for flow in outgoing if not flow.condition]
                if len(bare) == 1:
                    self.nodes[node.id] = replace(node, default=bare[0].id)

    def _scopes(self) -> list[str]:
        nested = [node.id for node in self.nodes.values() if node.kind in SUB_PROCESSES]
        return [*self.model.processes, *nested]


def _may_begin(node: Node) -> bool:
    return node.kind != "boundaryEvent" and not node.by_event and not node.for_compensation


def _may_be_followed(node: Node) -> bool:
    is_handler = (
        any(definition.kind == "compensate" for definition in node.definitions) and node.kind == "boundaryEvent"
    )
    return node.kind != "endEvent" and not node.by_event and not node.for_compensation and not is_handler
