"""Attributes whose words decide what happens: a word that BPMN does not know is refused, not taken for another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

_TRUTHS = frozenset({"true", "false", "1", "0"})
_WORDS: Mapping[str, frozenset[str]] = {
    "isExecutable": _TRUTHS,
    "cancelActivity": _TRUTHS,
    "isInterrupting": _TRUTHS,
    "parallelMultiple": _TRUTHS,
    "triggeredByEvent": _TRUTHS,
    "instantiate": _TRUTHS,
    "isForCompensation": _TRUTHS,
    "isSequential": _TRUTHS,
    "testBefore": _TRUTHS,
    "waitForCompletion": _TRUTHS,
    "cancelRemainingInstances": _TRUTHS,
    "eventGatewayType": frozenset({"Exclusive", "Parallel"}),
    "ordering": frozenset({"Parallel", "Sequential"}),
}


def unknown_words(element: etree._Element) -> Iterator[str]:
    """A sentence for each of its attributes that says none of what it may."""
    for name, told in element.attrib.items():
        words = _WORDS.get(str(name))
        if words is not None and str(told).strip() not in words:
            yield f"{name!s} là “{told!s}”, phải là {' hoặc '.join(sorted(words))}."
