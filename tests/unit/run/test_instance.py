from __future__ import annotations

from datetime import timedelta

import pytest

from engine.errors import ExpressionError, NotFound, Refused, ReplayMismatch, StaleTask, UnreadableFile
from engine.run import Answer, Complete, Fail, Fire, Instance, Message, PlainTime, dump_program, load_program
from tests.bpmn_models import AT, CASE, addresses, flows, passed, program, properties, restored, start, users

REWORK = program(
    '<startEvent id="s"/><endEvent id="e"/><exclusiveGateway id="g" default="g_e"/>'
    + users("a", "b")
    + flows("s>a>b>g>e", "g>a: decision == 'return'"),
    variables={"decision": "string?"},
)


def test_a_case_starts_at_its_first_task() -> None:
    instance, step = start(REWORK)
    assert addresses(instance) == ["a#1"]
    assert passed(step) == ["s"]
    assert step.flows == ("s_a",)
    assert [waiting.address for waiting in step.opened] == ["a#1"]


def test_completing_a_task_opens_the_next() -> None:
    instance, _ = start(REWORK)
    step = instance.apply(Complete(address="a#1"), at=AT)
    assert step.closed == ("a#1",)
    assert addresses(instance) == ["b#1"]
    assert not step.is_ended


def test_a_second_lap_has_its_own_address() -> None:
    instance, _ = start(REWORK)
    instance.apply(Complete(address="a#1"), at=AT)
    step = instance.apply(Complete(address="b#1", variables={"decision": "return"}), at=AT)
    assert addresses(instance) == ["a#2"]
    assert step.flows == ("b_g", "g_a")
    instance.apply(Complete(address="a#2"), at=AT)
    step = instance.apply(Complete(address="b#2", variables={"decision": ""}), at=AT)
    assert step.is_ended
    assert step.end_event == "e"
    assert passed(step) == ["b", "g", "e"]


def test_a_completed_task_is_stale() -> None:
    instance, _ = start(REWORK)
    instance.apply(Complete(address="a#1"), at=AT)
    with pytest.raises(StaleTask):
        instance.apply(Complete(address="a#1"), at=AT)
    with pytest.raises(NotFound):
        instance.apply(Complete(address="nowhere#1"), at=AT)


def test_a_state_holds_no_program_and_a_program_no_source() -> None:
    loaded = load_program(dump_program(REWORK))
    instance, _ = start(REWORK)
    again = restored(loaded, instance)
    assert again.id == CASE
    assert again.dump() == instance.dump()
    again.apply(Complete(address="a#1", variables={"decision": "x"}), at=AT)
    assert again.variables == {"decision": "x"}
    assert dump_program(loaded) == dump_program(REWORK)


def test_bytes_that_are_no_state_or_another_programs_are_refused() -> None:
    other = program('<startEvent id="s"/>' + users("z") + flows("s>z"))
    instance, _ = start(other)
    with pytest.raises(UnreadableFile):
        Instance.restore(REWORK, b"nonsense", working_time=PlainTime())
    with pytest.raises(UnreadableFile):
        load_program(b"nonsense")
    with pytest.raises(ReplayMismatch):
        restored(REWORK, instance)


SERVICE = program(
    '<startEvent id="s"/><serviceTask id="ask">'
    + properties(connector="consultation", operation="request")
    + '</serviceTask><boundaryEvent id="late" attachedToRef="ask"><timerEventDefinition>'
    "<timeDuration>P3D</timeDuration></timerEventDefinition></boundaryEvent>"
    '<boundaryEvent id="no" attachedToRef="ask"><errorEventDefinition errorRef="err"/></boundaryEvent>'
    + users("silent", "refused", "done")
    + flows("s>ask>done", "late>silent", "no>refused"),
    outside='<error id="err" errorCode="rejected"/>',
)


def test_a_service_waits_for_its_answer() -> None:
    instance, _ = start(SERVICE)
    (waiting,) = instance.waiting
    assert (waiting.kind, waiting.properties["connector"]) == ("service", "consultation")
    step = instance.apply(Answer(address="ask#1", variables={"answer": "agree"}), at=AT)
    assert addresses(instance) == ["done#1"]
    assert instance.timers == ()
    assert step.closed == ("ask#1",)


def test_a_boundary_timer_interrupts() -> None:
    instance, _ = start(SERVICE)
    (timer,) = instance.timers
    assert (timer.address, timer.due, timer.repeat) == ("late#1", AT + timedelta(days=3), 0)
    instance = restored(SERVICE, instance)
    step = instance.apply(Fire(address="late#1"), at=AT + timedelta(days=3))
    assert addresses(instance) == ["silent#1"]
    assert passed(step) == ["late"]
    with pytest.raises(StaleTask):
        instance.apply(Answer(address="ask#1"), at=AT)


def test_a_failed_service_goes_to_the_boundary_that_catches_the_error() -> None:
    instance, _ = start(SERVICE)
    with pytest.raises(Refused):
        instance.apply(Fail(address="ask#1", code="unknown"), at=AT)
    instance, _ = start(SERVICE)
    instance.apply(Fail(address="ask#1", code="rejected", message="sai mẫu"), at=AT)
    assert addresses(instance) == ["refused#1"]
    assert instance.variables == {"error_code": "rejected", "error_message": "sai mẫu"}


RECEIVE = program(
    '<startEvent id="s"/><receiveTask id="pay" messageRef="m">'
    + properties(correlation="code")
    + '</receiveTask><subProcess id="sub"><startEvent id="s2"/>'
    + users("inner")
    + flows("s2>inner")
    + "</subProcess>"
    + flows("s>pay>sub"),
    outside='<message id="m" name="paid"/>',
)


def test_a_message_with_another_key_is_refused() -> None:
    instance, _ = start(RECEIVE, code="H27-1")
    (subscription,) = instance.subscriptions
    assert (subscription.address, subscription.message, subscription.key) == ("pay#1", "paid", "H27-1")
    with pytest.raises(Refused):
        instance.apply(Message(name="paid", key="H27-2"), at=AT)
    instance, _ = start(RECEIVE, code="H27-1")
    instance.apply(Message(name="paid", key="H27-1", variables={"amount": 5}), at=AT)
    assert instance.variables["amount"] == 5


def test_a_task_in_a_sub_process_is_addressed_through_it() -> None:
    instance, _ = start(RECEIVE, code="H27-1")
    instance.apply(Message(name="paid", key="H27-1"), at=AT)
    assert addresses(instance) == ["sub#1/inner#1"]
    instance = restored(RECEIVE, instance)
    step = instance.apply(Complete(address="sub#1/inner#1"), at=AT)
    assert step.is_ended
    assert passed(step) == ["inner", "sub"]
    assert step.end_event is None, "an end made by lowering never shows"


@pytest.mark.parametrize("code", [None, ""])
def test_a_key_without_a_value_takes_nobodys_message(code: str | None) -> None:
    """Without it, the first dossier whose key is not known yet would take whatever comes."""
    with pytest.raises(ExpressionError, match="chưa có giá trị") as refused:
        start(RECEIVE, code=code)
    assert refused.value.element_id == "pay"


def test_a_key_is_the_same_whatever_way_a_number_is_written() -> None:
    instance, _ = start(RECEIVE, code=7.0)
    assert [one.key for one in instance.subscriptions] == ["7"]


BESIDE = program(
    '<startEvent id="s"/><endEvent id="e"/><subProcess id="asked" triggeredByEvent="true">'
    '<startEvent id="heard" isInterrupting="false">'
    + properties(correlation="code")
    + '<messageEventDefinition messageRef="m"/></startEvent>'
    + users("reply")
    + flows("heard>reply")
    + "</subProcess>"
    + users("a", "b")
    + flows("s>a>b>e"),
    outside='<message id="m" name="paid"/>',
)


BOUNDARY = program(
    '<startEvent id="s"/><endEvent id="e"/><boundaryEvent id="heard" attachedToRef="b">'
    + properties(correlation="code")
    + '<messageEventDefinition messageRef="m"/></boundaryEvent>'
    + users("a", "b", "c")
    + flows("s>a>b>e", "heard>c>e"),
    outside='<message id="m" name="paid"/>',
)


def test_a_boundary_event_with_a_key_that_nobody_knows_hears_nothing() -> None:
    instance, _ = start(BOUNDARY)
    instance.apply(Complete(address="a#1"), at=AT)
    assert instance.subscriptions == ()
    with pytest.raises(Refused):
        instance.apply(Message(name="paid", key="H27-1"), at=AT)


def test_what_listens_beside_the_flow_hears_nothing_until_its_key_is_known() -> None:
    instance, _ = start(BESIDE)
    assert instance.subscriptions == ()
    for key in ("", "H27-1"):
        with pytest.raises(Refused):
            restored(BESIDE, instance).apply(Message(name="paid", key=key), at=AT)
    instance = restored(BESIDE, instance)
    instance.apply(Complete(address="a#1", variables={"code": "H27-1"}), at=AT)
    assert [one.key for one in instance.subscriptions] == ["H27-1"]
    instance = restored(BESIDE, instance)
    instance.apply(Message(name="paid", key="H27-1"), at=AT)
    assert addresses(instance) == ["b#1", "asked#1/reply#1"]
