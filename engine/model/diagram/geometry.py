"""Boxes, sizes and the room that words take on a diagram."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.model.elements import GATEWAYS, Node

LETTER = 5.9  # width of a letter in a caption of 11 px, on average
LINE = 14
LABEL = 110.0  # widest caption of an event or gateway
TASK = (100, 80)
WIDER = ((30, 100), (50, 140), (100, 170))  # letters of a name, and the width that keeps it clear of the icon
GATEWAY = (50, 50)
EVENT = (36, 36)
PAD = 18  # inside a step's frame

Point = tuple[float, float]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    pool: Box
    lanes: Mapping[str, Box]
    shapes: Mapping[str, Box]
    labels: Mapping[str, Box]  # of events, gateways, named flows and frames
    lines: Mapping[str, tuple[Point, ...]]
    frames: Mapping[str, Box]


def size_of(node: Node) -> tuple[int, int]:
    """Width and height of a node's shape."""
    if node.kind in GATEWAYS:
        return GATEWAY
    if node.kind.endswith("Event"):
        return EVENT
    return next((width, TASK[1]) for letters, width in WIDER if len(node.name) <= letters or letters == WIDER[-1][0])


def width_of(text: str) -> float:
    """Width of a caption on one line."""
    return len(text) * LETTER + 8


def lines_of(text: str, width: float) -> int:
    """How many lines a caption takes when wrapped at words."""
    room = max(1, int(width / LETTER))
    lines, used = 1, 0
    for word in text.split():
        if used and used + 1 + len(word) > room:
            lines, used = lines + 1, len(word)
        else:
            used += len(word) + (1 if used else 0)
    return lines


def lane_height(name: str) -> float:
    """Room for a lane's name, which stands upright: in one line, or in two when it is long."""
    return len(name) * 6.4 + 16 if len(name) <= 46 else len(name) * 6.4 / 2 + 60


def straightened(points: Sequence[Point]) -> Iterator[Point]:
    """The points without those that repeat or lie on the straight between their neighbours."""
    for index, point in enumerate(points):
        if 0 < index < len(points) - 1:
            before, after = points[index - 1], points[index + 1]
            if point == before or (before[0] == point[0] == after[0]) or (before[1] == point[1] == after[1]):
                continue
        yield point
