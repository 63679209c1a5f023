"""Random procedures of the house: random sound processes, with desks, neighbours, messages and forms."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from tests.acts.migrating import lanes, task
from tests.bpmn_models import HEAD, flows, properties
from tests.random_models import TIMER, Drawing

MESSAGES = '<message id="m" name="tin"/><message id="own" name="tin-rieng"/>'
EVENT = '<messageEventDefinition messageRef="{0}"/>'.format
ASKS = {"connector": "consultation", "operation": "request", "target_unit": "commune.economy", "limit": "2d"}
NEEDS = {
    "userTask": {"role": "case_officer", "form": "opinion"},
    "serviceTask": ASKS,
    "receiveTask": {"correlation": "case_code", "outputs": "amount"},
    "sendTask": {"correlation": "case_code", "inputs": "amount"},
}
KINDS = ("reminded_by_message", "tells_itself", "race", "questions", "told_twice")


class ProcedureDrawing(Drawing):
    """What the house asks of every task besides, and the ways in which messages come and go."""

    def node(self, kind: str, inside: str = "", **attributes: str) -> str:
        if kind in {"receiveTask", "sendTask"}:
            attributes.setdefault("messageRef", "m")
        if kind in {"userTask", "serviceTask", "receiveTask", "sendTask"}:
            attributes["name"] = f"Việc {self.count + 1}"
        needs = properties(**NEEDS[kind]) if kind in NEEDS else ""
        return super().node(kind, needs + inside, **attributes)

    def block(self, depth: int) -> tuple[str, str]:
        kind = self.pick(["plain", "plain", "plain", *KINDS])
        if kind == "plain":
            return super().block(depth)
        return getattr(self, f"_{kind}")(depth)  # type: ignore[no-any-return]

    def _reminded_by_message(self, depth: int) -> tuple[str, str]:
        """Beside a task, as often as the message comes; now and then it ends the task."""
        node, join = self.node("userTask"), self.node("exclusiveGateway")
        interrupts = self.pick([True, False])
        event = self._boundary(node, interrupts=interrupts)
        self.flow(node, join)
        self.flow(event, join if interrupts else self.node("endEvent"))
        return node, join

    def _boundary(self, node: str, *, interrupts: bool) -> str:
        key = properties(correlation="case_code")
        return self.node(
            "boundaryEvent", key + EVENT("m"), attachedToRef=node, cancelActivity="true" if interrupts else "false"
        )

    def _tells_itself(self, depth: int) -> tuple[str, str]:
        """Side by side: one branch sends what the other waits for, before or after it has begun to wait."""
        split, join = self.node("parallelGateway"), self.node("parallelGateway")
        sent, awaited = self.node("sendTask"), self.node("receiveTask")
        before_sent, before_awaited = self.node("userTask"), self.node("userTask")
        for first, last in ((before_sent, sent), (before_awaited, awaited)):
            self.flow(split, first)
            self.flow(first, last)
            self.flow(last, join)
        return split, join

    def _race(self, depth: int) -> tuple[str, str]:
        """Whichever comes first: a message, or the end of the wait."""
        split, join = self.node("eventBasedGateway"), self.node("exclusiveGateway")
        key = properties(correlation="case_code")
        events = (
            self.node("intermediateCatchEvent", key + EVENT("m")),
            self.node("intermediateCatchEvent", TIMER("Duration", "PT12H")),
        )
        for event in events:
            self.flow(split, event)
            self.flow(event, join)
        return split, join

    def _questions(self, depth: int) -> tuple[str, str]:
        """A part of the process in which an event sub-process answers whatever is asked meanwhile."""
        inner = ProcedureDrawing(self.pick)
        inner.count = self.count + 100_000 * (depth + 1)
        started = inner.node("startEvent", properties(correlation="case_code") + EVENT("m"), isInterrupting="false")
        answered, done = inner.node("userTask"), inner.node("endEvent")
        inner.flow(started, answered)
        inner.flow(answered, done)
        asked, inner.parts = "".join(inner.parts), []
        inner.node("subProcess", asked, triggeredByEvent="true")
        first, last = inner.node("userTask"), inner.node("userTask")
        begun, ended = inner.node("startEvent"), inner.node("endEvent")
        for source, target in ((begun, first), (first, last), (last, ended)):
            inner.flow(source, target)
        self.count = inner.count
        node = self.node("subProcess", "".join(inner.parts))
        return node, node

    def _told_twice(self, depth: int) -> tuple[str, str]:
        """For each of two, at once or one after the other, a message of its own."""
        one_by_one = self.pick(["true", "false"])
        repeat = f'<multiInstanceLoopCharacteristics isSequential="{one_by_one}"><loopCardinality>2</loopCardinality>'
        node = self.node("receiveTask", repeat + "</multiInstanceLoopCharacteristics>")
        return node, node

    def _inside(self, depth: int) -> str:
        inner = ProcedureDrawing(self.pick)
        inner.count = self.count + 1_000 * (depth + 1)
        whole = inner.whole(depth - 1)
        self.count = inner.count
        return whole


def procedure(rng: Random, *, blocks: int, depth: int = 2) -> str:
    """The body of a process that begins with its reception, so many blocks one after the other."""
    drawing = ProcedureDrawing(rng.choice)
    ways = [drawing.block(depth) for _ in range(blocks)]
    path = [f"{last}>{first}" for (_, last), (first, _) in pairwise(ways)]
    whole = "".join(drawing.parts) + flows(f"s>nhan>{ways[0][0]}", *path, f"{ways[-1][1]}>e")
    return '<startEvent id="s"/><endEvent id="e"/>' + task("nhan", role="counter_officer", form="reception") + whole


def source(body: str, *, note: str = "") -> bytes:
    """A file of it; a note makes another version of the same."""
    told = f"<documentation>{note}</documentation>" if note else ""
    process = f'<process id="p" isExecutable="true">{told}{lanes(body, {})}</process>'
    return f"{HEAD}{MESSAGES}{process}</definitions>".encode()
