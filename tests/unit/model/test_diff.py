from __future__ import annotations

import pytest

from engine.model.decisions import read_decisions
from engine.model.diff import Difference, diff
from engine.model.parse import parse
from tests.bpmn_models import bpmn, flows, properties, users
from tests.unit.model.test_decision_tables import dmn

BASE = (
    '<laneSet><lane id="l" name="Sở">' + properties(unit="department") + "<flowNodeRef>a</flowNodeRef></lane></laneSet>"
    '<startEvent id="s"/><userTask id="a" name="Thụ lý">'
    + properties(role="case_officer", limit="4h", form="main")
    + '</userTask><boundaryEvent id="t" attachedToRef="a" cancelActivity="false"><timerEventDefinition>'
    "<timeDuration>P3D</timeDuration></timerEventDefinition></boundaryEvent>"
    '<exclusiveGateway id="g" default="g_b"/><userTask id="b"><multiInstanceLoopCharacteristics>'
    "<loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics></userTask>"
    '<receiveTask id="r" messageRef="m"/><scriptTask id="c"><script>n = 1</script></scriptTask>'
    + users("late")
    + flows("s>a>g>b>r>c", "g>a: decision == 'return'", "t>late")
)
OUTSIDE = '<message id="m" name="paid"/><category><categoryValue id="cap" value="Bước 1: 2 ngày"/></category>'


def changes(old: str, new: str, *, outside: str = OUTSIDE) -> list[Difference]:
    assert old in BASE + OUTSIDE
    before = parse(bpmn(BASE, outside=OUTSIDE))
    after = parse(bpmn(BASE.replace(old, new), outside=OUTSIDE.replace(old, new)))
    return diff(before, after)


@pytest.mark.parametrize(
    ("old", "new", "element", "attribute", "was", "now"),
    [
        ('name="Thụ lý"', 'name="Xử lý"', "a", "name", "Thụ lý", "Xử lý"),
        ('"case_officer"', '"unit_head"', "a", "property.role", "case_officer", "unit_head"),
        ('value="4h"', 'value="8h"', "a", "property.limit", "4h", "8h"),
        ("P3D", "P5D", "t", "timer.duration", "P3D", "P5D"),
        ('cancelActivity="false"', 'cancelActivity="true"', "t", "interrupts", "không", ""),
        (' default="g_b"', "", "g", "default", "g_b", ""),
        ("== 'return'", "== 'back'", "g_a", "condition", "decision == 'return'", "decision == 'back'"),
        ("<loopCardinality>3<", "<loopCardinality>5<", "b", "repeat.cardinality", "3", "5"),
        ("n = 1", "n = 2", "c", "script", "n = 1", "n = 2"),
        ('name="paid"', 'name="refunded"', "r", "event.name", "paid", "refunded"),
        ('value="department"', 'value="lead"', "l", "property.unit", "department", "lead"),
        ("Bước 1: 2 ngày", "Bước 1: 3 ngày", "cap", "name", "Bước 1: 2 ngày", "Bước 1: 3 ngày"),
        ('id="g_a" sourceRef="g" targetRef="a"', 'id="g_a" sourceRef="g" targetRef="b"', "g_a", "target", "a", "b"),
    ],
)
def test_a_change_is_found_with_its_old_and_new_value(
    old: str, new: str, element: str, attribute: str, was: str, now: str
) -> None:
    found = {(each.element, each.attribute): (each.old, each.new) for each in changes(old, new)}
    assert found[element, attribute] == (was, now)


def test_a_changed_cell_of_a_decision_table_is_found() -> None:
    model = parse(bpmn(BASE, outside=OUTSIDE))
    before = read_decisions({"fee.dmn": dmn([(["< 100"], ["10"]), ([">= 100"], ["20"])])})
    after = read_decisions({"fee.dmn": dmn([(["< 100"], ["10"]), ([">= 100"], ["30"])], policy="FIRST")})
    found = diff(model, model, old_decisions=before, new_decisions=after)
    assert [(each.attribute, each.old, each.new) for each in found] == [
        ("hit_policy", "UNIQUE", "FIRST"),
        ("rule.2", ">= 100 → 20", ">= 100 → 30"),
    ]
    assert "bảng quyết định" in found[0].message.lower()
    (added,) = diff(model, model, new_decisions=after)
    assert added.message == "Thêm bảng quyết định “Phí”."


@pytest.mark.parametrize("old", ["P3D", 'value="4h"'])
def test_times_and_limits_are_marked(old: str) -> None:
    (found,) = changes(old, old.replace("3", "9").replace("4", "9"))
    assert found.is_timing
    assert "từ “" in found.message


def test_the_same_model_drawn_elsewhere_does_not_differ() -> None:
    assert changes("P3D", "P3D") == []


def test_a_timer_that_becomes_a_date_shows_both() -> None:
    found = changes("<timeDuration>P3D</timeDuration>", "<timeDate>2026-12-01</timeDate>")
    assert {each.attribute for each in found} == {"timer.duration", "timer.date"}


def test_added_and_removed_elements_have_a_sentence() -> None:
    old = parse(bpmn('<startEvent id="s"/>' + users("a") + flows("s>a")))
    new = parse(bpmn('<startEvent id="s"/>' + users("b") + flows("s>b")))
    assert [(each.change, each.element) for each in diff(old, new)] == [
        ("added", "b"),
        ("added", "s_b"),
        ("removed", "a"),
        ("removed", "s_a"),
    ]
    assert diff(old, new)[0].message == "Thêm công việc “Việc b”."
