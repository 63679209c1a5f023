"""The comparison of two versions, in the words of those who approve it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.model.diff import diff
from engine.model.parse import parse
from web.designer.changes import told_change

SHIPPED = (Path(__file__).parents[3] / "bpmn" / "TP01" / "process.bpmn").read_text()
CHANGES = (
    ("role", "counter_officer", "digitiser", ("Vai trò thực hiện", "Tiếp nhận hồ sơ", "Số hóa hồ sơ")),
    ("step_limit", "0.5d", "4h", ("Thời hạn của bước", "0,5 ngày làm việc", "04 giờ làm việc")),
    ("act", "hand_over", "forward", ("Hoàn thành nghĩa là", "Bàn giao", "Chuyển tiếp")),
)


@pytest.mark.parametrize(("name", "was", "becomes", "words"), CHANGES)
def test_a_changed_property_is_told_as_the_panel_names_it(
    name: str, was: str, becomes: str, words: tuple[str, ...]
) -> None:
    one, other = (f'name="{name}" value="{value}"' for value in (was, becomes))
    assert one in SHIPPED
    old, new = parse(SHIPPED.encode()), parse(SHIPPED.replace(one, other, 1).encode())
    [told] = [told_change(one, old, new) for one in diff(old, new)]
    assert (told["what"], told["before"], told["after"]) == words
    assert told["name"]


def test_what_has_no_name_is_told_by_what_it_joins() -> None:
    """A flow by its two ends, the frame of a step by the step's number; never by the file's own words alone."""
    flow = 'id="submitted__step1_receive"'
    old = parse(SHIPPED.encode())
    assert flow in SHIPPED
    new = parse(SHIPPED.replace(flow, f"{flow} name='Đủ giấy tờ'").encode())
    assert [told_change(one, old, new)["name"] for one in diff(old, new)] == ["Đủ giấy tờ"]
    back = [told_change(one, new, old) for one in diff(new, old)]
    assert [(one["what"], one["before"], one["after"]) for one in back] == [("Tên", "Đủ giấy tờ", "")]
    start = SHIPPED.index('<bpmn:group id="step2"')
    longer = SHIPPED[:start] + SHIPPED[start:].replace('name="limit" value="', 'name="limit" value="1', 1)
    changed = parse(longer.encode())
    [frame] = [told_change(one, old, changed) for one in diff(old, changed)]
    assert (frame["name"], frame["what"]) == ("Khung của bước 2", "Thời hạn của bước")
