"""The picture of a drafted process: nothing overlaps, nothing leaves its lane, lines cross no shape and no caption."""

from __future__ import annotations

import json
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from engine.model.diagram.geometry import Box, Layout
from engine.model.diagram.layout import lay_out
from engine.model.draft.flow import Drawn, draw
from engine.model.draft.table import StepTable, tables_from_json
from engine.model.draft.units import seat_units
from engine.model.elements import GATEWAYS

DATA = Path(__file__).parents[2] / "data" / "step_tables.json"


def odd(code: str, *steps: tuple[str, str, float], phases: tuple[int, ...] = ()) -> dict[str, object]:
    """A table that no department sent, to see that the picture holds: (unit, work, days) a step."""
    rows = [
        {"order": order, "unit": unit, "action_vi": work, "time_value": days, "time_unit": "day"}
        for order, (unit, work, days) in enumerate(steps, start=1)
    ]
    for row, phase in zip(rows, phases, strict=False):
        row["phase"] = phase
    return {"local_code": code, "name_vi": f"Thủ tục {code}", "steps": rows}


ODD = [
    odd(
        "COUNTER-LAST",
        ("Phòng Kinh tế", "Thẩm định hồ sơ", 3),
        ("Lãnh đạo UBND xã", "Ký duyệt", 1),
        ("Bộ phận một cửa", "Trả kết quả", 0),
    ),
    odd(
        "COUNTER-BETWEEN",
        ("Phòng Tư pháp", "Thụ lý", 2),
        ("Bộ phận một cửa", "Bàn giao", 1),
        ("Phòng Kinh tế", "Thẩm định", 3),
        ("Lãnh đạo UBND xã", "Phê duyệt", 1),
        ("Bộ phận một cửa", "Trả kết quả", 0),
    ),
    odd("ONE-LANE", ("Bộ phận một cửa", "Tiếp nhận", 1), ("Bộ phận một cửa", "Trả kết quả", 0)),
    odd("ONE-STEP", ("Phòng Kinh tế", "Xử lý hồ sơ", 1)),
    odd(
        "HANDLER-BELOW-REVIEW",
        ("Bộ phận một cửa", "Tiếp nhận", 1),
        ("Lãnh đạo Sở Tư pháp", "Phân công thụ lý", 1),
        ("Sở Tư pháp", "Thẩm định", 3),
        ("Lãnh đạo Sở Tư pháp", "Ký", 1),
        ("Bộ phận một cửa", "Trả kết quả", 0),
    ),
    odd(
        "LONG-WORDS",
        (
            "Bộ phận một cửa",
            "Tiếp nhận, kiểm tra, hướng dẫn, số hóa, ký số, lập giấy tiếp nhận và hẹn trả kết quả " * 2,
            1,
        ),
        ("Ban Quản lý khu kinh tế và các khu công nghiệp, khu chế xuất của tỉnh", "Thẩm định " + "rất kỹ " * 40, 3),
        ("Bộ phận một cửa", "Trả kết quả", 0),
    ),
    odd(
        "THREE-PHASES",
        *[("Bộ phận một cửa", "Tiếp nhận", 1), ("Phòng Kinh tế", "Thụ lý", 2), ("Lãnh đạo UBND xã", "Ký", 1)] * 3,
        phases=(1, 1, 1, 2, 2, 2, 3, 3, 3),
    ),
    odd("SIXTY-STEPS", *[("Phòng Kinh tế", "Thụ lý", 1), ("Lãnh đạo UBND xã", "Ký duyệt", 1)] * 30),
]
TABLES = {table.code: table for table in tables_from_json([*json.loads(DATA.read_text(encoding="utf-8")), *ODD])}


@cache
def drawn(code: str) -> tuple[Drawn, Layout]:
    table: StepTable = TABLES[code]
    sketch = draw(table, seat_units(table))
    return sketch, lay_out(sketch.sketch)


def overlap(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


def holds(outer: Box, inner: Box) -> bool:
    return outer.x < inner.x and inner.right < outer.right and outer.y < inner.y and inner.bottom < outer.bottom


def segments(layout: Layout) -> list[tuple[str, Box]]:
    found = []
    for flow, points in layout.lines.items():
        for (x, y), (next_x, next_y) in pairwise(points):
            left, top = min(x, next_x), min(y, next_y)
            found.append((flow, Box(x=left, y=top, width=abs(next_x - x), height=abs(next_y - y))))
    return found


def shrunk(box: Box, by: float = 1.0) -> Box:
    return Box(x=box.x + by, y=box.y + by, width=box.width - 2 * by, height=box.height - 2 * by)


every_table = pytest.mark.parametrize("code", sorted(TABLES))


@every_table
def test_every_line_runs_at_right_angles(code: str) -> None:
    _, layout = drawn(code)
    for points in layout.lines.values():
        assert len(points) >= 2
        assert all(x == next_x or y == next_y for (x, y), (next_x, next_y) in pairwise(points))


@every_table
def test_shapes_do_not_overlap(code: str) -> None:
    found, layout = drawn(code)
    nodes = found.sketch.nodes
    for one, other in combinations(nodes, 2):
        if nodes[one].attached_to != other and nodes[other].attached_to != one:
            assert not overlap(layout.shapes[one], layout.shapes[other]), (one, other)


@every_table
def test_everything_is_inside_its_lane_and_lanes_fill_the_pool(code: str) -> None:
    found, layout = drawn(code)
    for node in found.sketch.nodes.values():
        assert holds(layout.lanes[node.lane], layout.shapes[node.id]), node.id
    for owner, label in layout.labels.items():
        assert holds(layout.pool, label), owner
    assert sum(lane.height for lane in layout.lanes.values()) == pytest.approx(layout.pool.height)


@every_table
def test_lines_cross_no_shape(code: str) -> None:
    found, layout = drawn(code)
    for flow_id, segment in segments(layout):
        flow = found.sketch.flows[flow_id]
        for node_id, shape in layout.shapes.items():
            is_corner = node_id in (flow.source, flow.target) and found.sketch.nodes[node_id].kind in GATEWAYS
            if not is_corner and found.sketch.nodes[flow.source].attached_to != node_id:
                assert not overlap(segment, shrunk(shape)), (flow_id, node_id)


@every_table
def test_lines_cross_no_caption(code: str) -> None:
    _, layout = drawn(code)
    for flow_id, segment in segments(layout):
        for owner, label in layout.labels.items():
            assert not overlap(segment, shrunk(label)), (flow_id, owner)


@every_table
def test_captions_cover_neither_shapes_nor_each_other(code: str) -> None:
    found, layout = drawn(code)
    for (one, box), (other, another) in combinations(layout.labels.items(), 2):
        assert not overlap(shrunk(box), shrunk(another)), (one, other)
    for owner, label in layout.labels.items():
        for node_id, shape in layout.shapes.items():
            assert not overlap(shrunk(label), shape), (owner, node_id, found.sketch.nodes[node_id].name)


@every_table
def test_no_caption_lies_across_a_frame(code: str) -> None:
    _, layout = drawn(code)
    for owner, label in layout.labels.items():
        for group_id, frame in layout.frames.items():
            assert holds(frame, label) or not overlap(frame, label), (owner, group_id)


@every_table
def test_a_frame_holds_its_step_and_nothing_else(code: str) -> None:
    found, layout = drawn(code)
    for group in found.sketch.groups:
        frame = layout.frames[group.id]
        for node in found.sketch.nodes.values():
            shape = layout.shapes[node.id]
            is_inside = holds(frame, shape)
            if node.kind == "boundaryEvent":
                continue
            assert is_inside == (node.id in group.members), (group.id, node.id)
            assert is_inside or not overlap(frame, shape), (group.id, node.id)


@every_table
def test_frames_do_not_overlap(code: str) -> None:
    _, layout = drawn(code)
    for one, other in combinations(layout.frames.values(), 2):
        assert not overlap(one, other)


@every_table
def test_no_upright_line_runs_along_a_frame(code: str) -> None:
    _, layout = drawn(code)
    for flow_id, segment in segments(layout):
        for group_id, frame in layout.frames.items():
            is_upright = segment.width == 0 and segment.y < frame.bottom and frame.y < segment.bottom
            if is_upright:
                assert min(abs(segment.x - frame.x), abs(segment.x - frame.right)) > 4, (flow_id, group_id)


def test_the_same_table_gives_the_same_picture() -> None:
    table = TABLES["TN02"]
    first, second = (lay_out(draw(table, seat_units(table)).sketch) for _ in range(2))
    assert first == second


def test_elements_stand_in_the_order_of_the_flow() -> None:
    found, layout = drawn("TN02")
    columns = [layout.shapes[node].middle_x for node in found.sketch.spine]
    assert columns == sorted(columns)
