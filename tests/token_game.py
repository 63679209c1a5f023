"""A token game of our own to judge the engine by: played on the tree of blocks, and knowing nothing of BPMN's graph.

A model is a tree of blocks, each with one way in and one way out. `draw` writes it as BPMN for the engine; `Game` plays
the tree itself. Both tell what is open by address: element and lap within its scope.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Literal

SIGNS = range(4)
"""What an officer may write into `x`, the one variable that decides every way."""


@dataclass(frozen=True)
class Block:
    """A part of a model. `id` names its elements."""

    id: str


@dataclass(frozen=True)
class Task(Block):
    """Somebody's work."""


@dataclass(frozen=True)
class Delay(Block):
    """A timer in the flow."""


@dataclass(frozen=True)
class Stop(Block):
    """Ends its whole scope."""


@dataclass(frozen=True)
class Sequence(Block):
    parts: tuple[Block, ...]


@dataclass(frozen=True)
class Branches(Block):
    """Ways side by side. `choice`: the one where x is its number; `inclusive`: those whose number x exceeds."""

    kind: Literal["choice", "inclusive", "parallel"]
    ways: tuple[Block, ...]  # the first is the default


@dataclass(frozen=True)
class Loop(Block):
    """Again as long as x is 1."""

    body: Block


@dataclass(frozen=True)
class Box(Block):
    """A sub-process."""

    body: Block


@dataclass(frozen=True)
class Guarded(Block):
    """A task or box with a timer at its boundary. Interrupting, the handler comes in its place; else beside it."""

    host: Block
    handler: Block
    interrupts: bool
    times: int  # it fires, when it does not interrupt


@dataclass(frozen=True)
class Model:
    """A whole process: it ends at the end whose number x is, else at the first."""

    body: Block
    ends: int


# --- made at random ---------------------------------------------------------------------------------------------------


class Maker:
    """The same seed makes the same model."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.count = 0

    def model(self, depth: int) -> Model:
        return Model(body=Sequence(self.name(), (Task(self.name()), self.block(depth))), ends=self.rng.randint(1, 3))

    def name(self) -> str:
        self.count += 1
        return f"n{self.count}"

    def block(self, depth: int, *, is_alone: bool = True) -> Block:
        """`is_alone`: no other token can be within the same block of the same scope, so that it may split and join."""
        leaves, inner = (
            ["task", "task", "delay"],
            ["sequence", "sequence", "choice", "box", "guarded", "guarded", "loop"],
        )
        kinds = leaves if depth == 0 else inner + (["parallel", "parallel", "inclusive"] if is_alone else [])
        kind = self.rng.choice(kinds)
        name = self.name()
        match kind:
            case "task":
                return Task(name)
            case "delay":
                return Delay(name)
            case "sequence":
                return Sequence(
                    name, tuple(self.block(depth - 1, is_alone=is_alone) for _ in range(self.rng.randint(2, 3)))
                )
            case "loop":
                return Loop(name, Sequence(f"{name}b", (Task(self.name()), self.block(depth - 1, is_alone=is_alone))))
            case "box":
                return Box(name, self.block(depth - 1))
            case "guarded":
                return self._guarded(name, depth, is_alone=is_alone)
            case _:
                return self._branches(name, kind, depth, is_alone=is_alone)

    def _branches(self, name: str, kind: str, depth: int, *, is_alone: bool) -> Branches:
        ways = [self.block(depth - 1, is_alone=is_alone) for _ in range(self.rng.randint(2, 3))]
        if kind == "choice" and self.rng.random() < 0.25:
            ways[-1] = Sequence(self.name(), (ways[-1], Stop(self.name())))
        return Branches(name, kind, tuple(ways))  # type: ignore[arg-type]

    def _guarded(self, name: str, depth: int, *, is_alone: bool) -> Guarded:
        host = self.rng.choice([Task(self.name()), Box(self.name(), self.block(depth - 1))])
        interrupts = self.rng.random() < 0.5
        handler = self.block(depth - 1, is_alone=is_alone and interrupts)
        return Guarded(name, host, handler, interrupts, 1 if interrupts else self.rng.randint(1, 3))


# --- as BPMN ----------------------------------------------------------------------------------------------------------


class Drawing:
    """Writes elements and flows; a block is drawn once and says where it begins and ends (None: never comes out)."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def node(self, kind: str, node_id: str, inside: str = "", more: str = "") -> str:
        self.parts.append(f'<{kind} id="{node_id}"{more}>{inside}</{kind}>')
        return node_id

    def flow(self, source: str | None, target: str, condition: str = "") -> str:
        flow_id = f"{source}_{target}"
        if source is not None:
            inside = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
            self.parts.append(
                f'<sequenceFlow id="{flow_id}" sourceRef="{source}" targetRef="{target}">{inside}</sequenceFlow>'
            )
        return flow_id

    def whole(self, body: Block, ends: int, name: str) -> str:
        """The inside of a process or sub-process."""
        first, last = self.block(body)
        self.flow(self.node("startEvent", f"{name}_in"), first)
        if ends == 1:
            self.flow(last, self.node("endEvent", f"{name}_end0"))
        elif last is not None:
            split = f"{name}_out"
            default, *_ = [
                self.flow(split, self.node("endEvent", f"{name}_end{number}"), f"x == {number}" if number else "")
                for number in range(ends)
            ]
            self.flow(last, self.node("exclusiveGateway", split, more=f' default="{default}"'))
        return "".join(self.parts)

    def block(self, block: Block) -> tuple[str, str | None]:
        match block:
            case Task():
                node = self.node("userTask", block.id)
                return node, node
            case Delay():
                node = self.node("intermediateCatchEvent", block.id, _timer("Duration", "PT5H"))
                return node, node
            case Stop():
                return self.node("endEvent", block.id, "<terminateEventDefinition/>"), None
            case Sequence():
                return self._sequence(block)
            case Branches():
                return self._branches(block)
            case Loop():
                first, last = self.block(block.body)
                merge, split = f"{block.id}_m", f"{block.id}_s"
                after = self.node("intermediateThrowEvent", f"{block.id}_o")
                self.flow(self.node("exclusiveGateway", merge), first)
                self.flow(split, merge, "x == 1")
                self.node("exclusiveGateway", split, more=f' default="{self.flow(split, after)}"')
                self.flow(last, split)
                return merge, after if last is not None else None
            case Box():
                node = self.node("subProcess", block.id, Drawing().whole(block.body, 1, block.id))
                return node, node
            case Guarded():
                return self._guarded(block)
        raise TypeError(block)

    def _sequence(self, block: Sequence) -> tuple[str, str | None]:
        begin, last = self.block(block.parts[0])
        for part in block.parts[1:]:
            first, after = self.block(part)
            self.flow(last, first)
            last = after
        return begin, last

    def _branches(self, block: Branches) -> tuple[str, str | None]:
        kind = {"choice": "exclusive", "inclusive": "inclusive", "parallel": "parallel"}[block.kind] + "Gateway"
        condition = {"choice": "x == {0}", "inclusive": "x &gt; {0}", "parallel": ""}[block.kind]
        split, join, default = f"{block.id}_s", f"{block.id}_j", ""
        self.node(kind, join)
        for number, way in enumerate(block.ways):
            first, last = self.block(way)
            is_default = number == 0 and bool(condition)
            flow = self.flow(split, first, "" if is_default else condition.format(number))
            default = f' default="{flow}"' if is_default else default
            self.flow(last, join)
        self.node(kind, split, more=default)
        return split, join

    def _guarded(self, block: Guarded) -> tuple[str, str | None]:
        first, last = self.block(block.host)
        event = _timer("Duration", "PT8H") if block.times == 1 else _timer("Cycle", f"R{block.times}/PT8H")
        attached = f' attachedToRef="{first}" cancelActivity="{str(block.interrupts).lower()}"'
        self.node("boundaryEvent", f"{block.id}_t", event, attached)
        begin, end = self.block(block.handler)
        self.flow(f"{block.id}_t", begin)
        if not block.interrupts:
            self.flow(end, self.node("endEvent", f"{block.id}_e"))
            return first, last
        merge = self.node("exclusiveGateway", f"{block.id}_m")
        self.flow(last, merge)
        self.flow(end, merge)
        return first, merge


def _timer(kind: str, text: str) -> str:
    return f"<timerEventDefinition><time{kind}>{text}</time{kind}></timerEventDefinition>"


def draw(model: Model) -> str:
    """The body of a process."""
    return Drawing().whole(model.body, model.ends, "p")


# --- the game ---------------------------------------------------------------------------------------------------------


class Stopped(Exception):
    """A scope has come to a Stop."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope


@dataclass
class Scope:
    """A process or box under way: what runs in it, beside it, and how often each element was entered."""

    game: Game
    prefix: str
    laps: dict[str, int] = field(default_factory=dict)
    main: Run | None = None
    beside: list[Run] = field(default_factory=list)

    def address(self, element: str) -> str:
        self.laps[element] = self.laps.get(element, 0) + 1
        return f"{self.prefix}{element}#{self.laps[element]}"

    def begin(self, body: Block) -> bool:
        """True when it is over at once."""
        try:
            self.main = enter(body, self)
        except Stopped as stopped:
            return self.stop(stopped)
        return self.is_over

    @property
    def is_over(self) -> bool:
        return self.main is None and not self.beside

    def stop(self, stopped: Stopped) -> bool:
        if stopped.scope is not self:
            raise stopped
        self.main, self.beside = None, []
        return True

    def take(self, address: str) -> bool:
        try:
            for run in [*([self.main] if self.main else []), *self.beside]:
                if run.take(address):
                    self._settle(run)
                    return True
        except Stopped as stopped:
            return self.stop(stopped)
        return False

    def _settle(self, run: Run) -> None:
        if not run.is_over:
            return
        if run is self.main:
            self.main = None
            if not self.prefix:
                self.game.reach_end()
        else:
            self.beside.remove(run)
            if not self.prefix:
                self.game.end = run.end

    def leaves(self) -> Iterator[tuple[str, str]]:
        for run in [*([self.main] if self.main else []), *self.beside]:
            yield from run.leaves()


class Run:
    """A block under way."""

    is_over = False
    end = ""  # where it comes out, when it runs beside the rest of its scope

    def take(self, address: str) -> bool:
        """What waits at this address happens, if it is here."""
        raise NotImplementedError

    def leaves(self) -> Iterator[tuple[str, str]]:
        """(address, task | timer) of everything that waits or is armed."""
        raise NotImplementedError


def enter(block: Block, scope: Scope) -> Run | None:
    """None when it is passed at once."""
    match block:
        case Task() | Delay():
            return Leaf(scope.address(block.id), "task" if isinstance(block, Task) else "timer")
        case Stop():
            scope.game.end = block.id if not scope.prefix else scope.game.end
            raise Stopped(scope)
        case Branches():
            return _together(block, scope)
        case Sequence() | Loop() | Box() | Guarded():
            run = {Sequence: InSequence, Loop: InLoop, Box: InBox, Guarded: InGuarded}[type(block)](block, scope)
            return None if run.is_over else run
    raise TypeError(block)


def _together(block: Branches, scope: Scope) -> Run | None:
    x = scope.game.x
    if block.kind == "choice":
        return enter(block.ways[x] if 0 < x < len(block.ways) else block.ways[0], scope)
    ways = block.ways
    if block.kind == "inclusive":
        ways = tuple(way for number, way in enumerate(ways) if 0 < number < x) or ways[:1]
    runs = [run for way in ways if (run := enter(way, scope)) is not None]
    return Together(runs) if runs else None


@dataclass
class Leaf(Run):
    address: str
    kind: str
    is_over: bool = False

    def take(self, address: str) -> bool:
        self.is_over = address == self.address
        return self.is_over

    def leaves(self) -> Iterator[tuple[str, str]]:
        yield self.address, self.kind


@dataclass
class Together(Run):
    runs: list[Run]
    is_over: bool = False

    def take(self, address: str) -> bool:
        for run in self.runs:
            if run.take(address):
                if run.is_over:
                    self.runs.remove(run)
                self.is_over = not self.runs
                return True
        return False

    def leaves(self) -> Iterator[tuple[str, str]]:
        for run in self.runs:
            yield from run.leaves()


class InSequence(Run):
    def __init__(self, block: Sequence, scope: Scope) -> None:
        self.block, self.scope, self.at = block, scope, -1
        self.child: Run | None = None
        self.go_on()

    def go_on(self) -> None:
        self.child = None
        while self.child is None and self.at + 1 < len(self.block.parts):
            self.at += 1
            self.child = enter(self.block.parts[self.at], self.scope)
        self.is_over = self.child is None

    def take(self, address: str) -> bool:
        if self.child is None or not self.child.take(address):
            return False
        if self.child.is_over:
            self.go_on()
        return True

    def leaves(self) -> Iterator[tuple[str, str]]:
        if self.child is not None:
            yield from self.child.leaves()


class InLoop(InSequence):
    """Its body begins with a task, so that it waits each time round."""

    def __init__(self, block: Loop, scope: Scope) -> None:
        self.body, self.scope = block.body, scope
        self.child = enter(self.body, scope)

    def go_on(self) -> None:
        self.child = enter(self.body, self.scope) if self.scope.game.x == 1 else None
        self.is_over = self.child is None


class InBox(Run):
    def __init__(self, block: Box, scope: Scope) -> None:
        self.inside = Scope(scope.game, f"{scope.address(block.id)}/")
        self.is_over = self.inside.begin(block.body)

    def take(self, address: str) -> bool:
        taken = self.inside.take(address)
        self.is_over = self.inside.is_over
        return taken

    def leaves(self) -> Iterator[tuple[str, str]]:
        return self.inside.leaves()


class InGuarded(Run):
    def __init__(self, block: Guarded, scope: Scope) -> None:
        self.block, self.scope = block, scope
        self.left = block.times
        self.armed: str | None = scope.address(f"{block.id}_t")
        self.child = enter(block.host, scope)
        self.is_over = self.child is None

    def take(self, address: str) -> bool:
        if address == self.armed:
            self.fire()
            return True
        if self.child is None or not self.child.take(address):
            return False
        self.is_over = self.child.is_over
        return True

    def fire(self) -> None:
        self.left -= 1
        self.armed = None
        if self.block.interrupts:
            self.child = enter(self.block.handler, self.scope)
            self.is_over = self.child is None
            return
        beside = enter(self.block.handler, self.scope)
        if self.left:
            self.armed = self.scope.address(f"{self.block.id}_t")
        if beside is not None:
            beside.end = f"{self.block.id}_e"
            self.scope.beside.append(beside)

    def leaves(self) -> Iterator[tuple[str, str]]:
        if self.child is not None:
            yield from self.child.leaves()
        if self.armed is not None:
            yield self.armed, "timer"


class Game:
    """A model being played."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.x = 0
        self.end: str | None = None
        self.root = Scope(self, "")
        self.root.begin(model.body)

    @property
    def is_over(self) -> bool:
        return self.root.is_over

    def open(self) -> dict[str, str]:
        """address -> task | timer."""
        return dict(self.root.leaves())

    def take(self, address: str, x: int | None = None) -> None:
        """Somebody does the task there and writes x, or the timer there is due."""
        self.x = self.x if x is None else x
        assert self.root.take(address), address

    def reach_end(self) -> None:
        self.end = f"p_end{self.x if 0 < self.x < self.model.ends else 0}"
