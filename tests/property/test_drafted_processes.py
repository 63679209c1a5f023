"""Any step table at all becomes a process that runs to its end, and a picture in which nothing is in the way."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from itertools import combinations, pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.catalogue.publishing import variables_of
from engine.deadlines.limits import parse_limit
from engine.model.diagram import Layout, lay_out
from engine.model.diagram.geometry import Box
from engine.model.draft import StepTable, draft
from engine.model.draft.flow import draw
from engine.model.draft.table import TableStep, TableTask, make_table
from engine.model.draft.units import seat_units
from engine.model.lint import LintContext, lint
from engine.model.parse import parse
from engine.run import Answer, Complete, Instance, PlainTime, compile_program

AT = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
UNITS = (
    "Bộ phận một cửa",
    "Phòng Kinh tế",
    "Phòng Tư pháp",
    "Lãnh đạo UBND xã",
    "Sở Tư pháp",
    "Lãnh đạo Sở",
    "Văn thư",
    "Địa chính cấp xã",
    "Cơ quan thuế",
    "Người yêu cầu",
    "Người yêu cầu (hồ sơ trực tuyến)",
    "UBND cấp xã nơi thường trú (khi cần)",
    "Ban Quản lý khu kinh tế",
)
WORKS = (
    "Tiếp nhận hồ sơ",
    "Bàn giao hồ sơ",
    "Phân công thụ lý",
    "Thụ lý",
    "Thẩm định hồ sơ, lập tờ trình cấp giấy chứng nhận quyền sử dụng đất",
    "Xét duyệt",
    "Trình lãnh đạo",
    "Ký duyệt",
    "Thu phí",
    "Cấp số, vào sổ",
    "Nộp hồ sơ sang cơ quan thuế",
    "Nhận thông báo của cơ quan thuế",
    "Trả thông báo nộp thuế",
    "Nhận biên lai nộp thuế",
    "Chuyển yêu cầu xác nhận xuống xã",
    "Việc khác",
    "Trả kết quả",
)
limits = st.sampled_from([None, "0.5d", "3d", "4h", "11.5d"]).map(lambda text: parse_limit(text) if text else None)
tasks = st.builds(TableTask, name=st.sampled_from(WORKS), time=limits)


@st.composite
def tables(draw_from: st.DrawFn) -> StepTable:
    """Units and work in any order, with tasks or without, in up to three phases."""
    count = draw_from(st.integers(1, 9))
    rises = draw_from(st.lists(st.sampled_from([0, 0, 0, 1]), min_size=count, max_size=count))
    phases = [min(3, 1 + sum(rises[1 : order + 1])) for order in range(count)]
    steps = [
        TableStep(
            order=order,
            unit=draw_from(st.sampled_from(UNITS)),
            action=draw_from(st.sampled_from(WORKS)),
            time=draw_from(limits),
            phase=phases[order - 1],
            tasks=tuple(draw_from(st.lists(tasks, max_size=3))),
        )
        for order in range(1, count + 1)
    ]
    consulted = tuple(draw_from(st.lists(st.sampled_from(["Cơ quan thuế", "UBND cấp xã"]), max_size=2, unique=True)))
    assume(any(step.tasks or not step.unit.startswith("Người yêu cầu") for step in steps))
    return make_table({"name": "Thủ tục thử", "consulted": consulted}, steps)


@given(tables())
@settings(max_examples=60, deadline=None)
def test_it_runs_to_its_end_and_the_lint_has_nothing_to_say(table: StepTable) -> None:
    folder = draft(table).folder
    variables = variables_of(folder.forms)
    assert lint(parse(folder.source), LintContext(forms=folder.forms, variables=variables)) == []
    program = compile_program(folder.source, variables=variables)
    instance, step = Instance.start(program, instance_id=uuid.uuid4(), at=AT, working_time=PlainTime())
    done = []
    while not instance.is_ended:
        waiting = next(one for one in instance.waiting if one.kind in ("task", "service"))
        signal = Complete if waiting.kind == "task" else Answer
        step = instance.apply(signal(address=waiting.address, variables={}), at=AT)
        done.append(waiting.element_id)
    assert step.end_event == "finished"
    assert done == folder.scenarios["happy"]["expect"]["tasks"]


@given(tables())
@settings(max_examples=60, deadline=None)
def test_nothing_is_in_the_way_of_anything(table: StepTable) -> None:
    sketch = draw(table, seat_units(table)).sketch
    layout = lay_out(sketch)
    for one, other in combinations(sketch.nodes.values(), 2):
        if other.id not in (one.attached_to, other.attached_to) and one.attached_to != other.id:
            is_pair = other.attached_to == one.id
            assert is_pair or not _overlap(layout.shapes[one.id], layout.shapes[other.id]), (one.id, other.id)
    for flow_id, piece in _pieces(layout):
        flow = sketch.flows[flow_id]
        ends = {flow.source, flow.target, sketch.nodes[flow.source].attached_to}
        for node_id, shape in layout.shapes.items():
            assert node_id in ends or not _overlap(piece, _inner(shape)), (flow_id, node_id)
        for owner, label in layout.labels.items():
            assert not _overlap(piece, _inner(label)), (flow_id, owner)
    for node in sketch.nodes.values():
        assert _holds(layout.lanes[node.lane], layout.shapes[node.id]), node.id
    for frame, another in combinations(layout.frames.values(), 2):
        assert not _overlap(frame, another)


def _pieces(layout: Layout) -> list[tuple[str, Box]]:
    found = []
    for flow, points in layout.lines.items():
        for (x, y), (next_x, next_y) in pairwise(points):
            assert x == next_x or y == next_y, flow
            left, top = min(x, next_x), min(y, next_y)
            found.append((flow, Box(x=left, y=top, width=abs(next_x - x), height=abs(next_y - y))))
    return found


def _overlap(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


def _inner(box: Box) -> Box:
    return Box(x=box.x + 1, y=box.y + 1, width=box.width - 2, height=box.height - 2)


def _holds(outer: Box, inner: Box) -> bool:
    return outer.x < inner.x and inner.right < outer.right and outer.y < inner.y and inner.bottom < outer.bottom
