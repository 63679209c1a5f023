"""Loops and many instances."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.model.elements import ACTIVITIES, Loop, Node
from engine.model.rules.registry import ERROR, Reading, rule

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _repeated(reading: Reading) -> Iterator[tuple[Node, Loop]]:
    for node in reading.nodes(*ACTIVITIES):
        if node.loop is not None:
            yield node, node.loop


@rule("loop-bounds", ERROR)
def loop_bounds(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A loop needs a condition or a maximum of 1 or more; instances need a count or a collection; not both at once."""
    for node, loop in _repeated(reading):
        if loop.also_standard:
            yield node, f"{node.label}: chỉ được có một dấu lặp, vòng lặp hoặc nhiều bản."
        if loop.kind == "standard":
            if loop.maximum and not re.fullmatch("0*[1-9][0-9]*", loop.maximum):
                yield node, f"{node.label}: số lần lặp tối đa “{loop.maximum}” phải là số nguyên dương."
            if not (loop.maximum or loop.condition):
                yield (
                    node,
                    f"{node.label}: vòng lặp không có điều kiện và không có số lần tối đa nên không bao giờ dừng.",
                )
        elif not (loop.cardinality or loop.collection):
            yield node, f"{node.label}: chưa nêu số lần hoặc danh sách để lặp."
        elif re.fullmatch(r"-\d+", loop.cardinality):
            yield node, f"{node.label}: số lần lặp “{loop.cardinality}” là số âm."


@rule("multi-instance-data", ERROR)
def data(reading: Reading) -> Iterator[tuple[Node, str]]:
    """An instance's item, its result and the list of results are variables, each with a name of its own."""
    for node, loop in _repeated(reading):
        for name in (loop.item, loop.output_item, loop.output_collection):
            if name and not _NAME.fullmatch(name):
                yield node, f"{node.label}: “{name}” phải là tên một biến, không phải biểu thức hay mã khác."


@rule("multi-instance-behavior", ERROR)
def behavior(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A behavior that throws an event names the event, and a complex one its condition."""
    for node, loop in _repeated(reading):
        if loop.kind == "standard" or loop.behavior == "All":
            continue
        kind = "" if loop.event is None else loop.event.kind
        if loop.behavior not in {"None", "One", "Complex"} or kind not in {"signal", "message", "escalation"}:
            yield node, f"{node.label}: behavior “{loop.behavior}” phải nêu một tín hiệu, thông điệp hoặc báo cấp trên."
        elif loop.behavior == "Complex" and not loop.event_condition:
            yield node, f"{node.label}: behavior “Complex” chưa nêu điều kiện phát sự kiện."


@rule("loop-on-event-sub-process", ERROR)
def loop_on_event(reading: Reading) -> Iterator[tuple[Node, str]]:
    """An event sub-process is not repeated by a loop marker."""
    for node, _ in _repeated(reading):
        if node.by_event:
            yield node, f"Tiểu quy trình sự kiện {node.label} không được có dấu lặp."
