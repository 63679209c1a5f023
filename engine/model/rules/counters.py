"""What counts rounds, instances and tokens, and where it counts: anywhere else it would be 0 or nothing."""

from __future__ import annotations

from collections.abc import Iterator

from engine.expressions import assigned_names
from engine.expressions.text import names, plain
from engine.model.decisions.compiled import names_in
from engine.model.elements import Flow, Node
from engine.model.rules.expressions import written
from engine.model.rules.registry import ERROR, Element, Reading, rule

_INSTANCES = frozenset({"nrOfInstances", "nrOfCompletedInstances", "nrOfActiveInstances"})
_COUNTERS = _INSTANCES | {"loopCounter", "activationCount"}


@rule("counter-place", ERROR)
def counter_place(reading: Reading) -> Iterator[tuple[Element, str]]:
    """`loopCounter` and `nrOf...` count in what is repeated, `activationCount` in a complex gateway's own condition."""
    own = set(reading.variables or ()).union(*(assigned_names(node.script) for node in reading.nodes("scriptTask")))
    for element, named in _named(reading):
        for name in sorted((named & _COUNTERS) - _counted(reading, element) - own):
            yield element, f"“{name}” không đếm gì ở {element.id}; nó chỉ có trong việc lặp hoặc cổng phức hợp của nó."


def _named(reading: Reading) -> Iterator[tuple[Element, frozenset[str]]]:
    """Every expression, script and table with the names in it."""
    yield from ((element, names(plain(text))) for element, text, _ in written(reading))
    yield from ((node, names(node.script)) for node in reading.nodes("scriptTask"))
    for node in reading.nodes("businessRuleTask"):
        table = reading.decisions.tables.get(node.called)
        if table is not None:
            yield node, names_in(table)


def _counted(reading: Reading, element: Element) -> frozenset[str]:
    """What counts there: by its own marker, and by those around it and around the calls of its process."""
    found: set[str] = set()
    if isinstance(element, Node) and element.kind == "complexGateway":
        found.add("activationCount")
    waiting: list[Element] = [element]
    seen: set[str] = set()
    while waiting:
        each = waiting.pop()
        if isinstance(each, Node) and each.loop is not None:
            found |= {"loopCounter"} if each.loop.kind == "standard" else {"loopCounter"} | _INSTANCES
        scope = each.scope if isinstance(each, Node | Flow) else ""
        if scope not in seen:
            seen.add(scope)
            holder = reading.model.nodes.get(scope)
            calls = [node for node in reading.nodes("callActivity") if node.called == scope]
            waiting.extend([holder] if holder is not None else calls)
    return frozenset(found)
