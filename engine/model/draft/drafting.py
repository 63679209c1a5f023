"""Drafts a procedure from a step table: process with a readable diagram, manifest, forms and one scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.model.diagram.layout import lay_out
from engine.model.diagram.sketch import Sketch
from engine.model.diagram.write import write_bpmn
from engine.model.draft.content import make_forms, make_manifest, make_scenario
from engine.model.draft.findings import TableFinding, examine
from engine.model.draft.flow import Drawn, draw
from engine.model.draft.table import StepTable
from engine.model.draft.units import seat_units
from engine.model.procedure import ProcedureFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A drafted folder and what is odd about the table it came from."""

    folder: ProcedureFolder
    findings: tuple[TableFinding, ...]


def draft(table: StepTable) -> Draft:
    """Draft one procedure; pure, the same table gives the same bytes. InputError for a unit that is none."""
    seating = seat_units(table)
    drawn = draw(table, seating)
    forms, keys = make_forms(table, drawn)
    sketch = _with_forms(drawn, forms, keys)
    folder = ProcedureFolder(
        manifest=make_manifest(table, seating, drawn),
        source=write_bpmn(sketch, lay_out(sketch)),
        forms=forms,
        scenarios={"happy": make_scenario(table, drawn)},
    )
    return Draft(folder=folder, findings=examine(table, seating, drawn))


def _with_forms(drawn: Drawn, forms: Mapping[str, Mapping[str, Any]], keys: Mapping[str, str]) -> Sketch:
    """Set each task's form; what is sent to others is what some form asks."""
    asked = {name for form in forms.values() for name in form["properties"]}
    nodes = dict(drawn.sketch.nodes)
    for node_id, node in drawn.sketch.nodes.items():
        told = dict(node.properties)
        if node_id in keys:
            told["form"] = keys[node_id]
        if not asked.issuperset(node.inputs):
            del told["inputs"]
        nodes[node_id] = replace(node, properties=told)
    return replace(drawn.sketch, nodes=nodes)
