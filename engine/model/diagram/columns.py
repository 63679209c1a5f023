"""Where each element stands from left to right: the main line in the order of its flow, detours about their anchors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.model.diagram.geometry import EVENT, LABEL, PAD, TASK, size_of, width_of
from engine.model.diagram.sketch import Sketch
from engine.model.elements import GATEWAYS

GAP = 50  # between elements of one step
STEP_GAP = 84  # between steps: two frames and a line between them
CLEAR = 16  # between an upright line and an aside it passes


def footprint(sketch: Sketch, node_id: str, *, is_framed: bool) -> float:
    """Width on the main line; an event that is a step by itself needs a task's, for its frame's caption."""
    width = size_of(sketch.nodes[node_id])[0]
    return max(width, TASK[0]) if is_framed and width == EVENT[0] else width


def words_beside(sketch: Sketch, node_id: str) -> float:
    """How far words beside a node reach beyond its frame's usual side: at a gateway's ways out, at a timer."""
    names = [flow.name for flow in sketch.leaving(node_id) if flow.name]
    names += [node.name for node in sketch.nodes.values() if node.attached_to == node_id]
    reach = max((width_of(name) + 30 for name in names), default=0)
    return max(0, reach - size_of(sketch.nodes[node_id])[0] / 2 - PAD)


@dataclass(slots=True)
class Columns:
    """Places nodes from `left`; `xs` is the middle of each."""

    sketch: Sketch
    left: float
    xs: dict[str, float] = field(default_factory=dict)
    steps: dict[str, str] = field(default_factory=dict)  # the frame around each node that has one
    asides: dict[str, list[tuple[float, float]]] = field(default_factory=dict)  # by lane: left and right of each

    def place(self) -> dict[str, float]:
        """Every node's middle; upright lines of the main line pass no aside on their way."""
        self.steps = {member: group.id for group in self.sketch.groups for member in group.members}
        right, before = self.left, ""
        for node_id in self.sketch.spine:
            width = footprint(self.sketch, node_id, is_framed=node_id in self.steps)
            gap = self._gap(before, node_id) if before else 0
            middle = self._settled(before, node_id, right, right + gap + width / 2)
            self.xs[node_id] = middle
            right = middle + width / 2
            self._place_detours(node_id)
            before = node_id
        return self.xs

    def _gap(self, before: str, node_id: str) -> float:
        is_same = node_id in self.steps and self.steps.get(before) == self.steps[node_id]
        return GAP if is_same else STEP_GAP + words_beside(self.sketch, before)

    def _settled(self, before: str, node_id: str, end: float, middle: float) -> float:
        """The first place from `middle` on at which neither the node nor the turn before it meets an aside."""
        lanes = self._between(before, node_id) if before else set()
        while True:
            middle = self._clear_middle(node_id, middle)
            turn = self._turn(before, node_id, end, middle) if before else 0
            clear = self._clear(turn, lanes)
            if clear == turn:
                return middle
            middle += 2 * (clear - turn)

    def _turn(self, before: str, node_id: str, end: float, middle: float) -> float:
        """Where the line between two elements turns: half way between their frames."""
        start = middle - footprint(self.sketch, node_id, is_framed=node_id in self.steps) / 2
        if self._gap(before, node_id) != GAP:
            end += PAD + words_beside(self.sketch, before) if before in self.steps else 0
            start -= PAD if node_id in self.steps else 0
        return (end + start) / 2

    def _clear_middle(self, node_id: str, middle: float) -> float:
        """The first place for a node at which its own asides and the upright lines from it meet no earlier aside."""
        for other, detour in self.sketch.detours.items():
            node = self.sketch.nodes[other]
            if not detour.is_aside or node.attached_to or self.sketch.hangs(other):
                continue
            last = max((end for _, end in self.asides.get(node.lane, ())), default=0)
            if detour.anchor == node_id and not detour.is_right:
                middle = max(middle, last + GAP + size_of(node)[0] / 2)
            elif any(flow.target == node_id for flow in self.sketch.leaving(other)):
                middle = max(middle, last + CLEAR)
        return self._clear(middle, set(self._crossed(node_id)))

    def _clear(self, x: float, lanes: set[str]) -> float:
        """`x`, or the first place right of it that no aside of these lanes covers."""
        for start, end in sorted(span for lane in lanes for span in self.asides.get(lane, ())):
            if start - CLEAR < x < end + CLEAR:
                x = end + CLEAR
        return x

    def _crossed(self, node_id: str) -> Iterator[str]:
        """Lanes whose asides an upright line at this node could meet: returns, detours and ways around a step."""
        if self.sketch.nodes[node_id].kind not in GATEWAYS:
            return
        for flow in self.sketch.flows.values():
            if node_id not in (flow.source, flow.target):
                continue
            other = flow.target if flow.source == node_id else flow.source
            if flow.condition or other in self.sketch.detours:
                yield from self._between(node_id, other)
            if other in self.sketch.detours and self.sketch.detours[other].is_aside:
                yield self.sketch.nodes[other].lane

    def _between(self, one: str, other: str) -> set[str]:
        """Lanes whose upper part lies between two nodes' main rows."""
        first, last = sorted((self.sketch.lane_order(one), self.sketch.lane_order(other)))
        return {lane.id for lane in self.sketch.lanes[first + 1 : last + 1]}

    def _place_detours(self, anchor: str) -> None:
        for node_id, detour in self.sketch.detours.items():
            if detour.anchor != anchor:
                continue
            node = self.sketch.nodes[node_id]
            half = size_of(node)[0] / 2
            middle = self.xs[anchor] + (self._reach(anchor) + half if detour.is_right else 0)
            self.xs[node_id] = middle
            if detour.is_aside and not node.attached_to and not self.sketch.hangs(node_id):
                words = min(LABEL, width_of(node.name)) / 2 if node.kind.endswith("Event") else 0
                reach = max(half, words)
                self.asides.setdefault(node.lane, []).append((middle - reach, middle + reach))
            self._place_detours(node_id)

    def _reach(self, anchor: str) -> float:
        """From the middle of an anchor to the left side of what stands right of it: past the main line's next turn."""
        half = size_of(self.sketch.nodes[anchor])[0] / 2
        is_gateway = self.sketch.nodes[anchor].kind in GATEWAYS
        return half + words_beside(self.sketch, anchor) + STEP_GAP / 2 + CLEAR + 2 if is_gateway else half + GAP
