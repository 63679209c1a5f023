"""A process with its reading order, before it has a place on paper: what the drafter makes and the layout draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.model.elements import Flow, Lane, Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A step of the internal process: a frame around its elements, with a Vietnamese caption."""

    id: str
    caption: str
    members: tuple[str, ...]
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detour:
    """A node off the main line: it stands at the column of `anchor`, or right of it, in its lane."""

    anchor: str
    is_right: bool = False  # right of the anchor instead of level with it
    is_aside: bool = True  # beside the lane's main row; False: on it


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """Nodes in order of drawing; `spine` is the main line from start to end, every other node has a detour."""

    process_id: str
    name: str
    lanes: tuple[Lane, ...]
    nodes: Mapping[str, Node]
    flows: Mapping[str, Flow]
    groups: tuple[Group, ...]
    spine: tuple[str, ...]
    detours: Mapping[str, Detour]
    documentation: str = ""
