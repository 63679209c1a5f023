"""Random process models that are sound by construction: blocks within blocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

Pick = Callable[[Sequence[Any]], Any]
"""Chooses one of several, at random or as a test's search wants it."""

TIMER = "<timerEventDefinition><time{0}>{1}</time{0}></timerEventDefinition>".format


class Drawing:
    """Collects elements; every block has one way in and one way out."""

    def __init__(self, pick: Pick) -> None:
        self.pick = pick
        self.parts: list[str] = []
        self.count = 0

    def node(self, kind: str, inside: str = "", **attributes: str) -> str:
        self.count += 1
        node_id = f"n{self.count}"
        written = "".join(f' {name}="{value}"' for name, value in attributes.items())
        self.parts.append(f'<{kind} id="{node_id}"{written}>{inside}</{kind}>')
        return node_id

    def flow(self, source: str, target: str, condition: str = "") -> str:
        self.count += 1
        flow_id = f"f{self.count}"
        inside = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
        self.parts.append(
            f'<sequenceFlow id="{flow_id}" sourceRef="{source}" targetRef="{target}">{inside}</sequenceFlow>'
        )
        return flow_id

    def block(self, depth: int) -> tuple[str, str]:
        kinds = ["task", "reminded", "service", "timer", "receive", "script"]
        if depth > 0:
            kinds += ["sequence", "sequence", "choice", "parallel", "inclusive", "loop", "box", "many"]
        return getattr(self, f"_{self.pick(kinds)}")(depth)  # type: ignore[no-any-return]

    def _task(self, depth: int) -> tuple[str, str]:
        node = self.node("userTask")
        return node, node

    def _reminded(self, depth: int) -> tuple[str, str]:
        node = self.node("userTask")
        event = self.node("boundaryEvent", TIMER("Cycle", "R2/PT8H"), attachedToRef=node, cancelActivity="false")
        self.flow(event, self.node("endEvent"))
        return node, node

    def _service(self, depth: int) -> tuple[str, str]:
        node, join = self.node("serviceTask"), self.node("exclusiveGateway")
        event = self.node("boundaryEvent", TIMER("Duration", "P3D"), attachedToRef=node)
        self.flow(node, join)
        self.flow(event, join)
        return node, join

    def _timer(self, depth: int) -> tuple[str, str]:
        node = self.node("intermediateCatchEvent", TIMER("Duration", "PT5H"))
        return node, node

    def _receive(self, depth: int) -> tuple[str, str]:
        node = self.node("receiveTask")
        return node, node

    def _script(self, depth: int) -> tuple[str, str]:
        node = self.node("scriptTask", "<script>amount = amount + 1</script>")
        return node, node

    def _sequence(self, depth: int) -> tuple[str, str]:
        (first, middle), (after, last) = self.block(depth - 1), self.block(depth - 1)
        self.flow(middle, after)
        return first, last

    def _choice(self, depth: int) -> tuple[str, str]:
        return self._branches(depth, "exclusiveGateway", "amount == {0}")

    def _inclusive(self, depth: int) -> tuple[str, str]:
        return self._branches(depth, "inclusiveGateway", "amount &gt; {0}")

    def _parallel(self, depth: int) -> tuple[str, str]:
        return self._branches(depth, "parallelGateway", "")

    def _branches(self, depth: int, kind: str, condition: str) -> tuple[str, str]:
        join, split = self.node(kind), f"n{self.count + 1}"
        self.count += 1
        default = ""
        for number in range(self.pick([2, 3])):
            first, last = self.block(depth - 1)
            is_default = bool(condition) and number == 0
            flow = self.flow(split, first, "" if is_default else condition.format(number))
            default = f' default="{flow}"' if is_default else default
            self.flow(last, join)
        self.parts.append(f'<{kind} id="{split}"{default}/>')
        return split, join

    def _loop(self, depth: int) -> tuple[str, str]:
        merge, split = self.node("exclusiveGateway"), f"n{self.count + 1}"
        self.count += 1
        after = self.node("intermediateThrowEvent")
        task = self.node("userTask")
        first, last = self.block(depth - 1)
        self.flow(merge, first)
        self.flow(last, task)
        self.flow(task, split)
        self.flow(split, merge, 'decision == "return"')
        default = self.flow(split, after)
        self.parts.append(f'<exclusiveGateway id="{split}" default="{default}"/>')
        return merge, after

    def _box(self, depth: int) -> tuple[str, str]:
        node = self.node("subProcess", self._inside(depth))
        return node, node

    def _many(self, depth: int) -> tuple[str, str]:
        kind = self.pick(["true", "false"])
        repeat = f'<multiInstanceLoopCharacteristics isSequential="{kind}"><loopCardinality>2</loopCardinality>'
        node = self.node("subProcess", repeat + "</multiInstanceLoopCharacteristics>" + self._inside(depth))
        return node, node

    def _inside(self, depth: int) -> str:
        inner = Drawing(self.pick)
        inner.count = self.count + 1_000 * (depth + 1)
        whole = inner.whole(depth - 1)
        self.count = inner.count
        return whole

    def whole(self, depth: int) -> str:
        first, last = self.block(depth)
        self.flow(self.node("startEvent"), first)
        self.flow(last, self.node("endEvent"))
        return "".join(self.parts)


@st.composite
def models(draw: st.DrawFn, depth: int = 3) -> str:
    """The body of a process."""
    return Drawing(lambda choices: draw(st.sampled_from(choices))).whole(depth)
