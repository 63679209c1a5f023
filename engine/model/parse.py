"""Reads a BPMN file into plain values, and refuses one whose ids are missing, clash or lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from lxml import etree

from engine.errors import UnreadableFile
from engine.expressions.text import plain
from engine.model.attributes import unknown_words
from engine.model.correlations import correlations
from engine.model.elements import (
    EVENTS,
    NODES,
    SUB_PROCESSES,
    EventDefinition,
    Flow,
    Lane,
    Loop,
    Model,
    Node,
    Other,
    Process,
)
from engine.model.extensions import BPMN, children, doing_something, extension, fields, local, plain_name, properties
from engine.model.finding import ERROR, Finding, refuse
from engine.model.safe_xml import safe_xml

MAX_BROKEN = 100
"""So many broken ids and references are listed; a file with more is not read on."""

_OTHERS = frozenset(
    {
        "dataObject",
        "dataObjectReference",
        "dataStoreReference",
        "dataInputAssociation",
        "dataOutputAssociation",
        "group",
        "association",
        "textAnnotation",
        "correlationSubscription",
        "property",
        "ioSpecification",
    }
)
_SAYS_NOTHING = frozenset(
    {"documentation", "extensionElements", "laneSet", "incoming", "outgoing", "auditing", "monitoring", "category"}
    | {"ioBinding", "supports", "performer", "humanPerformer", "potentialOwner", "resourceRole"}
    | {"completionCondition", "standardLoopCharacteristics", "multiInstanceLoopCharacteristics", "artifact"}
    | {"supportedInterfaceRef", "callableElement", "definitionalCollaborationRef", "processType"}
)
_DRAWN_ONLY = frozenset(
    {"choreography", "globalChoreographyTask", "globalConversation", "import", "conversation", "callConversation"}
    | {"subConversation", "resource", "participantMultiplicity", "callChoreography"}
    | {"performer", "humanPerformer", "potentialOwner", "resourceRole"}
)
_OWN_ATTRIBUTES = frozenset(
    {"id", "name", "attachedToRef", "cancelActivity", "default", "parallelMultiple", "calledElement", "messageRef"}
    | {"scriptFormat", "triggeredByEvent", "isForCompensation", "instantiate", "startQuantity", "completionQuantity"}
)
_GLOBAL_TASKS = {
    "globalTask": "task",
    "globalUserTask": "userTask",
    "globalManualTask": "manualTask",
    "globalScriptTask": "scriptTask",
    "globalBusinessRuleTask": "businessRuleTask",
}
_EXPRESSIONS = frozenset(
    {"conditionExpression", "condition", "activationCondition", "completionCondition", "loopCondition"}
    | {"loopCardinality", "timeDate", "timeDuration", "timeCycle", "messagePath", "dataPath"}
)
_WITH_EVENTS = EVENTS | {"sendTask", "receiveTask"}
_EVENT_KINDS = frozenset(
    {"message", "timer", "signal", "error", "escalation", "terminate", "cancel", "compensate", "conditional", "link"}
)


def parse(source: bytes) -> Model:
    """The model in `source`. Raises UnreadableFile, or ModelRefused for ids that clash or lead nowhere."""
    root = safe_xml(source)
    if root.tag != f"{{{BPMN}}}definitions":
        raise UnreadableFile(
            f"Dòng {root.sourceline}: gốc của tệp là <{local(root)}>, không phải <definitions> BPMN 2.0."
        )
    return _Reader(root).model()


class _Reader:
    """One pass over a document. Namespaced attributes of other tools are read by their local name only."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.ids: dict[str, etree._Element] = {}
        self.lane_of: dict[str, str] = {}
        self.processes: dict[str, Process] = {}
        self.nodes: dict[str, Node] = {}
        self.flows: dict[str, Flow] = {}
        self.lanes: dict[str, Lane] = {}
        self.others: list[Other] = []
        self.broken: list[Finding] = []

    def model(self) -> Model:
        self._index_ids()
        self._check_flows()
        for process in children(self.root, "process"):
            self._process(process)
        for kind in _GLOBAL_TASKS:
            for task in children(self.root, kind):
                self._global_task(task, kind)
        if not self.processes:
            raise UnreadableFile("Tệp không có quy trình (<process>) nào.")
        self._check_references()
        if self.broken:
            refuse(sorted(self.broken, key=lambda finding: (finding.line, finding.element)))
        flows = {flow.id: replace(flow, scope=self.nodes[flow.source].scope) for flow in self.flows.values()}
        drawn = (each for each in self.root.iter(f"{{{BPMN}}}*") if local(each) in _DRAWN_ONLY)
        told = (each for each in self.root.iter(f"{{{BPMN}}}*") if each.get("language") and local(each) in _EXPRESSIONS)
        self.others.extend(_language(each) for each in told)
        for tag in ("process", "sequenceFlow", "message", "error", "escalation", "signal"):
            for each in self.root.iter(f"{{{BPMN}}}{tag}"):
                if foreign := doing_something(each):
                    self.others.append(replace(_other(each, "foreign", ""), name=", ".join(foreign)))
        self.others.extend(_other(each, f"!{local(each)}", "") for each in drawn)
        self.others.extend(_caption(value) for value in self.root.iter(f"{{{BPMN}}}categoryValue"))
        return Model(
            processes=self.processes,
            nodes=self.nodes,
            flows=flows,
            lanes=self.lanes,
            others=tuple(self.others),
            correlations=tuple(correlations(self.root, self.ids)),
        )

    def _index_ids(self) -> None:
        for element in self.root.iter(f"{{{BPMN}}}*"):
            name = element.get("id")
            if not name:
                if local(element) in NODES | {"process", "sequenceFlow"}:
                    self._broken("missing-id", local(element), element, f"<{local(element)}> thiếu thuộc tính id.")
            elif name in self.ids:
                used = _line(self.ids[name])
                self._broken("duplicate-id", name, element, f"Mã “{name}” đã được dùng ở dòng {used}.")
            else:
                self.ids[name] = element
            for message in unknown_words(element):
                self._broken("attribute-value", _nearest_id(element), element, message)

    def _broken(self, rule: str, element_id: str, at: Any, message: str) -> None:
        line = at if isinstance(at, int) else _line(at)
        self.broken.append(Finding(rule=rule, severity=ERROR, element=element_id, line=line, message=message))
        if len(self.broken) >= MAX_BROKEN:
            refuse(self.broken)

    def _process(self, element: etree._Element) -> None:
        process_id = element.get("id", "")
        self.processes[process_id] = Process(
            id=process_id,
            name=element.get("name", ""),
            line=_line(element),
            is_executable=_is(element, "isExecutable", otherwise=True),
            properties=properties(element),
        )
        self._scope(element, process_id, "")

    def _global_task(self, element: etree._Element, kind: str) -> None:
        """A task that call activities share is a process of that one task."""
        process_id = element.get("id", "")
        name, line = element.get("name", ""), _line(element)
        self.processes[process_id] = Process(id=process_id, name=name, line=line, is_executable=False)
        task = self._node(element, _GLOBAL_TASKS[kind], process_id, "")
        self.nodes[f"{process_id}.task"] = replace(task, id=f"{process_id}.task")

    def _lanes(self, lane_set: etree._Element, scope: str, parent: str) -> None:
        for lane in children(lane_set, "lane"):
            lane_id = lane.get("id", "") or f"lane@{lane.sourceline}"
            self.lanes[lane_id] = Lane(
                id=lane_id,
                name=lane.get("name", ""),
                line=_line(lane),
                process=scope,
                parent=parent,
                properties=properties(lane),
            )
            for reference in children(lane, "flowNodeRef"):
                self._put_in_lane(_reference(reference.text or ""), lane_id)
            for child in children(lane, "childLaneSet"):
                self._lanes(child, scope, lane_id)

    def _put_in_lane(self, node_id: str, lane_id: str) -> None:
        """A lane around its own lane may name it too; two lanes side by side may not."""
        around = self.lanes[lane_id]
        other = self.lane_of.setdefault(node_id, lane_id)
        while around.id != other and around.parent:
            around = self.lanes[around.parent]
        if around.id != other:
            message = f"“{node_id}” nằm trong hai làn {other} và {lane_id} nên không rõ đơn vị nào làm."
            self._broken("two-lanes", node_id, self.lanes[lane_id].line, message)
        self.lane_of[node_id] = lane_id

    def _scope(self, element: etree._Element, scope: str, lane: str) -> None:
        for lane_set in children(element, "laneSet"):
            self._lanes(lane_set, scope, lane)
        strange = (each for each in element.iterchildren("{*}*") if etree.QName(each).namespace != BPMN)
        self.others.extend(_other(each, f"?{each.prefix or ''}:{local(each)}", scope) for each in strange)
        for child in element.iterchildren(f"{{{BPMN}}}*"):
            kind = local(child)
            if kind in NODES:
                node = self._node(child, kind, scope, self.lane_of.get(child.get("id", ""), lane))
                self.nodes[node.id] = node
                if kind in SUB_PROCESSES:
                    self._scope(child, node.id, node.lane)
            elif kind == "sequenceFlow":
                self._flow(child, scope)
            elif kind in _OTHERS:
                self.others.append(_other(child, kind, scope))
            elif kind not in _SAYS_NOTHING:
                self.others.append(_other(child, f"?{kind}", scope))
            if kind not in SUB_PROCESSES:
                self.others.extend(_other(data, local(data), scope) for data in child if local(data) in _OTHERS)

    def _flow(self, element: etree._Element, scope: str) -> None:
        flow_id = element.get("id", "")
        self.flows[flow_id] = Flow(
            id=flow_id,
            source=element.get("sourceRef", ""),
            target=element.get("targetRef", ""),
            name=element.get("name", ""),
            condition=_condition(element),
            line=_line(element),
            scope=scope,
        )

    def _check_flows(self) -> None:
        """Before anything is read further: a file that is broken all over is not worth it."""
        for flow in self.root.iter(f"{{{BPMN}}}sequenceFlow"):
            for end in ("sourceRef", "targetRef"):
                reference = flow.get(end, "")
                if reference not in self.ids or local(self.ids[reference]) not in NODES:
                    message = f"Luồng {flow.get('id')} có {end} “{reference}” không tồn tại."
                    self._broken("dangling", flow.get("id", ""), flow, message)

    def _check_references(self) -> None:
        """What boundary events, defaults, flows, lanes, associations and data references name is in the file."""
        for node in self.nodes.values():
            if node.kind == "boundaryEvent" and node.attached_to not in self.nodes:
                message = f"Sự kiện biên {node.label} gắn vào “{node.attached_to}” không tồn tại."
                self._broken("dangling", node.id, node.line, message)
            if node.default and node.default not in self.flows:
                message = f"{node.label} có luồng mặc định “{node.default}” không tồn tại."
                self._broken("dangling", node.id, node.line, message)
        self._check_drawn()
        for flow in self.flows.values():
            for reference in (flow.source, flow.target):
                if reference in self.ids and reference not in self.nodes and local(self.ids[reference]) in NODES:
                    message = f"Luồng {flow.id} nối với “{reference}” nằm ngoài quy trình."
                    self._broken("dangling", flow.id, flow.line, message)

    def _check_drawn(self) -> None:
        for node_id, lane in self.lane_of.items():
            if node_id not in self.nodes and node_id not in self.ids:
                message = f"Làn {lane} chứa “{node_id}” không tồn tại."
                self._broken("dangling", lane, self.lanes[lane].line, message)
        for other in self.others:
            ends = {"association": (other.source, other.target), "dataObjectReference": (other.target,)}
            for reference in ends.get(other.kind, ()):
                if _reference(reference) not in self.ids:
                    message = f"<{other.kind}> {other.id} trỏ tới “{reference}” không tồn tại."
                    self._broken("dangling", other.id, other.line, message)

    def _node(self, element: etree._Element, kind: str, scope: str, lane: str) -> Node:
        get = element.get
        return Node(
            id=get("id", ""),
            kind=kind,
            name=(get("name") or "").strip(),
            line=_line(element),
            scope=scope,
            lane=lane,
            attached_to=_reference(get("attachedToRef", "")),
            interrupts=_is(element, "cancelActivity" if kind == "boundaryEvent" else "isInterrupting", otherwise=True),
            default=get("default", ""),
            definitions=tuple(self._definitions(element)) if kind in _WITH_EVENTS else (),
            all_definitions=_is(element, "parallelMultiple", otherwise=False),
            loop=self._loop(element),
            properties=properties(element),
            called=_called(element, kind),
            result=extension(element, "resultVariable", "result") if kind == "businessRuleTask" else "",
            script=_expression(element, "script"),
            script_format=get("scriptFormat", ""),
            by_event=_is(element, "triggeredByEvent", otherwise=False),
            awaits_all=get("eventGatewayType") == "Parallel",
            for_compensation=_is(element, "isForCompensation", otherwise=False),
            instantiates=_is(element, "instantiate", otherwise=False),
            start_quantity=get("startQuantity", "1"),
            completion_quantity=get("completionQuantity", "1"),
            activation=_expression(element, "activationCondition"),
            completion=_expression(element, "completionCondition"),
            is_sequential=kind == "adHocSubProcess" and get("ordering") == "Sequential",
            cancels_rest=_is(element, "cancelRemainingInstances", otherwise=True),
            foreign=doing_something(element),
            documentation=_expression(element, "documentation"),
            attributes={
                plain_name(name): str(value) for name, value in element.attrib.items() if name not in _OWN_ATTRIBUTES
            },
        )

    def _definitions(self, element: etree._Element) -> Iterator[EventDefinition]:
        """A send or receive task's message counts as its event definition; without one it is named like the task."""
        if local(element) in {"sendTask", "receiveTask"} and not children(element, "messageEventDefinition"):
            name = self._named(element, "messageRef") or element.get("name") or element.get("id") or ""
            yield EventDefinition(kind="message", name=name)
        for given in element:
            child, kind = given, local(given)
            if kind == "eventDefinitionRef":
                named = self.ids.get(_reference(child.text or ""))
                if named is None:
                    message = f"eventDefinitionRef “{child.text}” không tồn tại."
                    self._broken("dangling", element.get("id", ""), child, message)
                    continue
                child, kind = named, local(named)
            if _kind_of(child) in _EVENT_KINDS:
                yield self._definition(child, _kind_of(child), element)

    def _definition(self, element: etree._Element, kind: str, event: etree._Element) -> EventDefinition:
        timers = {"date": "timeDate", "duration": "timeDuration", "cycle": "timeCycle"}
        told = [short for short, tag in timers.items() if children(element, tag)]
        timer = "+".join(told)
        text = _expression(element, timers[told[0]]) if told else _expression(element, "condition")
        referred = self.ids.get(_reference(element.get("errorRef") or element.get("escalationRef") or ""))
        code = "" if referred is None else referred.get("errorCode") or referred.get("escalationCode") or ""
        name = self._named(element, f"{kind}Ref") or element.get("name", "")
        return EventDefinition(
            kind=kind,
            name=name or (event.get("name") or event.get("id") or "" if kind in {"message", "signal"} else ""),
            code=code,
            timer=timer,
            text=text,
            target=_reference(element.get("activityRef", "")),
            waits=_is(element, "waitForCompletion", otherwise=True),
            properties=properties(element),
        )

    def _loop(self, element: etree._Element) -> Loop | None:
        many = children(element, "multiInstanceLoopCharacteristics")
        for loop in children(element, "standardLoopCharacteristics"):
            return Loop(
                kind="standard",
                also_standard=bool(many),
                condition=_expression(loop, "loopCondition"),
                test_before=_is(loop, "testBefore", otherwise=False),
                maximum=loop.get("loopMaximum", ""),
            )
        for loop in many:
            return self._instances(loop)
        return None

    def _instances(self, loop: etree._Element) -> Loop:
        foreign = {**fields(loop), **{plain_name(name): str(value) for name, value in loop.attrib.items()}}
        behavior = loop.get("behavior", "All")
        event, condition = self._thrown_by_instances(loop, behavior)
        return Loop(
            kind="sequence" if _is(loop, "isSequential", otherwise=False) else "parallel",
            condition=_expression(loop, "completionCondition"),
            cardinality=_expression(loop, "loopCardinality"),
            collection=_expression(loop, "loopDataInputRef")
            or foreign.get("collection")
            or foreign.get("inputCollection", ""),
            item=_data_item(loop, "inputDataItem") or _first(foreign, "elementVariable", "inputElement"),
            output_collection=_expression(loop, "loopDataOutputRef") or foreign.get("outputCollection", ""),
            output_item=_data_item(loop, "outputDataItem") or plain(foreign.get("outputElement", "")),
            behavior=behavior,
            event=event,
            event_condition=condition,
        )

    def _thrown_by_instances(self, loop: etree._Element, behavior: str) -> tuple[EventDefinition | None, str]:
        """What a multi-instance behavior throws, and where it is Complex the condition."""
        for definition in children(loop, "complexBehaviorDefinition") if behavior == "Complex" else ():
            events = [each for event in children(definition, "event") for each in self._definitions(event)]
            return (events[0] if events else None), _expression(definition, "condition")
        reference = loop.get("oneBehaviorEventRef" if behavior == "One" else "noneBehaviorEventRef") or ""
        named = self.ids.get(_reference(reference)) if behavior in {"None", "One"} else None
        return (None if named is None else self._definition(named, _kind_of(named), named)), ""

    def _named(self, element: etree._Element, attribute: str) -> str:
        reference = _reference(element.get(attribute) or "")
        if not reference:
            return ""
        named = self.ids.get(reference)
        if named is None:
            message = f"{attribute} “{reference}” không tồn tại."
            self._broken("dangling", element.get("id", ""), element, message)
            return ""
        return named.get("name") or reference


def _called(element: etree._Element, kind: str) -> str:
    """The process that a call activity calls, or the decision that a business rule task asks, in any tool's way."""
    if kind == "callActivity":
        return _reference(element.get("calledElement", "")) or extension(element, "processId")
    return extension(element, "decisionRef", "decisionId", "decision") if kind == "businessRuleTask" else ""


def _kind_of(definition: etree._Element) -> str:
    """`timer` of a timerEventDefinition; empty for anything else."""
    kind, is_definition, _ = local(definition).partition("EventDefinition")
    return kind if is_definition else ""


def _first(told: Mapping[str, str], *names: str) -> str:
    return next((told[name] for name in names if told.get(name)), "")


def _data_item(loop: etree._Element, tag: str) -> str:
    return next((item.get("name") or item.get("id") or "" for item in children(loop, tag)), "")


def _other(element: etree._Element, kind: str, scope: str) -> Other:
    parent = element.getparent()
    return Other(
        id=element.get("id") or ("" if parent is None else parent.get("id") or ""),
        kind=kind,
        name=element.get("name", "") or _expression(element, "text"),
        line=_line(element),
        scope=scope,
        source=_end(element, "sourceRef", "categoryValueRef"),
        target=_end(element, "targetRef", "dataObjectRef"),
        properties=properties(element),
    )


def _end(element: etree._Element, *tags: str) -> str:
    """What it leads from or to: an attribute in some elements, a child in others."""
    told = (element.get(tag) or _expression(element, tag) for tag in tags)
    return next((_reference(reference) for reference in told if reference), "")


def _is(element: etree._Element, name: str, *, otherwise: bool) -> bool:
    """A truth as XML writes it: true or 1, false or 0."""
    return {"true": True, "1": True, "false": False, "0": False}.get((element.get(name) or "").strip(), otherwise)


def _caption(value: etree._Element) -> Other:
    """What stands on the groups of a category value."""
    return Other(id=value.get("id", ""), kind="categoryValue", name=value.get("value", ""), line=_line(value))


def _language(expression: etree._Element) -> Other:
    """That an expression says in which language it is written."""
    name = expression.get("language", "").strip()
    return Other(id=_nearest_id(expression), kind="language", name=name, line=_line(expression))


def _nearest_id(element: etree._Element) -> str:
    """Its own, or that of what it is a part of: a node or a flow."""
    nearest: etree._Element | None = element
    while nearest is not None and local(nearest) not in NODES | {"sequenceFlow", "process"}:
        nearest = nearest.getparent()
    return (element if nearest is None else nearest).get("id", "")


def _condition(flow: etree._Element) -> str:
    """Nothing where there is none; one that is there and says nothing is a blank, which no expression is."""
    return _expression(flow, "conditionExpression") or (" " if children(flow, "conditionExpression") else "")


def _expression(element: etree._Element, tag: str) -> str:
    return next(("".join(map(str, child.itertext())).strip() for child in children(element, tag)), "")


def _reference(text: str) -> str:
    return text.strip().rpartition(":")[2]


def _line(element: Any) -> int:
    return int(element.sourceline or 0)
