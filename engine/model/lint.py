"""Finds what would run wrongly or is missing in a model, before it runs. Errors refuse it, warnings are for the eye."""

from __future__ import annotations

from collections.abc import Mapping

from engine.model.decisions import Decisions
from engine.model.elements import Model
from engine.model.finding import Finding
from engine.model.rules import RULES, LintContext, Reading

__all__ = ["RULES", "Finding", "LintContext", "lint"]


def lint(
    model: Model,
    context: LintContext | None = None,
    *,
    variables: Mapping[str, str] | None = None,
    checks_scripts: bool = True,
    decisions: Decisions | None = None,
) -> list[Finding]:
    """Every finding, by line. With a context the house's own rules are errors and are checked against what it knows."""
    declared = context.variables if context is not None and variables is None else variables
    known = decisions or (context.decisions if context is not None else Decisions())
    reading = Reading(model=model, context=context, variables=declared, checks_scripts=checks_scripts, decisions=known)
    found = {finding for rule in RULES.values() for finding in rule.findings(reading)}
    return sorted(found, key=lambda finding: (finding.line, finding.element, finding.rule, finding.message))
