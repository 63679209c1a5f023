"""What expressions of a process may name besides the forms' fields: what the process sets itself, or the house."""

from __future__ import annotations

from collections.abc import Mapping

from engine.expressions import assigned_names
from engine.expressions.text import names
from engine.model.decisions import DecisionTable
from engine.model.elements import Model

BUILT_IN: Mapping[str, str] = {
    "loopCounter": "int?",
    "nrOfInstances": "int?",
    "nrOfCompletedInstances": "int?",
    "nrOfActiveInstances": "int?",
    "activationCount": "int?",
    "case_code": "string?",
    "parent_code": "string?",
    "error_code": "string?",
    "error_message": "string?",
}


def all_variables(
    model: Model, declared: Mapping[str, str], tables: Mapping[str, DecisionTable] | None = None
) -> dict[str, str]:
    """The declared names, the engine's own, and what scripts, decisions and instances set; a declaration wins."""
    found = dict(BUILT_IN)
    for node in model.nodes.values():
        if node.kind == "businessRuleTask" and tables and node.called in tables:
            found.update(tables[node.called].results_by_name(node.result))
        for definition in node.definitions:
            found.update(dict.fromkeys(names(definition.properties.get("message_key", "")), "dyn?"))
            if definition.kind == "message":
                found.update(dict.fromkeys(node.outputs, "dyn?"))
        if node.kind == "scriptTask":
            found.update(dict.fromkeys(assigned_names(node.script), "dyn?"))
        if node.loop is not None:
            items = [name for name in (node.loop.item, node.loop.output_item) if name]
            found.update(dict.fromkeys(items, "dyn?"))
            if node.loop.output_collection:
                found[node.loop.output_collection] = "list?"
    for each in model.correlations:
        found.update(dict.fromkeys(names(each.carries), "dyn?"))
    return {**found, **declared}
