from __future__ import annotations

import pytest

from engine.errors import ModelRefused, UnreadableFile
from engine.model import safe_xml as reading
from engine.model.extensions import BPMN
from engine.model.parse import parse
from engine.run import compile_program
from tests.bpmn_models import HEAD, addresses, bpmn, flows, properties, start, users

TAIL = '<process id="p"><startEvent id="s"/></process></definitions>'
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
HOSTILE = {
    "not xml": b"PK\x03\x04 this is a zip",
    "empty": b"",
    "cut off": bpmn(users("a"))[:-20],
    "wrong encoding": b'<?xml version="1.0" encoding="no-such-thing"?><definitions/>',
    "utf-16 as utf-8": '<?xml version="1.0" encoding="utf-8"?><definitions/>'.encode("utf-16"),
    "another root": b"<html><body/></html>",
    "another namespace": b'<definitions xmlns="http://example.test/other"><process id="p"/></definitions>',
    "no process": f"{HEAD}</definitions>".encode(),
    "doctype": f"<!DOCTYPE definitions>{HEAD}{TAIL}".encode(),
    "file entity": f'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>{HEAD}<documentation>&x;</documentation>{TAIL}'.encode(),
    "network entity": f'<!DOCTYPE d [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>{HEAD}{TAIL}'.encode(),
    "parameter entity": f'<!DOCTYPE d [<!ENTITY % x SYSTEM "file:///etc/hostname"> %x;]>{HEAD}{TAIL}'.encode(),
    "billion laughs": f"{BOMB}{HEAD}<documentation>&c;</documentation>{TAIL}".encode(),
    "quadratic blow-up": (
        f'<!DOCTYPE d [<!ENTITY a "{"a" * 50_000}">]>'
        f"{HEAD}<documentation>{'&a;' * 2_000}</documentation>{TAIL}".encode()
    ),
    "too deep": f"{HEAD}{'<extensionElements>' * 80}{'</extensionElements>' * 80}{TAIL}".encode(),
    "far too deep": f"{HEAD}{'<extensionElements>' * 5_000}{'</extensionElements>' * 5_000}{TAIL}".encode(),
    "too many elements": f"{HEAD}{'<documentation/>' * reading.MAX_ELEMENTS}{TAIL}".encode(),
    "too long a text": f"{HEAD}<documentation>{'x' * 20_001}</documentation>{TAIL}".encode(),
    "too many tasks": bpmn(users(*[f"t{number}" for number in range(20_000)])),
    "too many attributes": bpmn("<userTask id='a' " + " ".join(f"a{number}='1'" for number in range(2_000)) + "/>"),
    "too long an attribute": bpmn(f"<userTask id='a' name='{'x' * 20_001}'/>"),
    "too many bytes": f"{HEAD}<!--{'x' * reading.MAX_BYTES}-->{TAIL}".encode(),
    "undefined entity": f"{HEAD}<documentation>&nbsp;</documentation>{TAIL}".encode(),
    "null character": HEAD.encode() + b"\x00" + TAIL.encode(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(UnreadableFile) as raised:
        parse(HOSTILE[name])
    assert raised.value.message
    assert "\n" not in raised.value.message


def test_an_external_entity_is_never_read(tmp_path: object) -> None:
    with pytest.raises(UnreadableFile) as raised:
        parse(HOSTILE["file entity"])
    assert "root:" not in raised.value.message


def test_what_is_broken_is_named_with_its_line_all_at_once() -> None:
    source = bpmn('\n<startEvent id="s"/>\n<userTask id="a"/>\n<userTask id="a"/>\n<userTask/>' + flows("s>a>nowhere"))
    with pytest.raises(ModelRefused) as raised:
        parse(source)
    found = [(finding.rule, finding.element, finding.line) for finding in raised.value.findings]
    assert found == [("duplicate-id", "a", 4), ("dangling", "a_nowhere", 5), ("missing-id", "userTask", 5)]
    assert raised.value.message.startswith("Dòng 4, a:")


def test_a_boundary_event_a_default_and_a_message_must_lead_somewhere() -> None:
    source = bpmn(
        '<boundaryEvent id="b" attachedToRef="x"/><exclusiveGateway id="g" default="y"/>'
        '<receiveTask id="r" messageRef="z"/>'
        '<endEvent id="e"><eventDefinitionRef>w</eventDefinitionRef></endEvent>'
    )
    with pytest.raises(ModelRefused) as raised:
        parse(source)
    assert {finding.element for finding in raised.value.findings} == {"b", "g", "r", "e"}


def test_properties_are_read_and_an_empty_one_is_missing() -> None:
    model = parse(bpmn('<userTask id="a">' + properties(role="", limit="4h", form=" main ") + "</userTask>"))
    assert model.nodes["a"].properties == {"limit": "4h", "form": "main"}


def test_a_lane_gives_its_unit_and_an_inner_lane_that_of_the_outer() -> None:
    model = parse(
        bpmn(
            '<laneSet><lane id="out" name="Sở">'
            + properties(unit="department")
            + '<childLaneSet><lane id="in" name="Phòng">'
            "<flowNodeRef>a</flowNodeRef><flowNodeRef>box</flowNodeRef></lane></childLaneSet></lane></laneSet>"
            + users("a")
            + f'<subProcess id="box">{users("b")}</subProcess>'
        )
    )
    assert model.seat(model.nodes["a"]) == "department"
    assert model.lanes[model.nodes["b"].lane].name == "Phòng"


def test_a_sub_process_may_have_lanes_of_its_own() -> None:
    lanes = "".join(
        f'<lane id="{lane}">{properties(unit=lane)}<flowNodeRef>{node}</flowNodeRef></lane>'
        for lane, node in (("lead", "box"), ("one_stop", "z"))
    )
    inner = f'<laneSet><lane id="office">{properties(unit="office")}<flowNodeRef>a</flowNodeRef></lane></laneSet>'
    model = parse(
        bpmn(f'<laneSet>{lanes}</laneSet><subProcess id="box">{inner}{users("a", "b")}</subProcess>' + users("z"))
    )
    assert [model.seat(model.nodes[node]) for node in ("a", "b", "z")] == ["office", "lead", "one_stop"]


def test_other_tools_ways_of_writing_are_read() -> None:
    model = parse(
        f'<definitions xmlns="{BPMN}" xmlns:z="http://camunda.org/schema/zeebe/1.0" '
        'xmlns:c="http://camunda.org/schema/1.0/bpmn">'
        '<timerEventDefinition id="shared"><timeDuration>PT1S</timeDuration></timerEventDefinition>'
        '<process id="p"><userTask id="a"><extensionElements><z:properties>'
        '<z:property name="role" value="x"/></z:properties></extensionElements>'
        '<multiInstanceLoopCharacteristics c:collection="units" c:elementVariable="unit"/></userTask>'
        '<intermediateCatchEvent id="t"><eventDefinitionRef>shared</eventDefinitionRef>'
        "</intermediateCatchEvent></process></definitions>".encode()
    )
    loop = model.nodes["a"].loop
    assert model.nodes["a"].properties == {"role": "x"}
    assert loop is not None
    assert (loop.collection, loop.item) == ("units", "unit")
    assert model.nodes["t"].definitions[0].text == "PT1S"


@pytest.mark.parametrize(
    ("body", "element"),
    [
        ('<userTask id="a"/><boundaryEvent id="b" attachedToRef="a" cancelActivity="FALSE"/>', "b"),
        ('<subProcess id="a" triggeredByEvent="yes"/>', "a"),
        ('<subProcess id="h"><startEvent id="a" isInterrupting="no"/></subProcess>', "a"),
        ('<adHocSubProcess id="a" ordering="sequential"/>', "a"),
        ('<eventBasedGateway id="a" eventGatewayType="parallel"/>', "a"),
        ('<userTask id="a"><multiInstanceLoopCharacteristics isSequential="TRUE"/></userTask>', "a"),
    ],
)
def test_a_word_that_decides_is_one_that_bpmn_knows(body: str, element: str) -> None:
    with pytest.raises(ModelRefused) as raised:
        parse(bpmn(body))
    assert [(each.rule, each.element) for each in raised.value.findings] == [("attribute-value", element)]
    assert parse(bpmn('<userTask id="a" isForCompensation=" true "/>')).nodes["a"].for_compensation


def test_an_expression_is_read_past_what_stands_in_it() -> None:
    told = "<conditionExpression>n > 1 <!-- not --> || <![CDATA[m < 2]]> <b>|| k</b></conditionExpression>"
    model = parse(bpmn(users("a", "b") + f'<sequenceFlow id="f" sourceRef="a" targetRef="b">{told}</sequenceFlow>'))
    assert model.flows["f"].condition.split() == ["n", ">", "1", "||", "m", "<", "2", "||", "k"]


def test_an_empty_id_is_none() -> None:
    with pytest.raises(ModelRefused) as raised:
        parse(bpmn(users("a")).replace(b'id="p"', b'id=""'))
    assert [each.rule for each in raised.value.findings] == ["missing-id"]


def test_a_flow_stands_where_its_ends_stand() -> None:
    inside = '<startEvent id="t"/>' + users("a")
    body = f'<startEvent id="s"/><subProcess id="box">{inside}</subProcess>' + flows("s>box", "t>a")
    assert parse(bpmn(body)).flows["t_a"].scope == "box"
    instance, _ = start(compile_program(bpmn(body)))
    assert addresses(instance) == ["box#1/a#1"]
