from __future__ import annotations

from engine.run import Complete, Instance, Program
from tests.bpmn_models import AT, addresses, flows, passed, program, restored, start, users

S = '<startEvent id="s"/>'
COMPENSATE = "<compensateEventDefinition/>"


def with_handler(task: str) -> str:
    """A task and the task that undoes it."""
    return (
        users(task)
        + f'<boundaryEvent id="on_{task}" attachedToRef="{task}">{COMPENSATE}</boundaryEvent>'
        + f'<userTask id="undo_{task}" isForCompensation="true"/>'
        + f'<association id="as_{task}" sourceRef="on_{task}" targetRef="undo_{task}"/>'
    )


def throw(definition: str = COMPENSATE) -> str:
    return f'<intermediateThrowEvent id="undo">{definition}</intermediateThrowEvent>'


def done(what: Program, instance: Instance, *tasks: str) -> Instance:
    for address in tasks:
        instance.apply(Complete(address=address), at=AT)
        instance = restored(what, instance)
    return instance


def test_what_is_finished_is_undone_the_latest_first_one_at_a_time() -> None:
    what = program(S + with_handler("a") + with_handler("b") + throw() + users("after") + flows("s>a>b>undo>after"))
    instance = done(what, start(what)[0], "a#1", "b#1")
    assert addresses(instance) == ["undo_b#1"]
    instance = done(what, instance, "undo_b#1")
    assert addresses(instance) == ["undo_a#1"]
    step = instance.apply(Complete(address="undo_a#1"), at=AT)
    assert addresses(instance) == ["after#1"]
    assert passed(step) == ["undo_a", "undo"]


def test_only_what_is_named_is_undone() -> None:
    named = throw('<compensateEventDefinition activityRef="a"/>')
    what = program(S + with_handler("a") + with_handler("b") + named + users("after") + flows("s>a>b>undo>after"))
    instance = done(what, start(what)[0], "a#1", "b#1")
    assert addresses(instance) == ["undo_a#1"]


def test_what_never_ran_is_not_undone() -> None:
    what = program(S + with_handler("a") + throw() + users("after") + flows("s>undo>after>a"))
    assert addresses(start(what)[0]) == ["after#1"]


def test_each_lap_is_undone() -> None:
    what = program(
        S
        + with_handler("a")
        + '<exclusiveGateway id="g" default="g_undo"/>'
        + throw()
        + users("after")
        + flows("s>a>g>undo>after", "g>a: again"),
        variables={"again": "bool?"},
    )
    instance, _ = start(what)
    instance.apply(Complete(address="a#1", variables={"again": True}), at=AT)
    instance.apply(Complete(address="a#2", variables={"again": False}), at=AT)
    instance = done(what, instance, "undo_a#1", "undo_a#2")
    assert addresses(instance) == ["after#1"]


def test_a_finished_sub_process_is_undone_from_inside() -> None:
    inside = f'<subProcess id="box"><startEvent id="b"/>{with_handler("a")}{flows("b>a")}</subProcess>'
    what = program(S + inside + throw() + users("after") + flows("s>box>undo>after"))
    instance = done(what, start(what)[0], "box#1/a#1")
    assert addresses(instance) == ["box#2/undo_a#1"]
    instance = done(what, instance, "box#2/undo_a#1")
    assert addresses(instance) == ["after#1"]


def test_a_sub_process_may_say_itself_how_it_is_undone() -> None:
    handler = (
        '<subProcess id="h" triggeredByEvent="true">'
        f'<startEvent id="hs">{COMPENSATE}</startEvent>{users("repair")}{flows("hs>repair")}</subProcess>'
    )
    inside = f'<subProcess id="box"><startEvent id="b"/>{users("a")}{flows("b>a")}{handler}</subProcess>'
    what = program(S + inside + throw() + users("after") + flows("s>box>undo>after"))
    instance = done(what, start(what)[0], "box#1/a#1")
    assert addresses(instance) == ["box#2/h#1/repair#1"]
    instance = done(what, instance, "box#2/h#1/repair#1")
    assert addresses(instance) == ["after#1"]


def test_a_cancelled_transaction_is_undone_before_it_is_left() -> None:
    inside = with_handler("a") + '<endEvent id="stop"><cancelEventDefinition/></endEvent>' + flows("tx_s>a>stop")
    what = program(
        S
        + f'<transaction id="tx"><startEvent id="tx_s"/>{inside}</transaction>'
        + '<boundaryEvent id="cancelled" attachedToRef="tx"><cancelEventDefinition/></boundaryEvent>'
        + users("done", "told")
        + flows("s>tx>done", "cancelled>told")
    )
    instance = done(what, start(what)[0], "tx#1/a#1")
    assert addresses(instance) == ["tx#1/undo_a#1"]
    instance = done(what, instance, "tx#1/undo_a#1")
    assert addresses(instance) == ["told#1"]
