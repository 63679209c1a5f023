from __future__ import annotations

import pytest

from engine.errors import Refused
from engine.run import Complete, Message, Signal
from tests.bpmn_models import AT, addresses, flows, passed, program, properties, restored, start, users

S = '<startEvent id="s"/>'
OUTSIDE = (
    '<message id="m" name="paid"/><signal id="sig" name="stop"/><error id="err" errorCode="E1"/>'
    '<escalation id="esc" escalationCode="X1"/>'
)


def sub(body: str, *, more: str = "", node: str = "sub") -> str:
    return f'<subProcess id="{node}"{more}><startEvent id="{node}_s"/>{body}</subProcess>'


def boundary(node: str, host: str, definition: str, *, interrupts: bool = True) -> str:
    flag = "" if interrupts else ' cancelActivity="false"'
    return f'<boundaryEvent id="{node}" attachedToRef="{host}"{flag}>{definition}</boundaryEvent>'


ERROR, ESCALATION = '<errorEventDefinition errorRef="err"/>', '<escalationEventDefinition escalationRef="esc"/>'
SIGNAL, MESSAGE = '<signalEventDefinition signalRef="sig"/>', '<messageEventDefinition messageRef="m"/>'


def test_an_error_leaves_the_sub_process_before_anything_else_in_it_moves() -> None:
    inside = sub(
        '<parallelGateway id="split"/><scriptTask id="never"><script>touched = true</script></scriptTask>'
        f'<endEvent id="fail">{ERROR}</endEvent>' + flows("sub_s>split>fail", "split>never")
    )
    what = program(
        S + inside + boundary("caught", "sub", ERROR) + users("mend") + flows("s>sub", "caught>mend"), outside=OUTSIDE
    )
    instance, step = start(what)
    assert passed(step) == ["s", "sub_s", "split", "caught", "fail"]
    assert addresses(instance) == ["mend#1"]
    assert "touched" not in instance.variables


def test_an_error_that_nothing_catches_ends_the_case_and_says_so() -> None:
    what = program(
        S + users("a", "b") + f'<endEvent id="fail">{ERROR}</endEvent>' + flows("s>a>fail", "s>b"), outside=OUTSIDE
    )
    instance, _ = start(what)
    step = instance.apply(Complete(address="a#1"), at=AT)
    assert step.is_ended
    assert step.end_event == "fail"
    assert "E1" in (step.error or "")
    assert addresses(instance) == []


def test_an_escalation_may_go_on_beside_what_raised_it() -> None:
    inside = sub(
        f'<intermediateThrowEvent id="raise">{ESCALATION}</intermediateThrowEvent>'
        + users("go_on")
        + flows("sub_s>raise>go_on")
    )
    what = program(
        S
        + inside
        + boundary("caught", "sub", ESCALATION, interrupts=False)
        + users("leader")
        + flows("s>sub", "caught>leader"),
        outside=OUTSIDE,
    )
    instance, _ = start(what)
    assert addresses(instance) == ["leader#1", "sub#1/go_on#1"]


def test_a_message_boundary_that_does_not_interrupt_fires_each_time() -> None:
    what = program(
        S + users("a", "note") + boundary("m1", "a", MESSAGE, interrupts=False) + flows("s>a", "m1>note"),
        outside=OUTSIDE,
    )
    instance, _ = start(what)
    for _ in range(3):
        instance.apply(Message(name="paid"), at=AT)
        instance = restored(what, instance)
    assert addresses(instance) == ["a#1", "note#1", "note#2", "note#3"]


def test_a_signal_reaches_everything_that_waits_for_it() -> None:
    what = program(
        S
        + users("a", "b", "x", "y")
        + boundary("i", "a", SIGNAL)
        + boundary("n", "b", SIGNAL, interrupts=False)
        + flows("s>a", "s>b", "i>x", "n>y"),
        outside=OUTSIDE,
    )
    instance, _ = start(what)
    instance.apply(Signal(name="stop"), at=AT)
    assert addresses(instance) == ["b#1", "x#1", "y#1"]
    with pytest.raises(Refused):
        start(what)[0].apply(Signal(name="unknown"), at=AT)


def test_a_message_is_sent_with_what_its_inputs_name_and_no_more() -> None:
    what = program(
        S
        + '<sendTask id="tell" messageRef="m">'
        + properties(inputs="code, fee")
        + "</sendTask>"
        + users("a")
        + flows("s>tell>a"),
        outside=OUTSIDE,
    )
    _, step = start(what, code="H27", fee=5, owner="Nguyễn Văn A")
    (sent,) = step.sent
    assert (sent.element_id, sent.message, dict(sent.payload)) == ("tell", "paid", {"code": "H27", "fee": 5})


def test_terminate_ends_the_whole_case() -> None:
    what = program(
        S + users("a", "b") + '<endEvent id="stop"><terminateEventDefinition/></endEvent>' + flows("s>a>stop", "s>b")
    )
    instance, _ = start(what)
    step = instance.apply(Complete(address="a#1"), at=AT)
    assert (step.is_ended, step.end_event, step.error) == (True, "stop", None)
    assert step.closed == ("a#1", "b#1")


def by_event(definition: str, *, interrupts: bool = True) -> str:
    flag = "" if interrupts else ' isInterrupting="false"'
    return (
        f'<subProcess id="handler" triggeredByEvent="true"><startEvent id="begin"{flag}>{definition}</startEvent>'
        + users("handle")
        + flows("begin>handle")
        + "</subProcess>"
    )


def test_an_event_sub_process_that_interrupts_takes_the_case_over() -> None:
    what = program(S + users("a") + by_event(MESSAGE) + flows("s>a"), outside=OUTSIDE)
    instance, _ = start(what)
    instance = restored(what, instance)
    instance.apply(Message(name="paid"), at=AT)
    assert addresses(instance) == ["handler#1/handle#1"]
    step = instance.apply(Complete(address="handler#1/handle#1"), at=AT)
    assert step.is_ended


def test_an_event_sub_process_beside_the_case_keeps_nothing_open_and_leaves_the_program_alone() -> None:
    what = program(S + users("a") + by_event(MESSAGE, interrupts=False) + flows("s>a"), outside=OUTSIDE)
    instance, _ = start(what)
    instance.apply(Message(name="paid"), at=AT)
    instance.apply(Message(name="paid"), at=AT)
    assert addresses(instance) == ["a#1", "handler#1/handle#1", "handler#2/handle#1"]
    for address in ("handler#1/handle#1", "handler#2/handle#1", "a#1"):
        instance = restored(what, instance)
        step = instance.apply(Complete(address=address), at=AT)
    assert step.is_ended
    second, _ = start(what)
    assert second.apply(Complete(address="a#1"), at=AT).is_ended, "a listener that never fired keeps no case open"


def test_a_timer_event_sub_process_that_never_fires_does_not_keep_the_case_open() -> None:
    timer = "<timerEventDefinition><timeDuration>P30D</timeDuration></timerEventDefinition>"
    what = program(S + users("a") + by_event(timer) + flows("s>a"))
    instance, _ = start(what)
    assert [timer.address for timer in instance.timers] == ["begin#1"]
    assert instance.apply(Complete(address="a#1"), at=AT).is_ended


def test_a_condition_is_caught_when_another_branch_makes_it_true() -> None:
    condition = "<conditionalEventDefinition><condition>fee &gt; 5</condition></conditionalEventDefinition>"
    what = program(
        S
        + users("a", "b")
        + f'<intermediateCatchEvent id="c">{condition}</intermediateCatchEvent>'
        + flows("s>a", "s>c>b"),
        variables={"fee": "double?"},
    )
    instance, _ = start(what)
    assert addresses(instance) == ["a#1", "c#1"]
    instance = restored(what, instance)
    instance.apply(Complete(address="a#1", variables={"fee": 6}), at=AT)
    assert addresses(instance) == ["b#1"]


def test_link_events_lead_on() -> None:
    what = program(
        S
        + users("a")
        + '<intermediateThrowEvent id="out"><linkEventDefinition name="L"/></intermediateThrowEvent>'
        + '<intermediateCatchEvent id="in"><linkEventDefinition name="L"/></intermediateCatchEvent>'
        + flows("s>out", "in>a")
    )
    instance, step = start(what)
    assert passed(step) == ["s", "out", "in"]
    assert step.flows == ("s_out", "in_a")
    assert addresses(instance) == ["a#1"]


def test_a_cancelled_transaction_leaves_by_its_boundary() -> None:
    body = users("t") + '<endEvent id="undo"><cancelEventDefinition/></endEvent>' + flows("tx_s>t>undo")
    what = program(
        S
        + f'<transaction id="tx"><startEvent id="tx_s"/>{body}</transaction>'
        + boundary("cancelled", "tx", "<cancelEventDefinition/>")
        + users("told", "done")
        + flows("s>tx>done", "cancelled>told")
    )
    instance, _ = start(what)
    instance.apply(Complete(address="tx#1/t#1"), at=AT)
    assert addresses(instance) == ["told#1"]


def test_a_process_starts_at_the_event_its_message_names() -> None:
    from engine.run import Instance, PlainTime
    from tests.bpmn_models import CASE

    what = program(
        S + f'<startEvent id="by_message">{MESSAGE}</startEvent>' + users("a", "b") + flows("s>a", "by_message>b"),
        outside=OUTSIDE,
    )
    assert addresses(start(what)[0]) == ["a#1"]
    instance, _ = Instance.start(what, instance_id=CASE, at=AT, working_time=PlainTime(), message="paid")
    assert addresses(instance) == ["b#1"]
    with pytest.raises(Refused):
        Instance.start(what, instance_id=CASE, at=AT, working_time=PlainTime(), message="unknown")


def test_an_element_may_be_called_start_or_end() -> None:
    what = program('<startEvent id="Start"/><endEvent id="End"/>' + users("Root") + flows("Start>Root>End"))
    instance, _ = start(what)
    step = instance.apply(Complete(address="Root#1"), at=AT)
    assert (passed(step), step.end_event) == (["Root", "End"], "End")


def test_a_task_that_others_call_is_a_process_of_that_one_task() -> None:
    what = program(
        S + '<callActivity id="call" calledElement="shared"/>' + users("after") + flows("s>call>after"),
        outside='<globalUserTask id="shared" name="Việc chung"/>',
    )
    instance, _ = start(what)
    assert addresses(instance) == ["call#1/shared.task#1"]
    assert instance.waiting[0].name == "Việc chung"
    instance = restored(what, instance)
    instance.apply(Complete(address="call#1/shared.task#1"), at=AT)
    assert addresses(instance) == ["after#1"]
