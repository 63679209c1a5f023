from __future__ import annotations

import pytest

from engine.errors import ExpressionError, RunawayProcess
from engine.run import Complete
from tests.bpmn_models import AT, addresses, flows, passed, program, restored, start, users

AND = '<parallelGateway id="{0}"/>'.format
OR = '<inclusiveGateway id="{0}"/>'.format
XOR = '<exclusiveGateway id="{0}"/>'.format
START, END = '<startEvent id="s"/>', '<endEvent id="e"/>'


def test_a_parallel_join_waits_for_every_branch() -> None:
    what = program(
        START + END + AND("split") + AND("join") + users("a", "b") + flows("s>split>a>join>e", "split>b>join")
    )
    instance, _ = start(what)
    assert addresses(instance) == ["a#1", "b#1"]
    instance.apply(Complete(address="b#1"), at=AT)
    instance = restored(what, instance)
    assert addresses(instance) == ["a#1"]
    step = instance.apply(Complete(address="a#1"), at=AT)
    assert passed(step) == ["a", "join", "e"]
    assert step.is_ended


def test_a_parallel_join_in_a_loop_takes_only_its_own_round() -> None:
    what = program(
        START
        + END
        + AND("split")
        + AND("join")
        + XOR("again")
        + XOR("merge")
        + users("a", "b")
        + flows("s>merge>split>a>join>again", "split>b>join", "again>merge: more", "again>e: !more"),
        variables={"more": "bool?"},
    )
    instance, _ = start(what)
    for lap in range(1, 4):
        for task in ("a", "b"):
            assert f"{task}#{lap}" in addresses(instance)
        instance.apply(Complete(address=f"a#{lap}"), at=AT)
        assert addresses(instance) == [f"b#{lap}"]
        step = instance.apply(Complete(address=f"b#{lap}", variables={"more": lap < 3}), at=AT)
        instance = restored(what, instance)
    assert step.is_ended


def test_surplus_tokens_stay_at_a_parallel_join() -> None:
    what = program(
        START
        + AND("split")
        + AND("join")
        + XOR("merge")
        + users("a", "b", "c", "after")
        + flows("s>split>a>merge>join>after", "split>b>merge", "split>c>join")
    )
    instance, _ = start(what)
    instance.apply(Complete(address="a#1"), at=AT)
    instance.apply(Complete(address="b#1"), at=AT)
    instance.apply(Complete(address="c#1"), at=AT)
    assert addresses(instance) == ["after#1"]
    step = instance.apply(Complete(address="after#1"), at=AT)
    assert not step.is_ended, "one token of the merged branch still waits for a partner"


@pytest.mark.parametrize(
    ("amount", "expected"), [(1, ["a#1"]), (7, ["a#1", "b#1"]), (70, ["a#1", "b#1"]), (-1, ["other#1"])]
)
def test_an_inclusive_split_takes_every_flow_that_holds(amount: int, expected: list[str]) -> None:
    what = program(
        START
        + '<inclusiveGateway id="which" default="which_other"/>'
        + users("a", "b", "other")
        + flows("s>which", "which>a: amount > 0", "which>b: amount > 5", "which>other"),
        variables={"amount": "double"},
    )
    instance, _ = start(what, amount=amount)
    assert addresses(instance) == expected


def test_an_inclusive_join_waits_for_what_can_still_come() -> None:
    what = program(
        START
        + END
        + OR("split")
        + OR("join")
        + users("a", "b", "c", "after")
        + flows("s>split", "split>a: x > 0", "split>b: x > 1", "split>c: x > 2", "a>join>after>e", "b>join", "c>join"),
        variables={"x": "int"},
    )
    instance, _ = start(what, x=2)
    instance.apply(Complete(address="a#1"), at=AT)
    assert addresses(instance) == ["b#1"]
    instance = restored(what, instance)
    instance.apply(Complete(address="b#1"), at=AT)
    assert addresses(instance) == ["after#1"], "c was never begun, so nothing can come from it"


def test_an_inclusive_join_waits_across_a_boundary_event() -> None:
    what = program(
        START
        + OR("join")
        + AND("split")
        + users("a", "b", "late", "after")
        + '<boundaryEvent id="timer" attachedToRef="b"><timerEventDefinition><timeDuration>P1D</timeDuration>'
        + "</timerEventDefinition></boundaryEvent>"
        + flows("s>split>a>join>after", "split>b", "timer>late>join", "b>stop")
        + '<endEvent id="stop"/>'
    )
    instance, _ = start(what)
    instance.apply(Complete(address="a#1"), at=AT)
    assert addresses(instance) == ["b#1"]
    instance.apply(Complete(address="b#1"), at=AT)
    assert addresses(instance) == ["after#1"]


def test_a_gateway_that_knows_no_way_names_itself() -> None:
    what = program(
        START + XOR("which") + users("a", "b") + flows("s>which", "which>a: x == 1", "which>b: x == 2"),
        variables={"x": "int"},
    )
    with pytest.raises(ExpressionError, match="which") as raised:
        start(what, x=3)
    assert raised.value.element_id == "which"


def test_a_condition_on_something_unset_names_it() -> None:
    what = program(
        START + XOR("which") + users("a", "b") + flows("s>which", "which>a: x == 1", "which>b: x == 2"),
        variables={"x": "int"},
    )
    with pytest.raises(ExpressionError, match="“x”"):
        start(what)


FIRST_COME = (
    START
    + AND("split")
    + users("a", "b", "c", "after")
    + '<complexGateway id="join"><activationCondition>activationCount &gt;= 2</activationCondition></complexGateway>'
    + flows("s>split>a>join>after", "split>b>join", "split>c>join")
)


def test_a_complex_join_goes_on_when_its_condition_holds_and_takes_the_rest_in() -> None:
    what = program(FIRST_COME)
    instance, _ = start(what)
    instance.apply(Complete(address="c#1"), at=AT)
    assert addresses(instance) == ["a#1", "b#1"]
    instance = restored(what, instance)
    step = instance.apply(Complete(address="a#1"), at=AT)
    assert addresses(instance) == ["b#1", "after#1"]
    assert passed(step) == ["a", "join"]
    instance = restored(what, instance)
    instance.apply(Complete(address="after#1"), at=AT)
    step = instance.apply(Complete(address="b#1"), at=AT)
    assert step.is_ended
    assert passed(step)[:1] == ["b"]


def test_a_complex_join_begins_anew_once_nothing_can_come_any_more() -> None:
    body = FIRST_COME.replace('"s>split', '"s>merge>split')
    loop = XOR("merge") + XOR("again").replace("/>", ' default="again_e"/>') + END
    what = program(
        body.replace(flows("s>split"), flows("s>merge>split")) + loop + flows("after>again>e", "again>merge: more"),
        variables={"more": "bool?"},
    )
    instance, _ = start(what)
    for lap in (1, 2):
        for task in ("a", "b", "c"):
            instance.apply(Complete(address=f"{task}#{lap}"), at=AT)
            instance = restored(what, instance)
        assert addresses(instance) == [f"after#{lap}"]
        step = instance.apply(Complete(address=f"after#{lap}", variables={"more": lap == 1}), at=AT)
    assert step.is_ended


def test_several_flows_out_of_a_task_run_side_by_side_and_the_gateway_between_never_shows() -> None:
    what = program(START + users("a", "b", "c") + flows("s>a>b", "a>c"))
    instance, _ = start(what)
    step = instance.apply(Complete(address="a#1"), at=AT)
    assert addresses(instance) == ["b#1", "c#1"]
    assert passed(step) == ["a"]
    assert step.flows == ("a_b", "a_c")


def test_a_conditional_flow_out_of_a_task_is_taken_only_when_it_holds() -> None:
    what = program(START + END + users("a", "b") + flows("s>a", "a>b: x", "a>e"), variables={"x": "bool"})
    for value, expected in ((True, ["b#1"]), (False, [])):
        instance, _ = start(what, x=value)
        step = instance.apply(Complete(address="a#1"), at=AT)
        assert addresses(instance) == expected
        assert step.is_ended is not value


def test_a_circle_of_gateways_and_scripts_is_stopped() -> None:
    what = program(
        START
        + END
        + XOR("merge")
        + '<exclusiveGateway id="again" default="again_merge"/>'
        + '<scriptTask id="count"><script>n = n + 1</script></scriptTask>'
        + flows("s>merge>count>again>merge", "again>e: n < 0"),
        variables={"n": "int = 0"},
    )
    with pytest.raises(RunawayProcess):
        start(what)
