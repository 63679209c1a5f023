"""Rewrites, in memory only, what other tools draw and a token machine would misread.

Source ids stay; every id made here starts with `_l`, is computed from source ids alone, and never shows to people.
"""

from __future__ import annotations

from dataclasses import replace

from engine.model.elements import (
    ACTIVITIES,
    GATEWAYS,
    SUB_PROCESSES,
    EventDefinition,
    Flow,
    Model,
    Node,
    grouped,
    handlers,
    link_catches,
)

PREFIX = "_l"


def is_lowered(element_id: str) -> bool:
    """Whether the id was made by lowering and so never shows."""
    return element_id.startswith(PREFIX)


def lower(model: Model) -> Model:
    """The same processes with explicit splits, starts and ends, and link events as flows."""
    work = _Lowering(model)
    work.join_links()
    work.join_handlers()
    work.begin_by_messages()
    work.correlate()
    work.add_starts()
    work.add_ends()
    work.add_undoing()
    work.gather_tokens()
    work.split_activities()
    work.settle_gateways()
    return replace(model, nodes=work.nodes, flows=work.flows)


class _Lowering:
    def __init__(self, model: Model) -> None:
        self.model = model
        self.nodes = dict(model.nodes)
        self.flows = dict(model.flows)

    def _outgoing(self) -> dict[str, list[Flow]]:
        return grouped(self.flows.values(), "source")

    def _incoming(self) -> dict[str, list[Flow]]:
        return grouped(self.flows.values(), "target")

    def _add_flow(self, flow_id: str, source: Node, target: str) -> Flow:
        flow = Flow(id=flow_id, source=source.id, target=target, line=source.line, scope=source.scope)
        self.flows[flow_id] = flow
        return flow

    def join_links(self) -> None:
        """A link throw leads to the link catch of the same name in the same scope."""
        catches = link_catches(self.nodes.values())
        for node in list(self.nodes.values()):
            links = [definition for definition in node.definitions if definition.kind == "link"]
            if not links or node.kind not in {"intermediateThrowEvent", "intermediateCatchEvent"}:
                continue
            target = catches.get((node.scope, links[0].name))
            if node.kind == "intermediateThrowEvent" and target is not None:
                self._add_flow(f"{PREFIX}link_{node.id}", node, target)
            self.nodes[node.id] = replace(node, kind="intermediateThrowEvent", definitions=())

    def join_handlers(self) -> None:
        """An activity's handler of compensation is what its boundary event is associated with."""
        joined = handlers(self.model)
        for node in list(self.nodes.values()):
            if node.kind == "boundaryEvent" and any(each.kind == "compensate" for each in node.definitions):
                definition = EventDefinition(kind="compensate", target="".join(joined.get(node.id, [])[:1]))
                self.nodes[node.id] = replace(node, definitions=(definition,))

    def add_undoing(self) -> None:
        """A sub-process or called process whose activities have handlers is undone by a throw that nothing leads to."""
        if not any(node.for_compensation for node in self.nodes.values()):
            return
        nodes = list(self.nodes.values())
        apart = {node.scope for node in nodes if node.kind == "startEvent" and _undoes(node)}
        held = {node.id: node.line for node in nodes if node.kind in SUB_PROCESSES and node.id not in apart}
        called = {node.called: node.line for node in nodes if node.called in self.model.processes}
        for scope, line in {**held, **called}.items():
            undo = f"{PREFIX}undo_{scope}"
            definitions = (EventDefinition(kind="compensate"),)
            self.nodes[undo] = Node(id=undo, kind="endEvent", scope=scope, line=line, definitions=definitions)

    def begin_by_messages(self) -> None:
        """A receive task, or an event-based gateway, that begins a process: its messages are start events."""
        incoming, outgoing = self._incoming(), self._outgoing()
        for node in list(self.nodes.values()):
            if not node.instantiates or node.id in incoming or node.scope not in self.model.processes:
                continue
            if node.kind == "receiveTask":
                self.nodes[node.id] = replace(node, kind="startEvent")
            elif node.kind == "eventBasedGateway":
                for flow in outgoing.get(node.id, []):
                    self.nodes[flow.target] = replace(self.nodes[flow.target], kind="startEvent")
                    del self.flows[flow.id]
                del self.nodes[node.id]

    def correlate(self) -> None:
        """What catches or throws a message that has a correlation key asks for it, or carries it."""
        if not self.model.correlations:
            return
        for node in list(self.nodes.values()):
            definitions = tuple(self._correlated(node, each) for each in node.definitions)
            self.nodes[node.id] = replace(node, definitions=definitions)

    def _correlated(self, node: Node, definition: EventDefinition) -> EventDefinition:
        known = [each for each in self.model.correlations if each.message == definition.name]
        if definition.kind != "message" or "correlation" in {**definition.properties, **node.properties} or not known:
            return definition
        if node.kind in {"sendTask", "intermediateThrowEvent", "endEvent"}:
            asked = {"correlation": known[0].carries}
        else:
            process = self._process_of(node)
            own = next((each for each in known if each.process == process), None)
            asked = {} if own is None else {"correlation": own.expects, "message_key": own.carries}
        return replace(definition, properties={**definition.properties, **asked})

    def _process_of(self, node: Node) -> str:
        scope = node.scope
        while scope in self.model.nodes:
            scope = self.model.nodes[scope].scope
        return scope

    def add_starts(self) -> None:
        """A scope without a start event begins at every node that nothing leads to."""
        incoming = self._incoming()
        for scope in self._scopes():
            inside = [node for node in self.nodes.values() if node.scope == scope]
            if any(node.kind == "startEvent" for node in inside):
                continue
            first = [node for node in inside if node.id not in incoming and _may_begin(node)]
            if first:
                start = Node(id=f"{PREFIX}start_{scope}", kind="startEvent", scope=scope, line=first[0].line)
                self.nodes[start.id] = start
                for node in first:
                    self._add_flow(f"{PREFIX}start_{node.id}", start, node.id)

    def add_ends(self) -> None:
        """A node that nothing follows leads to its scope's own end."""
        outgoing = self._outgoing()
        for node in list(self.nodes.values()):
            if node.id in outgoing or not _may_be_followed(node):
                continue
            end = f"{PREFIX}end_{node.scope}"
            self.nodes.setdefault(end, Node(id=end, kind="endEvent", scope=node.scope, line=node.line))
            self._add_flow(f"{PREFIX}end_{node.id}", node, end)

    def gather_tokens(self) -> None:
        """startQuantity n: n tokens, from whatever flows, become one before the activity."""
        incoming = self._incoming()
        for node in list(self.nodes.values()):
            if node.kind not in ACTIVITIES or not node.start_quantity.isdigit() or int(node.start_quantity) < 2:
                continue
            gather = f"{PREFIX}gather_{node.id}"
            self.nodes[gather] = Node(
                id=gather, kind="parallelGateway", scope=node.scope, line=node.line, start_quantity=node.start_quantity
            )
            for flow in incoming.get(node.id, []):
                self.flows[flow.id] = replace(flow, target=gather)
            self._add_flow(f"{PREFIX}gathered_{node.id}", self.nodes[gather], node.id)

    def split_activities(self) -> None:
        """Several flows, or a conditional one, out of anything but a gateway go through a gateway of their own."""
        by_source = self._outgoing()
        for node in list(self.nodes.values()):
            outgoing = by_source.get(node.id, [])
            is_conditional = any(flow.condition for flow in outgoing)
            if node.kind in GATEWAYS or (len(outgoing) < 2 and not is_conditional):
                continue
            self.nodes[node.id] = replace(node, default="")
            if is_conditional:
                self._split_by_conditions(node, outgoing)
            else:
                self._split(node, "split", "parallelGateway", outgoing)

    def _split_by_conditions(self, node: Node, outgoing: list[Flow]) -> None:
        """Flows without a condition are always taken; the default stands for the conditions only."""
        always = [flow for flow in outgoing if not flow.condition and flow.id != node.default]
        chosen = [flow for flow in outgoing if flow not in always]
        if not always:
            self._split(node, "choice", "inclusiveGateway", chosen)
            return
        default = node.default
        if not default:
            chosen.append(self._nothing_chosen(node))
            default = chosen[-1].id
        choice = self._split(replace(node, default=default), "choice", "inclusiveGateway", chosen)
        self._split(node, "split", "parallelGateway", [*always, choice])

    def _nothing_chosen(self, node: Node) -> Flow:
        """Beside a flow that is always taken no condition need hold."""
        end = Node(id=f"{PREFIX}end_{node.scope}", kind="endEvent", scope=node.scope, line=node.line)
        self.nodes.setdefault(end.id, end)
        return self._add_flow(f"{PREFIX}none_{node.id}", node, end.id)

    def _split(self, node: Node, name: str, kind: str, outgoing: list[Flow]) -> Flow:
        """A gateway between the node and these flows; returns the flow that leads to it."""
        gateway = f"{PREFIX}{name}_{node.id}"
        default = node.default if any(flow.id == node.default for flow in outgoing) else ""
        self.nodes[gateway] = Node(
            id=gateway, kind=kind, name=node.name, scope=node.scope, line=node.line, default=default
        )
        for flow in outgoing:
            self.flows[flow.id] = replace(flow, source=gateway)
        return self._add_flow(f"{PREFIX}{name}_of_{node.id}", node, gateway)

    def settle_gateways(self) -> None:
        """A complex gateway without a condition of its own is an inclusive one; the only bare flow is the default."""
        by_source = self._outgoing()
        for node in list(self.nodes.values()):
            outgoing = by_source.get(node.id, [])
            if node.kind == "complexGateway" and not node.activation:
                self.nodes[node.id] = replace(node, kind="inclusiveGateway")
            elif node.kind == "exclusiveGateway" and not node.default and len(outgoing) > 1:
                bare = [flow for flow in outgoing if not flow.condition]
                if len(bare) == 1:
                    self.nodes[node.id] = replace(node, default=bare[0].id)

    def _scopes(self) -> list[str]:
        nested = [node.id for node in self.nodes.values() if node.kind in SUB_PROCESSES]
        return [*self.model.processes, *nested]


def _undoes(node: Node) -> bool:
    return any(definition.kind == "compensate" for definition in node.definitions)


def _may_begin(node: Node) -> bool:
    return node.kind != "boundaryEvent" and not node.by_event and not node.for_compensation


def _may_be_followed(node: Node) -> bool:
    is_handler = _undoes(node) and node.kind == "boundaryEvent"
    return node.kind != "endEvent" and not node.by_event and not node.for_compensation and not is_handler
