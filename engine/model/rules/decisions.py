"""Whether the ways out of a gateway and the answers its form offers are the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from engine.model.elements import HUMAN_TASKS, Node
from engine.model.rules.registry import ERROR, WARNING, Reading, rule

_EQUALS = re.compile(r"\bdecision\s*==\s*(?:\"([^\"]*)\"|'([^']*)')")


def _asked(reading: Reading) -> Iterator[tuple[Node, Node, set[str]]]:
    """Each gateway that asks for a decision directly after a form that offers some, with what it offers."""
    forms = reading.context.forms if reading.context is not None else None
    if forms is None:
        return
    for gateway in reading.nodes("exclusiveGateway", "inclusiveGateway"):
        if not any(_EQUALS.search(flow.condition) for flow in reading.outgoing.get(gateway.id, [])):
            continue
        for flow in reading.incoming.get(gateway.id, []):
            task = reading.model.nodes[flow.source]
            offered = _offered(forms.get(task.properties.get("form", ""), {}))
            if task.kind in HUMAN_TASKS and offered is not None:
                yield gateway, task, offered


def _offered(form: Mapping[str, Any]) -> set[str] | None:
    decision = form.get("properties", {}).get("decision", {})
    return set(decision["enum"]) if isinstance(decision.get("enum"), list) else None


def _values(text: str) -> set[str]:
    return {first or second for first, second in _EQUALS.findall(text)}


@rule("decision-unknown", ERROR)
def unknown(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A condition on a decision that no form before it offers can never hold."""
    offered: dict[str, set[str]] = {}
    gateways: dict[str, Node] = {}
    for gateway, _, values in _asked(reading):
        offered.setdefault(gateway.id, set()).update(values)
        gateways[gateway.id] = gateway
    for gateway_id, values in offered.items():
        for flow in reading.outgoing.get(gateway_id, []):
            for value in sorted(_values(flow.condition) - values):
                yield gateways[gateway_id], f"Luồng {flow.id} chờ quyết định “{value}” mà biểu mẫu trước đó không có."


@rule("decision-unanswered", WARNING)
def unanswered(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A decision that a form offers and no flow names goes the default way."""
    for gateway, task, values in _asked(reading):
        flows = reading.outgoing.get(gateway.id, [])
        named = {value for flow in flows for value in _values(flow.condition)}
        missing = sorted(values - named - {"forward"})
        if missing and not any("return_to" in flow.condition or "!=" in flow.condition for flow in flows):
            yield (
                gateway,
                f"Quyết định {', '.join(missing)} của {task.label} không có luồng riêng; sẽ theo luồng mặc định.",
            )
