"""Tasks, gateways, flows, loops, sub-processes, data and what is only drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.bpmn_models import bpmn, flows, properties, users
from tests.coverage.drawing import DEFINITIONS, OUTSIDE, E, S, boundary, fork, handled, many, node, sub, timed
from tests.coverage.playing import Row, answer, do, fire, message
from tests.unit.model.test_decision_tables import dmn

CAMUNDA = ' c:decisionRef="fee" xmlns:c="http://camunda.org/schema/1.0/bpmn"'
FEE = {"fee.dmn": dmn([(["< 100"], ["10"]), ([">= 100"], ["20"])])}


def row(group: str, element: str, body: str, trace: str = "", *, outside: str = OUTSIDE, **told: Any) -> Row:
    """A row; a fork drawn after a start is passed right after it."""
    passed = [f"{each} fork_{each}" if f'id="fork_{each}"' in body else each for each in trace.split()]
    return Row(group=group, element=element, source=bpmn(body, outside=outside), trace=" ".join(passed), **told)


def tasks() -> Iterator[Row]:
    group = "Tasks"
    for kind in ("task", "userTask", "manualTask"):
        yield row(group, kind, S + node(kind, "a") + E + flows("s>a>e"), "s a e", moves=(do("a"),))
    yield row(group, "serviceTask", S + node("serviceTask", "a") + E + flows("s>a>e"), "s a e", moves=(answer("a"),))
    yield row(group, "sendTask", S + node("sendTask", "a", messageRef="m") + E + flows("s>a>e"), "s a e")
    receive = S + node("receiveTask", "a", messageRef="m") + E + flows("s>a>e")
    yield row(group, "receiveTask", receive, "s a e", moves=(message(),))
    begins = node("receiveTask", "a", messageRef="m", instantiate="true") + E + flows("a>e")
    yield row(group, "receiveTask, instantiate", begins, "a e", by_message="paid")
    late = S + node("receiveTask", "a", messageRef="m", instantiate="true") + E + flows("s>a>e")
    yield row(group, "receiveTask, instantiate, with a flow to it", late, refused="instantiate:a")
    script = S + node("scriptTask", "a", "<script>n = 1</script>") + users("b") + E
    script += '<exclusiveGateway id="g" default="g_e"/>' + flows("s>a>g>e", "g>b: n == 1", "b>e")
    yield row(group, "scriptTask, `name = CEL`", script, "s a g", rests="b")
    other = S + node("scriptTask", "a", "<script>n = 1</script>", scriptFormat="groovy") + E + flows("s>a>e")
    yield row(group, "scriptTask, another language", other, refused="script:a")
    rule = S + f'<businessRuleTask id="a"{CAMUNDA}/>' + users("b") + '<exclusiveGateway id="g" default="g_e"/>' + E
    rule += flows("s>a>g>e", "g>b: fee == 20", "b>e")
    yield row(group, "businessRuleTask, DMN table", rule, "s a g", rests="b", decisions=FEE, variables={"area": 100})
    yield row(group, "businessRuleTask, no such table", rule, refused="business-rule:a")
    wrong = {"fee.dmn": dmn([(["sum(1)"], ["10"])])}
    yield row(group, "businessRuleTask, a cell beyond S-FEEL", rule, refused="decision-table:a", decisions=wrong)
    yield row(
        group, "startQuantity",
        S + users("b", "c") + node("userTask", "a", startQuantity="2") + '<parallelGateway id="g"/>' + E
        + flows("s>g>b>a>e", "g>c>a"),
        "s g b c a e", moves=(do("b"), do("c"), do("a")),
    )  # fmt: skip
    double = S + node("userTask", "a", completionQuantity="2") + users("b") + E + flows("s>a>b>e")
    yield row(group, "completionQuantity", double, "s a b e b e", moves=(do("a"), do("b"), do("b")))
    for name in ("startQuantity", "completionQuantity"):
        body = S + node("userTask", "a", **{name: "0"}) + E + flows("s>a>e")
        yield row(group, f"{name} 0", body, refused="token-quantity:a")


def gateways() -> Iterator[Row]:
    group = "Gateways"
    split, more = S + users("a", "b") + E + "{0}" + flows("s>g", "a>e", "b>e"), flows("g>a: n > 1", "g>b")
    choice = split.format('<exclusiveGateway id="g" default="g_b"/>') + more
    yield row(group, "exclusiveGateway, default flow", choice, "s g", rests="a", variables={"n": 2})
    merged = S + users("a", "b") + '<exclusiveGateway id="g"/>' + E + fork("a>g>e", "b>g")
    yield row(group, "exclusiveGateway, merging", merged, "s a g e b g e", moves=(do("a"), do("b")))
    one = choice.replace(' default="g_b"', "")
    yield row(group, "exclusiveGateway, one flow without condition", one, "s g", rests="b", variables={"n": 0})
    none = S + users("a", "b", "c") + '<exclusiveGateway id="g"/>' + flows("s>g>a", "g>b", "g>c: n > 1")
    yield row(group, "exclusiveGateway, two flows without condition", none, refused="gateway-conditions:g")
    both = S + users("a", "b") + '<parallelGateway id="g"/><parallelGateway id="j"/>' + E
    both += flows("s>g>a>j>e", "g>b>j")
    yield row(group, "parallelGateway, fork and join", both, "s g b a j e", moves=(do("b"), do("a")))
    some = S + users("a", "b", "c") + '<inclusiveGateway id="g" default="g_c"/><inclusiveGateway id="j"/>' + E
    some += flows("s>g>c>j>e", "g>a: n > 1", "g>b: n > 2", "a>j", "b>j")
    yield row(
        group, "inclusiveGateway, fork and join", some, "s g b a j e", moves=(do("b"), do("a")), variables={"n": 3}
    )
    yield row(group, "inclusiveGateway, default flow", some, "s g c j e", moves=(do("c"),), variables={"n": 0})
    condition = "<activationCondition>activationCount &gt;= 2</activationCondition>"
    voted = (
        S + users("a", "b", "c", "d") + f'<parallelGateway id="g"/><complexGateway id="j">{condition}</complexGateway>'
    )
    voted += E + flows("s>g>a>j>d>e", "g>b>j", "g>c>j")
    moves = (do("a"), do("b"), do("d"), do("c"))
    yield row(group, "complexGateway, activationCondition", voted, "s g a b j d e c", moves=moves)
    plain = some.replace("inclusiveGateway", "complexGateway")
    yield row(
        group, "complexGateway, no activationCondition", plain, "s g b a j e", moves=(do("b"), do("a")),
        variables={"n": 3},
    )  # fmt: skip
    yield from event_gateways(group)
    yield row(group, "gateway with nothing leading to it", S + users("a", "b") + flows("s>a") + node(
        "exclusiveGateway", "g") + flows("g>b"), refused="unreachable:g")  # fmt: skip


def event_gateways(group: str) -> Iterator[Row]:
    waits = {
        "message and timer": (DEFINITIONS["message"], DEFINITIONS["timer"], (message(),), "s g x u e"),
        "timer and signal": (DEFINITIONS["timer"], DEFINITIONS["signal"], (fire("x"),), "s g x u e"),
        "condition and message": (DEFINITIONS["conditional"], DEFINITIONS["message"], (message(),), "s g y v e"),
    }
    for name, (first, second, moves, trace) in waits.items():
        body = S + users("u", "v") + E + '<eventBasedGateway id="g"/>' + node("intermediateCatchEvent", "x", first)
        body += node("intermediateCatchEvent", "y", second) + flows("s>g>x>u>e", "g>y>v>e")
        yield row(
            group, f"eventBasedGateway, {name}", body, trace, moves=(*moves, do(trace.split()[3])),
            variables={"late": False},
        )  # fmt: skip
    catch = node("intermediateCatchEvent", "y", DEFINITIONS["timer"])
    receive = node("receiveTask", "x", messageRef="m") + catch + E
    body = S + '<eventBasedGateway id="g"/>' + receive + flows("s>g>x>e", "g>y>e")
    yield row(group, "eventBasedGateway, receiveTask", body, "s g x e", moves=(message(),))
    yield row(
        group, "eventBasedGateway, eventGatewayType Parallel",
        body.replace('id="g"', 'id="g" eventGatewayType="Parallel"'), refused="event-gateway:g",
    )  # fmt: skip
    begins = '<eventBasedGateway id="g" instantiate="true"/>' + node(
        "intermediateCatchEvent", "x", DEFINITIONS["message"]
    )
    begins += node("intermediateCatchEvent", "y", '<messageEventDefinition messageRef="n"/>') + E
    named = OUTSIDE + '<message id="n" name="other"/>'
    yield row(
        group, "eventBasedGateway, instantiate", begins + flows("g>x>e", "g>y>e"), "y e", by_message="other",
        outside=named,
    )  # fmt: skip
    task = S + '<eventBasedGateway id="g"/>' + users("x") + catch + E + flows("s>g>x>e", "g>y>e")
    yield row(group, "eventBasedGateway before a task", task, refused="event-gateway:x")
    bound = body + boundary(DEFINITIONS["timer"], host="x") + flows("b>e")
    yield row(group, "eventBasedGateway before a bounded receiveTask", bound, refused="event-gateway:x")


def sequence_flows() -> Iterator[Row]:
    group = "Sequence flows"
    yield row(group, "sequenceFlow", S + users("a") + E + flows("s>a>e"), "s a e", moves=(do("a"),))
    several = S + users("a", "b", "c") + E + flows("s>a>b>e", "a>c>e")
    yield row(group, "several flows out of a task", several, "s a", rests="b c", moves=(do("a"),))
    asked = S + users("a", "b", "c", "d") + E + flows("s>a", "a>b: n > 1", "a>c: n > 2", "b>e", "c>e", "d>e")
    default = asked.replace('id="a"', 'id="a" default="a_d"', 1) + flows("a>d")
    told = {"variables": {"n": 2}, "moves": (do("a"),)}
    yield row(
        group,
        "conditional flows out of a task",
        asked.replace(users("d"), "").replace(flows("d>e"), ""),
        "s a",
        rests="b",
        **told,
    )
    yield row(group, "conditional flows and a default", default, "s a", rests="d", moves=(do("a"),), variables={"n": 0})
    mixed = S + users("a", "b", "c") + E + flows("s>a>b>e", "a>c: n > 5", "c>e")
    yield row(group, "a conditional flow beside a plain one", mixed, "s a", rests="b", **told)
    yield row(
        group,
        "conditionExpression that is no condition",
        S + users("a", "b") + flows("s>a", "a>b: 'x'"),
        refused="expression:a_b",
    )
    yield row(
        group,
        "conditionExpression that does not parse",
        S + users("a", "b") + flows("s>a", "a>b: x =="),
        refused="expression:a_b",
    )
    yield row(
        group,
        "default of another node",
        S + users("b") + node("userTask", "a", default="b_e") + E + flows("s>a>b>e"),
        refused="default-of-another:a",
    )
    crossing = S + sub(users("i") + flows("box_s>i")) + E + flows("s>box>e", "i>e")
    yield row(group, "flow out of a sub-process", crossing, refused="flow-ends:i_e")
    yield row(group, "flow into a start event", S + users("a") + E + flows("s>a>e", "a>s"), refused="flow-ends:a_s")
    yield row(group, "flow out of an end event", S + users("a", "b") + E + flows("s>a>e>b"), refused="flow-ends:e_b")
    dangling = S + users("a") + E + flows("s>a>e", "a>nowhere")
    yield row(group, "flow to nothing", dangling, refused="dangling:a_nowhere")
    for wrapped in ("${n / 2 > 1}", "=n / 2 > 1"):
        foreign = S + users("a", "b") + '<exclusiveGateway id="g" default="g_b"/>' + flows("s>g>b", f"g>a: {wrapped}")
        yield row(group, f"division in another tool's `{wrapped}`", foreign, refused="expression:g_a")
    script = node("scriptTask", "a", "<script>n = n + 1</script>")
    round_ = S + script + '<exclusiveGateway id="g" default="g_e"/>' + E + flows("s>a>g>e", "g>a: n < 3")
    yield row(group, "loop drawn with flows", round_, "s a g a g e", variables={"n": 1})
    endless = S + '<exclusiveGateway id="g" default="g_x"/><exclusiveGateway id="x"/>' + E + flows("s>g>x>g", "g>e: n")
    yield row(group, "circle in which nothing waits", endless, refused="loop-without-wait:g")


def loops() -> Iterator[Row]:
    group = "Loops and many instances"

    def body(task: str) -> str:
        return S + task + users("z") + E + flows("s>a>z>e")

    def looped(inside: str, flags: str = "") -> str:
        return body(
            node("userTask", "a", f"<standardLoopCharacteristics{flags}>{inside}</standardLoopCharacteristics>")
        )

    again = "<loopCondition>more == true</loopCondition>"
    twice = (do("a", more=True), do("a", more=False))
    yield row(group, "standard loop, asked after", looped(again), "s a a", rests="z", moves=twice)
    before = looped(again, ' testBefore="true"')
    yield row(group, "standard loop, testBefore", before, "s", rests="z", variables={"more": False})
    most = looped(again, ' loopMaximum="2"')
    yield row(
        group, "standard loop, loopMaximum", most, "s a a", rests="z", moves=(do("a", more=True), do("a", more=True))
    )
    yield row(group, "standard loop without bounds", looped(""), refused="loop-bounds:a")
    yield row(group, "standard loop, loopMaximum -1", looped("", ' loopMaximum="-1"'), refused="loop-bounds:a")
    three = "<loopCardinality>2</loopCardinality>"
    yield row(
        group,
        "multi-instance, parallel, loopCardinality",
        body(many(three)),
        "s a a",
        rests="z",
        moves=(do("a"), do("a")),
    )
    one_by_one = body(many(three, flags=' isSequential="true"'))
    yield row(group, "multi-instance, sequential", one_by_one, "s a a", rests="z", moves=(do("a"), do("a")))
    items = "<loopDataInputRef>units</loopDataInputRef><loopDataOutputRef>answers</loopDataOutputRef>"
    items += '<inputDataItem id="unit"/><outputDataItem id="said"/>'
    both = (do("a", said="yes"), do("a", said="no"))
    yield row(
        group, "multi-instance over a collection",
        S + many(items) + users("y", "z") + '<exclusiveGateway id="g" default="g_z"/>' + E
        + flows("s>a>g>z>e", "g>y: answers == ['yes', 'no']", "y>e"),
        "s a a g", rests="y", moves=both, variables={"units": ["tax", "land"]},
    )  # fmt: skip
    enough = three.replace("2", "3") + "<completionCondition>nrOfCompletedInstances &gt;= 1</completionCondition>"
    yield row(group, "multi-instance, completionCondition", body(many(enough)), "s a", rests="z", moves=(do("a"),))
    outside = OUTSIDE + '<signalEventDefinition id="ev" signalRef="sig"/>'
    heard = boundary(DEFINITIONS["signal"], interrupts=False) + users("t") + flows("b>t>e")
    moves = (do("a"), do("a"))
    for behavior, trace, rests in (("None", "s a b a b", "t t z"), ("One", "s a b a", "t z"), ("All", "s a a", "z")):
        flags = f' behavior="{behavior}" {behavior.lower()}BehaviorEventRef="ev"'
        throwing = body(many(three, flags=flags)) + heard
        yield row(
            group, f"multi-instance, behavior {behavior}", throwing, trace, rests=rests, moves=moves, outside=outside
        )
    thrown = f"<event id='ie'>{DEFINITIONS['signal']}</event>"
    complex_ = f"{three}<complexBehaviorDefinition><condition>nrOfCompletedInstances == 2</condition>{thrown}"
    complex_ += "</complexBehaviorDefinition>"
    yield row(
        group, "multi-instance, behavior Complex", body(many(complex_, flags=' behavior="Complex"')) + heard,
        "s a a b", rests="t z", moves=moves,
    )  # fmt: skip
    yield row(
        group,
        "multi-instance, behavior without its event",
        body(many(three, flags=' behavior="One"')),
        refused="multi-instance-behavior:a",
    )
    yield row(group, "multi-instance, cardinality -2", body(many(three.replace("2", "-2"))), refused="loop-bounds:a")
    yield row(group, "multi-instance, neither count nor collection", body(many("")), refused="loop-bounds:a")
    two = many(three).replace("</userTask>", '<standardLoopCharacteristics loopMaximum="2"/></userTask>')
    yield row(group, "both loop markers on one activity", body(two), refused="loop-bounds:a")
    inner = '<startEvent id="a_s"/>' + users("i") + '<endEvent id="a_e"/>' + flows("a_s>i>a_e")
    boxes = body(many(three, kind="subProcess", body=inner))
    yield row(
        group, "multi-instance sub-process", boxes, "s a_s a_s i a_e a i a_e a", rests="z", moves=(do("i"), do("i"))
    )


def sub_processes() -> Iterator[Row]:
    group = "Sub-processes and calls"
    inside = users("i") + '<endEvent id="box_e"/>' + flows("box_s>i>box_e")
    around = S + users("z") + E + flows("s>box>z>e")
    yield row(group, "subProcess", around + sub(inside), "s box_s i box_e box", rests="z", moves=(do("i"),))
    nested = sub(
        sub(users("i") + '<endEvent id="in_e"/>' + flows("in_s>i>in_e"), node_id="in")
        + '<endEvent id="box_e"/>'
        + flows("box_s>in>box_e")
    )
    yield row(
        group,
        "subProcess in a subProcess",
        around + nested,
        "s box_s in_s i in_e in box_e box",
        rests="z",
        moves=(do("i"),),
    )
    bare = f'<subProcess id="box">{users("i", "k")}</subProcess>'
    yield row(
        group, "subProcess without start and end", around + bare, "s i k box", rests="z", moves=(do("i"), do("k"))
    )
    yield row(group, "subProcess, empty", around + '<subProcess id="box"/>', refused="empty-scope:box")
    two = sub(inside + '<startEvent id="t"/>' + flows("t>i"))
    yield row(group, "subProcess with two start events", around + two, refused="several-starts:t")
    waits = sub(inside).replace(
        '<startEvent id="box_s"/>', f'<startEvent id="box_s">{DEFINITIONS["message"]}</startEvent>'
    )
    yield row(group, "subProcess that begins with an event", around + waits, refused="several-starts:box_s")
    paid = sub(inside, kind="transaction")
    yield row(group, "transaction", around + paid, "s box_s i box_e box", rests="z", moves=(do("i"),))
    stop = f'<endEvent id="box_e">{DEFINITIONS["cancel"]}</endEvent>'
    cancelled = sub(
        handled("i")
        + users("k")
        + stop
        + '<parallelGateway id="g"/>'
        + users("n")
        + '<endEvent id="y"/>'
        + flows("box_s>g>i>n>box_e", "g>k>y"),
        kind="transaction",
    )
    left = boundary(DEFINITIONS["cancel"], host="box") + users("t") + flows("b>t>e")
    moves = (do("i"), do("n"), do("undo_i"))
    yield row(
        group,
        "transaction, cancelled",
        around + cancelled + left,
        "s box_s g i n undo_i b box_e",
        rests="t",
        moves=moves,
    )
    yield row(
        group, "transaction, cancel that nothing catches", around + cancelled, refused="cancel-in-transaction:box_e"
    )
    yield from calls(group)
    yield from ad_hoc("Ad-hoc sub-processes")


def calls(group: str) -> Iterator[Row]:
    call = S + node("callActivity", "a", calledElement="q") + users("z") + E + flows("s>a>z>e")

    def file(body: str) -> str:
        return f'{call}</process><process id="q" isExecutable="false">{body}'

    inner = '<startEvent id="q_s"/>' + users("i") + '<endEvent id="q_e"/>' + flows("q_s>i>q_e")
    yield row(group, "callActivity, process", file(inner), "s q_s i q_e a", rests="z", moves=(do("i"),))
    also = inner + f'<startEvent id="q_m">{DEFINITIONS["message"]}</startEvent>' + users("k") + flows("q_m>k>q_e")
    yield row(
        group,
        "callActivity, process that a message may begin too",
        file(also),
        "s q_s i q_e a",
        rests="z",
        moves=(do("i"),),
    )
    for kind, move in (("globalTask", do), ("globalUserTask", do), ("globalManualTask", do)):
        outside = f'<{kind} id="q" name="Việc chung"/>'
        yield row(
            group, f"callActivity, {kind}", call, "s q.task a", rests="z", moves=(move("q.task"),), outside=outside
        )
    script = '<globalScriptTask id="q"><script>n = 1</script></globalScriptTask>'
    yield row(group, "callActivity, globalScriptTask", call, "s q.task a", rests="z", outside=script)
    rule = f'<globalBusinessRuleTask id="q"{CAMUNDA}/>'
    yield row(
        group,
        "callActivity, globalBusinessRuleTask",
        call,
        "s q.task a",
        rests="z",
        outside=rule,
        decisions=FEE,
        variables={"area": 1},
    )
    yield row(group, "callActivity of what is not in the file", call, refused="call-activity:a")
    yield row(group, "callActivity of its own process", call.replace('"q"', '"p"'), refused="call-activity:a")
    only = f'<startEvent id="q_m">{DEFINITIONS["message"]}</startEvent>' + users("i") + flows("q_m>i")
    yield row(group, "callActivity of a process that only an event begins", file(only), refused="call-activity:a")


def ad_hoc(group: str) -> Iterator[Row]:
    def box(inside: str, *, more: str = "", condition: str = "") -> str:
        done = f"<completionCondition>{condition}</completionCondition>" if condition else ""
        return (
            S
            + f'<adHocSubProcess id="box"{more}>{inside}{done}</adHocSubProcess>'
            + users("z")
            + E
            + flows("s>box>z>e")
        )

    moves = (do("k"), do("i"))
    yield row(group, "adHocSubProcess, each once", box(users("i", "k")), "s k i box", rests="z", moves=moves)
    chained = box(users("i", "k", "n") + flows("i>n"))
    yield row(
        group, "adHocSubProcess, flows inside", chained, "s i k n box", rests="z", moves=(do("i"), do("k"), do("n"))
    )
    in_turn = box(users("i", "k"), more=' ordering="Sequential"')
    yield row(group, "adHocSubProcess, ordering Sequential", in_turn, "s k i box", rests="z", moves=moves)
    enough = box(users("i", "k"), condition="ready == true")
    moves = (do("i", ready=False), do("i"), do("k", ready=True))
    yield row(group, "adHocSubProcess, completionCondition", enough, "s i i k box", rests="z", moves=moves)
    kept = box(users("i", "k"), condition="ready == true", more=' cancelRemainingInstances="false"')
    yield row(
        group,
        "adHocSubProcess, cancelRemainingInstances false",
        kept,
        "s i k box",
        rests="z",
        moves=(do("i", ready=True), do("k")),
    )
    begun = box('<startEvent id="i_s"/>' + users("i") + flows("i_s>i"))
    yield row(group, "adHocSubProcess with a start event", begun, refused="ad-hoc:i_s")
    side = box(users("i") + node("serviceTask", "k"), more=' ordering="Sequential"')
    yield row(group, "adHocSubProcess, Sequential, with what runs on its own", side, refused="ad-hoc:k")
    idle = box(node("serviceTask", "k"), condition="ready == true")
    yield row(group, "adHocSubProcess, condition without a person's task", idle, refused="ad-hoc:box")


def data_and_drawing() -> Iterator[Row]:
    plain = S + users("a") + E + flows("s>a>e")
    moves = (do("a"),)
    group = "Data"
    data = {
        "dataObject": '<dataObject id="d"/>',
        "dataObjectReference": '<dataObject id="d"/><dataObjectReference id="r" dataObjectRef="d"/>',
        "dataStoreReference": '<dataStoreReference id="r" dataStoreRef="store"/>',
        "property of a process": '<property id="x" name="x"/>',
    }
    for name, drawn in data.items():
        yield row(group, name, drawn + plain, "s a e", moves=moves, outside='<dataStore id="store"/>')
    inside = {
        "dataInputAssociation": '<dataInputAssociation id="i"><targetRef>x</targetRef></dataInputAssociation>',
        "dataOutputAssociation": '<dataOutputAssociation id="o"><sourceRef>x</sourceRef></dataOutputAssociation>',
        "ioSpecification": "<ioSpecification><inputSet/><outputSet/></ioSpecification>",
        "property of a task": '<property id="x" name="x"/>',
    }
    for name, drawn in inside.items():
        body = S + node("userTask", "a", drawn) + E + flows("s>a>e")
        yield row(group, name, body, "s a e", moves=moves)
    yield row(
        group,
        "dataStore, itemDefinition",
        plain,
        "s a e",
        moves=moves,
        outside='<dataStore id="d"/><itemDefinition id="i"/>',
    )
    lost = '<dataObjectReference id="r" dataObjectRef="nothing"/>' + plain
    yield row(group, "dataObjectReference to nothing", lost, refused="dangling:r")
    yield from _drawn(plain)


def _drawn(plain: str) -> Iterator[Row]:
    group, moves = "Lanes, pools and artifacts", (do("a"),)
    lanes = '<laneSet><lane id="l" name="Sở"><flowNodeRef>a</flowNodeRef></lane></laneSet>'
    yield row(group, "lane", lanes + plain, "s a e", moves=moves)
    inner = '<childLaneSet><lane id="in"><flowNodeRef>a</flowNodeRef></lane></childLaneSet>'
    yield row(group, "nested lanes", f'<laneSet><lane id="l">{inner}</lane></laneSet>' + plain, "s a e", moves=moves)
    beside = '<lane id="l2"><flowNodeRef>a</flowNodeRef></lane></laneSet>'
    yield row(group, "one task in two lanes", lanes.replace("</laneSet>", beside) + plain, refused="two-lanes:a")
    yield row(group, "lane of nothing", lanes.replace(">a<", ">nothing<") + plain, refused="dangling:l")
    pool = '<collaboration id="c"><participant id="pa" processRef="p"/><participant id="pb"/>'
    pool += '<messageFlow id="f" sourceRef="a" targetRef="pb"/></collaboration>'
    yield row(group, "pools and message flows", plain, "s a e", moves=moves, outside=pool)
    second = f'{plain}</process><process id="q">' + '<startEvent id="q_s"/>' + users("y") + flows("q_s>y")
    yield row(group, "several executable processes", second, "s a e", moves=moves)
    text = (
        '<textAnnotation id="t"><text>Ghi chú</text></textAnnotation><association id="x" sourceRef="a" targetRef="t"/>'
    )
    yield row(group, "textAnnotation, association", text + plain, "s a e", moves=moves)
    yield row(group, "group, category", '<group id="g" categoryValueRef="v"/>' + plain, "s a e", moves=moves,
              outside='<category id="k"><categoryValue id="v" value="Bước 1"/></category>')  # fmt: skip
    yield row(
        group,
        "association to nothing",
        '<association id="x" sourceRef="a" targetRef="t"/>' + plain,
        refused="dangling:x",
    )
    for name, outside in {
        "conversation": '<collaboration id="c"><conversation id="k"/></collaboration>',
        "choreography": '<choreography id="c"/>',
        "participantMultiplicity": '<collaboration id="c"><participant id="pa" processRef="p">'
        '<participantMultiplicity maximum="3"/></participant></collaboration>',
        "import": '<import importType="x" location="y" namespace="z"/>',
        "resource": '<resource id="r" name="Cán bộ"/>',
        "interface, operation": '<interface id="i" name="i"><operation id="o" name="o"/></interface>',
    }.items():
        yield row(group, name, plain, "s a e", moves=moves, outside=outside)
    yield row(group, "choreographyTask in a process", plain + '<choreographyTask id="c"/>', refused="unknown-element:c")
    extended = S + node("userTask", "a", properties(role="signer")) + E + flows("s>a>e")
    yield row(group, "extensionElements, documentation", extended, "s a e", moves=moves)
    same = plain.replace('id="e"', 'id="s"')
    yield row(group, "one id twice", same, refused="duplicate-id:s")


def correlation() -> Iterator[Row]:
    group = "Correlation"
    prop = (
        '<correlationProperty id="code"><correlationPropertyRetrievalExpression messageRef="m">'
        "<messagePath>dossier</messagePath></correlationPropertyRetrievalExpression></correlationProperty>"
        '<collaboration id="c"><correlationKey id="key"><correlationPropertyRef>code</correlationPropertyRef>'
        "</correlationKey></collaboration>"
    )
    subscription = (
        '<correlationSubscription id="sub" correlationKeyRef="key"><correlationPropertyBinding id="bind" '
        'correlationPropertyRef="code"><dataPath>own_code</dataPath></correlationPropertyBinding>'
        "</correlationSubscription>"
    )
    body = S + node("receiveTask", "a", messageRef="m") + E + flows("s>a>e")
    told: dict[str, Any] = {"outside": OUTSIDE + prop, "variables": {"own_code": "H27"}}
    yield row(
        group,
        "correlationSubscription, by the message's key",
        subscription + body,
        "s a e",
        moves=(message(key="H27"),),
        **told,
    )
    yield row(
        group,
        "correlationSubscription, by what the message carries",
        subscription + body,
        "s a e",
        moves=(message(dossier="H27"),),
        **told,
    )
    yield row(
        group,
        "correlationKey that the process does not subscribe to",
        body,
        refused="correlation:a",
        outside=OUTSIDE + prop,
    )
    own = S + node("receiveTask", "a", properties(correlation="own_code"), messageRef="m") + E + flows("s>a>e")
    yield row(
        group,
        "`correlation` property on the event",
        own,
        "s a e",
        moves=(message(key="H27"),),
        variables={"own_code": "H27"},
    )
    cycle = S + node("intermediateCatchEvent", "a", timed("Cycle", "R/PT1H")) + E + flows("s>a>e")
    yield row("Timers", "timeCycle without end in the middle of a flow", cycle, refused="timer-alone:a")
