"""A case that goes round a loop thousands of times costs the same each round: nothing of a finished round stays."""

from __future__ import annotations

from engine.run import Complete, Fire, Instance, PlainTime
from tests.bpmn_models import AT, addresses, flows, program, start, users

TIME = PlainTime()
LOOP = program(
    '<startEvent id="s"/><endEvent id="e"/><exclusiveGateway id="g" default="g_e"/>'
    + users("work", "check")
    + '<boundaryEvent id="remind" attachedToRef="work" cancelActivity="false"><timerEventDefinition>'
    + "<timeCycle>R/P1D</timeCycle></timerEventDefinition></boundaryEvent>"
    + '<parallelGateway id="split"/><parallelGateway id="join"/>'
    + users("a", "b")
    + '<subProcess id="box"><startEvent id="b_s"/>'
    + users("inner")
    + flows("b_s>inner")
    + "</subProcess>"
    + flows("s>work>split>a>join>check>box>g>e", "split>b>join", "g>work: decision == 'return'"),
    variables={"decision": "string?"},
)


def one_round(instance: Instance, lap: int) -> None:
    for address in (f"work#{lap}", f"a#{lap}", f"b#{lap}", f"check#{lap}"):
        instance.apply(Complete(address=address), at=AT)
    instance.apply(Complete(address=f"box#{lap}/inner#1", variables={"decision": "return"}), at=AT)


def tokens(instance: Instance) -> int:
    return sum(1 for _ in instance._machine.tokens())


def test_two_thousand_rounds_keep_two_tokens_and_a_flat_state() -> None:
    instance, _ = start(LOOP)
    sizes, counts = [], []
    for lap in range(1, 2_001):
        one_round(instance, lap)
        if lap % 250 == 0:
            instance = Instance.restore(LOOP, instance.dump(), working_time=TIME)
            sizes.append(len(instance.dump()))
            counts.append(tokens(instance))
    assert counts == [2] * 8, "the open task and its reminder"
    assert max(sizes) - min(sizes) < 32
    assert addresses(instance) == ["work#2001"]
    for address in ("work#2001", "a#2001", "b#2001", "check#2001"):
        instance.apply(Complete(address=address), at=AT)
    step = instance.apply(Complete(address="box#2001/inner#1", variables={"decision": "forward"}), at=AT)
    assert step.is_ended
    assert step.end_event == "e"


def test_five_thousand_rounds_of_one_task_work() -> None:
    body = '<startEvent id="s"/><endEvent id="e"/><exclusiveGateway id="g" default="g_e"/>' + users("work")
    what = program(body + flows("s>work>g>e", "g>work: again"), variables={"again": "bool?"})
    instance, _ = start(what)
    for lap in range(1, 5_001):
        step = instance.apply(Complete(address=f"work#{lap}", variables={"again": lap < 5_000}), at=AT)
    assert step.is_ended


def test_five_thousand_reminders_keep_their_task() -> None:
    instance, _ = start(LOOP)
    for lap in range(1, 5_001):
        instance.apply(Fire(address=f"remind#{lap}"), at=AT)
    assert addresses(instance) == ["work#1"]
    assert [timer.address for timer in instance.timers] == ["remind#5001"]
    assert tokens(instance) == 2


def test_a_straight_process_of_two_thousand_tasks_is_read_run_and_restored() -> None:
    names = [f"t{number}" for number in range(2_000)]
    what = program('<startEvent id="s"/><endEvent id="e"/>' + users(*names) + flows(">".join(["s", *names, "e"])))
    instance, _ = start(what)
    for name in names:
        assert addresses(instance) == [f"{name}#1"]
        assert tokens(instance) == 1
        step = instance.apply(Complete(address=f"{name}#1"), at=AT)
    assert step.is_ended
