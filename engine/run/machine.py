"""One instance in memory: its scopes, its ready tokens, and the stepper that runs them to rest.

What is caught goes first (a boundary event fires before any other token moves), the rest in the order of arrival.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.errors import RunawayProcess
from engine.model.elements import EventDefinition, Flow, Node
from engine.model.lower import is_lowered
from engine.run import ad_hoc, throws, undoing
from engine.run.library import TaskState
from engine.run.places import Inclusive, Place
from engine.run.tokens import Scope, Token
from engine.run.values import Passed, Sent
from engine.run.variables import Variables
from engine.run.working_time import WorkingTime

if TYPE_CHECKING:
    from engine.run.program import Program

STEP_BUDGET = 50_000  # 5,000 rounds of ten nodes; less than two seconds


@dataclass(slots=True)
class Record:
    """What happened in this step."""

    completed: list[Passed] = field(default_factory=list)
    flows: list[str] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    signals: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    def passed(self, node: Node, lap: int) -> None:
        if not is_lowered(node.id):
            self.completed.append(Passed(element_id=node.id, lap=lap, kind=node.kind))


class Machine:
    """Not shared between threads; the program is."""

    def __init__(self, program: Program, working_time: WorkingTime, variables: dict[str, Any], at: datetime) -> None:
        self.program = program
        self.working_time = working_time
        self.at = at
        self.last_id = 0
        self.nested: dict[int, Scope] = {}
        self.ready: deque[Token] = deque()
        self.caught: deque[Token] = deque()  # events that go before what else is ready
        self.record = Record()
        self.end_event: str | None = None
        self.error: str | None = None
        self.is_ended = False
        self.root = Scope(self, program.scopes[program.process_id], None, Variables(variables))

    def moment(self, text: str) -> datetime:
        return datetime.fromisoformat(text)

    def scopes(self) -> list[Scope]:
        return [self.root, *(self.nested[host] for host in sorted(self.nested))]

    def tokens(self) -> Iterator[Token]:
        return (token for scope in self.scopes() for token in scope.tokens())

    # --- what places ask for -----------------------------------------------------------------------------------------

    def enter(
        self, scope: Scope, place: Place, *, host: Token | None = None, data: Variables | None = None, **memory: Any
    ) -> Token:
        """A new token at `place`, remembering what is given."""
        self.last_id += 1
        token = Token(scope, place, host or scope.task_tree, self.last_id)
        token.data = data or (scope.data if host is None else host.data)
        token.internal_data.update(memory)
        place.enter(token)
        return token

    def stay_behind(self, token: Token, **memory: Any) -> None:
        """A token that waits at the same place to remember something."""
        self.last_id += 1
        other = Token(token.workflow, token.task_spec, token.workflow.task_tree, self.last_id)
        other.data = token.data
        other.internal_data.update(memory)
        other.wait()

    def follow(self, token: Token, flows: Sequence[Flow], **memory: Any) -> None:
        """The token leaves by these flows; a handler of compensation, back to what threw it."""
        host = token.host
        if host is not None and undoing.is_undoing(host):
            undoing.undone(token, host)
            return
        if token.task_spec.handler:
            undoing.remember(token)
        if token.workflow.spec.ad_hoc is None or ad_hoc.goes_on(token):
            self.spread(token.workflow, flows, **memory)
        token.workflow.remove(token)
        self.settle(token.workflow)

    def spread(self, scope: Scope, flows: Sequence[Flow], **memory: Any) -> None:
        for flow in flows:
            if not is_lowered(flow.id):
                self.record.flows.append(flow.id)
            self.enter(scope, scope.spec.places[flow.target], via=flow.id, **memory)

    def make_ready(self, token: Token) -> None:
        self.win_race(token)
        (self.caught if token.task_spec.is_caught else self.ready).append(token)

    def win_race(self, token: Token) -> None:
        """Of what listens after an event-based gateway it is the first: the others are gone."""
        race = token.internal_data.pop("race", None)
        if race is not None:
            for other in token.workflow.tokens():
                if other.internal_data.get("race") == race:
                    token.workflow.remove(other)

    def open_scope(self, host: Token, scope_id: str) -> None:
        """A sub-process begins; one that is to be undone begins at what undoes it."""
        scope = self.nested[host.id] = Scope(self, self.program.scopes[scope_id], host, host.data)
        finished = host.internal_data.pop("finished", None)
        if finished is None:
            self.start_scope(scope, scope.spec.plain_starts)
        else:
            scope.finished = finished
            self.enter(scope, scope.spec.places[scope.spec.undo])

    def start_scope(self, scope: Scope, starts: Sequence[str]) -> None:
        for trigger in scope.spec.triggers:
            self.enter(scope, trigger, armed=True)
        for start in starts:
            self.enter(scope, scope.spec.places[start])

    def settle(self, scope: Scope) -> None:
        """Ends a scope that holds no token any more."""
        host = scope.host
        if not scope.is_empty or (host is not None and self.nested.get(host.id) is not scope):
            return
        scope.clear()
        if host is None:
            self.is_ended = True
        else:
            del self.nested[host.id]
            undoing.remember_inside(host, scope)
            host.go()

    def instance_done(self, instance: Token) -> None:
        host = instance.host
        if host is not None:
            host.task_spec.instance_done(host, instance)

    def throw(self, token: Token, definition: EventDefinition) -> None:
        throws.throw(self, token, definition)

    def reached_end(self, token: Token) -> None:
        if token.workflow is self.root and not is_lowered(token.task_spec.node.id):
            self.end_event = token.task_spec.node.id

    def fail_case(self, reason: str) -> None:
        """An error that nothing catches ends the whole case."""
        self.error = reason
        self.root.clear()
        self.is_ended = True

    # --- the stepper -------------------------------------------------------------------------------------------------

    def run_next(self) -> None:
        """Runs the oldest ready token: what a person has done is done, whatever it makes true."""
        token = (self.caught or self.ready).popleft()
        if token.state == TaskState.READY:
            token.run()

    def run_to_rest(self) -> None:
        """Runs what is ready until everything waits. Raises RunawayProcess when that does not come."""
        for _ in range(STEP_BUDGET):
            if self.program.has_conditions:
                self._catch_conditions()
            if not self.caught and not self.ready:
                if not self._join_inclusive():
                    return
                continue
            self.run_next()
        raise RunawayProcess(f"Quy trình đi {STEP_BUDGET:,} bước liền mà không dừng chờ ai.")

    def _join_inclusive(self) -> bool:
        """Lets one inclusive or complex gateway join that has all it can get."""
        if not self.program.has_inclusive:
            return False
        for scope in self.scopes():
            arrived: dict[Inclusive, list[Token]] = {}
            for token in scope.tokens():
                if isinstance(token.task_spec, Inclusive) and token.is_waiting:
                    arrived.setdefault(token.task_spec, []).append(token)
            for place, tokens in arrived.items():
                if place.may_join(tokens):
                    place.join(tokens)
                    return True
        return False

    def _catch_conditions(self) -> None:
        """A condition is caught when it becomes true, not as long as it is."""
        for token, index, definition in list(throws.listening(self, "conditional")):
            if not token.still_stands:
                continue
            place = token.task_spec
            was = _was(place.node, index)
            is_true = place.is_true(token, definition.text)
            if is_true and not token.internal_data.get(was):
                token.internal_data[was] = True
                place.caught(token, index)
            elif not is_true:
                token.internal_data.pop(was, None)


def _was(node: Node, index: int) -> str:
    """What a token remembers its condition by; each of several by its own."""
    before = sum(definition.kind == "conditional" for definition in node.definitions[:index])
    return f"was{before}" if before else "was"
