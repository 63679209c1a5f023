from __future__ import annotations

from typing import Any

import pytest

from engine.errors import ModelRefused
from engine.run.headless import Headless, Outcome
from tests.bpmn_models import AT, bpmn, flows, users

S, E = '<startEvent id="s"/>', '<endEvent id="e"/>'
TIMER = (
    '<intermediateCatchEvent id="t"><timerEventDefinition><timeDuration>{0}</timeDuration></timerEventDefinition>'
    "</intermediateCatchEvent>"
).format


def run(source: bytes, *, logs_scripts: bool = False, slept: list[float] | None = None, **options: Any) -> Outcome:
    variables = options.pop("variables", {})
    slept = [] if slept is None else slept
    return Headless(start=AT, sleep=slept.append, **options).run(source, variables, logs_scripts=logs_scripts)


def test_people_and_services_do_their_part_at_once() -> None:
    outcome = run(bpmn(S + users("a") + '<serviceTask id="b"/>' + E + flows("s>a>b>e")))
    assert (outcome.status, outcome.trace, outcome.waiting) == ("completed", ["s", "a", "b", "e"], [])


def test_by_hand_the_first_task_waits() -> None:
    outcome = run(bpmn(S + users("a") + E + flows("s>a>e")), is_manual=True)
    assert (outcome.status, outcome.waiting) == ("waiting", ["a"])


def test_timers_take_their_time_divided_by_the_speed() -> None:
    slept: list[float] = []
    outcome = run(bpmn(S + TIMER("PT50S") + E + flows("s>t>e")), speed=100, slept=slept)
    assert outcome.status == "completed"
    assert slept == [0.5]


def test_idle_does_not_wait_for_days() -> None:
    slept: list[float] = []
    outcome = run(bpmn(S + TIMER("P3D") + E + flows("s>t>e")), until_end=False, slept=slept)
    assert (outcome.status, outcome.waiting, slept) == ("waiting", ["t"], [])


def test_scripts_set_variables_or_only_log_their_text() -> None:
    source = bpmn(S + '<scriptTask id="x"><script>n = n + 1</script></scriptTask>' + E + flows("s>x>e"))
    assert run(source, variables={"n": 1}).data == {"n": 2}
    logged = run(source, variables={"n": 1}, logs_scripts=True)
    assert (logged.data, logged.log) == ({"n": 1}, ["n = n + 1"])


def test_what_goes_wrong_keeps_the_trace() -> None:
    source = bpmn(S + '<exclusiveGateway id="g"/>' + users("a", "b") + flows("s>g", "g>a: x == 1", "g>b: x == 2"))
    outcome = run(source)
    assert outcome.status == "error"
    assert outcome.trace == ["s"]
    assert "g" in (outcome.error or "")


def test_a_case_that_is_stuck_is_told_from_one_that_ended() -> None:
    body = S + E + users("a", "b") + '<exclusiveGateway id="g" default="g_b"/><parallelGateway id="x"/>'
    outcome = run(bpmn(body + flows("s>g>b>x>e", "g>a: false", "a>x")))
    assert (outcome.status, outcome.waiting) == ("waiting", [])


def test_a_model_that_cannot_run_says_which_element() -> None:
    with pytest.raises(ModelRefused) as raised:
        run(bpmn(S + E + '<businessRuleTask id="dmn"/>' + flows("s>dmn>e")))
    assert [finding.element for finding in raised.value.findings] == ["dmn"]


def test_what_one_process_sends_another_of_the_file_receives() -> None:
    source = bpmn(
        S
        + '<sendTask id="ask" messageRef="m1"/><receiveTask id="wait" messageRef="m2"/>'
        + E
        + flows("s>ask>wait>e")
        + '</process><process id="q" isExecutable="true"><startEvent id="begin">'
        '<messageEventDefinition messageRef="m1"/></startEvent><sendTask id="answer" messageRef="m2"/>'
        '<endEvent id="done"/>' + flows("begin>answer>done"),
        outside='<message id="m1" name="ask"/><message id="m2" name="answer"/>',
    )
    outcome = run(source)
    assert outcome.status == "completed"
    assert outcome.trace == ["s", "ask", "begin", "answer", "done", "wait", "e"]


def test_a_signal_begins_another_process() -> None:
    source = bpmn(
        S
        + '<endEvent id="e"><signalEventDefinition signalRef="g"/></endEvent>'
        + flows("s>e")
        + '</process><process id="q"><startEvent id="begin"><signalEventDefinition signalRef="g"/></startEvent>'
        + users("x")
        + flows("begin>x"),
        outside='<signal id="g" name="go"/>',
    )
    assert run(source).trace == ["s", "e", "begin", "x"]
