"""Many instances, compensation and complex gateways together with what stands around them.

Each model is played plainly, and stored and restored before every step.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.bpmn_models import bpmn, flows, users
from tests.coverage.drawing import DEFINITIONS, OUTSIDE, E, S, boundary, fork, handled, many, sub
from tests.coverage.playing import Row, do, message, play

THREE = "<loopCardinality>3</loopCardinality>"
LAST = THREE + "<completionCondition>nrOfActiveInstances == 1</completionCondition>"
UNDO = f'<intermediateThrowEvent id="t">{DEFINITIONS["compensate"]}</intermediateThrowEvent>'
AGAIN = UNDO.replace('"t"', '"t2"')
INSIDE = users("i") + '<endEvent id="x"/>' + flows("box_s>i>x")
UNDOES = (
    f'<subProcess id="h" triggeredByEvent="true"><startEvent id="h_s">{DEFINITIONS["compensate"]}</startEvent>'
    + users("u") + '<endEvent id="h_e"/>' + flows("h_s>u>h_e") + "</subProcess>"
)  # fmt: skip
REFERRED = UNDO.replace("<compensateEventDefinition/>", '<compensateEventDefinition activityRef="i"/>')


def beside(body: str, path: str) -> str:
    """An event sub-process `h` with an activity that can be undone."""
    begins = f'<startEvent id="h_s" isInterrupting="false">{DEFINITIONS["message"]}</startEvent><endEvent id="h_e"/>'
    return f'<subProcess id="h" triggeredByEvent="true">{begins}{handled("i")}{body}{flows(path)}</subProcess>'


COUNTING = '<scriptTask id="n"><script>seen = loopCounter + 1 == nrOfInstances</script></scriptTask>'


def complex_gateway(condition: str) -> str:
    return f'<complexGateway id="g"><activationCondition>{condition}</activationCondition></complexGateway>'


def row(element: str, body: str, trace: str, rests: str, *moves: Any, **variables: Any) -> Row:
    source = bpmn(body, outside=OUTSIDE)
    return Row(group="", element=element, source=source, trace=trace, rests=rests, moves=moves, variables=variables)


ROWS = [
    row(
        "a boundary event is no active instance",
        S + many(LAST) + boundary(DEFINITIONS["timer"]) + users("z", "n") + E + flows("s>a>z>e", "b>n>e"),
        "s a a", "z", do("a"), do("a"),
    ),
    row(
        "an instance knows how many there are",
        S + many(THREE, kind="subProcess", flags=' isSequential="true"',
                 body='<startEvent id="a_s"/>' + COUNTING + users("i") + '<endEvent id="a_e"/>' + flows("a_s>n>i>a_e"))
        + '<exclusiveGateway id="g" default="g_e"/>' + users("z") + E + flows("s>a>g>e", "g>z: seen"),
        "s a_s n i a_e a a_s n i a_e a a_s n i a_e a g", "z", do("i"), do("i"), do("i"),
    ),
    row(
        "a loop that asks before its rounds counts those before",
        S + '<userTask id="a"><standardLoopCharacteristics testBefore="true"><loopCondition>loopCounter &lt; 2'
        "</loopCondition></standardLoopCharacteristics></userTask>" + users("z") + E + flows("s>a>z>e"),
        "s a a", "z", do("a"), do("a"),
    ),
    row(
        "a loop that asks after its rounds counts the one that is over",
        S + '<userTask id="a"><standardLoopCharacteristics><loopCondition>loopCounter &lt; 2'
        "</loopCondition></standardLoopCharacteristics></userTask>" + users("z") + E + flows("s>a>z>e"),
        "s a a a", "z", do("a"), do("a"), do("a"),
    ),
    row(
        "what undoes a sub-process does so once",
        S + sub(INSIDE + UNDOES) + UNDO + AGAIN + users("z") + E + flows("s>box>t>t2>z>e"),
        "s box_s i x box h_s u h_e h box t t2", "z", do("i"), do("u"),
    ),
    row(
        "what a called process has done is undone",
        S + '<callActivity id="a" calledElement="q"/>' + UNDO + users("z") + E + flows("s>a>t>z>e")
        + '</process><process id="q"><startEvent id="q_s"/>' + handled("i") + handled("k") + flows("q_s>i>k"),
        "s q_s i k a undo_k undo_i a t", "z", do("i"), do("k"), do("undo_k"), do("undo_i"),
    ),
    row(
        "a note at what undoes an activity is no handler",
        S + handled("a") + '<textAnnotation id="note"/><association id="l" sourceRef="on_a" targetRef="note"/>' + UNDO
        + users("z") + E + flows("s>a>t>z>e"),
        "s a undo_a t", "z", do("a"), do("undo_a"),
    ),
    row(
        "many sub-processes with a handler of their own are undone by that alone",
        S + many("<loopCardinality>2</loopCardinality>", kind="subProcess",
                 body='<startEvent id="a_s"/>' + handled("i") + flows("a_s>i"))
        + boundary("<compensateEventDefinition/>") + '<userTask id="u" isForCompensation="true"/>'
        '<association id="as" sourceRef="b" targetRef="u"/>' + UNDO + users("z") + E + flows("s>a>t>z>e"),
        "s a_s a_s i a i a u t", "z", do("i"), do("i"), do("u"),
    ),
    row(
        "an event sub-process undoes its own activity by name",
        S + users("a") + beside(REFERRED, "h_s>i>t>h_e") + E + flows("s>a>e"),
        "s h_s i undo_i t h_e h", "a", message(), do("i"), do("undo_i"),
    ),
    row(
        "an event sub-process undoes its own and what is done around it, the latest first",
        S + handled("c") + users("a") + beside(UNDO, "h_s>i>t>h_e") + E + flows("s>c>a>e"),
        "s c h_s i undo_i undo_c t h_e h", "a", do("c"), message(), do("i"), do("undo_i"), do("undo_c"),
    ),
    row(
        "what an event sub-process has done is undone with what is around it",
        S + users("a") + beside("", "h_s>i>h_e") + handled("c") + UNDO + users("z") + E + flows("s>a>c>t>z>e"),
        "s h_s i h_e h a c undo_c undo_i h t", "z",
        message(), do("i"), do("a"), do("c"), do("undo_c"), do("undo_i"),
    ),
    row(
        "a sub-process between others is undone in its turn",
        S + handled("a") + sub(handled("i") + handled("k") + '<endEvent id="x"/>' + flows("box_s>i>k>x")) + handled("c")
        + UNDO + users("z") + E + flows("s>a>box>c>t>z>e"),
        "s a box_s i k x box c undo_c undo_k undo_i box undo_a t", "z",
        do("a"), do("i"), do("k"), do("c"), do("undo_c"), do("undo_k"), do("undo_i"), do("undo_a"),
    ),
    row(
        "a complex gateway asks again when the case has changed",
        S + users("a", "b", "c", "z") + complex_gateway("ok == true") + E + fork("a>g>z>e", "b>g", "c>e"),
        "s fork_s a c e g", "b z", do("a", ok=False), do("c", ok=True),
    ),
    row(
        "a second token of a flow waits until a complex gateway begins anew",
        S + complex_gateway("activationCount &gt;= 1") + users("b", "z") + '<userTask id="q" completionQuantity="2"/>'
        + E + fork("q>g>z>e", "b>g"),
        "s fork_s q g b g", "z z", do("q"), do("b"),
    ),
    row(
        "one way into a complex gateway is counted too",
        S + complex_gateway("activationCount &gt;= 2") + users("z") + '<userTask id="q" completionQuantity="2"/>' + E
        + flows("s>q>g>z>e"),
        "s q g", "z", do("q"),
    ),
    row(
        "an inclusive join does not wait for what a complex gateway remembers",
        S + complex_gateway("activationCount &gt;= 1") + users("a", "b", "z") + '<inclusiveGateway id="j"/>'
        + '<exclusiveGateway id="o" default="o_e"/>' + E + fork("a>g>z>o>e", "b>j>g") + flows("o>j: more == true"),
        "s fork_s a g z o e b j", "", do("a"), do("z"), do("b"),
    ),
]  # fmt: skip


@pytest.mark.parametrize("model", ROWS, ids=[each.element for each in ROWS])
@pytest.mark.parametrize("is_restored", [False, True], ids=["plainly", "restored"])
def test_it_passes_what_it_should_and_waits_where_it_should(model: Row, is_restored: bool) -> None:
    trace, rests, error = play(model, is_restored=is_restored)
    assert (" ".join(trace), " ".join(rests), error) == (model.trace, model.rests, "")
