"""Events: each definition in each place where it could be drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.bpmn_models import flows, users
from tests.coverage.drawing import (
    DEFINITIONS,
    KINDS,
    OUTSIDE,
    E,
    S,
    boundary,
    fork,
    handled,
    node,
    on_event,
    sub,
    timed,
)
from tests.coverage.elements import row
from tests.coverage.playing import Move, Row, do, fail, fire, message, signal

CATCHING: dict[str, Move] = {
    "message": message(),
    "signal": signal(),
    "conditional": do("other", late=True),
}
MISSING = "none"


def starts() -> Iterator[Row]:
    group = "Start events of a process"
    rest = users("a") + E
    yield row(group, "none", S + rest + flows("s>a>e"), "s", rests="a")
    for kind in KINDS:
        body = node("startEvent", "s", DEFINITIONS[kind]) + rest + flows("s>a>e")
        if kind == "message":
            yield row(group, kind, body, "s", rests="a", by_message="paid")
        elif kind in {"timer", "signal", "conditional"}:
            yield row(group, kind, body, "s", rests="a")
        else:
            yield row(group, kind, body, refused="event-kind:s")
    two = S + node("startEvent", "t", DEFINITIONS["message"]) + users("a", "b") + E + flows("s>a>e", "t>b>e")
    yield row(group, "none and message", two, "t", rests="b", by_message="paid")
    yield row(
        group,
        "multiple",
        node("startEvent", "s", DEFINITIONS["message"] + DEFINITIONS["signal"]) + rest + flows("s>a>e"),
        "s",
        rests="a",
        by_message="paid",
    )
    yield row(
        group,
        "two without an event",
        S + node("startEvent", "t") + rest + flows("s>a>e", "t>a"),
        refused="several-starts:t",
    )
    yield row(
        group,
        "none and timer",
        S + node("startEvent", "t", DEFINITIONS["timer"]) + rest + flows("s>a>e", "t>a"),
        refused="several-starts:t",
    )
    yield row(group, "no start event", rest + flows("a>e"), "a e", moves=(do("a"),))


def ends() -> Iterator[Row]:
    group = "End events"
    for kind in (MISSING, "message", "signal", "escalation", "terminate", "compensate"):
        body = S + users("a") + node("endEvent", "e", DEFINITIONS.get(kind, "")) + flows("s>a>e")
        yield row(group, kind, body, "s a e", moves=(do("a"),))
    error = (
        S + users("a", "b") + node("endEvent", "e", DEFINITIONS["error"]) + E.replace('"e"', '"f"') + fork("a>e", "b>f")
    )
    yield row(group, "error that nothing catches", error, "s a e", moves=(do("a"),), fails="E1")
    stop = (
        S
        + users("a", "b")
        + node("endEvent", "e", DEFINITIONS["terminate"])
        + E.replace('"e"', '"f"')
        + fork("a>e", "b>f")
    )
    yield row(group, "terminate beside other work", stop, "s a e", moves=(do("a"),))
    inside = sub(
        users("i", "k")
        + node("endEvent", "x", DEFINITIONS["terminate"])
        + fork("i>x", "k>y", start="box_s")
        + '<endEvent id="y"/>'
    )
    yield row(
        group,
        "terminate in a sub-process",
        S + inside + users("z") + E + flows("s>box>z>e"),
        "s box_s i x box",
        rests="z",
        moves=(do("i"),),
    )
    for kind in ("timer", "conditional", "link"):
        body = S + users("a") + node("endEvent", "e", DEFINITIONS[kind]) + flows("s>a>e")
        yield row(group, kind, body, refused="event-kind:e")
    body = S + users("a") + node("endEvent", "e", DEFINITIONS["cancel"]) + flows("s>a>e")
    yield row(group, "cancel outside of a transaction", body, refused="cancel-in-transaction:e")
    both = DEFINITIONS["terminate"] + DEFINITIONS["signal"]
    multiple = S + users("a") + node("endEvent", "e", both) + flows("s>a>e")
    yield row(group, "multiple", multiple, "s a e", moves=(do("a"),))
    two = S + users("a", "b") + E + '<endEvent id="f"/>' + fork("a>e", "b>f")
    yield row(group, "several end events", two, "s a e b f", moves=(do("a"), do("b")))
    yield row(group, "no end event", S + users("a") + flows("s>a"), "s a", moves=(do("a"),))


def catching() -> Iterator[Row]:
    group = "Intermediate events that catch"

    def body(definition: str, more: str = "") -> str:
        return (
            S
            + users("other")
            + node("intermediateCatchEvent", "c", definition)
            + E
            + "<endEvent id='f'/>"
            + fork("c>e", "other>f")
            + more
        )

    for kind, move in CATCHING.items():
        trace = "s other c f e" if kind == "conditional" else "s c e"
        rests = "" if kind == "conditional" else "other"
        yield row(group, kind, body(DEFINITIONS[kind]), trace, rests=rests, moves=(move,), variables={"late": False})
    for how, text in (
        ("Duration", "PT5S"),
        ("Duration", "P3D"),
        ("Date", "2026-12-01"),
        ("Date", "2026-12-01T08:00:00Z"),
        ("Duration", "wait"),
    ):
        told = {"variables": {"wait": "PT2H"}, "moves": (fire("c"),)}
        yield row(
            group,
            f"timer, time{how} {'by an expression' if text == 'wait' else f'`{text}`'}",
            body(timed(how, text)),
            "s c e",
            rests="other",
            **told,
        )
    cycle = body(timed("Cycle", "R2/PT1H"))
    yield row(group, "timer, timeCycle `R2/PT1H`", cycle, "s c e c e", rests="other", moves=(fire("c"), fire("c")))
    linked = (
        S
        + node("intermediateThrowEvent", "t", DEFINITIONS["link"])
        + node("intermediateCatchEvent", "c", DEFINITIONS["link"])
        + E
        + flows("s>t", "c>e")
    )
    yield row(group, "link", linked, "s t c e")
    yield row(
        group,
        "link that nothing leads to",
        S + users("a") + node("intermediateCatchEvent", "c", DEFINITIONS["link"]) + E + flows("s>a>e", "c>e"),
        refused="link:c",
    )
    for kind in ("error", "escalation", "cancel", "compensate", "terminate"):
        yield row(group, kind, body(DEFINITIONS[kind]), refused="event-kind:c")
    yield row(group, MISSING, body(""), refused="event-kind:c")
    any_of = body(DEFINITIONS["message"] + DEFINITIONS["signal"])
    yield row(group, "multiple", any_of, "s c e", rests="other", moves=(signal(),))
    all_of = any_of.replace('id="c"', 'id="c" parallelMultiple="true"')
    yield row(group, "parallel multiple", all_of, "s c e", rests="other", moves=(signal(), message()))
    yield row(group, "timer with no time", body("<timerEventDefinition/>"), refused="timer:c")
    twice = (
        "<timerEventDefinition><timeDate>2026-12-01</timeDate><timeDuration>P1D</timeDuration></timerEventDefinition>"
    )
    yield row(group, "timer with two times", body(twice), refused="timer:c")
    yield row(group, "timer, text that is no ISO 8601", body(timed("Duration", "P1DT")), refused="timer:c")
    shared = OUTSIDE + '<signalEventDefinition id="ev" signalRef="sig"/>'
    yield row(
        group,
        "eventDefinitionRef",
        body("<eventDefinitionRef>ev</eventDefinitionRef>"),
        "s c e",
        rests="other",
        moves=(signal(),),
        outside=shared,
    )
    yield row(
        group,
        "eventDefinitionRef to nothing",
        body("<eventDefinitionRef>no</eventDefinitionRef>"),
        refused="dangling:c",
    )


def throwing() -> Iterator[Row]:
    group = "Intermediate events that throw"
    for kind in (MISSING, "message", "signal", "escalation", "compensate"):
        body = S + node("intermediateThrowEvent", "t", DEFINITIONS.get(kind, "")) + users("a") + E + flows("s>t>a>e")
        yield row(group, kind, body, "s t", rests="a")
    heard = (
        S
        + node("intermediateThrowEvent", "t", DEFINITIONS["signal"])
        + node("intermediateCatchEvent", "c", DEFINITIONS["signal"])
        + users("a", "b")
        + E
    )
    yield row(group, "signal, caught in the same case", heard + fork("c>b>e", "t>a>e"), "s t c", rests="a b")
    for kind in ("timer", "conditional", "error", "cancel", "terminate"):
        body = S + node("intermediateThrowEvent", "t", DEFINITIONS[kind]) + users("a") + E + flows("s>t>a>e")
        yield row(group, kind, body, refused="event-kind:t")
    both = (
        S
        + node("intermediateThrowEvent", "t", DEFINITIONS["message"] + DEFINITIONS["signal"])
        + users("a")
        + E
        + flows("s>t>a>e")
    )
    yield row(group, "multiple", both, "s t", rests="a")
    lost = S + node("intermediateThrowEvent", "t", DEFINITIONS["link"]) + E + fork("e", "t")
    yield row(group, "link with no catch", lost, refused="link:t")


def boundaries() -> Iterator[Row]:
    for interrupts in (True, False):
        yield from _boundaries(interrupts)
    group = "Boundary events, other hosts"
    one = S + users("a", "t") + boundary(DEFINITIONS["signal"], interrupts=False).replace('"false"', '"0"')
    yield row(group, "cancelActivity 0", one + E + flows("s>a>e", "b>t>e"), "s b", rests="a t", moves=(signal(),))
    late = users("t") + E + flows("s>a>e", "b>t>e")
    for kind, inside in (("receiveTask", ""), ("serviceTask", ""), ("scriptTask", "<script>n = 1</script>")):
        if kind != "scriptTask":
            body = S + node(kind, "a", inside) + boundary(DEFINITIONS["timer"]) + late
            yield row(group, f"timer on a {kind}", body, "s b", rests="t", moves=(fire("b"),))
    called = S + node("callActivity", "a", calledElement="q") + boundary(DEFINITIONS["error"]) + late
    inner = (
        '</process><process id="q"><startEvent id="q_s"/>'
        + users("i")
        + node("endEvent", "q_e", DEFINITIONS["error"])
        + flows("q_s>i>q_e")
    )
    yield row(group, "error on a callActivity", called + inner, "s q_s i b q_e", rests="t", moves=(do("i"),))
    many = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    many = node("userTask", "a", many)
    yield row(
        group,
        "message on many instances",
        S + many + boundary(DEFINITIONS["message"]) + late,
        "s b",
        rests="t",
        moves=(message(),),
    )
    yield row(
        group,
        "on a gateway",
        S + '<exclusiveGateway id="a"/>' + boundary(DEFINITIONS["timer"]) + late,
        refused="boundary-place:b",
    )
    yield row(
        group, "on nothing", S + users("a") + boundary(DEFINITIONS["timer"], host="no") + late, refused="dangling:b"
    )
    failing = S + users("a") + boundary(DEFINITIONS["error"]) + late
    yield row(group, "error that a task reports", failing, "s b", rests="t", moves=(fail("a", "E1"),))
    anything = failing.replace(DEFINITIONS["error"], "<errorEventDefinition/>")
    yield row(group, "error of any code", anything, "s b", rests="t", moves=(fail("a", "E9"),))


def _boundaries(interrupts: bool) -> Iterator[Row]:
    group = f"Boundary events that {'interrupt' if interrupts else 'do not interrupt'}"
    late = users("t", "other") + E + fork("a>e", "other>e") + flows("b>t>e")

    def body(definition: str, more: str = "") -> str:
        return S + users("a") + boundary(definition, interrupts=interrupts, more=more) + late

    rests = "other t" if interrupts else "a other t"
    for kind, move in CATCHING.items():
        told: dict[str, Any] = {"moves": (move,), "variables": {"late": False}}
        trace, left = ("s other b e", rests.replace("other ", "")) if kind == "conditional" else ("s b", rests)
        yield row(group, kind, body(DEFINITIONS[kind]), trace, rests=left, **told)
    yield row(group, "timer, timeDuration", body(DEFINITIONS["timer"]), "s b", rests=rests, moves=(fire("b"),))
    if not interrupts:
        cycle = body(timed("Cycle", "R2/PT1H"))
        yield row(group, "timer, timeCycle `R2/PT1H`", cycle, "s b b", rests=rests + " t", moves=(fire("b"), fire("b")))
        yield row(
            group,
            "message, twice",
            body(DEFINITIONS["message"]),
            "s b b",
            rests=rests + " t",
            moves=(message(), message()),
        )
    else:
        yield row(
            group, "timer, timeCycle `R3/PT1H`", body(timed("Cycle", "R3/PT1H")), "s b", rests=rests, moves=(fire("b"),)
        )
    for kind in ("error", "escalation"):
        inside = sub(
            users("i", "k")
            + node("endEvent", "x", DEFINITIONS[kind])
            + fork("i>x", "k>y", start="box_s")
            + '<endEvent id="y"/>'
        )
        caught = (
            S
            + inside
            + boundary(DEFINITIONS[kind], host="box", interrupts=interrupts)
            + users("t")
            + E
            + flows("s>box>e", "b>t>e")
        )
        if kind == "error" and not interrupts:
            yield row(group, kind, caught, refused="error-interrupts:b")
        else:
            left = "t" if interrupts else "k t"
            yield row(group, kind, caught, "s box_s i b x", rests=left, moves=(do("i"),))
    stop = sub(users("i") + node("endEvent", "x", DEFINITIONS["cancel"]) + flows("box_s>i>x"), kind="transaction")
    left_by = (
        S
        + stop
        + boundary(DEFINITIONS["cancel"], host="box", interrupts=interrupts)
        + users("t")
        + E
        + flows("s>box>e", "b>t>e")
    )
    if interrupts:
        yield row(group, "cancel", left_by, "s box_s i b x", rests="t", moves=(do("i"),))
        undone = S + handled("a") + node("endEvent", "e", DEFINITIONS["compensate"]) + flows("s>a>e")
        yield row(group, "compensate", undone, "s a undo_a e", moves=(do("a"), do("undo_a")))
    else:
        yield row(group, "cancel", left_by, refused="error-interrupts:b")
    for kind in ("link", "terminate"):
        yield row(group, kind, body(DEFINITIONS[kind]), refused="event-kind:b")
    yield row(group, MISSING, body(""), refused="event-kind:b")
    two = DEFINITIONS["message"] + DEFINITIONS["signal"]
    yield row(group, "multiple", body(two), "s b", rests=rests, moves=(signal(),))
    yield row(
        group,
        "parallel multiple",
        body(two, ' parallelMultiple="true"'),
        "s b",
        rests=rests,
        moves=(signal(), message()),
    )


def event_sub_processes() -> Iterator[Row]:
    for interrupts in (True, False):
        yield from _event_sub_processes(interrupts)
    group = "Event sub-processes, otherwise"
    plain = S + users("a") + E + flows("s>a>e")
    yield row(group, "that is never begun", plain + on_event(DEFINITIONS["timer"]), "s a e", moves=(do("a"),))
    inside = sub(users("i") + on_event(DEFINITIONS["message"]) + '<endEvent id="x"/>' + flows("box_s>i>x"))
    moves = (message(), do("h_a"))
    yield row(
        group,
        "in a sub-process",
        S + inside + users("z") + E + flows("s>box>z>e"),
        "s box_s h_s h_a h_e h box",
        rests="z",
        moves=moves,
    )
    yield row(
        group, "with flows", plain + on_event(DEFINITIONS["message"]) + flows("a>h"), refused="event-sub-process:h"
    )
    looped = on_event(DEFINITIONS["message"]).replace(
        'Event="true">', 'Event="true"><standardLoopCharacteristics loopMaximum="2"/>'
    )
    yield row(group, "with a loop marker", plain + looped, refused="loop-on-event-sub-process:h")
    two = on_event(DEFINITIONS["message"]).replace("</subProcess>", '<startEvent id="h_t"/></subProcess>')
    yield row(group, "with two start events", plain + two, refused="event-sub-process:h")


def _event_sub_processes(interrupts: bool) -> Iterator[Row]:
    group = f"Event sub-processes that {'interrupt' if interrupts else 'do not interrupt'}"
    ends = '<endEvent id="f"/>'

    def body(definition: str) -> str:
        return S + users("a", "other") + E + ends + fork("a>e", "other>f") + on_event(definition, interrupts=interrupts)

    rests = "h_a" if interrupts else "a other h_a"
    for kind, move in CATCHING.items():
        trace, left = ("s h_s", rests)
        if kind == "conditional":  # what is caught goes before what is ready
            trace, left = "s other h_s" if interrupts else "s other h_s f", rests.replace("other ", "")
        yield row(group, kind, body(DEFINITIONS[kind]), trace, rests=left, moves=(move,), variables={"late": False})
    yield row(group, "timer", body(DEFINITIONS["timer"]), "s h_s", rests=rests, moves=(fire("h_s"),))
    if not interrupts:
        cycle = body(timed("Cycle", "R2/PT1H"))
        yield row(
            group, "timer, timeCycle", cycle, "s h_s h_s", rests="a other h_a h_a", moves=(fire("h_s"), fire("h_s"))
        )
    for kind in ("error", "escalation"):
        raised = S + users("a", "other") + node("endEvent", "x", DEFINITIONS[kind]) + ends + fork("a>x", "other>f")
        raised += on_event(DEFINITIONS[kind], interrupts=interrupts)
        if kind == "error" and not interrupts:
            yield row(group, kind, raised, refused="error-interrupts:h_s")
        else:
            yield row(group, kind, raised, "s a x h_s", rests="h_a" if interrupts else "other h_a", moves=(do("a"),))
    yield row(
        group, "multiple", body(DEFINITIONS["message"] + DEFINITIONS["signal"]), "s h_s", rests=rests, moves=(signal(),)
    )
    for kind in ("cancel", "link", "terminate"):
        rule = "event-kind:h_s"
        yield row(group, kind, body(DEFINITIONS[kind]), refused=rule)
    yield row(group, MISSING, body(""), refused="event-sub-process:h")


def compensation() -> Iterator[Row]:
    group = "Compensation"

    def body(done: str, definition: str = DEFINITIONS["compensate"], after: str = "a>t") -> str:
        throw = node("intermediateThrowEvent", "t", definition)
        return S + done + throw + users("z") + E + flows(f"s>{after}>z>e")

    twice = body(handled("a") + handled("b"), after="a>b>t")
    moves = (do("a"), do("b"), do("undo_b"), do("undo_a"))
    yield row(group, "all that is finished, the latest first", twice, "s a b undo_b undo_a t", rests="z", moves=moves)
    named = twice.replace(
        "<compensateEventDefinition/></intermediateThrowEvent>",
        '<compensateEventDefinition activityRef="a"/></intermediateThrowEvent>',
    )
    yield row(
        group, "one activity (activityRef)", named, "s a b undo_a t", rests="z", moves=(do("a"), do("b"), do("undo_a"))
    )
    inside = sub(handled("i") + '<endEvent id="x"/>' + flows("box_s>i>x"))
    yield row(
        group,
        "a finished sub-process",
        body(inside, after="box>t"),
        "s box_s i x box undo_i box t",
        rests="z",
        moves=(do("i"), do("undo_i")),
    )
    starts = on_event(DEFINITIONS["compensate"])
    own = sub(users("i") + '<endEvent id="x"/>' + starts + flows("box_s>i>x"))
    yield row(
        group,
        "a sub-process that says how it is undone",
        body(own, after="box>t"),
        "s box_s i x box h_s h_a h_e h box t",
        rests="z",
        moves=(do("i"), do("h_a")),
    )
    many = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    each = sub(handled("i") + '<endEvent id="x"/>' + flows("box_s>i>x"), inside=many)
    moves = (do("i"), do("i"), do("undo_i"), do("undo_i"))
    yield row(
        group,
        "each instance of a sub-process",
        body(each, after="box>t"),
        "s box_s box_s i x box i x box undo_i box undo_i box t",
        rests="z",
        moves=moves,
    )
    yield row(
        group,
        "waitForCompletion false",
        body(handled("a"), '<compensateEventDefinition waitForCompletion="false"/>'),
        refused="compensation:t",
    )
    yield row(
        group,
        "an activity of another scope",
        body(sub(handled("i") + flows("box_s>i")), '<compensateEventDefinition activityRef="i"/>', "box>t"),
        refused="compensation:t",
    )
    loose = handled("a").replace('targetRef="undo_a"', 'targetRef="z"')
    yield row(group, "a boundary event that leads to no handler", body(loose), refused="compensation:on_a")
    late = handled("a") + boundary(DEFINITIONS["timer"], host="undo_a") + users("k") + flows("b>k>e")
    yield row(group, "a handler with a boundary event", body(late), refused="compensation:undo_a")
    left = body(handled("a")) + flows("on_a>z")
    yield row(group, "a boundary event with a flow", left, refused="compensation:on_a")
    flowing = body(handled("a")) + flows("undo_a>z")
    yield row(group, "a handler with flows", flowing, refused="compensation:undo_a")
