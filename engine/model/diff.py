"""What differs between two versions of a process, element by element, in words an approver reads.

Every attribute that means something is compared: names, flows, conditions, timers, limits, roles, forms, lanes, and any
other property. Where shapes stand on the drawing is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.model.decisions import Decisions, DecisionTable
from engine.model.elements import EventDefinition, Flow, Lane, Loop, Model, Node, Other, Process

ADDED, REMOVED, CHANGED = "added", "removed", "changed"

_TIMING = ("timer", "limit", "step_limit", "calendar", "clock", "repeat")
_KINDS = {
    "userTask": "công việc",
    "manualTask": "công việc",
    "task": "công việc",
    "serviceTask": "tác vụ dịch vụ",
    "scriptTask": "kịch bản",
    "sendTask": "việc gửi",
    "receiveTask": "việc chờ nhận",
    "subProcess": "tiểu quy trình",
    "callActivity": "quy trình được gọi",
    "startEvent": "sự kiện bắt đầu",
    "endEvent": "sự kiện kết thúc",
    "boundaryEvent": "sự kiện biên",
    "intermediateCatchEvent": "sự kiện chờ",
    "intermediateThrowEvent": "sự kiện phát",
    "exclusiveGateway": "cổng rẽ nhánh",
    "parallelGateway": "cổng song song",
    "inclusiveGateway": "cổng bao hàm",
    "eventBasedGateway": "cổng sự kiện",
    "sequenceFlow": "luồng",
    "lane": "làn",
    "process": "quy trình",
    "categoryValue": "nhãn bước",
    "textAnnotation": "ghi chú",
    "decision": "bảng quyết định",
    "correlation": "khoá tương quan",
}
_ATTRIBUTES = {
    "name": "tên",
    "kind": "loại",
    "lane": "làn",
    "unit": "đơn vị",
    "source": "điểm đầu",
    "target": "điểm cuối",
    "condition": "điều kiện",
    "default": "luồng mặc định",
    "attached_to": "gắn vào",
    "interrupts": "có ngắt",
    "scope": "nằm trong",
    "script": "kịch bản",
    "documentation": "mô tả",
    "called": "quy trình gọi",
    "property.role": "vai trò",
    "property.form": "biểu mẫu",
    "property.limit": "thời hạn",
    "property.step_limit": "thời hạn của bước",
    "property.step": "bước",
    "property.unit": "đơn vị",
    "property.clock": "đồng hồ",
    "property.connector": "kết nối",
    "property.operation": "thao tác",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One element added or removed, or one attribute of one element changed."""

    change: str
    element: str
    kind: str
    name: str
    attribute: str = ""
    old: str = ""
    new: str = ""

    @property
    def is_timing(self) -> bool:
        """Whether it touches a timer, a limit or the clock."""
        return any(self.attribute.rpartition(".")[2].startswith(word) for word in _TIMING) or "timer" in self.attribute

    @property
    def message(self) -> str:
        what = f"{_KINDS.get(self.kind, self.kind)} {f'“{self.name}”' if self.name else self.element}"
        if self.change == ADDED:
            return f"Thêm {what}."
        if self.change == REMOVED:
            return f"Bỏ {what}."
        label = _ATTRIBUTES.get(self.attribute, self.attribute.removeprefix("property."))
        return f"{what[0].upper()}{what[1:]}: {label} từ “{self.old}” thành “{self.new}”."


def diff(
    old: Model, new: Model, *, old_decisions: Decisions | None = None, new_decisions: Decisions | None = None
) -> list[Difference]:
    """Every semantic difference, in the order of the new file, what was removed last; decision tables after it."""
    before = {**dict(_elements(old)), **dict(_tables(old_decisions))}
    after = {**dict(_elements(new)), **dict(_tables(new_decisions))}
    found: list[Difference] = []
    for element_id, (kind, name, attributes) in after.items():
        if element_id not in before:
            found.append(Difference(change=ADDED, element=element_id, kind=kind, name=name))
        else:
            found.extend(_changes(element_id, kind, name or before[element_id][1], before[element_id][2], attributes))
    for element_id, (kind, name, _) in before.items():
        if element_id not in after:
            found.append(Difference(change=REMOVED, element=element_id, kind=kind, name=name))
    return found


def _changes(
    element_id: str, kind: str, name: str, old: Mapping[str, str], new: Mapping[str, str]
) -> Iterator[Difference]:
    for attribute in [*new, *(each for each in old if each not in new)]:
        was, now = old.get(attribute, ""), new.get(attribute, "")
        if was != now:
            yield Difference(
                change=CHANGED, element=element_id, kind=kind, name=name, attribute=attribute, old=was, new=now
            )


def _elements(model: Model) -> Iterator[tuple[str, tuple[str, str, dict[str, str]]]]:
    for process in model.processes.values():
        yield process.id, ("process", process.name, _of_process(process))
    for lane in model.lanes.values():
        yield lane.id, ("lane", lane.name, _of_lane(lane))
    for node in model.nodes.values():
        yield node.id, (node.kind, node.name, _of_node(model, node))
    for flow in model.flows.values():
        yield flow.id, ("sequenceFlow", flow.name, _of_flow(flow))
    for each in model.correlations:
        attributes = {"expects": each.expects, "carries": each.carries}
        yield f"{each.id}/{each.message}", ("correlation", each.message, attributes)
    for number, other in enumerate(model.others):
        yield other.id or f"{other.kind}#{number}", (other.kind, other.name, _of_other(other))


def _tables(decisions: Decisions | None) -> Iterator[tuple[str, tuple[str, str, dict[str, str]]]]:
    for table in () if decisions is None else decisions.tables.values():
        yield f"{table.file}#{table.id}", ("decision", table.name, _of_table(table))


def _of_table(table: DecisionTable) -> dict[str, str]:
    found = {"hit_policy": table.policy, "aggregation": table.aggregation}
    found |= {f"input.{number}": column.text for number, column in enumerate(table.inputs, 1)}
    for number, column in enumerate(table.outputs, 1):
        found |= {f"output.{number}": column.name, f"output.{number}.values": ", ".join(column.values)}
        found |= {f"output.{number}.default": column.text}
    for number, row in enumerate(table.rows, 1):
        found[f"rule.{number}"] = f"{' ; '.join(row.tests)} → {' ; '.join(row.results)}"
    return found


def _of_process(process: Process) -> dict[str, str]:
    runs = "true" if process.is_executable else "false"
    return {"name": process.name, "is_executable": runs, **_properties(process.properties)}


def _of_lane(lane: Lane) -> dict[str, str]:
    return {"name": lane.name, "parent": lane.parent, **_properties(lane.properties)}


def _of_flow(flow: Flow) -> dict[str, str]:
    return {
        "name": flow.name,
        "source": flow.source,
        "target": flow.target,
        "condition": flow.condition,
        "scope": flow.scope,
    }


def _of_other(other: Other) -> dict[str, str]:
    return {
        "name": other.name,
        "source": other.source,
        "target": other.target,
        "scope": other.scope,
        **_properties(other.properties),
    }


def _of_node(model: Model, node: Node) -> dict[str, str]:
    lane = model.lanes.get(node.lane)
    found = {
        "name": node.name,
        "kind": node.kind,
        "lane": node.lane if lane is None else lane.name or lane.id,
        "unit": model.seat(node),
        "scope": node.scope,
        "attached_to": node.attached_to,
        "interrupts": _flag(not node.interrupts, "không"),
        "default": node.default,
        "called": node.called,
        "result": node.result,
        "instantiates": _flag(node.instantiates),
        "completion": node.completion,
        "script": node.script,
        "script_format": node.script_format,
        "by_event": _flag(node.by_event),
        "for_compensation": _flag(node.for_compensation),
        "all_definitions": _flag(node.all_definitions),
        "start_quantity": node.start_quantity,
        "completion_quantity": node.completion_quantity,
        "activation": node.activation,
        "documentation": node.documentation,
        **{f"attribute.{name}": value for name, value in node.attributes.items()},
        **_properties(node.properties),
    }
    for number, definition in enumerate(node.definitions):
        found.update(_of_definition(definition, f"event{number or ''}"))
    if node.loop is not None:
        found.update(_of_loop(node.loop))
    return found


def _of_definition(definition: EventDefinition, prefix: str) -> dict[str, str]:
    if definition.kind == "timer":
        return {f"timer.{definition.timer or 'none'}": definition.text, **_properties(definition.properties, "timer.")}
    return {
        prefix: definition.kind,
        f"{prefix}.name": definition.name,
        f"{prefix}.code": definition.code,
        f"{prefix}.text": definition.text,
        f"{prefix}.target": definition.target,
        f"{prefix}.waits": _flag(not definition.waits, "không"),
        **_properties(definition.properties, f"{prefix}."),
    }


def _of_loop(loop: Loop) -> dict[str, str]:
    return {
        "repeat": loop.kind,
        "repeat.condition": loop.condition,
        "repeat.test_before": _flag(loop.test_before),
        "repeat.maximum": loop.maximum,
        "repeat.cardinality": loop.cardinality,
        "repeat.collection": loop.collection,
        "repeat.item": loop.item,
        "repeat.output_collection": loop.output_collection,
        "repeat.output_item": loop.output_item,
        "repeat.behavior": loop.behavior,
        "repeat.event": "" if loop.event is None else f"{loop.event.kind} {loop.event.name}",
        "repeat.event_condition": loop.event_condition,
    }


def _flag(is_set: bool, word: str = "có") -> str:  # noqa: FBT001 - it is what is shown
    return word if is_set else ""


def _properties(properties: Mapping[str, str], prefix: str = "") -> dict[str, str]:
    return {f"{prefix}property.{name}": value for name, value in properties.items()}
