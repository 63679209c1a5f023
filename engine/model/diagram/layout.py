"""Places a sketch on paper: a column for each element of the main line, a band for each lane, lines at right angles.

Ways back to a handling task run above its lane's main row when the applicant is waited for, and on a rail below it when
somebody returns the dossier; frames of steps keep their caption clear of both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from engine.model.elements import GATEWAYS, Flow, Node
from engine.model.sketch import Group, Sketch

LETTER = 5.9  # width of a letter in a caption of 11 px, on average
LINE = 14
TASK = (100, 80)
WIDER = ((30, 100), (50, 140), (100, 170))  # letters of a name, and the width that keeps it clear of the icon
GATEWAY = (50, 50)
EVENT = (36, 36)

LEFT, TOP = 160, 80
POOL_STRIP = LANE_STRIP = 30
MARGIN = 45
GAP = 50  # between elements of one step
STEP_GAP = 84  # between steps: two frames and a line between them
PAD = 18  # inside a frame
ROW_GAP = 34
RAIL = 34
MIN_LANE = 140


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle_x(self) -> float:
        return self.x + self.width / 2

    @property
    def middle_y(self) -> float:
        return self.y + self.height / 2


Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    pool: Box
    lanes: Mapping[str, Box]
    shapes: Mapping[str, Box]
    labels: Mapping[str, Box]  # of events, gateways, named flows and frames
    lines: Mapping[str, tuple[Point, ...]]
    frames: Mapping[str, Box]


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


@dataclass(slots=True)
class _Page:
    sketch: Sketch
    xs: dict[str, float] = field(default_factory=dict)  # middle of each node
    bands: dict[str, _Band] = field(default_factory=dict)
    lanes: dict[str, Box] = field(default_factory=dict)
    shapes: dict[str, Box] = field(default_factory=dict)
    labels: dict[str, Box] = field(default_factory=dict)
    lines: dict[str, tuple[Point, ...]] = field(default_factory=dict)
    frames: dict[str, Box] = field(default_factory=dict)

    def layout(self) -> Layout:
        self._columns()
        self._rows()
        width = max(self.xs[node] + _size(self.sketch.nodes[node])[0] / 2 for node in self.xs) + MARGIN + 30
        self._lanes(width)
        self._shapes()
        self._frames()
        for flow in self.sketch.flows.values():
            self.lines[flow.id] = tuple(_straightened(self._line(flow)))
            self._flow_label(flow)
        self._labels()
        boxes = list(self.lanes.values())
        pool = Box(x=LEFT, y=TOP, width=width - LEFT, height=boxes[-1].bottom - TOP)
        return Layout(
            pool=pool, lanes=self.lanes, shapes=self.shapes, labels=self.labels, lines=self.lines, frames=self.frames
        )

    # columns

    def _columns(self) -> None:
        steps = {member: group.id for group in self.sketch.groups for member in group.members}
        right: float = LEFT + POOL_STRIP + LANE_STRIP + MARGIN
        before = ""
        taken: dict[str, float] = {}  # lane -> right end of its asides
        for node_id in self.sketch.spine:
            width = self._footprint(node_id, steps)
            if before:
                is_same = steps.get(before) == steps.get(node_id) and node_id in steps
                right += GAP if is_same else STEP_GAP + self._words_beside(before)
            right = max(right, self._aside_clearance(node_id, taken) - width / 2)
            self.xs[node_id] = right + width / 2
            right += width
            self._place_detours(node_id, taken)
            before = node_id

    def _footprint(self, node_id: str, steps: Mapping[str, str]) -> float:
        """An event that is a step by itself needs the width of a task, for its frame's caption."""
        width = _size(self._node(node_id))[0]
        return max(width, TASK[0]) if node_id in steps and width == EVENT[0] else width

    def _aside_clearance(self, node_id: str, taken: Mapping[str, float]) -> float:
        """Where the middle of a node must at least stand so that its asides do not run into earlier ones."""
        asides = [
            (other, detour)
            for other, detour in self.sketch.detours.items()
            if detour.anchor == node_id and not detour.is_right and self.sketch.nodes[other].kind != "boundaryEvent"
        ]
        needed = 0.0
        for other, _ in asides:
            node = self.sketch.nodes[other]
            needed = max(needed, taken.get(node.lane, 0) + GAP + _size(node)[0] / 2)
        return needed

    def _place_detours(self, anchor: str, taken: dict[str, float]) -> None:
        for node_id, detour in self.sketch.detours.items():
            if detour.anchor != anchor:
                continue
            node = self.sketch.nodes[node_id]
            anchored = self.sketch.nodes[anchor]
            middle = self.xs[anchor]
            if detour.is_right:
                start = middle + (12 if anchored.kind in GATEWAYS else _size(anchored)[0] / 2)
                middle = start + (58 if anchored.kind in GATEWAYS else GAP) + _size(node)[0] / 2
            self.xs[node_id] = middle
            if detour.is_aside:
                taken[node.lane] = max(taken.get(node.lane, 0), middle + _size(node)[0] / 2)
            self._place_detours(node_id, taken)

    # rows

    def _rows(self) -> None:
        self.bands = {lane.id: _Band() for lane in self.sketch.lanes}
        for node_id, detour in self.sketch.detours.items():
            node = self.sketch.nodes[node_id]
            if self._hangs(node_id):
                self.bands[node.lane].below = EVENT[1] + 2 * LINE + 34
            elif detour.is_aside and node.kind != "boundaryEvent":
                self.bands[node.lane].aside = TASK[1] + ROW_GAP
        for flow in self.sketch.flows.values():
            if self._is_return(flow):
                self.bands[self._node(flow.target).lane].rail = RAIL
        for group in self.sketch.groups:
            band = self.bands[self._top_lane(group)]
            _, width = self._caption_room(group)
            band.caption = max(band.caption, _lines(group.caption, width) * LINE + 16)
        top: float = TOP
        for lane in self.sketch.lanes:
            band = self.bands[lane.id]
            band.top = top
            height = max(band.height, MIN_LANE, _lane_height(lane.name))
            if height > band.height:
                spare = height - band.height
                band.caption += spare / 2
                band.below += spare / 2
            top += band.height

    def _lanes(self, width: float) -> None:
        for lane in self.sketch.lanes:
            band = self.bands[lane.id]
            x = LEFT + POOL_STRIP
            self.lanes[lane.id] = Box(x=x, y=band.top, width=width - x, height=band.height)

    def _shapes(self) -> None:
        for node_id, node in self.sketch.nodes.items():
            width, height = _size(node)
            middle = self._middle_y(node_id)
            x = self.xs[node_id] - width / 2
            self.shapes[node_id] = Box(x=x, y=middle - height / 2, width=width, height=height)

    def _middle_y(self, node_id: str) -> float:
        node = self._node(node_id)
        band = self.bands[node.lane]
        if node.kind == "boundaryEvent":
            return band.main + TASK[1] / 2
        if self._hangs(node_id):
            return band.main + TASK[1] / 2 + 18 + PAD + 14 + EVENT[1] / 2
        detour = self.sketch.detours.get(node_id)
        if detour is not None and detour.is_aside:
            return band.top + 20 + TASK[1] / 2
        return band.main

    # frames of steps

    def _frames(self) -> None:
        for group in self.sketch.groups:
            boxes = [self.shapes[member] for member in group.members]
            left, room = self._caption_room(group)
            caption = _lines(group.caption, room) * LINE
            top = min(box.middle_y for box in boxes) - TASK[1] / 2 - caption - 16
            hanging = any(self._has_timer(member) for member in group.members)
            bottom = max(box.middle_y for box in boxes) + TASK[1] / 2 + (PAD + 6 if hanging else PAD - 2)
            x, right = self._sides(group)
            self.frames[group.id] = Box(x=x, y=top, width=right - x, height=bottom - top)
            width = min(room, len(group.caption) * LETTER + 8)
            self.labels[group.id] = Box(x=left, y=top + 5, width=width, height=caption)

    def _caption_room(self, group: Group) -> tuple[float, float]:
        """The widest stretch along the frame's top that no line crosses: its left end and width."""
        left, right = self._sides(group)
        crossings = sorted(x for x in self._crossings(group) if left < x < right)
        stops = [left, *crossings, right]
        stretches = [(a + 7, b - a - 14) for a, b in pairwise(stops)]
        wide = [stretch for stretch in stretches if stretch[1] >= 150]
        return wide[0] if wide else max(stretches, key=lambda stretch: stretch[1])

    def _sides(self, group: Group) -> tuple[float, float]:
        """Left and right of a frame: wide enough for the words beside the line that leaves its last gateway."""
        steps = dict.fromkeys(group.members, group.id)
        halves = {member: self._footprint(member, steps) / 2 for member in group.members}
        left = min(self.xs[member] - half for member, half in halves.items()) - PAD
        right = max(self.xs[member] + half for member, half in halves.items()) + PAD
        words = (self.xs[member] + half + PAD + self._words_beside(member) for member, half in halves.items())
        return left, max(right, *words)

    def _words_beside(self, node_id: str) -> float:
        """How far words beside a node reach beyond its frame's usual side: at a gateway's ways out, at a timer."""
        names = [flow.name for flow in self.sketch.flows.values() if flow.source == node_id and flow.name]
        timers = [node.name for node in self.sketch.nodes.values() if node.attached_to == node_id]
        reach = max((22 + len(name) * LETTER + 16 for name in (*names, *timers)), default=0)
        return max(0, reach - _size(self._node(node_id))[0] / 2 - PAD)

    def _crossings(self, group: Group) -> Iterator[float]:
        """Where upright lines leave the frame through its top: towards asides, and from returns of lanes above."""
        for flow in self.sketch.flows.values():
            source, target = self._node(flow.source), self._node(flow.target)
            members = group.members
            if flow.source in members and source.kind in GATEWAYS and self._goes_up(flow):
                yield from (self.xs[source.id] - 13, self.xs[source.id] + 13)
            is_back = flow.target in members and target.kind in GATEWAYS and flow.source in self.sketch.detours
            if is_back and self._goes_up(flow, from_target=True):
                yield self.xs[target.id]

    def _goes_up(self, flow: Flow, *, from_target: bool = False) -> bool:
        here, there = (flow.target, flow.source) if from_target else (flow.source, flow.target)
        if there in self.sketch.detours:
            is_same_lane = self._order(there) == self._order(here)
            return self._order(there) < self._order(here) or (is_same_lane and self.sketch.detours[there].is_aside)
        return self._is_return(flow) and self._order(here) > self._order(there)

    # lines

    def _line(self, flow: Flow) -> list[Point]:
        source, target = self.shapes[flow.source], self.shapes[flow.target]
        if flow.source in self.sketch.detours or flow.target in self.sketch.detours:
            return self._detour_line(flow, source, target)
        if self._is_return(flow):
            return self._return_line(flow, source, target)
        if source.middle_y == target.middle_y:
            return [(source.right, source.middle_y), (target.x, target.middle_y)]
        if self._node(flow.source).kind in GATEWAYS and flow.condition:
            corner = source.y if target.middle_y < source.middle_y else source.bottom
            return [(source.middle_x, corner), (source.middle_x, target.middle_y), (target.x, target.middle_y)]
        if self._node(flow.target).id.endswith("_done"):
            corner = target.y if source.middle_y < target.middle_y else target.bottom
            return [(source.right, source.middle_y), (target.middle_x, source.middle_y), (target.middle_x, corner)]
        start, end = self._edge(flow.source), self._edge(flow.target)
        turn = (start.right + end.x) / 2 if start != end else (source.right + target.x) / 2
        return [
            (source.right, source.middle_y),
            (turn, source.middle_y),
            (turn, target.middle_y),
            (target.x, target.middle_y),
        ]

    def _edge(self, node_id: str) -> Box:
        """The frame around a node, or the node where it has none: what a line between two steps keeps clear of."""
        framed = (self.frames[group.id] for group in self.sketch.groups if node_id in group.members)
        return next(framed, self.shapes[node_id])

    def _detour_line(self, flow: Flow, source: Box, target: Box) -> list[Point]:
        node = self._node(flow.source)
        if node.kind == "boundaryEvent":
            return [(source.middle_x, source.bottom), (target.middle_x, target.y)]
        if node.kind in GATEWAYS:
            return self._leaving(flow, source, target)
        if self._node(flow.target).kind in GATEWAYS:
            corner = target.y if source.middle_y < target.middle_y else target.bottom
            return [(source.x, source.middle_y), (target.middle_x, source.middle_y), (target.middle_x, corner)]
        return [(source.right, source.middle_y), (target.x, target.middle_y)]

    def _leaving(self, flow: Flow, source: Box, target: Box) -> list[Point]:
        """Out of a gateway to an aside: two ways up leave by the two upper sides, each 12 from the corner."""
        is_up = target.middle_y < source.middle_y
        leaving = [other for other in self.sketch.flows.values() if other.source == flow.source]
        has_pair = sum(self._goes_up(other) for other in leaving) > 1
        is_right = target.middle_x > source.middle_x
        offset = (12 if is_right else -12) if has_pair and is_up else 0
        x = source.middle_x + offset
        y = (source.y + abs(offset)) if is_up else source.bottom
        return [(x, y), (x, target.middle_y), (target.x if is_right else target.right, target.middle_y)]

    def _return_line(self, flow: Flow, source: Box, target: Box) -> list[Point]:
        band = self.bands[self._node(flow.target).lane]
        rail = band.top + band.height - 18
        corner = source.bottom if source.middle_y < rail else source.y
        return [
            (source.middle_x, corner),
            (source.middle_x, rail),
            (target.middle_x, rail),
            (target.middle_x, target.bottom),
        ]

    # captions

    def _labels(self) -> None:
        for node in self.sketch.nodes.values():
            if not node.name or not (node.kind in GATEWAYS or node.kind.endswith("Event")):
                continue
            box = self.shapes[node.id]
            width = min(110.0, len(node.name) * LETTER + 8)
            height = _lines(node.name, width) * LINE
            if node.kind in GATEWAYS:
                self.labels[node.id] = self._gateway_label(node, box, width, height)
            elif node.kind == "boundaryEvent":
                self.labels[node.id] = Box(x=box.right + 4, y=box.bottom - 14, width=width, height=height)
            elif self._hangs(node.id):
                self.labels[node.id] = Box(x=box.right + 6, y=box.middle_y - height / 2, width=width, height=height)
            else:
                self.labels[node.id] = Box(x=box.middle_x - width / 2, y=box.bottom + 6, width=width, height=height)

    def _gateway_label(self, node: Node, box: Box, width: float, height: float) -> Box:
        """On the side no line uses: below the examination's gateway, above a review's; else left of the way down."""
        starts = [self.lines[flow.id][0] for flow in self.sketch.flows.values() if flow.source == node.id]
        is_below_taken = any(abs(y - box.bottom) < 1 for _, y in starts)
        is_above_taken = any(y < box.middle_y for _, y in starts)
        if is_below_taken and is_above_taken:
            narrow = len(node.name) / 2 * LETTER + 8
            height = _lines(node.name, narrow) * LINE
            return Box(x=box.middle_x - narrow - 8, y=box.bottom + 2, width=narrow, height=height)
        y = box.y - 6 - height if is_below_taken else box.bottom + 6
        return Box(x=box.middle_x - width / 2, y=y, width=width, height=height)

    def _flow_label(self, flow: Flow) -> None:
        if not flow.name:
            return
        (x, y), (next_x, next_y) = self.lines[flow.id][:2]
        width = len(flow.name) * LETTER + 8
        is_up = next_y < y
        if x == next_x:
            is_left = self.lines[flow.id][-1][0] < x and is_up and not self._is_return(flow)
            left = x - width - 3 if is_left else x + 4
            self.labels[flow.id] = Box(
                x=left, y=self.shapes[flow.source].y - LINE - 4 if is_up else y + 6, width=width, height=LINE
            )
        else:
            self.labels[flow.id] = Box(x=x + 4, y=y - LINE - 4, width=width, height=LINE)

    # questions

    def _node(self, node_id: str) -> Node:
        return self.sketch.nodes[node_id]

    def _order(self, node_id: str) -> int:
        return next(i for i, lane in enumerate(self.sketch.lanes) if lane.id == self._node(node_id).lane)

    def _top_lane(self, group: Group) -> str:
        return self._node(min(group.members, key=self._order)).lane

    def _hangs(self, node_id: str) -> bool:
        detour = self.sketch.detours.get(node_id)
        return detour is not None and self._node(detour.anchor).kind == "boundaryEvent"

    def _has_timer(self, node_id: str) -> bool:
        return any(node.attached_to == node_id for node in self.sketch.nodes.values())

    def _is_return(self, flow: Flow) -> bool:
        """Back along the main line: from a later element to an earlier one."""
        spine = self.sketch.spine
        if flow.source not in spine or flow.target not in spine:
            return False
        return self.xs[flow.source] > self.xs[flow.target]


def _size(node: Node) -> tuple[int, int]:
    if node.kind in GATEWAYS:
        return GATEWAY
    if node.kind.endswith("Event"):
        return EVENT
    return next((width, TASK[1]) for letters, width in WIDER if len(node.name) <= letters or letters == WIDER[-1][0])


def _lane_height(name: str) -> float:
    """Room for a lane's name, which stands upright: in one line, or in two when it is long."""
    return len(name) * 5.9 + 12 if len(name) <= 46 else len(name) * 6.4 / 2 + 60


def _lines(text: str, width: float) -> int:
    """How many lines a caption takes when wrapped at words."""
    room = max(1, int(width / LETTER))
    lines, used = 1, 0
    for word in text.split():
        if used and used + 1 + len(word) > room:
            lines, used = lines + 1, len(word)
        else:
            used += len(word) + (1 if used else 0)
    return lines


def _straightened(points: Sequence[Point]) -> Iterator[Point]:
    """Drop points that repeat or lie on the straight between their neighbours."""
    for index, point in enumerate(points):
        if 0 < index < len(points) - 1:
            before, after = points[index - 1], points[index + 1]
            if point == before or (before[0] == point[0] == after[0]) or (before[1] == point[1] == after[1]):
                continue
        yield point
