"""The differences between two versions as an approver reads them: elements, attributes and values in Vietnamese."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from engine.deadlines import parse_limit
from engine.errors import InputError
from engine.model.diff import Difference
from engine.model.elements import Model
from web.designer.panel import ACTS, CLOCK_BASES, CLOCK_OWNERS, UNIT_SEATS, panel_schema
from web.words import ROLES

KINDS = {
    "task": "công việc", "userTask": "việc của cán bộ", "manualTask": "việc làm tay", "serviceTask": "việc liên thông",
    "scriptTask": "việc tính toán", "businessRuleTask": "việc theo bảng quyết định", "sendTask": "việc gửi đi",
    "receiveTask": "việc chờ nhận", "subProcess": "quy trình con", "transaction": "giao dịch",
    "adHocSubProcess": "quy trình con tùy việc", "callActivity": "quy trình được gọi", "startEvent": "bắt đầu",
    "endEvent": "kết thúc", "boundaryEvent": "sự kiện biên", "intermediateCatchEvent": "sự kiện chờ",
    "intermediateThrowEvent": "sự kiện phát", "exclusiveGateway": "cổng chọn một", "parallelGateway": "cổng song song",
    "inclusiveGateway": "cổng chọn nhiều", "complexGateway": "cổng phức hợp", "eventBasedGateway": "cổng chờ sự kiện",
    "sequenceFlow": "luồng", "lane": "làn", "process": "quy trình", "group": "khung bước", "categoryValue": "nhãn bước",
    "textAnnotation": "ghi chú trên bản vẽ", "association": "đường ghi chú", "dataObject": "dữ liệu",
    "dataObjectReference": "dữ liệu", "dataStoreReference": "kho dữ liệu", "decision": "bảng quyết định",
    "correlation": "khóa ghép thông điệp",
}  # fmt: skip
ATTRIBUTES = {
    "name": "Tên", "kind": "Loại", "lane": "Làn", "unit": "Đơn vị", "source": "Đi từ", "target": "Đi tới",
    "condition": "Điều kiện", "default": "Luồng mặc định", "attached_to": "Gắn vào", "interrupts": "Ngắt việc đang làm",
    "scope": "Nằm trong", "script": "Phép tính", "script_format": "Ngôn ngữ phép tính",
    "documentation": "Ghi chú cho cán bộ",
    "called": "Quy trình hoặc bảng được gọi", "result": "Biến nhận kết quả", "completion": "Xong khi",
    "activation": "Mở khi", "is_executable": "Chạy được", "parent": "Thuộc làn", "timer.duration": "Hẹn giờ sau",
    "timer.date": "Hẹn giờ vào", "timer.cycle": "Hẹn giờ lặp", "timer.none": "Hẹn giờ", "event": "Loại sự kiện",
    "event.name": "Tên sự kiện", "event.code": "Mã sự kiện", "event.text": "Điều kiện của sự kiện",
    "repeat": "Lặp lại", "repeat.condition": "Điều kiện lặp", "repeat.maximum": "Số lần nhiều nhất",
    "repeat.cardinality": "Số lần", "repeat.collection": "Danh sách", "repeat.item": "Biến của mỗi lần",
    "hit_policy": "Cách chọn dòng", "aggregation": "Phép gộp", "expects": "Quy trình chờ", "carries": "Thông điệp mang",
    "property.correlation": "Khóa ghép thông điệp", "for_compensation": "Dùng để hoàn tác",
    "start_quantity": "Số thẻ để bắt đầu",
    "completion_quantity": "Số thẻ khi xong", "by_event": "Bắt đầu bằng sự kiện", "instantiates": "Mở hồ sơ mới",
    "all_definitions": "Chờ đủ mọi sự kiện",
}  # fmt: skip
ROWS = {"rule": "Dòng", "input": "Cột điều kiện", "output": "Cột kết quả"}
FLAGS = {"true": "Có", "false": "Không", "có": "Có", "không": "Không"}
REFERENCES = frozenset({"source", "target", "default", "attached_to", "scope"})


def told_change(one: Difference, old: Model, new: Model) -> dict[str, Any]:
    """A line of the table: what it is about, which attribute, before and after."""
    kind = KINDS.get(one.kind, "phần tử")
    return {
        "kind": one.change,
        "element": one.element,
        "name": name_of(one, new, old),
        "what": label_of(one.attribute, one.kind) if one.attribute else kind[0].upper() + kind[1:],
        "before": value_of(one.attribute, one.old, old),
        "after": value_of(one.attribute, one.new, new),
        "is_limit": one.is_timing,
    }


def name_of(one: Difference, *models: Model) -> str:
    """What people call the element: its own name, the step of a frame, the two ends of a flow."""
    if one.name:
        return one.name
    for model in models:
        flow = model.flows.get(one.element)
        if flow is not None:
            return f"{node_name(flow.source, model)} → {node_name(flow.target, model)}"
        step = next((each.properties.get("step", "") for each in model.others if each.id == one.element), "")
        if step:
            return f"Khung của bước {step}"
    kind = KINDS.get(one.kind, "phần tử")
    return f"{kind[0].upper()}{kind[1:]} {one.element}"


def node_name(element: str, model: Model) -> str:
    """A node's or flow's name, or its id while it has none."""
    node = model.nodes.get(element) or model.flows.get(element) or model.processes.get(element)
    return node.name or element if node is not None else element


def label_of(attribute: str, kind: str = "") -> str:
    """An attribute in the words of the designer's panel."""
    if kind == "group":
        attribute = attribute.replace("property.limit", "property.step_limit")
    known = ATTRIBUTES.get(attribute) or _titles().get(attribute.rpartition("property.")[2])
    if known:
        return known
    head, _, number = attribute.partition(".")
    if head in ROWS:
        return f"{ROWS[head]} {number.partition('.')[0]}"
    return ATTRIBUTES.get(re.sub(r"^event\d+", "event", attribute), attribute.rpartition("property.")[2])


def value_of(attribute: str, value: str, model: Model) -> str:
    """A value in words; nothing for nothing."""
    name = attribute.rpartition("property.")[2]
    if not value:
        return ""
    if name in {"limit", "step_limit"}:
        return _limit(value)
    if name in REFERENCES:
        return node_name(value, model)
    told: Callable[[str], str | None] = _words().get(name, FLAGS).get
    return told(value) or value


def _limit(value: str) -> str:
    try:
        return parse_limit(value).vietnamese()
    except InputError:
        return value


def _titles() -> dict[str, str]:
    return {field["name"]: field["title"] for group in panel_schema()["groups"] for field in group["fields"]}


def _words() -> Mapping[str, Mapping[str, str]]:
    return {
        "role": ROLES,
        "act": ACTS,
        "unit": UNIT_SEATS,
        "target_unit": UNIT_SEATS,
        "clock": {"paused": "Tạm dừng"},
        "clock_owner": CLOCK_OWNERS,
        "clock_basis": CLOCK_BASES,
        "calendar": {"working": "Giờ làm việc", "plain": "Giờ đồng hồ"},
        "kind": KINDS,
    }
