"""Writes a sketch and its layout as BPMN 2.0 XML with a diagram, attributes in camunda:properties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lxml import etree

from engine.model.diagram.geometry import Box, Layout, Point
from engine.model.diagram.sketch import Group, Sketch
from engine.model.elements import Flow, Node

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
TARGET = "urn:motcua:procedure"

_PREFIXES = {"bpmn": BPMN, "bpmndi": BPMNDI, "dc": DC, "di": DI, "camunda": CAMUNDA, "xsi": XSI}
_POOL = "pool"


def write_bpmn(sketch: Sketch, layout: Layout) -> bytes:
    """The whole file, UTF-8, indented; the same input gives the same bytes."""
    root = etree.Element(_tag("bpmn:definitions"), nsmap=_PREFIXES)
    root.set("id", f"definitions_{sketch.process_id}")
    root.set("targetNamespace", TARGET)
    root.set("exporter", "Một Cửa")
    _categories(root, sketch.groups)
    collaboration = _child(root, "bpmn:collaboration", id="collaboration")
    _child(collaboration, "bpmn:participant", id=_POOL, name=sketch.name, processRef=sketch.process_id)
    _process(root, sketch)
    _diagram(root, sketch, layout)
    etree.indent(root, space="  ")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def _categories(root: etree._Element, groups: Sequence[Group]) -> None:
    if not groups:
        return
    category = _child(root, "bpmn:category", id="steps")
    for group in groups:
        _child(category, "bpmn:categoryValue", id=f"{group.id}_caption", value=group.caption)


def _process(root: etree._Element, sketch: Sketch) -> None:
    process = _child(root, "bpmn:process", id=sketch.process_id, name=sketch.name, isExecutable="true")
    if sketch.documentation:
        _child(process, "bpmn:documentation").text = sketch.documentation
    lane_set = _child(process, "bpmn:laneSet", id="lanes")
    for lane in sketch.lanes:
        element = _child(lane_set, "bpmn:lane", id=lane.id, name=lane.name)
        _properties(element, lane.properties)
        for node in sketch.nodes.values():
            if node.lane == lane.id:
                _child(element, "bpmn:flowNodeRef").text = node.id
    for node in sketch.nodes.values():
        _node(process, node, sketch)
    for flow in sketch.flows.values():
        _flow(process, flow)
    for group in sketch.groups:
        element = _child(process, "bpmn:group", id=group.id, categoryValueRef=f"{group.id}_caption")
        _properties(element, group.properties)


def _node(process: etree._Element, node: Node, sketch: Sketch) -> None:
    attributes = {"id": node.id}
    if node.name:
        attributes["name"] = node.name
    if node.default:
        attributes["default"] = node.default
    if node.kind == "boundaryEvent":
        attributes |= {"attachedToRef": node.attached_to, "cancelActivity": "true" if node.interrupts else "false"}
    element = _child(process, f"bpmn:{node.kind}", **attributes)
    if node.documentation:
        _child(element, "bpmn:documentation").text = node.documentation
    _properties(element, node.properties)
    _ends(element, node, sketch)
    for definition in node.definitions:
        event = _child(element, f"bpmn:{definition.kind}EventDefinition", id=f"{node.id}_{definition.kind}")
        if definition.kind == "timer":
            _expression(event, f"bpmn:time{definition.timer.capitalize()}", definition.text)


def _ends(element: etree._Element, node: Node, sketch: Sketch) -> None:
    """The flows that come in and go out, as the schema wants them: all of the first before any of the second."""
    for flow in (flow for flow in sketch.flows.values() if flow.target == node.id):
        _child(element, "bpmn:incoming").text = flow.id
    for flow in sketch.leaving(node.id):
        _child(element, "bpmn:outgoing").text = flow.id


def _flow(process: etree._Element, flow: Flow) -> None:
    attributes = {"id": flow.id, "sourceRef": flow.source, "targetRef": flow.target}
    if flow.name:
        attributes["name"] = flow.name
    element = _child(process, "bpmn:sequenceFlow", **attributes)
    if flow.condition:
        _expression(element, "bpmn:conditionExpression", flow.condition)


def _expression(parent: etree._Element, tag: str, text: str) -> None:
    element = _child(parent, tag)
    element.set(_tag("xsi:type"), "bpmn:tFormalExpression")
    element.text = text


def _properties(parent: etree._Element, properties: Mapping[str, str]) -> None:
    if not properties:
        return
    extension = _child(parent, "bpmn:extensionElements")
    group = _child(extension, "camunda:properties")
    for name, value in properties.items():
        _child(group, "camunda:property", name=name, value=value)


def _diagram(root: etree._Element, sketch: Sketch, layout: Layout) -> None:
    diagram = _child(root, "bpmndi:BPMNDiagram", id="diagram")
    plane = _child(diagram, "bpmndi:BPMNPlane", id="plane", bpmnElement="collaboration")
    _shape(plane, _POOL, layout.pool, horizontal=True)
    for lane in sketch.lanes:
        _shape(plane, lane.id, layout.lanes[lane.id], horizontal=True)
    for node in sketch.nodes.values():
        is_gateway = node.kind == "exclusiveGateway"
        _shape(plane, node.id, layout.shapes[node.id], label=layout.labels.get(node.id), marker=is_gateway)
    for flow in sketch.flows.values():
        _edge(plane, flow.id, layout.lines[flow.id], layout.labels.get(flow.id))
    for group in sketch.groups:
        _shape(plane, group.id, layout.frames[group.id], label=layout.labels.get(group.id))


def _shape(
    plane: etree._Element,
    element_id: str,
    box: Box,
    *,
    label: Box | None = None,
    horizontal: bool = False,
    marker: bool = False,
) -> None:
    attributes = {"id": f"{element_id}_di", "bpmnElement": element_id}
    if horizontal:
        attributes["isHorizontal"] = "true"
    if marker:
        attributes["isMarkerVisible"] = "true"
    shape = _child(plane, "bpmndi:BPMNShape", **attributes)
    _bounds(shape, box)
    if label is not None:
        _bounds(_child(shape, "bpmndi:BPMNLabel"), label)


def _edge(plane: etree._Element, flow_id: str, points: Sequence[Point], label: Box | None) -> None:
    edge = _child(plane, "bpmndi:BPMNEdge", id=f"{flow_id}_di", bpmnElement=flow_id)
    for x, y in points:
        _child(edge, "di:waypoint", x=_number(x), y=_number(y))
    if label is not None:
        _bounds(_child(edge, "bpmndi:BPMNLabel"), label)


def _bounds(parent: etree._Element, box: Box) -> None:
    _child(
        parent,
        "dc:Bounds",
        x=_number(box.x),
        y=_number(box.y),
        width=_number(box.width),
        height=_number(box.height),
    )


def _number(value: float) -> str:
    return str(round(value))


def _child(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, _tag(tag), attributes)


def _tag(name: str) -> str:
    prefix, local = name.split(":")
    return f"{{{_PREFIXES[prefix]}}}{local}"
