"""A drawing told in other ways: as the table beside the canvas, and as findings even when it cannot be read."""

from __future__ import annotations

from typing import Any

from engine.catalogue.drafting import check
from engine.errors import InputError
from engine.model.elements import ACTIVITIES, Model
from engine.model.lint import LintContext
from web.designer.panel import UNIT_SEATS


def findings_of(source: bytes, context: LintContext) -> list[dict[str, Any]]:
    """Everything to mend, errors first; a drawing that cannot be read is one finding itself."""
    try:
        found = check(source, context)
    except InputError as error:
        return [{"rule": "readable", "severity": "error", "element": "", "line": 0, "message": error.message}]
    return sorted(found, key=lambda one: one["severity"] != "error")


def step_rows(model: Model) -> list[dict[str, Any]]:
    """The process as a table equal to its drawing: one row a task, in the order of the file."""
    return [
        {
            "id": node.id,
            "step": node.properties.get("step", ""),
            "name": node.name or node.id,
            "unit": _seat_name(model.seat(node)),
            "role": node.properties.get("role", ""),
            "limit": node.properties.get("limit") or node.properties.get("step_limit", ""),
            "next": _next_names(model, node.id),
        }
        for node in model.nodes.values()
        if node.kind in ACTIVITIES
    ]


def _next_names(model: Model, node_id: str) -> list[str]:
    """What comes after a task; through a gateway, with the flow's name in front."""
    names: list[str] = []
    seen: set[str] = set()

    def walk(place: str, said: str) -> None:
        for flow in model.outgoing(place):
            target = model.nodes.get(flow.target)
            if target is None or flow.id in seen:
                continue
            seen.add(flow.id)
            label = flow.name or said
            if target.kind.endswith("Gateway"):
                walk(target.id, label)
            else:
                names.append(f"{label}: {target.name or target.id}" if label else target.name or target.id)

    walk(node_id, "")
    return names


def _seat_name(seat: str) -> str:
    return UNIT_SEATS.get(seat, seat)
