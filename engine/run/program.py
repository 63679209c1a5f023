"""A process version made ready to run: lowered, frozen, shared by all its instances and by all threads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import ModelRefused, ReplayMismatch
from engine.expressions import Expressions, Script, parse_script, parse_variables
from engine.expressions.text import names
from engine.model.decisions import CompiledTable, Decisions, DecisionTable, read_decisions
from engine.model.elements import (
    HUMAN_TASKS,
    SUB_PROCESSES,
    Flow,
    Model,
    Node,
)
from engine.model.finding import refuse
from engine.model.lint import lint
from engine.model.lower import is_lowered, lower
from engine.model.parse import parse
from engine.model.runnable import runnable_processes
from engine.model.variables import all_variables
from engine.run.library import WorkflowSpec
from engine.run.listeners import Boundary, Listener, Trigger
from engine.run.places import (
    Complex,
    Exclusive,
    Inclusive,
    Nested,
    Parallel,
    Place,
    Race,
    ScriptWork,
    TableWork,
    Throw,
    Work,
)
from engine.run.repeats import Looped, MultiInstance
from engine.run.values import Element

SEMANTICS = 1
"""Goes up whenever lowering, the stepper, the expression engine or the pinned library changes what an instance does."""

_PLACES: Mapping[str, type[Place]] = {
    "startEvent": Place,
    "endEvent": Throw,
    "intermediateThrowEvent": Throw,
    "sendTask": Throw,
    "intermediateCatchEvent": Listener,
    "receiveTask": Listener,
    "boundaryEvent": Boundary,
    "serviceTask": Work,
    "scriptTask": ScriptWork,
    "businessRuleTask": TableWork,
    "callActivity": Nested,
    "exclusiveGateway": Exclusive,
    "parallelGateway": Parallel,
    "inclusiveGateway": Inclusive,
    "complexGateway": Complex,
    "eventBasedGateway": Race,
    **dict.fromkeys(HUMAN_TASKS, Work),
    **dict.fromkeys(SUB_PROCESSES, Nested),
}


ScriptHandler = Callable[[str, str, Mapping[str, Any]], Mapping[str, Any]]
"""Given the element's id, its script and the case's variables: the variables to set."""


class ScopeSpec(WorkflowSpec):  # type: ignore[misc]
    """The places of one process or sub-process."""

    def __init__(self, program: Program, scope_id: str) -> None:
        super().__init__(name=scope_id)
        self.program = program
        self.places: dict[str, Place] = {}
        self.starts: list[str] = []
        self.triggers: list[Trigger] = []
        self.undo = ""  # where it begins when it is undone
        self.outer: ScopeSpec | None = None  # around an event sub-process
        self.ad_hoc: Node | None = None  # an ad-hoc sub-process that ends when its condition holds

    @property
    def is_by_event(self) -> bool:
        return self.outer is not None

    @property
    def plain_starts(self) -> list[str]:
        """Where it begins when it is entered and not sent a message; an event sub-process, at its event."""
        return [start for start in self.starts if not self.places[start].node.definitions] or self.starts

    def place(self, name: str) -> Place:
        """By the name that a stored token remembers: a node's id, or with `[]` that of its instances.

        An event sub-process knows the places around it too. Raises ReplayMismatch.
        """
        found: Place | None = self.task_specs.get(name)
        if found is None and self.outer is not None:
            return self.outer.place(name)
        if found is None:
            raise ReplayMismatch(f"Quy trình không có phần tử “{name}” mà trạng thái nhắc tới.")
        return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Program:
    """What `compile_program` makes and `dump_program` keeps."""

    process_id: str
    lowered: Model
    variables: Mapping[str, str] | None
    logs_scripts: bool = False
    script_handler: ScriptHandler | None = None  # of an embedding program; never stored
    semantics: int = SEMANTICS
    tables: Mapping[str, DecisionTable] = field(default_factory=dict)  # those that are asked
    elements: Mapping[str, Element] = field(default_factory=dict)
    messages: frozenset[str] = frozenset()
    scopes: dict[str, ScopeSpec] = field(default_factory=dict)
    expressions: Expressions = field(default_factory=Expressions)
    has_conditions: bool = False
    has_inclusive: bool = False
    _scripts: dict[str, Script] = field(default_factory=dict)
    _tables: dict[str, CompiledTable] = field(default_factory=dict)

    @property
    def named_variables(self) -> frozenset[str]:
        """Every variable that some expression of the process, or an order to a neighbour, names."""
        texts = [flow.condition for flow in self.lowered.flows.values()]
        wanted: set[str] = set()
        for node in self.lowered.nodes.values():
            texts += [node.script, node.activation, node.completion, node.properties.get("correlation", "")]
            texts += [text for one in node.definitions for text in (one.text, one.properties.get("correlation", ""))]
            if node.loop is not None:
                texts += [node.loop.condition, node.loop.cardinality, node.loop.collection, node.loop.event_condition]
            wanted |= set(node.inputs)
        wanted = wanted.union(*(self.table(decision).names for decision in self.tables))
        return frozenset(wanted.union(*(names(text) for text in texts if text)) - {""})

    @property
    def starts(self) -> list[Node]:
        """The start events of the process itself."""
        spec = self.scopes[self.process_id]
        return [spec.places[start].node for start in spec.starts]

    @property
    def begins_by_itself(self) -> bool:
        return any(not node.definitions for node in self.starts)

    def started_by(self, kind: str) -> set[str]:
        """The messages, or signals, that begin a case."""
        return {each.name for node in self.starts for each in node.definitions if each.kind == kind}

    def script(self, node: Node) -> Script:
        found = self._scripts.get(node.id)
        if found is None:
            found = self._scripts[node.id] = parse_script(node.script, self.expressions, node.id)
        return found

    def table(self, decision: str) -> CompiledTable:
        found = self._tables.get(decision)
        if found is None:
            found = self._tables[decision] = CompiledTable.of(self.tables[decision], self.expressions)
        return found


def compile_program(
    source: bytes,
    *,
    variables: Mapping[str, str] | None = None,
    process_id: str | None = None,
    logs_scripts: bool = False,
    decisions: Mapping[str, bytes] | None = None,
    script_handler: ScriptHandler | None = None,
) -> Program:
    """Reads, checks, lowers and freezes a BPMN file. Raises UnreadableFile, or ModelRefused with its findings.

    `variables` declares what expressions may name (`string`, `int?`, `double = 0`, ...); None declares nothing and lets
    any name be of any type. `logs_scripts` is for headless runs of foreign models: script tasks only log their text.
    `decisions` are the .dmn files beside it, by name. A `script_handler` runs the scripts instead, in any language.
    """
    model = parse(source)
    known = read_decisions(decisions or {})
    is_cel = script_handler is None and not logs_scripts
    found = lint(model, variables=variables, checks_scripts=is_cel, decisions=known)
    errors = [finding for finding in found if finding.is_error]
    if errors:
        refuse(errors)
    first, tables = process_id or runnable_processes(model)[0], _asked(model, known)
    return build_program(
        lower(model), first, variables, tables, logs_scripts=logs_scripts, script_handler=script_handler
    )


def _asked(model: Model, decisions: Decisions) -> dict[str, DecisionTable]:
    called = {node.called for node in model.nodes.values() if node.kind == "businessRuleTask"}
    return {decision: table for decision, table in decisions.tables.items() if decision in called}


def build_program(
    model: Model,
    process_id: str,
    variables: Mapping[str, str] | None,
    tables: Mapping[str, DecisionTable],
    *,
    logs_scripts: bool,
    script_handler: ScriptHandler | None = None,
) -> Program:
    """The places of a lowered model. Raises ModelRefused for a process that is not in it."""
    if process_id not in model.processes:
        raise ModelRefused(f"Tệp không có quy trình “{process_id}”.")
    declared = None if variables is None else parse_variables(all_variables(model, variables, tables))
    definitions = [definition for node in model.nodes.values() for definition in node.definitions]
    program = Program(
        process_id=process_id,
        lowered=model,
        variables=variables,
        logs_scripts=logs_scripts,
        script_handler=script_handler,
        tables=tables,
        elements={node.id: _element(model, node) for node in model.nodes.values() if not is_lowered(node.id)},
        messages=frozenset(definition.name for definition in definitions if definition.kind == "message"),
        expressions=Expressions(declared),
        has_conditions=any(definition.kind == "conditional" for definition in definitions),
        has_inclusive=any(node.kind in {"inclusiveGateway", "complexGateway"} for node in model.nodes.values()),
    )
    _build_scopes(program, model)
    return program


def _element(model: Model, node: Node) -> Element:
    lane = model.lanes.get(node.lane)
    return Element(
        id=node.id,
        name=node.name,
        kind=node.kind,
        lane="" if lane is None else lane.name,
        unit_seat=model.seat(node),
        properties=node.properties,
    )


def _build_scopes(program: Program, model: Model) -> None:
    nested = [node.id for node in model.nodes.values() if node.kind in SUB_PROCESSES]
    for scope_id in [*model.processes, *nested]:
        spec = program.scopes[scope_id] = ScopeSpec(program, scope_id)
        holder = model.nodes.get(scope_id)
        spec.ad_hoc = holder if holder is not None and holder.completion else None
    for node in model.nodes.values():
        _add_place(program, program.scopes[node.scope], node)
    for flow in model.flows.values():
        places = program.scopes[flow.scope].places
        places[flow.source].out += (flow,)
        places[flow.target].incoming += (flow,)
    for spec in program.scopes.values():
        _connect(spec)


def _add_place(program: Program, spec: ScopeSpec, node: Node) -> None:
    spec.places[node.id] = _place(spec, node)
    if node.kind == "startEvent":
        spec.starts.append(node.id)
        _listen_around(program, node)
    elif is_lowered(node.id) and any(each.kind == "compensate" for each in node.definitions):
        spec.undo = spec.undo or node.id


def _listen_around(program: Program, start: Node) -> None:
    """The start of an event sub-process listens in the scope around it, or undoes that scope."""
    holder = program.lowered.nodes.get(start.scope)
    if holder is None or not holder.by_event:
        return
    outer = program.scopes[start.scope].outer = program.scopes[holder.scope]
    if any(each.kind == "compensate" for each in start.definitions):
        outer.undo = holder.id
    else:
        outer.triggers.append(Trigger(outer, start))


def _place(spec: ScopeSpec, node: Node) -> Place:
    kind = _PLACES[node.kind]
    if node.kind == "intermediateCatchEvent" and not node.definitions:
        kind = Place
    if node.loop is None:
        return kind(spec, node)
    repeat = Looped if node.loop.kind == "standard" else MultiInstance
    return repeat(spec, node, kind(spec, node, is_instance=True), node.loop)


def _connect(spec: ScopeSpec) -> None:
    for place in spec.places.values():
        if isinstance(place, Boundary):
            host = spec.places[place.node.attached_to]
            handlers = [each.target for each in place.node.definitions if each.kind == "compensate"]
            if handlers:
                host.handler = handlers[0]
            else:
                host.boundary += (place,)
    for place in spec.places.values():
        if isinstance(place, Inclusive):
            place.upstream = {flow.id: _upstream(spec, place, flow) for flow in place.incoming}


def _upstream(spec: ScopeSpec, gateway: Place, flow: Flow) -> frozenset[str]:
    """Every node from which a token could come to the gateway by this flow without passing the gateway."""
    found: set[str] = set()
    waiting = [flow.source]
    while waiting:
        node_id = waiting.pop()
        if node_id in found or node_id == gateway.node.id:
            continue
        found.add(node_id)
        place = spec.places[node_id]
        waiting.extend(each.source for each in place.incoming)
        if place.node.attached_to:
            waiting.append(place.node.attached_to)
    return frozenset(found)
