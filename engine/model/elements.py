"""What a BPMN file says, as plain values: the reading shared by lint, lowering and difference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

TASKS = frozenset(
    {"task", "userTask", "manualTask", "serviceTask", "scriptTask", "sendTask", "receiveTask", "businessRuleTask"}
)
SUB_PROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES = TASKS | SUB_PROCESSES | {"callActivity"}
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway", "eventBasedGateway"})
EVENTS = frozenset({"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"})
NODES = ACTIVITIES | GATEWAYS | EVENTS
HUMAN_TASKS = frozenset({"task", "userTask", "manualTask"})


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDefinition:
    """One trigger of an event: its kind and what it names. `text` is the timer's, condition's or link's own words."""

    kind: str  # message | timer | signal | error | escalation | terminate | cancel | compensate | conditional | link
    name: str = ""  # of the message, signal, error, escalation or link
    code: str = ""  # of the error or escalation
    timer: str = ""  # date | duration | cycle; several with + are none
    text: str = ""
    target: str = ""  # activityRef of a compensation
    waits: bool = True  # waitForCompletion of a compensation
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """An activity's repetition: `standard`, or many instances in `parallel` or in `sequence`."""

    kind: str
    condition: str = ""  # loop while (standard), or stop when (multi-instance)
    test_before: bool = False
    maximum: str = ""
    cardinality: str = ""
    collection: str = ""
    item: str = ""
    output_collection: str = ""
    output_item: str = ""
    behavior: str = (
        "All"  # None | One | Complex: an event is thrown after each instance, the first, or where a condition
    )
    also_standard: bool = False  # both kinds of loop are drawn
    event: EventDefinition | None = None
    event_condition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """An activity, event or gateway."""

    id: str
    kind: str
    name: str = ""
    line: int = 0
    scope: str = ""  # the process or sub-process it stands in
    lane: str = ""
    attached_to: str = ""
    interrupts: bool = True
    default: str = ""
    definitions: tuple[EventDefinition, ...] = ()
    all_definitions: bool = False  # parallelMultiple
    loop: Loop | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    called: str = ""  # the process, or of a business rule task the decision
    result: str = ""  # of a business rule task: the variable that takes the decision's result
    script: str = ""
    script_format: str = ""
    by_event: bool = False
    awaits_all: bool = False  # eventGatewayType Parallel
    for_compensation: bool = False
    instantiates: bool = False
    start_quantity: str = "1"
    completion_quantity: str = "1"
    activation: str = ""  # activationCondition of a complex gateway
    completion: str = ""  # completionCondition of an ad-hoc sub-process
    is_sequential: bool = False  # ordering of an ad-hoc sub-process
    cancels_rest: bool = True  # cancelRemainingInstances of an ad-hoc sub-process
    documentation: str = ""
    foreign: tuple[str, ...] = ()  # extension elements that do something in the tool that drew it
    attributes: Mapping[str, str] = field(default_factory=dict)  # every other attribute, for the difference

    @property
    def label(self) -> str:
        return f"“{self.name}” ({self.id})" if self.name else self.id

    @property
    def inputs(self) -> tuple[str, ...]:
        """The variables that leave with what it sends, and no others."""
        return listed(self.properties.get("inputs", ""))

    @property
    def outputs(self) -> tuple[str, ...]:
        """The variables that a message from another case or agency may set here, and no others."""
        return listed(self.properties.get("outputs", ""))


def listed(text: str) -> tuple[str, ...]:
    """The names in a property that holds several, set apart by commas."""
    return tuple(name for part in text.split(",") if (name := part.strip()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A sequence flow."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: str = ""
    line: int = 0
    scope: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A lane; its `unit` property is the seat of what stands in it."""

    id: str
    name: str = ""
    line: int = 0
    process: str = ""
    parent: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process of the file, executable or only drawn."""

    id: str
    name: str = ""
    line: int = 0
    is_executable: bool = True
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """An element that is not a node, flow or lane: data, groups, associations, correlations."""

    id: str
    kind: str
    name: str = ""
    line: int = 0
    scope: str = ""
    source: str = ""
    target: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlation:
    """How one process tells the messages of one name that are meant for it (a subscription to a correlation key)."""

    id: str
    line: int
    process: str  # empty: a key that no process subscribes to
    message: str
    expects: str  # from the process's variables
    carries: str  # the same, from what the message carries


def handlers(model: Model) -> dict[str, list[str]]:
    """What compensates, by the event that an association leads there from."""
    found: dict[str, list[str]] = {}
    for other in model.others:
        target = model.nodes.get(other.target)
        if other.kind == "association" and target is not None and target.for_compensation:
            found.setdefault(other.source, []).append(target.id)
    return found


def link_catches(nodes: Iterable[Node]) -> dict[tuple[str, str], str]:
    """The link catches by scope and name of the link."""
    return {
        (node.scope, definition.name): node.id
        for node in nodes
        for definition in node.definitions
        if definition.kind == "link" and node.kind == "intermediateCatchEvent"
    }


def grouped(flows: Iterable[Flow], end: str) -> dict[str, list[Flow]]:
    """The flows by their `source` or their `target`."""
    found: dict[str, list[Flow]] = {}
    for flow in flows:
        found.setdefault(flow.source if end == "source" else flow.target, []).append(flow)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A whole file. Mappings keep the order of the file."""

    processes: Mapping[str, Process]
    nodes: Mapping[str, Node]
    flows: Mapping[str, Flow]
    lanes: Mapping[str, Lane]
    others: tuple[Other, ...] = ()
    correlations: tuple[Correlation, ...] = ()

    def outgoing(self, node_id: str) -> list[Flow]:
        return [flow for flow in self.flows.values() if flow.source == node_id]

    def incoming(self, node_id: str) -> list[Flow]:
        return [flow for flow in self.flows.values() if flow.target == node_id]

    def inside(self, scope: str) -> list[Node]:
        return [node for node in self.nodes.values() if node.scope == scope]

    def seat(self, node: Node) -> str:
        """The `unit` of the node's lane, or of the nearest lane around it."""
        lane = self.lanes.get(node.lane)
        while lane is not None:
            if lane.properties.get("unit"):
                return lane.properties["unit"]
            lane = self.lanes.get(lane.parent)
        return ""
