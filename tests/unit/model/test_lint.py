"""Every rule has a model that it finds something in; a sound model has none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.catalogue.folder import load_folder
from engine.catalogue.publishing import variables_of
from engine.model.finding import Finding
from engine.model.lint import RULES, LintContext, lint
from engine.model.parse import parse
from engine.run import compile_program
from tests.bpmn_models import bpmn, flows, properties, users

S, E, GO = '<startEvent id="s"/>', '<endEvent id="e"/>', flows("s>x>e")
TIMER = "<timerEventDefinition>{0}</timerEventDefinition>".format
CATCH = '<intermediateCatchEvent id="x">{0}</intermediateCatchEvent>'.format
FORM = {"properties": {"decision": {"enum": ["forward", "return"]}, "owner": {"x-personal": True}}}
CONTEXT = LintContext(
    roles=frozenset({"signer"}),
    forms={"main": FORM},
    connectors={"post": ["send"]},
    seats=frozenset({"lead"}),
    limit="3d",
    variables={"decision": "string?", "owner": "string?"},
    personal=frozenset({"owner"}),
)


def task(node: str = "x", *, kind: str = "userTask", inside: str = "", **values: str) -> str:
    return f'<{kind} id="{node}" name="Việc">{properties(**values)}{inside}</{kind}>'


def loop(inside: str, flags: str = "") -> str:
    many = "multiInstanceLoopCharacteristics"
    return f'<userTask id="x"><{many}{flags}>{inside}</{many}></userTask>'


KEYED = properties(correlation="case_code")
MESSAGE, SIGNAL = '<messageEventDefinition messageRef="m"/>', '<signalEventDefinition signalRef="sig"/>'
SUB = f'<subProcess id="sub">{users("j")}</subProcess>'
XOR = '<exclusiveGateway id="x"{0}/>'.format
HANDLED = (
    '<boundaryEvent id="b" attachedToRef="a">{0}</boundaryEvent><userTask id="u" isForCompensation="true"/>'.format
)
UNDONE = "<compensateEventDefinition/>"
JOINED = '<association id="j" sourceRef="b" targetRef="u"/>'
ASKED = '<startEvent id="{0}" name="paid"><messageEventDefinition/></startEvent>'.format
LINKED = '<linkEventDefinition name="L"/>'
OFFERED = '<boundaryEvent id="b" attachedToRef="i"><messageEventDefinition/></boundaryEvent>'
LISTED = ' xmlns:z="z" z:outputCollection="all" z:outputElement="{0}"'.format
CASES: dict[str, list[tuple[str, str]]] = {
    "ad-hoc": [
        (S + E + f'<adHocSubProcess id="x"><startEvent id="x_s"/>{users("i")}</adHocSubProcess>' + GO, "x_s"),
        (S + E + f'<adHocSubProcess id="x" ordering="Sequential">{SUB}{users("i")}</adHocSubProcess>' + GO, "sub"),
        (
            S + E + '<adHocSubProcess id="x"><serviceTask id="i"/><completionCondition>p</completionCondition>'
            "</adHocSubProcess>" + GO,
            "x",
        ),
        (
            S + E + f'<adHocSubProcess id="x">{users("i", "k")}{OFFERED}{flows("b>k")}<completionCondition>p'
            "</completionCondition></adHocSubProcess>" + GO,
            "b",
        ),
    ],
    "compensation": [
        (S + E + '<userTask id="x" isForCompensation="true"/>' + GO, "x"),
        (
            S
            + E
            + users("a", "x")
            + '<boundaryEvent id="b" attachedToRef="a"><compensateEventDefinition/></boundaryEvent>'
            '<association sourceRef="b" targetRef="x"/>' + flows("s>a>x>e"),
            "b",
        ),
        (S + E + users("a") + HANDLED(UNDONE + "<timerEventDefinition/>") + JOINED + flows("s>a>e"), "b"),
        (
            S + E + users("a") + HANDLED(UNDONE) + JOINED + '<userTask id="v" isForCompensation="true"/>'
            '<association id="k" sourceRef="b" targetRef="v"/>' + flows("s>a>e"),
            "b",
        ),
        (
            S + E + users("a") + HANDLED(UNDONE) + JOINED + f'<boundaryEvent id="c" attachedToRef="a">{UNDONE}'
            '</boundaryEvent><association id="k" sourceRef="c" targetRef="u"/>' + flows("s>a>e"),
            "c",
        ),
        (
            S
            + E
            + '<intermediateThrowEvent id="x"><compensateEventDefinition activityRef="z"/></intermediateThrowEvent>'
            + GO,
            "x",
        ),
    ],
    "business-rule": [(S + E + '<businessRuleTask id="x"/>' + GO, "x")],
    "decision-table": [],  # tests/unit/model/test_decision_tables.py
    "complex-gateway-as-inclusive": [
        (S + users("a", "b") + '<complexGateway id="x"/>' + flows("s>x", "x>a: p", "x>b: q"), "x")
    ],
    "complex-reset": [
        (
            S
            + users("a", "b")
            + '<complexGateway id="x"><activationCondition>true</activationCondition></complexGateway>'
            + flows("s>x", "x>a: waitingForStart", "x>b: !waitingForStart"),
            "x",
        )
    ],
    "expression-language": [
        (S + E + CATCH(TIMER('<timeDuration language="groovy">days</timeDuration>')) + GO, "x"),
        (
            S
            + E
            + users("a")
            + XOR(' default="x_e"')
            + flows("s>x>e", "a>e")
            + '<sequenceFlow id="f" sourceRef="x" targetRef="a"><conditionExpression language="JavaScript">n / 2 > 1'
            "</conditionExpression></sequenceFlow>",
            "f",
        ),
    ],
    "unknown-element": [
        (S + E + users("x") + '<choreographyTask id="c"/>' + GO, "c"),
        (S + E + users("x") + '<y:userTask xmlns:y="urn:y" id="c"/>' + GO, "c"),
    ],
    "not-executable": [('</process><process id="q" isExecutable="false">' + S + E + users("x") + GO, "q")],
    "drawn-only": [
        (S + E + users("x") + GO + '</process><choreography id="c"/><process id="q">' + users("y"), "c"),
        (S + E + '<userTask id="x"><potentialOwner id="o"/></userTask>' + GO, "o"),
    ],
    "correlation": [],  # tests/coverage
    "foreign-extension": [
        (S + E + task(inside="<extensionElements><camunda:inputOutput/></extensionElements>") + GO, "x"),
        (S + E + '<userTask id="x" camunda:assignee="demo"/>' + GO, "x"),
        (S + E + '<serviceTask id="x" camunda:type="mail"/>' + GO, "x"),
        (S + E + '<serviceTask id="x" camunda:expression="${bean.run()}" camunda:resultVariable="r"/>' + GO, "x"),
        (
            S + E + users("x") + '<boundaryEvent id="b" attachedToRef="x"><errorEventDefinition '
            'camunda:errorCodeVariable="code"/></boundaryEvent>' + GO,
            "b",
        ),
        ("<extensionElements><camunda:executionListener/></extensionElements>" + S + E + users("x") + GO, "p"),
        (
            S + E + users("x") + flows("s>x") + '<sequenceFlow id="f" sourceRef="x" targetRef="e"><extensionElements>'
            "<camunda:executionListener/></extensionElements></sequenceFlow>",
            "f",
        ),
    ],
    "data-ignored": [
        (S + E + users("x") + '<dataStoreReference id="store"/>' + GO, "store"),
        (
            S + E + '<userTask id="x"><dataInputAssociation id="in"/></userTask>' + GO,
            "in",
        ),
    ],
    "token-quantity": [
        (S + E + '<userTask id="x" startQuantity="0"/>' + GO, "x"),
        (S + E + '<userTask id="x" completionQuantity="many"/>' + GO, "x"),
        ('<startEvent id="s" completionQuantity="2"/>' + E + users("x") + GO, "s"),
    ],
    "marker-place": [
        (S + E + '<parallelGateway id="x"><standardLoopCharacteristics loopMaximum="2"/></parallelGateway>' + GO, "x"),
        (S + E + '<exclusiveGateway id="x" isForCompensation="true"/>' + flows("s>e"), "x"),
        (S + E + '<userTask id="x" triggeredByEvent="true"/>' + flows("s>e"), "x"),
    ],
    "several-processes": [
        (S + E + users("x") + GO + '</process><process id="q"><startEvent id="s2"/>' + users("y") + flows("s2>y"), "s2")
    ],
    "loop-bounds": [
        (S + E + '<userTask id="x"><standardLoopCharacteristics/></userTask>' + GO, "x"),
        (S + E + '<userTask id="x"><standardLoopCharacteristics loopMaximum="-1"/></userTask>' + GO, "x"),
        (S + E + loop("<loopCardinality>-2</loopCardinality>") + GO, "x"),
        (S + E + loop("") + GO, "x"),
    ],
    "multi-instance-data": [
        (S + E + loop("<loopCardinality>2</loopCardinality>", LISTED("=item + 1")) + GO, "x"),
        (S + E + loop("<loopCardinality>2</loopCardinality>", LISTED("item").replace("all", "out-1")) + GO, "x"),
    ],
    "multi-instance-behavior": [(S + E + loop("<loopCardinality>2</loopCardinality>", ' behavior="One"') + GO, "x")],
    "loop-on-event-sub-process": [
        (
            S
            + E
            + users("a")
            + '<subProcess id="x" triggeredByEvent="true"><standardLoopCharacteristics loopMaximum="2"/>'
            '<startEvent id="b"><messageEventDefinition/></startEvent></subProcess>' + flows("s>a>e"),
            "x",
        )
    ],
    "no-start": [(users("x", "y") + flows("x>y"), "x")],
    "counter-place": [
        (S + E + users("a") + XOR(' default="x_e"') + flows("s>x>e", "x>a: nrOfCompletedInstances > 1", "a>e"), "x_a"),
        (S + E + '<scriptTask id="x"><script>last = loopCounter</script></scriptTask>' + GO, "x"),
        (
            S + E + f'<adHocSubProcess id="x">{users("i")}<completionCondition>nrOfCompletedInstances == 1'
            "</completionCondition></adHocSubProcess>" + GO,
            "x",
        ),
        (
            S + E + '<userTask id="x"><standardLoopCharacteristics><loopCondition>nrOfInstances &lt; 2</loopCondition>'
            "</standardLoopCharacteristics></userTask>" + GO,
            "x",
        ),
        (
            S + users("a", "b") + '<complexGateway id="x"><activationCondition>activationCount &gt; 0'
            "</activationCondition></complexGateway>" + flows("s>x", "x>a: activationCount > 1", "x>b"),
            "x_a",
        ),
    ],
    "empty-scope": [
        (
            S + E + '<subProcess id="x"><subProcess id="h" triggeredByEvent="true"><startEvent id="h_s">'
            "<messageEventDefinition/></startEvent></subProcess></subProcess>" + GO,
            "x",
        ),
        (S + E + '<subProcess id="x"/>' + GO, "x"),
        (users("a", "b") + flows("a>b>a"), "a"),
    ],
    "several-starts": [
        (S + '<startEvent id="x"/>' + users("a") + flows("s>a", "x>a"), "x"),
        (
            S
            + f'<startEvent id="x">{TIMER("<timeDate>2026-12-01</timeDate>")}</startEvent>'
            + users("a")
            + flows("s>a", "x>a"),
            "x",
        ),
        (S + E + '<subProcess id="x"><startEvent id="y"><messageEventDefinition/></startEvent></subProcess>' + GO, "y"),
        (
            ASKED("s") + ASKED("x") + users("a") + flows("s>a", "x>a"),
            "x",
        ),
        (
            '<receiveTask id="r" name="paid" instantiate="true"/><eventBasedGateway id="g" instantiate="true"/>'
            '<receiveTask id="x" name="paid"/>' + E + flows("r>e", "g>x>e"),
            "x",
        ),
    ],
    "instantiate": [
        (S + E + '<receiveTask id="x" instantiate="true"/>' + GO, "x"),
        (E + '<receiveTask id="r" instantiate="true"/>' + users("x") + flows("r>e", "x>e"), "x"),
        (
            '<eventBasedGateway id="g" instantiate="true"/>'
            + users("a")
            + CATCH(TIMER("<timeDate>2026-12-01</timeDate>"))
            + flows("g>x>a"),
            "x",
        ),
    ],
    "start-by-event": [(f'<startEvent id="x">{TIMER("<timeDuration>P1D</timeDuration>")}</startEvent>', "x")],
    "event-sub-process": [
        (S + E + '<subProcess id="x" triggeredByEvent="true"><startEvent id="b"/></subProcess>' + flows("s>e"), "x")
    ],
    "call-activity": [
        (S + E + '<callActivity id="x" calledElement="elsewhere"/>' + GO, "x"),
        (S + E + '<callActivity id="x" calledElement="p"/>' + GO, "x"),
    ],
    "flow-ends": [
        (S + E + f'<subProcess id="box">{users("i")}</subProcess>' + flows("s>box>e", "i>e"), "i_e"),
        (S + E + users("x") + GO + flows("x>s"), "x_s"),
        (S + E + users("x", "y") + GO + flows("e>y"), "e_y"),
    ],
    "boundary-place": [
        (
            S + E + XOR("") + '<boundaryEvent id="b" attachedToRef="x"><messageEventDefinition/></boundaryEvent>' + GO,
            "b",
        )
    ],
    "event-name": [
        (S + E + '<receiveTask id="x" name="=order + id"/>' + GO, "x"),
        (
            S
            + E
            + '<intermediateCatchEvent id="x" name="go-${id}"><signalEventDefinition/></intermediateCatchEvent>'
            + GO,
            "x",
        ),
    ],
    "event-kind": [
        (S + E + CATCH("<errorEventDefinition/>") + GO, "x"),
        (S + E + CATCH("") + GO, "x"),
        (S + E + users("x") + '<boundaryEvent id="b" attachedToRef="x"/>' + GO, "b"),
    ],
    "timer": [
        (S + E + CATCH(TIMER("")) + GO, "x"),
        (S + E + CATCH(TIMER("<timeDuration>P1DT</timeDuration>")) + GO, "x"),
        (S + E + CATCH(TIMER("<timeDate>2026-13-01</timeDate>")) + GO, "x"),
        (S + E + CATCH(TIMER("<timeCycle>R0/PT1H</timeCycle>")) + GO, "x"),
        (S + E + CATCH(properties(calendar="lunar") + TIMER("<timeDuration>P1D</timeDuration>")) + GO, "x"),
    ],
    "timer-alone": [
        (S + E + CATCH(TIMER("<timeDuration>P1D</timeDuration>") * 2) + GO, "x"),
        (S + E + CATCH(TIMER("<timeCycle>R/PT1H</timeCycle>")) + GO, "x"),
    ],
    "link": [
        (
            S
            + '<intermediateThrowEvent id="x"><linkEventDefinition name="L"/></intermediateThrowEvent>'
            + flows("s>x"),
            "x",
        ),
        (
            S
            + E
            + f'<intermediateThrowEvent id="t">{LINKED}</intermediateThrowEvent>'
            + CATCH(LINKED + TIMER("<timeDuration>P1D</timeDuration>"))
            + flows("s>t", "x>e"),
            "x",
        ),
        (
            S + E + f'<intermediateThrowEvent id="x">{LINKED}<signalEventDefinition/></intermediateThrowEvent>'
            f'<intermediateCatchEvent id="c">{LINKED}</intermediateCatchEvent>' + flows("s>x", "c>e"),
            "x",
        ),
    ],
    "parallel-multiple": [
        (
            '<startEvent id="x" parallelMultiple="true"><messageEventDefinition/><signalEventDefinition/></startEvent>'
            + E
            + flows("x>e"),
            "x",
        ),
        (
            S
            + E
            + users("x")
            + '<boundaryEvent id="b" attachedToRef="x" parallelMultiple="true"><errorEventDefinition/>'
            "<messageEventDefinition/></boundaryEvent>" + GO,
            "b",
        ),
    ],
    "cancel-in-transaction": [(S + '<endEvent id="x"><cancelEventDefinition/></endEvent>' + flows("s>x"), "x")],
    "error-interrupts": [
        (
            S
            + E
            + users("x")
            + '<boundaryEvent id="b" attachedToRef="x" cancelActivity="false"><errorEventDefinition/></boundaryEvent>'
            + GO,
            "b",
        )
    ],
    "event-gateway": [
        (S + users("a") + '<eventBasedGateway id="x"/>' + flows("s>x>a"), "a"),
        (S + '<eventBasedGateway id="x"/>' + flows("s>x"), "x"),
        (S + E + '<eventBasedGateway id="g"/><receiveTask id="x" startQuantity="2"/>' + flows("s>g>x>e"), "x"),
    ],
    "expression": [
        (S + E + users("a") + XOR("") + flows("s>x", "x>a: p ==", "x>e"), "x_a"),
        (S + E + users("a") + XOR("") + flows("s>x", "x>a: 'text'", "x>e"), "x_a"),
        (S + E + CATCH(TIMER("<timeDuration>1 +</timeDuration>")) + GO, "x"),
        (S + E + users("a") + XOR("") + flows("s>x", "x>a: =items[1] > 5", "x>e"), "x_a"),
        (S + E + users("a") + XOR("") + flows("s>x", "x>a: =loopCounter > 1", "x>e"), "x_a"),
        (
            S + E + users("a") + '<inclusiveGateway id="x"/><sequenceFlow id="f" sourceRef="x" targetRef="a">'
            "<conditionExpression/></sequenceFlow>" + flows("s>x", "x>e: p", "a>e"),
            "f",
        ),
    ],
    "script": [
        (S + E + '<scriptTask id="x"><script>import os</script></scriptTask>' + GO, "x"),
        (S + E + '<scriptTask id="x" scriptFormat="javascript"><script>a = 1</script></scriptTask>' + GO, "x"),
    ],
    "gateway-conditions": [(S + users("a", "b", "c") + XOR("") + flows("s>x>a", "x>b", "x>c: p"), "x")],
    "gateway-default": [
        (S + users("a", "b") + XOR("") + flows("s>x", "x>a: p", "x>b: q"), "x"),
        (S + users("a", "b") + XOR("") + flows("s>x>a", "x>b: q"), "x"),
    ],
    "gateway-direction": [
        (S + users("a", "b") + XOR(' gatewayDirection="Converging"') + flows("s>x", "x>a: p", "x>b"), "x"),
        (S + users("a") + XOR("") + flows("s>x>a"), "x"),
    ],
    "default-condition": [(S + users("a", "b") + XOR(' default="x_a"') + flows("s>x", "x>a: p", "x>b: q"), "x_a")],
    "default-always": [(S + E + '<userTask id="x" default="x_y"/>' + users("y") + flows("s>x>e", "x>y>e"), "x_y")],
    "default-of-another": [(S + users("a", "b") + XOR(' default="s_x"') + flows("s>x", "x>a: p", "x>b"), "x")],
    "parallel-conditions": [(S + users("a", "b") + '<parallelGateway id="x"/>' + flows("s>x", "x>a: p", "x>b"), "x_a")],
    "conditional-without-default": [(S + users("x", "a") + flows("s>x", "x>a: p"), "x")],
    "gateway-name": [(S + users("a", "b") + XOR("") + flows("s>x>a", "x>b: q"), "x")],
    "unreachable": [(S + E + users("a", "x") + flows("s>a>e", "x>e"), "x")],
    "never-ends": [(S + E + users("a", "x") + flows("s>a>e", "a>x>x"), "x")],
    "loop-without-wait": [
        (S + E + XOR("") + '<exclusiveGateway id="y"/>' + flows("s>x>y", "y>x: p", "y>e: !p"), "x"),
    ],
    "loop-of-scripts": [
        (
            S
            + E
            + '<scriptTask id="x"><script>n = n + 1</script></scriptTask><exclusiveGateway id="y"/>'
            + flows("s>x>y", "y>x: n < 3", "y>e"),
            "x",
        )
    ],
    "no-outgoing": [(S + users("x") + flows("s>x"), "x")],
    "stuck": [
        (
            S
            + E
            + users("a", "b")
            + '<exclusiveGateway id="g"/><parallelGateway id="x"/>'
            + flows("s>g", "g>a: p", "g>b", "a>x>e", "b>x"),
            "x",
        ),
        (
            S + E + users("a") + '<exclusiveGateway id="g"/><parallelGateway id="x"/>' + flows("s>x>a>g>e", "g>x: p"),
            "x",
        ),
    ],
    "task-role": [(S + E + users("x") + GO, "x")],
    "task-unit": [(S + E + users("x") + GO, "x")],
    "connector": [(S + E + '<serviceTask id="x"/>' + GO, "x")],
    "task-limit": [(S + E + task(limit="soon") + GO, "x")],
    "step-limit-differs": [
        (S + E + task("a", step="1", step_limit="2d") + task(step="1", step_limit="3d") + flows("s>a>x>e"), "x")
    ],
    "clock": [(S + E + task(clock="paused") + GO, "x")],
    "task-name": [(S + E + '<userTask id="x"/>' + GO, "x")],
}
IN_THE_HOUSE: dict[str, list[tuple[str, str]]] = {
    "task-role": [(S + E + task(role="wizard") + GO, "x")],
    "task-form": [(S + E + task(form="missing") + GO, "x")],
    "connector": [
        (S + E + task(kind="serviceTask", connector="fax", operation="send") + GO, "x"),
        (S + E + task(kind="serviceTask", connector="post", operation="burn") + GO, "x"),
    ],
    "message-door": [
        (S + E + '<receiveTask id="x" name="Chờ"/>' + GO, "x"),
        (S + E + '<sendTask id="x" name="Báo"/>' + GO, "x"),
        (
            S
            + E
            + '<sendTask id="a" messageRef="m"/>'
            + f'<receiveTask id="x" messageRef="m">{KEYED}</receiveTask>'
            + flows("s>a>x>e"),
            "a",
        ),
    ],
    "sent-data": [(S + E + task(kind="serviceTask", connector="post", operation="send", inputs="decison") + GO, "x")],
    "message-start": [
        (E + f'<startEvent id="x">{MESSAGE}</startEvent>' + users("a") + flows("x>a>e"), "x"),
        (E + '<receiveTask id="x" messageRef="m" instantiate="true"/>' + users("a") + flows("x>a>e"), "x"),
    ],
    "signal-door": [
        (S + E + f'<intermediateThrowEvent id="x">{SIGNAL}</intermediateThrowEvent>' + GO, "x"),
        (S + E + f'<intermediateCatchEvent id="x">{SIGNAL}</intermediateCatchEvent>' + GO, "x"),
    ],
    "seat": [
        ('<laneSet><lane id="l">' + properties(unit="nobody") + "</lane></laneSet>" + S + E + users("x") + GO, "l")
    ],
    "expression": [(S + E + users("a") + XOR("") + flows("s>x", "x>a: dicision == 'a'", "x>e"), "x_a")],
    "personal-variable": [(S + E + users("a") + XOR("") + flows("s>x", "x>a: owner == 'A'", "x>e"), "x_a")],
    "decision-unknown": [
        (S + E + task("t", form="main") + XOR("") + flows("s>t>x>e", "x>t: decision == 'refuse'"), "x")
    ],
    "decision-unanswered": [
        (S + E + task("t", form="main") + XOR("") + flows("s>t>x>e", "x>t: decision == 'forward'"), "x")
    ],
    "limit-sum": [
        (S + E + task("a", step="1", step_limit="2d") + task(step="2", step_limit="9h") + flows("s>a>x>e"), "x")
    ],
}
ALL = [(rule, None, *case) for rule, cases in CASES.items() for case in cases] + [
    (rule, CONTEXT, *case) for rule, cases in IN_THE_HOUSE.items() for case in cases
]


def found(body: str, context: LintContext | None = None) -> list[Finding]:
    return lint(parse(bpmn(body, outside='<message id="m" name="m"/><signal id="sig" name="sig"/>')), context)


@pytest.mark.parametrize(
    ("rule", "context", "body", "element"), ALL, ids=[f"{case[0]}-{number}" for number, case in enumerate(ALL)]
)
def test_a_rule_finds_its_fault_and_names_the_element(
    rule: str, context: LintContext | None, body: str, element: str
) -> None:
    named = [finding for finding in found(body, context) if finding.rule == rule]
    assert [finding.element for finding in named if finding.element == element], found(body, context)
    assert all(finding.line == 1 and finding.message.endswith((".", "]")) for finding in named)


def test_the_process_that_runs_is_the_one_that_is_named() -> None:
    body = '<startEvent id="s"><messageEventDefinition/></startEvent>' + users("a") + flows("s>a")
    body += '</process><process id="q"><startEvent id="t"/>' + users("b") + flows("t>b")
    (several,) = [each for each in found(body) if each.rule == "several-processes"]
    assert (several.element, compile_program(bpmn(body)).process_id) == ("s", "q")
    assert "chạy “q”, không chạy “p”" in several.message


def test_what_counts_is_known_in_what_is_repeated_and_in_what_that_calls() -> None:
    many = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    called = '<scriptTask id="t"><script>last = loopCounter + 1 == nrOfInstances</script></scriptTask>'
    body = (
        S + E + f'<subProcess id="box">{many}<callActivity id="x" calledElement="q"/></subProcess>' + flows("s>box>e")
    )
    assert "counter-place" not in {each.rule for each in found(f'{body}</process><process id="q">{called}')}


def test_every_rule_has_a_case_and_a_line_of_documentation() -> None:
    assert set(CASES) | set(IN_THE_HOUSE) == set(RULES)
    assert all(len(rule.doc) > 10 for rule in RULES.values())


def test_every_rule_stands_in_the_guide_with_its_severity() -> None:
    guide = Path("docs/how-to/processes.md").read_text()
    for rule in RULES.values():
        assert f"| `{rule.id}` | {rule.severity} | {rule.doc} |" in guide


SOUND = (
    '<laneSet><lane id="lane" name="Sở"><extensionElements/>'
    "</lane></laneSet>"
    + S
    + E
    + task("a", role="signer", form="main", step="1", step_limit="1d")
    + '<exclusiveGateway id="g" name="Đạt?" default="g_b"/>'
    + task("b", role="signer", step="2", step_limit="2d")
    + flows("s>a>g>b>e", "g>a: decision == 'return'")
)


def test_a_sound_model_has_no_findings() -> None:
    inside = SOUND.replace(
        "<extensionElements/>", properties(unit="lead") + "<flowNodeRef>a</flowNodeRef><flowNodeRef>b</flowNodeRef>"
    )
    assert found(inside, CONTEXT) == []


def test_a_house_rule_is_an_error_only_for_a_procedure_of_the_house() -> None:
    body = S + E + users("x") + GO
    assert {finding.severity for finding in found(body)} == {"warning"}
    assert "error" in {finding.severity for finding in found(body, CONTEXT)}


def test_returns_are_not_counted_and_a_step_counts_once() -> None:
    body = (
        S
        + E
        + task("a", step="1", step_limit="1d")
        + task("a2", step="1", step_limit="1d")
        + XOR(' default="x_b"')
        + task("b", step="2", step_limit="2d")
        + flows("s>a>a2>x>b>e", "x>a: decision == 'return'")
    )
    assert "limit-sum" not in {finding.rule for finding in found(body, CONTEXT)}


WAIT = '<intermediateCatchEvent id="w">' + TIMER("<timeDuration>{0}</timeDuration>") + "</intermediateCatchEvent>"
TWO_DAYS = task("a", step="1", step_limit="2d")
FORK = '<parallelGateway id="f"/><parallelGateway id="j"/>'


@pytest.mark.parametrize(
    ("body", "is_late"),
    [
        (FORK + TWO_DAYS + task(step="2", step_limit="3d") + flows("s>f>a>j>e", "f>x>j"), False),
        (TWO_DAYS + task(kind="serviceTask", limit="2d") + flows("s>a>x>e"), True),
        (
            TWO_DAYS + task(kind="serviceTask", limit="2d", clock="paused") + flows("s>a>x>e"),
            False,
        ),
        (task("x", step="1", step_limit="2d") + WAIT.format("P2D") + flows("s>x>w>e"), True),
        (task("x", step="1", step_limit="2d") + WAIT.format("PT8H") + flows("s>x>w>e"), False),
        (
            TWO_DAYS + '<boundaryEvent id="b" attachedToRef="a" cancelActivity="false"><messageEventDefinition/>'
            + "</boundaryEvent>" + task("r", limit="3d") + flows("s>a>e", "b>r>e"),
            False,
        ),
        (task("x", step="1", step_limit="7cd") + flows("s>x>e"), True),
    ],
    ids=["side by side", "asked elsewhere", "on a paused clock", "a wait", "a short wait", "a reminder", "plain days"],
)  # fmt: skip
def test_the_slowest_way_is_counted_as_the_law_counts(body: str, is_late: bool) -> None:
    assert ("limit-sum" in {finding.rule for finding in found(S + E + body, CONTEXT)}) is is_late


@pytest.mark.parametrize(
    ("limit", "is_late"), [("3cd", True), ("5cd", False), ("15cd", False), ("1m", False), ("4d", False)]
)
def test_a_legal_limit_in_plain_days_holds_at_most_its_working_days(limit: str, is_late: bool) -> None:
    body = S + E + task("a", step="1", step_limit="2d") + task(step="2", step_limit="2d") + flows("s>a>x>e")
    context = replace(CONTEXT, limit=limit)
    assert ("limit-sum" in {finding.rule for finding in found(body, context)}) is is_late


def test_without_a_database_units_are_known_by_their_kind_alone() -> None:
    lanes = "".join(
        f'<lane id="l{number}">{properties(unit=unit)}</lane>'
        for number, unit in enumerate(["lead", "H27.05", "province.nobody", "department.unheard"])
    )
    body = f"<laneSet>{lanes}</laneSet>" + S + E + users("x") + GO
    context = replace(CONTEXT, knows_units=False)
    assert {each.element for each in found(body, context) if each.rule == "seat"} == {"l2", "l3"}


@pytest.mark.parametrize("folder", sorted(Path("bpmn").glob("*/procedure.toml")), ids=lambda path: path.parent.name)
def test_the_procedures_of_the_house_are_sound(folder: Path) -> None:
    procedure = load_folder(folder.parent)
    context = LintContext(
        forms=procedure.forms, limit=procedure.manifest.limit or None, variables=variables_of(procedure.forms)
    )
    assert [finding for finding in lint(parse(procedure.source), context) if finding.is_error] == []
