"""Places a sketch on paper: a column for each element of the main line, a band for each lane, lines at right angles.

Ways back to a handling task run above its lane's main row when the applicant is waited for, and on a rail below it when
somebody returns the dossier; frames of steps keep their caption clear of both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from engine.model.diagram.columns import Columns, footprint, words_beside
from engine.model.diagram.geometry import (
    EVENT,
    LINE,
    PAD,
    TASK,
    Box,
    Layout,
    lane_height,
    lines_of,
    size_of,
    width_of,
)
from engine.model.diagram.lines import Lines
from engine.model.diagram.sketch import Group, Sketch
from engine.model.elements import GATEWAYS, Node

LEFT, TOP = 160, 80
POOL_STRIP = LANE_STRIP = 30
MARGIN = 45
ROW_GAP = 34
RAIL = 34
MIN_LANE = 140
CAPTION = 150  # a stretch this wide is enough for a frame's caption


def lay_out(sketch: Sketch) -> Layout:
    """Coordinates for every shape, line and caption of a sketch; the same sketch gives the same picture."""
    return _Page(sketch).layout()


@dataclass(slots=True)
class _Band:
    """One lane's rows, from its top: asides, captions, the main row, what hangs below it, the rail."""

    aside: float = 0
    caption: float = 0
    below: float = 0
    rail: float = 0
    top: float = 0

    @property
    def main(self) -> float:
        """The middle of the main row."""
        return self.top + 20 + self.aside + self.caption + TASK[1] / 2

    @property
    def height(self) -> float:
        return 20 + self.aside + self.caption + TASK[1] + PAD + self.below + self.rail + 16

    @property
    def rail_y(self) -> float:
        return self.top + self.height - 18

    def stretch(self, height: float) -> None:
        """Give spare room to both sides of the main row."""
        spare = max(0, height - self.height)
        self.caption += spare / 2
        self.below += spare / 2


@dataclass(slots=True)
class _Page:
    sketch: Sketch
    xs: dict[str, float] = field(default_factory=dict)  # middle of each node
    bands: dict[str, _Band] = field(default_factory=dict)
    shapes: dict[str, Box] = field(default_factory=dict)
    frames: dict[str, Box] = field(default_factory=dict)
    captions: dict[str, Box] = field(default_factory=dict)

    def layout(self) -> Layout:
        self.xs = Columns(sketch=self.sketch, left=LEFT + POOL_STRIP + LANE_STRIP + MARGIN).place()
        self._rows()
        right = max(self.xs[node] + size_of(self._node(node))[0] / 2 for node in self.xs) + MARGIN + 30
        self._shapes()
        self._frames()
        rails = {lane: band.rail_y for lane, band in self.bands.items()}
        drawn = Lines(sketch=self.sketch, shapes=self.shapes, frames=self.frames, rails=rails)
        lines = {flow.id: drawn.line(flow) for flow in self.sketch.flows.values()}
        x = LEFT + POOL_STRIP
        lanes = {lane: Box(x=x, y=band.top, width=right - x, height=band.height) for lane, band in self.bands.items()}
        height = sum(band.height for band in self.bands.values())
        return Layout(
            pool=Box(x=LEFT, y=TOP, width=right - LEFT, height=height),
            lanes=lanes,
            shapes=self.shapes,
            labels=self.captions | drawn.labels(lines),
            lines=lines,
            frames=self.frames,
        )

    # rows

    def _rows(self) -> None:
        self.bands = {lane.id: _Band() for lane in self.sketch.lanes}
        for node_id, detour in self.sketch.detours.items():
            node = self._node(node_id)
            if self.sketch.hangs(node_id):
                self.bands[node.lane].below = EVENT[1] + 2 * LINE + 34
            elif detour.is_aside and not node.attached_to:
                self.bands[node.lane].aside = TASK[1] + ROW_GAP
        for flow in self.sketch.flows.values():
            if self.sketch.is_return(flow):
                self.bands[self._node(flow.target).lane].rail = RAIL
        for group in self.sketch.groups:
            band = self.bands[self._node(min(group.members, key=self.sketch.lane_order)).lane]
            _, width = self._caption_room(group)
            band.caption = max(band.caption, lines_of(group.caption, width) * LINE + 16)
        self._stack()

    def _stack(self) -> None:
        top: float = TOP
        for lane in self.sketch.lanes:
            band = self.bands[lane.id]
            band.top = top
            band.stretch(max(MIN_LANE, lane_height(lane.name)))
            top += band.height

    def _shapes(self) -> None:
        for node_id, node in self.sketch.nodes.items():
            width, height = size_of(node)
            x, y = self.xs[node_id] - width / 2, self._middle_y(node_id) - height / 2
            self.shapes[node_id] = Box(x=x, y=y, width=width, height=height)

    def _middle_y(self, node_id: str) -> float:
        node = self._node(node_id)
        band = self.bands[node.lane]
        if node.attached_to:
            return band.main + TASK[1] / 2
        if self.sketch.hangs(node_id):
            return band.main + TASK[1] / 2 + 18 + PAD + 14 + EVENT[1] / 2
        detour = self.sketch.detours.get(node_id)
        return band.top + 20 + TASK[1] / 2 if detour is not None and detour.is_aside else band.main

    # frames of steps

    def _frames(self) -> None:
        for group in self.sketch.groups:
            middles = [self.shapes[member].middle_y for member in group.members]
            left, room = self._caption_room(group)
            caption = lines_of(group.caption, room) * LINE
            top = min(middles) - TASK[1] / 2 - caption - 16
            is_hung = any(self.sketch.has_timer(member) for member in group.members)
            bottom = max(middles) + TASK[1] / 2 + PAD + (6 if is_hung else -2)
            x, right = self._sides(group)
            self.frames[group.id] = Box(x=x, y=top, width=right - x, height=bottom - top)
            width = min(room, width_of(group.caption))
            self.captions[group.id] = Box(x=left, y=top + 5, width=width, height=caption)

    def _caption_room(self, group: Group) -> tuple[float, float]:
        """The first wide, or else the widest, stretch along the frame's top that no line crosses: left end, width."""
        left, right = self._sides(group)
        stops = [left, *sorted(x for x in self._crossings(group) if left < x < right), right]
        stretches = [(a + 7, b - a - 14) for a, b in pairwise(stops)]
        wide = [stretch for stretch in stretches if stretch[1] >= CAPTION]
        return wide[0] if wide else max(stretches, key=lambda stretch: stretch[1])

    def _sides(self, group: Group) -> tuple[float, float]:
        """Left and right of a frame: wide enough for the words beside the line that leaves its last gateway."""
        halves = {member: footprint(self.sketch, member, is_framed=True) / 2 for member in group.members}
        left = min(self.xs[member] - half for member, half in halves.items()) - PAD
        right = max(self.xs[member] + half + PAD + words_beside(self.sketch, member) for member, half in halves.items())
        return left, right

    def _crossings(self, group: Group) -> Iterator[float]:
        """Where upright lines leave the frame through its top: to asides and lanes above, and back from them."""
        for flow in self.sketch.flows.values():
            source, target = self._node(flow.source), self._node(flow.target)
            is_turning = bool(flow.condition) or flow.source in self.sketch.detours
            if not is_turning:
                continue
            if flow.source in group.members and source.kind in GATEWAYS and self.sketch.goes_up(source.id, target.id):
                yield from (self.xs[source.id] - 13, self.xs[source.id] + 13)
            is_back = flow.target in group.members and target.kind in GATEWAYS and flow.source in self.sketch.detours
            if is_back and self.sketch.goes_up(target.id, source.id):
                yield self.xs[target.id]

    def _node(self, node_id: str) -> Node:
        return self.sketch.nodes[node_id]
