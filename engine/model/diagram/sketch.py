"""A process with its reading order, before it has a place on paper: what the drafter makes and the layout draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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

    def leaving(self, node_id: str) -> Iterator[Flow]:
        return (flow for flow in self.flows.values() if flow.source == node_id)

    def lane_order(self, node_id: str) -> int:
        lane = self.nodes[node_id].lane
        return next(index for index, one in enumerate(self.lanes) if one.id == lane)

    def is_return(self, flow: Flow) -> bool:
        """Back along the main line: from a later element to an earlier one."""
        spine = self.spine
        if flow.source not in spine or flow.target not in spine:
            return False
        return spine.index(flow.source) > spine.index(flow.target)

    def hangs(self, node_id: str) -> bool:
        """A node under a boundary event."""
        detour = self.detours.get(node_id)
        return detour is not None and self.nodes[detour.anchor].kind == "boundaryEvent"

    def has_timer(self, node_id: str) -> bool:
        return any(node.attached_to == node_id for node in self.nodes.values())

    def goes_up(self, here: str, there: str) -> bool:
        """Whether a line between the two leaves `here` upwards: to a lane above, or to an aside of its own lane."""
        if self.lane_order(here) != self.lane_order(there):
            return self.lane_order(there) < self.lane_order(here)
        return there in self.detours and self.detours[there].is_aside
