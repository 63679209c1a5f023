"""The lint's rules, one module a subject. A new rule is one function with the `rule` decorator."""

from engine.model.rules import (
    asked,
    counters,
    decisions,
    events,
    expressions,
    flow,
    gateways,
    house,
    limits,
    repeats,
    scopes,
    support,
)
from engine.model.rules.registry import RULES, Finding, LintContext, Reading, Rule

__all__ = [
    "RULES",
    "Finding",
    "LintContext",
    "Reading",
    "Rule",
    "asked",
    "counters",
    "decisions",
    "events",
    "expressions",
    "flow",
    "gateways",
    "house",
    "limits",
    "repeats",
    "scopes",
    "support",
]
