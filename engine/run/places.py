"""What happens to a token at each kind of node. One place per node of the lowered model, shared by all instances."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any

from engine.errors import ExpressionError
from engine.model.elements import EventDefinition, Flow, Node
from engine.run import undoing
from engine.run.library import TaskSpec
from engine.run.variables import Variables

if TYPE_CHECKING:
    from engine.run.program import Program, ScopeSpec
    from engine.run.tokens import Scope, Token


class Place(TaskSpec):  # type: ignore[misc]
    """A node that a token passes at once. The library drives: update (enter), run, complete (leave)."""

    waits_for = ""

    def __init__(self, spec: ScopeSpec, node: Node, *, is_instance: bool = False) -> None:
        super().__init__(spec, f"{node.id}[]" if is_instance else node.id)
        self.program: Program = spec.program
        self.node = node
        self.is_instance = is_instance
        self.out: tuple[Flow, ...] = ()
        self.incoming: tuple[Flow, ...] = ()
        self.boundary: tuple[Place, ...] = ()
        self.handler = ""  # what compensates it

    @property
    def is_caught(self) -> bool:
        """Whether it is an event that was waited for: it goes before other work that is ready."""
        return self.node.kind == "startEvent" and bool(self.node.definitions)

    def enter(self, token: Token) -> None:
        """A token arrives: it passes at once or waits."""
        if self._update_hook(token):
            token.go()

    def _update_hook(self, my_task: Token) -> bool:
        self.number(my_task)
        return True

    def _on_ready(self, my_task: Token) -> None:
        my_task.workflow.machine.make_ready(my_task)

    def _run_hook(self, my_task: Token) -> bool | None:
        return True

    def _on_complete(self, my_task: Token) -> None:
        machine = my_task.workflow.machine
        if not my_task.still_stands:
            return  # what it threw has cancelled it
        is_undone = undoing.is_undoing(my_task.host)
        flows = () if self.is_instance or is_undone else self.tokens_on(self.choose(my_task))
        machine.record.passed(self.node, my_task.lap)
        if self.is_instance and not is_undone:
            machine.instance_done(my_task)
        else:
            machine.follow(my_task, flows)

    def tokens_on(self, flows: Sequence[Flow]) -> Sequence[Flow]:
        """One token on each flow; with a completion quantity, as many as it says."""
        return tuple(flows) * int(self.node.completion_quantity)

    def number(self, token: Token) -> None:
        """Counts the lap and starts to listen at the boundary; an instance has its host's lap and no boundary."""
        host = token.host
        if self.is_instance and host is not None and not undoing.is_undoing(host):
            token.internal_data["lap"] = host.lap
            return
        token.internal_data["lap"] = token.workflow.next_lap(self.node.id)
        for boundary in self.boundary:
            token.workflow.machine.enter(token.workflow, boundary, host=token, armed=True)

    def choose(self, token: Token) -> Sequence[Flow]:
        """The flows it leaves by."""
        return self.out

    def is_true(self, token: Token, condition: str, data: Variables | None = None) -> bool:
        look_up = (data or token.data).look_up
        result = self.program.expressions.compile(condition, self.node.id).evaluate(look_up)
        if not isinstance(result, bool):
            raise ExpressionError(f"Điều kiện “{condition}” không cho kết quả đúng/sai.", self.node.id)
        return result

    def correlation_key(self, text: str, look_up: Callable[[str], tuple[bool, Any]]) -> str:
        """A message's key as text: 7 and 7.0 are one key, what is missing is none."""
        value = self.program.expressions.compile(text, self.node.id).evaluate(look_up)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return "" if value is None else str(value)


class Work(Place):
    """A task done outside: by a person, or by a service that answers."""

    def __init__(self, spec: ScopeSpec, node: Node, *, is_instance: bool = False) -> None:
        super().__init__(spec, node, is_instance=is_instance)
        self.waits_for = "service" if node.kind == "serviceTask" else "task"

    def _update_hook(self, my_task: Token) -> bool:
        self.number(my_task)
        my_task.wait()
        return False


class ScriptWork(Place):
    """A script task: assignments, or in log mode its text in the log."""

    def _run_hook(self, my_task: Token) -> bool:
        handler = self.program.script_handler
        if handler is not None:
            my_task.data.update(handler(self.node.id, self.node.script, my_task.data.seen()))
        elif self.program.logs_scripts:
            my_task.workflow.machine.record.log.append(self.node.script)
        else:
            script = self.program.script(self.node)
            script.run(my_task.data.look_up, my_task.data.assign)
        return True


class TableWork(Place):
    """A business rule task: asks its decision table and sets what that yields."""

    def _run_hook(self, my_task: Token) -> bool:
        try:
            found = self.program.table(self.node.called).ask(my_task.data.look_up, self.node.result)
        except ExpressionError as error:
            raise ExpressionError(error.message, self.node.id) from error
        my_task.data.update(found)
        return True


class Nested(Place):
    """A sub-process, transaction or call activity: it has passed when its scope holds no token any more."""

    def _update_hook(self, my_task: Token) -> bool:
        self.number(my_task)
        my_task.begin()
        my_task.workflow.machine.open_scope(my_task, self.scope_id)
        return False

    @property
    def scope_id(self) -> str:
        return self.node.called if self.node.kind == "callActivity" else self.node.id


class Throw(Place):
    """A throwing event, an end event or a send task."""

    def _run_hook(self, my_task: Token) -> bool | None:
        machine = my_task.workflow.machine
        if self.node.kind == "endEvent":
            machine.reached_end(my_task)
        for definition in sorted(self.node.definitions, key=_when):
            if definition.kind in {"compensate", "cancel"} and undoing.begin(my_task, definition):
                return None  # goes on when all is undone
            machine.throw(my_task, definition)
            if not my_task.still_stands:
                machine.record.passed(self.node, my_task.lap)
                break
        return True


def _when(definition: EventDefinition) -> int:
    """Of several things thrown at once, what waits goes first and what ends its scope goes last."""
    return {"compensate": 0, "cancel": 2, "error": 2, "terminate": 3}.get(definition.kind, 1)


class Exclusive(Place):
    """The first flow whose condition holds, else the default."""

    def choose(self, token: Token) -> Sequence[Flow]:
        for flow in self.out:
            if flow.id != self.node.default and (not flow.condition or self.is_true(token, flow.condition)):
                return (flow,)
        return self._default()

    def _default(self) -> Sequence[Flow]:
        chosen = tuple(flow for flow in self.out if flow.id == self.node.default)
        if not chosen and self.out:
            raise ExpressionError(
                f"Cổng {self.node.label}: không nhánh nào thoả điều kiện và không có nhánh mặc định.", self.node.id
            )
        return chosen


class Parallel(Place):
    """Waits for one token on each incoming flow, takes exactly those, and leaves by every flow."""

    def _update_hook(self, my_task: Token) -> bool:
        arrived = [token for token in my_task.workflow.tokens() if token.task_spec is self and not token.is_going]
        taken = self._taken(arrived)
        if not taken:
            my_task.wait()
            return False
        for token in taken:
            if token is not my_task:
                my_task.workflow.remove(token)
        self.number(my_task)
        return True

    def _taken(self, arrived: Sequence[Token]) -> Sequence[Token]:
        """The tokens that join now; none when one is missing. A lowered gateway may ask for a number of any."""
        count = int(self.node.start_quantity)
        if count > 1:
            return arrived[:count] if len(arrived) >= count else ()
        first: dict[str, Token] = {}
        for token in arrived:
            first.setdefault(token.internal_data["via"], token)
        return tuple(first.values()) if len(first) == len(self.incoming) else ()


class Inclusive(Exclusive):
    """Every flow whose condition holds, else the default. Joins when no token can still arrive on an empty flow."""

    def __init__(self, spec: ScopeSpec, node: Node, *, is_instance: bool = False) -> None:
        super().__init__(spec, node, is_instance=is_instance)
        self.upstream: dict[str, frozenset[str]] = {}  # incoming flow -> nodes from which a token could come on it

    def _update_hook(self, my_task: Token) -> bool:
        if len(self.incoming) > 1:
            my_task.wait()
            return False
        self.number(my_task)
        return True

    def may_join(self, arrived: Sequence[Token]) -> bool:
        """True when what is still under way could only come by flows that have a token already (BPMN 2.0, 13.4.3)."""
        return self.is_awaited_no_more(arrived[0].workflow, {token.internal_data["via"] for token in arrived})

    def is_awaited_no_more(self, scope: Scope, taken: AbstractSet[str]) -> bool:
        filled = frozenset().union(*(self.upstream[flow] for flow in taken))
        empty = frozenset().union(*(self.upstream[flow.id] for flow in self.incoming if flow.id not in taken))
        under_way = {
            token.task_spec.node.id for token in scope.tokens() if token.task_spec is not self and token.is_under_way
        }
        return not under_way & (empty - filled)

    def join(self, arrived: Sequence[Token]) -> None:
        """One token of each flow goes on as one."""
        first: dict[str, Token] = {}
        for token in arrived:
            first.setdefault(token.internal_data["via"], token)
        kept, *rest = first.values()
        for token in rest:
            token.workflow.remove(token)
        self.number(kept)
        kept.go()

    def choose(self, token: Token) -> Sequence[Flow]:
        chosen = tuple(
            flow
            for flow in self.out
            if flow.id != self.node.default and (not flow.condition or self.is_true(token, flow.condition))
        )
        return chosen or self._default()


class Complex(Inclusive):
    """Joins as soon as its activation condition holds (BPMN 2.0, 13.4.5), one token of each flow that has one.

    What comes later by the other flows it takes in, until nothing can come there any more and it begins anew. A second
    token of a flow waits for that.
    """

    def _update_hook(self, my_task: Token) -> bool:
        my_task.wait()
        arrived = [token for token in my_task.workflow.tokens() if token.task_spec is self and token.is_waiting]
        spent = _spent(arrived)
        if spent is None:
            return self._is_activated(arrived) and self._activate(my_task, arrived)
        if my_task.internal_data["via"] not in spent.internal_data["spent"]:
            spent.internal_data["spent"].append(my_task.internal_data["via"])
            my_task.workflow.remove(my_task)
        return False

    def may_join(self, arrived: Sequence[Token]) -> bool:
        spent = _spent(arrived)
        if spent is None:
            return self._is_activated(arrived)
        return self.is_awaited_no_more(spent.workflow, set(spent.internal_data["spent"]))

    def join(self, arrived: Sequence[Token]) -> None:
        """Begins anew; or its condition has become true since the last token came."""
        spent = _spent(arrived)
        if spent is not None:
            spent.workflow.remove(spent)
            spent.workflow.machine.settle(spent.workflow)
        elif self._activate(arrived[-1], arrived):
            arrived[-1].go()

    def _is_activated(self, arrived: Sequence[Token]) -> bool:
        data = Variables({"activationCount": len(arrived)}, around=arrived[-1].data)
        return self.is_true(arrived[-1], self.node.activation, data)

    def _activate(self, kept: Token, arrived: Sequence[Token]) -> bool:
        taken = {kept.internal_data["via"]: kept}
        for token in arrived:
            taken.setdefault(token.internal_data["via"], token)
        self.number(kept)
        kept.workflow.machine.stay_behind(kept, spent=list(taken))
        for token in taken.values():
            if token is not kept:
                token.workflow.remove(token)
        return True


def _spent(tokens: Sequence[Token]) -> Token | None:
    """The token that remembers which flows a complex gateway has taken in."""
    return next((token for token in tokens if "spent" in token.internal_data), None)


class Race(Place):
    """An event-based gateway: what follows it listens, and the first to be caught removes the others."""

    def _on_complete(self, my_task: Token) -> None:
        machine = my_task.workflow.machine
        machine.record.passed(self.node, my_task.lap)
        machine.follow(my_task, self.out, race=my_task.id)
