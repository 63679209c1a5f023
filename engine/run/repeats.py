"""Loops and many instances of one activity: a token that hosts one token per round or instance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.errors import ExpressionError
from engine.model.elements import Loop, Node
from engine.run.places import Place
from engine.run.variables import Variables

if TYPE_CHECKING:
    from engine.run.program import ScopeSpec
    from engine.run.tokens import Token

MAX_INSTANCES = 1_000


class Counted(Variables):
    """What an instance sees around it: how many there are, and the case's variables."""

    __slots__ = ("host",)

    def __init__(self, host: Token) -> None:
        super().__init__({}, around=host.data)
        self.host = host

    def look_up(self, name: str) -> tuple[bool, Any]:
        counts = self._counts()
        return (True, counts[name]) if name in counts else super().look_up(name)

    def seen(self) -> dict[str, Any]:
        return {**super().seen(), **self._counts()}

    def _counts(self) -> dict[str, int]:
        remembered = self.host.internal_data
        return {
            "nrOfInstances": remembered["total"],
            "nrOfCompletedInstances": remembered["done"],
            "nrOfActiveInstances": sum(not guest.is_armed for guest in self.host.guests),
        }


class Repeated(Place):
    """Hosts the instances of an activity. Each has `loopCounter` and its own item in front of the case's variables."""

    def __init__(self, spec: ScopeSpec, node: Node, body: Place, loop: Loop) -> None:
        super().__init__(spec, node)
        self.body = body
        self.loop = loop

    def _update_hook(self, my_task: Token) -> bool:
        self.number(my_task)
        my_task.begin()
        my_task.internal_data["done"] = 0
        return not self.start(my_task)

    def _on_complete(self, my_task: Token) -> None:
        my_task.workflow.machine.follow(my_task, self.tokens_on(self.choose(my_task)))

    def start(self, token: Token) -> bool:
        """Begins the first round. False when there is none."""
        raise NotImplementedError

    def instance_done(self, token: Token, instance: Token) -> None:
        """One round is over; its token still stands."""
        raise NotImplementedError

    def begin(self, token: Token, index: int, own: dict[str, Any]) -> None:
        data = Variables({"loopCounter": index, **own}, around=self.around(token))
        token.workflow.machine.enter(token.workflow, self.body, host=token, data=data, index=index)

    def around(self, token: Token) -> Variables:
        """What its instances see around their own values."""
        return token.data

    def evaluate(self, text: str, data: Variables) -> Any:
        return self.program.expressions.compile(text, self.node.id).evaluate(data.look_up)

    def is_true_on(self, data: Variables, condition: str) -> bool:
        result = self.evaluate(condition, data)
        if not isinstance(result, bool):
            raise ExpressionError(f"Điều kiện lặp “{condition}” không cho kết quả đúng/sai.", self.node.id)
        return result


class Looped(Repeated):
    """A standard loop: again while its condition holds, at most `loopMaximum` times."""

    def start(self, token: Token) -> bool:
        if self.loop.test_before and not self._goes_on(self._asked_before(token, 0), 0):
            return False
        self.begin(token, 0, {})
        return True

    def instance_done(self, token: Token, instance: Token) -> None:
        done = token.internal_data["done"] = token.internal_data["done"] + 1
        data = self._asked_before(token, done) if self.loop.test_before else instance.data
        token.workflow.remove(instance)
        if self._goes_on(data, done):
            self.begin(token, done, {})
        else:
            token.go()

    def _asked_before(self, token: Token, done: int) -> Variables:
        """A condition that is asked before a round counts the rounds before it, one asked after it the round itself."""
        return Variables({"loopCounter": done}, around=token.data)

    def _goes_on(self, data: Variables, done: int) -> bool:
        if self.loop.maximum and done >= int(self.loop.maximum):
            return False
        return not self.loop.condition or self.is_true_on(data, self.loop.condition)


class MultiInstance(Repeated):
    """As many instances as the cardinality or the collection says, side by side or one after the other."""

    def start(self, token: Token) -> bool:
        items = self._items(token)
        remembered = token.internal_data
        remembered["total"] = len(items)
        if self.loop.output_collection:
            token.data.assign(self.loop.output_collection, [None] * len(items))
        if self.loop.kind == "parallel":
            for index, item in enumerate(items):
                self.begin(token, index, self._own(item))
        elif items:
            if self.loop.collection:
                remembered["items"] = items
            self.begin(token, 0, self._own(items[0]))
        return bool(items)

    def around(self, token: Token) -> Variables:
        return Counted(token)

    def instance_done(self, token: Token, instance: Token) -> None:
        remembered = token.internal_data
        done = remembered["done"] = remembered["done"] + 1
        self._collect(token, instance)
        data = instance.data
        token.workflow.remove(instance)
        self._throw(token, data, done)
        if not token.still_stands:
            return
        if done == remembered["total"] or (self.loop.condition and self.is_true_on(data, self.loop.condition)):
            for rest in token.guests:
                if not rest.is_armed:
                    token.workflow.remove(rest)
            token.go()
        elif self.loop.kind == "sequence":
            items = remembered.get("items")
            self.begin(token, done, self._own(done if items is None else items[done]))

    def _throw(self, token: Token, data: Variables, done: int) -> None:
        """BPMN's behavior: an event after each instance, after the first, or where its condition holds."""
        loop = self.loop
        if loop.event is None or (loop.behavior == "One" and done > 1):
            return
        if loop.behavior != "Complex" or self.is_true_on(data, loop.event_condition):
            token.workflow.machine.throw(token, loop.event)

    def _items(self, token: Token) -> list[Any]:
        if self.loop.collection:
            items = self.evaluate(self.loop.collection, token.data)
            items = list(items) if isinstance(items, (list, dict)) else items
            if not isinstance(items, list):
                raise ExpressionError(f"“{self.loop.collection}” không phải là danh sách.", self.node.id)
        else:
            count = self.evaluate(self.loop.cardinality, token.data)
            if isinstance(count, bool) or not isinstance(count, int) or count < 0:
                raise ExpressionError(
                    f"Số lần lặp “{self.loop.cardinality}” không phải là số nguyên không âm.", self.node.id
                )
            items = list(range(min(count, MAX_INSTANCES + 1)))
        if len(items) > MAX_INSTANCES:
            raise ExpressionError(f"Số lần lặp vượt quá {MAX_INSTANCES}.", self.node.id)
        return items

    def _own(self, item: Any) -> dict[str, Any]:
        own = {self.loop.item: item} if self.loop.item else {}
        return {**own, self.loop.output_item: None} if self.loop.output_item else own

    def _collect(self, token: Token, instance: Token) -> None:
        if self.loop.output_collection and self.loop.output_item:
            is_set, results = token.data.look_up(self.loop.output_collection)
            if is_set and isinstance(results, list):
                index = instance.internal_data["index"]
                results = [*results[:index], instance.data.look_up(self.loop.output_item)[1], *results[index + 1 :]]
                token.data.assign(self.loop.output_collection, results)
