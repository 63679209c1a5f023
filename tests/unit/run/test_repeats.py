from __future__ import annotations

import pytest

from engine.errors import ExpressionError
from engine.run import Complete, Program, dump_program, load_program
from tests.bpmn_models import AT, addresses, flows, passed, program, restored, start, users


def many(inside: str, *, sequential: bool = False, kind: str = "userTask", body: str = "") -> Program:
    flag = ' isSequential="true"' if sequential else ""
    return program(
        f'<startEvent id="s"/><{kind} id="m"><multiInstanceLoopCharacteristics{flag}>{inside}'
        f"</multiInstanceLoopCharacteristics>{body}</{kind}>" + users("after") + flows("s>m>after")
    )


UNITS = '<loopDataInputRef>units</loopDataInputRef><inputDataItem id="unit"/>'
ANSWERS = (
    '<loopDataInputRef>units</loopDataInputRef><loopDataOutputRef>answers</loopDataOutputRef><inputDataItem id="unit"/>'
    '<outputDataItem id="answer"/>'
)


def test_parallel_instances_have_an_address_each_and_may_end_in_any_order() -> None:
    what = many(ANSWERS)
    instance, _ = start(what, units=["tax", "police", "land"])
    assert addresses(instance) == ["m#1[0]", "m#1[1]", "m#1[2]"]
    for index, answer in ((2, "agree"), (0, "refuse"), (1, "silent")):
        instance = restored(what, instance)
        instance.apply(Complete(address=f"m#1[{index}]", variables={"answer": answer}), at=AT)
    assert addresses(instance) == ["after#1"]
    assert instance.variables == {"units": ["tax", "police", "land"], "answers": ["refuse", "silent", "agree"]}


def test_one_after_the_other() -> None:
    what = many(UNITS, sequential=True)
    instance, _ = start(what, units=["tax", "police"])
    assert addresses(instance) == ["m#1[0]"]
    instance = restored(what, instance)
    instance.apply(Complete(address="m#1[0]"), at=AT)
    assert addresses(instance) == ["m#1[1]"]
    instance.apply(Complete(address="m#1[1]"), at=AT)
    assert addresses(instance) == ["after#1"]


def test_a_completion_condition_ends_the_rest() -> None:
    what = many(
        "<loopCardinality>5</loopCardinality><completionCondition>nrOfCompletedInstances &gt;= 2</completionCondition>"
    )
    instance, _ = start(what)
    instance.apply(Complete(address="m#1[4]"), at=AT)
    step = instance.apply(Complete(address="m#1[0]"), at=AT)
    assert step.closed == ("m#1[0]", "m#1[1]", "m#1[2]", "m#1[3]")
    assert addresses(instance) == ["after#1"]


@pytest.mark.parametrize("sequential", [True, False])
def test_no_instance_at_all_goes_on(sequential: bool) -> None:
    instance, step = start(many(UNITS, sequential=sequential), units=[])
    assert addresses(instance) == ["after#1"]
    assert passed(step) == ["s"]
    assert step.flows == ("s_m", "m_after")


@pytest.mark.parametrize("count", ["-1", "'three'", "100000", "1.5"])
def test_an_impossible_number_of_instances_is_an_error(count: str) -> None:
    with pytest.raises(ExpressionError):
        start(many("<loopCardinality>n</loopCardinality>"), n=eval(count))


def test_instances_of_a_sub_process_keep_their_own_item_apart() -> None:
    body = (
        '<startEvent id="b"/><scriptTask id="note"><script>seen = unit</script></scriptTask>'
        + users("inner")
        + flows("b>note>inner")
    )
    what = many(UNITS, kind="subProcess", body=body)
    instance, _ = start(what, units=["tax", "land"])
    assert addresses(instance) == ["m#1[0]/inner#1", "m#1[1]/inner#1"]
    instance = restored(what, instance)
    instance.apply(Complete(address="m#1[1]/inner#1"), at=AT)
    instance = restored(what, instance)
    instance.apply(Complete(address="m#1[0]/inner#1"), at=AT)
    assert addresses(instance) == ["after#1"]
    assert "unit" not in instance.variables


def test_a_loop_goes_on_while_its_condition_holds() -> None:
    what = program(
        '<startEvent id="s"/><userTask id="m"><standardLoopCharacteristics><loopCondition>more</loopCondition>'
        "</standardLoopCharacteristics></userTask>" + users("after") + flows("s>m>after"),
        variables={"more": "bool?"},
    )
    instance, _ = start(what)
    for index in range(3):
        assert addresses(instance) == [f"m#1[{index}]"]
        instance = restored(what, instance)
        instance.apply(Complete(address=f"m#1[{index}]", variables={"more": index < 2}), at=AT)
    assert addresses(instance) == ["after#1"]


def test_a_second_lap_through_many_instances_starts_afresh() -> None:
    what = program(
        '<startEvent id="s"/><exclusiveGateway id="g" default="g_e"/><endEvent id="e"/><userTask id="m">'
        f"<multiInstanceLoopCharacteristics>{UNITS}</multiInstanceLoopCharacteristics></userTask>"
        + flows("s>m>g>e", "g>m: again"),
        variables={"again": "bool?", "units": "list"},
    )
    instance, _ = start(what, units=["a", "b"])
    instance.apply(Complete(address="m#1[0]"), at=AT)
    instance.apply(Complete(address="m#1[1]", variables={"again": True}), at=AT)
    assert addresses(instance) == ["m#2[0]", "m#2[1]"]


@pytest.mark.parametrize(("behavior", "reminders"), [("None", 3), ("One", 1), ("All", 0)])
def test_instances_may_throw_an_event_as_they_end(behavior: str, reminders: int) -> None:
    inside = f'behavior="{behavior}" {behavior.lower()}BehaviorEventRef="ev"'
    what = program(
        f'<startEvent id="s"/><userTask id="m"><multiInstanceLoopCharacteristics {inside}>'
        "<loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics></userTask>"
        '<boundaryEvent id="b" attachedToRef="m" cancelActivity="false"><signalEventDefinition signalRef="sig"/>'
        "</boundaryEvent>" + users("after", "told") + flows("s>m>after", "b>told"),
        outside='<signal id="sig" name="one more"/><signalEventDefinition id="ev" signalRef="sig"/>',
    )
    instance, _ = start(what)
    for index in range(3):
        instance = restored(load_program(dump_program(what)), instance)
        instance.apply(Complete(address=f"m#1[{index}]"), at=AT)
    assert addresses(instance).count("after#1") == 1
    assert len([address for address in addresses(instance) if address.startswith("told#")]) == reminders
