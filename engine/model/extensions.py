"""What tools write on elements in their own namespaces, by local names; and the names and children of any element."""

from __future__ import annotations

from typing import Any

from lxml import etree

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_FOREIGN = frozenset(
    {"inputOutput", "ioMapping", "executionListener", "executionListeners", "taskListener", "taskListeners", "in"}
    | {"connector", "script", "onEntry-script", "onExit-script", "failedJobRetryTimeCycle", "eventListener", "out"}
    | {"assignmentDefinition", "taskSchedule", "priorityDefinition", "formDefinition", "formData", "formProperty"}
    | {"subscription", "errorEventDefinition", "mapException", "adHoc", "conditionalFilter", "type"}
)
_FOREIGN_ATTRIBUTES = frozenset(
    {"assignee", "candidateUsers", "candidateGroups", "dueDate", "followUpDate", "formKey", "formRef", "initiator"}
    | {"expression", "class", "delegateExpression", "skipExpression", "resultVariable", "resultVariableName"}
    | {"calledElementBinding", "calledElementVersion", "calledElementVersionTag", "variableMappingClass"}
    | {"variableMappingDelegateExpression", "decisionRefBinding", "mapDecisionResult", "resource", "taskName"}
    | {"errorCodeVariable", "errorMessageVariable", "escalationCodeVariable", "variableName", "variableEvents"}
    | {"elementIndexVariable"}
)


def extension(element: etree._Element, *names: str) -> str:
    """What another tool says by an attribute of its own, by one on an extension element, by a property or a field."""
    own = {plain_name(name): str(value) for name, value in element.attrib.items() if "}" in str(name)}
    found = {**fields(element), **properties(element), **own}
    return next((found[name].strip() for name in names if found.get(name)), "")


def doing_something(element: etree._Element) -> tuple[str, ...]:
    """The extension elements and attributes that would change what the element, or its events, does in another tool."""
    parts = [element, *(part for part in element if local(part).endswith(("EventDefinition", "LoopCharacteristics")))]
    items = {local(item) for part in parts for extension in children(part, "extensionElements") for item in extension}
    written = {plain_name(name) for part in parts for name in part.attrib if "}" in str(name)}
    if local(element) == "businessRuleTask":
        written -= {"resultVariable"}
    if any(
        plain_name(name) == "type" and told != "external" for name, told in element.attrib.items() if "}" in str(name)
    ):
        items |= {"type"}
    return tuple(sorted(items & _FOREIGN | written & _FOREIGN_ATTRIBUTES))


def fields(element: etree._Element) -> dict[str, str]:
    """The attributes of extension elements, and fields as Flowable writes them."""
    found: dict[str, str] = {}
    for extension in children(element, "extensionElements"):
        for item in extension:
            found.update({plain_name(name): str(value) for name, value in item.attrib.items()})
            if local(item) == "field" and item.get("name") == "decisionTableReferenceKey":
                found["decisionRef"] = item.get("stringValue") or "".join(str(text) for text in item.itertext()).strip()
    return found


def properties(element: etree._Element) -> dict[str, str]:
    """camunda:properties (and their like in other tools): name to value, an empty value counting as missing."""
    found: dict[str, str] = {}
    for extension in children(element, "extensionElements"):
        for group in extension:
            if local(group) != "properties":
                continue
            for item in group:
                name, value = item.get("name", ""), (item.get("value") or "").strip()
                if local(item) == "property" and name and value:
                    found[name] = value
    return found


def children(element: etree._Element, tag: str) -> list[etree._Element]:
    """Those of BPMN with this tag."""
    return element.findall(f"{{{BPMN}}}{tag}")


def local(element: Any) -> str:
    """The tag without its namespace; nothing for a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def plain_name(name: str | bytes) -> str:
    """An attribute's name without its namespace."""
    return str(name).rpartition("}")[2]
