"""Events of several triggers, and events within events: each model played plainly and stored before every step."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from engine.errors import StaleTask
from engine.run import Fire, Message
from tests.bpmn_models import AT, bpmn, flows, passed, program, restored, start, users
from tests.coverage.drawing import DEFINITIONS, OUTSIDE, E, S, boundary, fork, many, on_event, sub, timed
from tests.coverage.playing import Move, Row, do, fire, message, play

TIMER, MESSAGE, ESCALATION = DEFINITIONS["timer"], DEFINITIONS["message"], DEFINITIONS["escalation"]
LATE = DEFINITIONS["conditional"]
ALL = ' parallelMultiple="true"'
RAISE = f'<intermediateThrowEvent id="t">{ESCALATION}</intermediateThrowEvent>'
RECEIVE = '<receiveTask id="r" messageRef="m"/>'
END = '<endEvent id="x"/>'
AROUND = users("n") + E + flows("s>box>e", "b>n>e")
BOTH = boundary(ESCALATION + MESSAGE, host="box", more=ALL)
EVENT = f'<escalationEventDefinition id="ie" escalationRef="esc"/>{OUTSIDE}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    body: str
    trace: str
    rests: str
    moves: tuple[Move, ...] = ()
    outside: str = OUTSIDE


def beside(definitions: str) -> str:
    """A task that several events may remind of."""
    return S + users("a", "n") + boundary(definitions, interrupts=False) + E + flows("s>a>e", "b>n>e")


def caught(node_id: str, definition: str) -> str:
    return f'<intermediateCatchEvent id="{node_id}">{definition}</intermediateCatchEvent>'


AGAIN = (
    f'<startEvent id="h_s" isInterrupting="false">{ESCALATION}</startEvent><endEvent id="h_e">{ESCALATION}</endEvent>'
)
CASES = {
    "a message is heard before and after the timer beside it": Case(
        body=beside(TIMER + MESSAGE), moves=(message(), message(), fire("b"), message()),
        trace="s b b b b", rests="a n n n n",
    ),
    "a message costs the cycle beside it no firing": Case(
        body=beside(timed("Cycle", "R2/PT1H") + MESSAGE), moves=(message(), fire("b"), fire("b"), message()),
        trace="s b b b b", rests="a n n n n",
    ),
    "an event sub-process hears both of its events again": Case(
        body=S + users("a") + on_event(TIMER + MESSAGE, interrupts=False) + E + flows("s>a>e"),
        moves=(message(), fire("h_s"), message()), trace="s h_s h_s h_s", rests="a h_a h_a h_a",
    ),
    "of two conditions each is caught when it becomes true": Case(
        body=S + users("a", "n", "k", "l", "q") + boundary(LATE + LATE.replace("late", "bad"), interrupts=False) + E
        + '<intermediateThrowEvent id="v"/>' + fork("a>e", "k>v>l>q>e") + flows("b>n>e"),
        moves=(do("k", late=True), do("l", bad=True), do("q")), trace="s fork_s k b v l b q e", rests="a n n",
    ),
    "an escalation is one of all the events that are awaited": Case(
        body=S + sub(RAISE + users("i") + END + flows("box_s>t>i>x")) + BOTH
        + AROUND,
        trace="s box_s t", rests="i",
    ),
    "and the last of them lets it go": Case(
        body=S + sub(RAISE + users("i") + END + flows("box_s>t>i>x")) + BOTH
        + AROUND,
        moves=(message(),), trace="s box_s t b", rests="n",
    ),
    "after an event-based gateway the first firing of a cycle ends the race": Case(
        body=S + '<eventBasedGateway id="g"/>' + caught("c", timed("Cycle", "R2/PT1H")) + caught("d", MESSAGE)
        + users("x", "y") + E + flows("s>g>c>x>e", "g>d>y>e"),
        moves=(fire("c"),), trace="s g c", rests="c x",
    ),
    "an event sub-process hands on what it was begun by": Case(
        body=S + sub(users("i") + RAISE + END + flows("box_s>t>i>x")
        + f'<subProcess id="h" triggeredByEvent="true">{AGAIN}{flows("h_s>h_e")}</subProcess>')
        + boundary(ESCALATION, host="box", interrupts=False) + AROUND,
        trace="s box_s t h_s b h_e h", rests="i n",
    ),
    "what many instances throw is caught at their boundary": Case(
        body=S + many("<loopCardinality>3</loopCardinality>", flags=' behavior="One" oneBehaviorEventRef="ie"')
        + boundary(ESCALATION, interrupts=False) + users("n", "z") + E + flows("s>a>z>e", "b>n>e"),
        moves=(do("a"), do("a"), do("a")), trace="s a b a a", rests="n z", outside=EVENT,
    ),
    "and may interrupt them": Case(
        body=S + many("<loopCardinality>3</loopCardinality>", flags=' behavior="One" oneBehaviorEventRef="ie"')
        + boundary(ESCALATION) + users("n", "z") + E + flows("s>a>z>e", "b>n>e"),
        moves=(do("a"),), trace="s a b", rests="n", outside=EVENT,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("is_restored", [False, True], ids=["plainly", "restored"])
def test_it_passes_what_it_should_and_waits_where_it_should(name: str, is_restored: bool) -> None:
    case = CASES[name]
    row = Row(group="", element=name, source=bpmn(case.body, outside=case.outside), moves=case.moves)
    trace, rests, error = play(row, is_restored=is_restored)
    assert (" ".join(trace), " ".join(rests), error) == (case.trace, case.rests, "")


def test_a_timer_that_has_gone_off_is_due_no_more_while_the_other_event_is_awaited() -> None:
    body = S + users("a", "n") + boundary(timed("Cycle", "R2/PT1H") + MESSAGE, interrupts=False, more=ALL) + E
    what = program(body + flows("s>a>e", "b>n>e"), outside=OUTSIDE)
    instance, _ = start(what)
    instance.apply(Fire(address="b#1"), at=AT)
    instance = restored(what, instance)
    assert instance.timers == ()
    with pytest.raises(StaleTask):
        instance.apply(Fire(address="b#1"), at=AT)
    step = restored(what, instance).apply(Message(name="paid"), at=AT)
    assert passed(step) == ["b"]
    assert [waiting.element_id for waiting in step.opened] == ["n"]


def test_what_awaits_all_its_events_leaves_a_second_message_to_others() -> None:
    body = S + users("a", "n") + boundary(MESSAGE + TIMER, more=ALL) + RECEIVE + E
    what = program(body + fork("a>e", "r>e") + flows("b>n>e"), outside=OUTSIDE)
    instance, _ = start(what)
    assert passed(instance.apply(Message(name="paid"), at=AT)) == []
    assert [each.address for each in instance.subscriptions] == ["r#1"]
    assert passed(restored(what, instance).apply(Message(name="paid"), at=AT)) == ["r", "e"]
