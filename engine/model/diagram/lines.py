"""Lines between placed shapes, and the captions beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.model.diagram.geometry import LABEL, LINE, Box, Point, lines_of, straightened, width_of
from engine.model.diagram.sketch import Sketch
from engine.model.elements import GATEWAYS, Flow, Node

ASKEW = 12  # two ways out on one side of a gateway leave this far from its corner


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Draws what connects the shapes. `rails` is the height, by lane, on which returns run back."""

    sketch: Sketch
    shapes: Mapping[str, Box]
    frames: Mapping[str, Box]
    rails: Mapping[str, float]

    def line(self, flow: Flow) -> tuple[Point, ...]:
        """The points of a flow, every turn a right angle."""
        source, target = self.shapes[flow.source], self.shapes[flow.target]
        if self.sketch.is_return(flow):
            points = self._return(flow, source, target)
        elif flow.source in self.sketch.detours or flow.target in self.sketch.detours:
            points = self._detour(flow, source, target)
        else:
            points = self._forward(flow, source, target)
        return tuple(straightened(points))

    def labels(self, lines: Mapping[str, tuple[Point, ...]]) -> dict[str, Box]:
        """Captions of events, gateways and named flows."""
        found = {flow.id: self._beside(flow, lines[flow.id]) for flow in self.sketch.flows.values() if flow.name}
        for node in self.sketch.nodes.values():
            if node.name and node.kind in GATEWAYS:
                starts = [lines[flow.id][0] for flow in self.sketch.leaving(node.id)]
                found[node.id] = self._of_gateway(node, starts)
            elif node.name and node.kind.endswith("Event"):
                found[node.id] = self._of_event(node)
        return found

    def _forward(self, flow: Flow, source: Box, target: Box) -> list[Point]:
        if source.middle_y == target.middle_y:
            return [(source.right, source.middle_y), (target.x, target.middle_y)]
        is_up = target.middle_y < source.middle_y
        if flow.condition:  # a way that is not the usual one leaves its gateway by the corner
            corner = source.y if is_up else source.bottom
            return [(source.middle_x, corner), (source.middle_x, target.middle_y), (target.x, target.middle_y)]
        if self._is_join(flow.target):
            corner = target.bottom if is_up else target.y
            return [(source.right, source.middle_y), (target.middle_x, source.middle_y), (target.middle_x, corner)]
        turn = self._turn(flow, source, target)
        return [
            (source.right, source.middle_y),
            (turn, source.middle_y),
            (turn, target.middle_y),
            (target.x, target.middle_y),
        ]

    def _is_join(self, node_id: str) -> bool:
        """A gateway where a skipped step comes back to the main line."""
        arriving = [flow for flow in self.sketch.flows.values() if flow.target == node_id]
        on_line = [flow for flow in arriving if flow.source in self.sketch.spine and not self.sketch.is_return(flow)]
        return self.sketch.nodes[node_id].kind in GATEWAYS and len(on_line) > 1

    def _turn(self, flow: Flow, source: Box, target: Box) -> float:
        """Half way between two steps' frames, or between the shapes inside one."""
        start, end = self._outer(flow.source), self._outer(flow.target)
        return (start.right + end.x) / 2 if start != end else (source.right + target.x) / 2

    def _outer(self, node_id: str) -> Box:
        framed = (self.frames[group.id] for group in self.sketch.groups if node_id in group.members)
        return next(framed, self.shapes[node_id])

    def _detour(self, flow: Flow, source: Box, target: Box) -> list[Point]:
        node = self.sketch.nodes[flow.source]
        if node.attached_to:
            return [(source.middle_x, source.bottom), (target.middle_x, target.y)]
        if node.kind in GATEWAYS:
            return self._out(flow, source, target)
        if self.sketch.nodes[flow.target].kind in GATEWAYS:
            corner = target.y if source.middle_y < target.middle_y else target.bottom
            return [(source.x, source.middle_y), (target.middle_x, source.middle_y), (target.middle_x, corner)]
        return [(source.right, source.middle_y), (target.x, target.middle_y)]

    def _out(self, flow: Flow, source: Box, target: Box) -> list[Point]:
        """Out of a gateway to a detour: two ways on one side leave it askew, else by the corner."""
        is_up = self.sketch.goes_up(flow.source, flow.target)
        same_side = [
            other
            for other in self.sketch.leaving(flow.source)
            if other.target in self.sketch.detours and self.sketch.goes_up(other.source, other.target) == is_up
        ]
        is_right = target.middle_x > source.middle_x
        askew = ASKEW if len(same_side) > 1 else 0
        x = source.middle_x + (askew if is_right else -askew)
        y = source.y + askew if is_up else source.bottom - askew
        return [(x, y), (x, target.middle_y), (target.x if is_right else target.right, target.middle_y)]

    def _return(self, flow: Flow, source: Box, target: Box) -> list[Point]:
        rail = self.rails[self.sketch.nodes[flow.target].lane]
        corner = source.bottom if source.middle_y < rail else source.y
        return [
            (source.middle_x, corner),
            (source.middle_x, rail),
            (target.middle_x, rail),
            (target.middle_x, target.bottom),
        ]

    def _of_event(self, node: Node) -> Box:
        box = self.shapes[node.id]
        width = min(LABEL, width_of(node.name))
        height = lines_of(node.name, width) * LINE
        if node.attached_to:
            return Box(x=box.right + 4, y=box.bottom - LINE, width=width, height=height)
        return Box(x=box.middle_x - width / 2, y=box.bottom + 6, width=width, height=height)

    def _of_gateway(self, node: Node, starts: list[Point]) -> Box:
        """On the side no line uses: below the examination's gateway, above a review's; else left of the way down."""
        box = self.shapes[node.id]
        is_below_taken = any(y > box.middle_y for _, y in starts)
        is_above_taken = any(y < box.middle_y for _, y in starts)
        if is_below_taken and is_above_taken:
            width = width_of(node.name[len(node.name) // 2 :])
            height = lines_of(node.name, width) * LINE
            return Box(x=box.middle_x - width - 8, y=box.bottom + 2, width=width, height=height)
        width = min(LABEL, width_of(node.name))
        height = lines_of(node.name, width) * LINE
        y = box.y - 6 - height if is_below_taken else box.bottom + 6
        return Box(x=box.middle_x - width / 2, y=y, width=width, height=height)

    def _beside(self, flow: Flow, points: tuple[Point, ...]) -> Box:
        """A flow's name beside its first stretch, outside of a pair."""
        (x, y), (next_x, next_y) = points[:2]
        width = width_of(flow.name)
        if x != next_x:
            return Box(x=x + 4, y=y - LINE - 4, width=width, height=LINE)
        source = self.shapes[flow.source]
        is_left = x < source.middle_x
        left = x - width - 3 if is_left else x + 4
        top = source.y - LINE - 4 if next_y < y else source.bottom + 6
        return Box(x=left, y=top, width=width, height=LINE)
