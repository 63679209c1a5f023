"""What a rule is, what it reads and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from engine.expressions import Expressions, parse_variables
from engine.model.decisions import Decisions
from engine.model.elements import SUB_PROCESSES, Correlation, Flow, Lane, Model, Node, Other, Process, grouped
from engine.model.finding import ERROR, WARNING, Finding
from engine.model.variables import all_variables

HOUSE = "house"


@dataclass(frozen=True, slots=True, kw_only=True)
class LintContext:
    """What the house knows when it checks a procedure. None: not known, so not checked."""

    roles: frozenset[str] | None = None
    forms: Mapping[str, Mapping[str, Any]] | None = None  # form key -> JSON Schema
    connectors: Mapping[str, Iterable[str]] | None = None  # connector -> operations
    seats: frozenset[str] | None = None
    knows_units: bool = True  # seats hold every unit's code too; without a database only kinds of units are known
    limit: str | None = None  # of law, for the whole procedure: 32d, 5cd, 2m, 16h
    variables: Mapping[str, str] | None = None
    personal: frozenset[str] = frozenset()  # fields that no expression may name
    decisions: Decisions = field(default_factory=Decisions)


@dataclass(frozen=True)
class Reading:
    """A model with what rules ask of it again and again."""

    model: Model
    context: LintContext | None = None
    variables: Mapping[str, str] | None = None
    checks_scripts: bool = True
    decisions: Decisions = field(default_factory=Decisions)
    expressions: Expressions = field(init=False)

    def __post_init__(self) -> None:
        tables = self.decisions.tables
        declared = (
            None if self.variables is None else parse_variables(all_variables(self.model, self.variables, tables))
        )
        object.__setattr__(self, "expressions", Expressions(declared))

    @cached_property
    def outgoing(self) -> dict[str, list[Flow]]:
        return grouped(self.model.flows.values(), "source")

    @cached_property
    def incoming(self) -> dict[str, list[Flow]]:
        return grouped(self.model.flows.values(), "target")

    @cached_property
    def attached(self) -> dict[str, list[Node]]:
        """Boundary events by the activity they are attached to."""
        found: dict[str, list[Node]] = {}
        for node in self.model.nodes.values():
            if node.kind == "boundaryEvent":
                found.setdefault(node.attached_to, []).append(node)
        return found

    @cached_property
    def scopes(self) -> dict[str, list[Node]]:
        """Every process and sub-process with the nodes that stand in it."""
        nested = [node.id for node in self.model.nodes.values() if node.kind in SUB_PROCESSES]
        found: dict[str, list[Node]] = {scope: [] for scope in [*self.model.processes, *nested]}
        for node in self.model.nodes.values():
            found[node.scope].append(node)
        return found

    def nodes(self, *kinds: str) -> Iterator[Node]:
        return (node for node in self.model.nodes.values() if node.kind in kinds)

    def process_of(self, node: Node) -> str:
        """The process that it stands in, however deep."""
        scope = node.scope
        while scope in self.model.nodes:
            scope = self.model.nodes[scope].scope
        return scope

    def is_process(self, scope: str) -> bool:
        return scope in self.model.processes


__all__ = ["ERROR", "HOUSE", "RULES", "WARNING", "Element", "Finding", "LintContext", "Reading", "Rule", "rule"]

Element = Node | Flow | Lane | Process | Other | Correlation
Check = Callable[[Reading], Iterable[tuple[Element, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A named check. `house` rules are errors for a procedure of the house and warnings for any other model."""

    id: str
    severity: str
    doc: str
    check: Check

    def findings(self, reading: Reading) -> Iterator[Finding]:
        severity = self.severity
        if severity == HOUSE:
            severity = WARNING if reading.context is None else ERROR
        for element, message in self.check(reading):
            line = " ".join(message.split())
            yield Finding(rule=self.id, severity=severity, element=element.id, line=element.line, message=line)


RULES: dict[str, Rule] = {}


def rule(rule_id: str, severity: str) -> Callable[[Check], Check]:
    """Registers a check; its docstring's first line is the rule's."""

    def register(check: Check) -> Check:
        if rule_id in RULES:
            raise ValueError(f"rule {rule_id} is there already")
        doc = (check.__doc__ or "").strip().partition("\n")[0]
        RULES[rule_id] = Rule(id=rule_id, severity=severity, doc=doc, check=check)
        return check

    return register
