"""Whether the steps' limits fit into the procedure's: on the slowest way through, returns not counted.

As the law counts: branches side by side take as long as the longest of them; what other agencies are asked for takes
the lead's time, unless the clock is paused on it; a reminder beside a task takes none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.deadlines.durations import Duration
from engine.deadlines.limits import Limit, LimitUnit, parse_limit
from engine.errors import MotCuaError
from engine.model.elements import Model, Node
from engine.model.rules.flow import finish_order, successors
from engine.model.rules.registry import ERROR, Reading, rule
from engine.model.timers import is_literal

HOURS_A_DAY = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowestWay:
    """The way whose steps may take longest: working hours in all, the steps counted, and the nodes on it."""

    hours: Decimal = Decimal(0)
    steps: tuple[str, ...] = ()
    path: tuple[str, ...] = ()


def slowest_way(model: Model) -> SlowestWay:
    """Returns and what stops the clock count nothing; a step counts once, whatever its tasks."""
    reading = Reading(model=model)
    edges = successors(reading)
    for host, events in reading.attached.items():
        beside = {event.id for event in events if not event.interrupts}
        edges[host] = [following for following in edges[host] if following not in beside]
    ways = [_slowest_in(reading, edges, process) for process in model.processes]
    return max(ways, key=lambda way: way.hours, default=SlowestWay())


@rule("limit-sum", ERROR)
def limit_sum(reading: Reading) -> Iterator[tuple[Node, str]]:
    """The steps of the slowest way take no longer than the procedure may."""
    limit_text = reading.context.limit if reading.context is not None else None
    if not limit_text:
        return
    limit = _at_most(parse_limit(limit_text))
    way = slowest_way(reading.model)
    if way.hours > limit:
        timed = [each for each in way.path if _read(reading.model.nodes[each].properties.get("step_limit", ""))]
        total = f"Tổng thời hạn các bước {', '.join(way.steps)} là {_words(way.hours)}"
        yield reading.model.nodes[(timed or way.path)[-1]], f"{total}, vượt thời hạn của thủ tục {_words(limit)}."


def _slowest_in(reading: Reading, edges: dict[str, list[str]], scope: str) -> SlowestWay:
    free = [node for node in reading.scopes[scope] if node.id not in reading.incoming and not node.attached_to]
    starts = [node.id for node in free if not node.for_compensation and not node.by_event]
    order = list(reversed(finish_order(starts, edges)))
    place = {node_id: number for number, node_id in enumerate(order)}
    ways: dict[str, list[SlowestWay]] = {start: [SlowestWay()] for start in starts}
    best = SlowestWay()
    for node_id in order:
        here = [_with(reading, edges, way, node_id) for way in ways.pop(node_id, [])]
        best = max([best, *here], key=lambda way: way.hours)
        for following in edges.get(node_id, ()):
            if place[following] > place[node_id]:
                ways[following] = _not_outdone([*ways.get(following, []), *here])
    return best


def _with(reading: Reading, edges: dict[str, list[str]], way: SlowestWay, node_id: str) -> SlowestWay:
    """The way, one node longer; through a sub-process, by the slowest way in it."""
    node = reading.model.nodes[node_id]
    way = replace(way, path=(*way.path, node_id))
    if node.id in reading.scopes:
        inner = _slowest_in(reading, edges, node.id)
        return replace(way, hours=way.hours + inner.hours, steps=way.steps + inner.steps, path=way.path + inner.path)
    step = node.properties.get("step") or node.id
    limit = _wait(node) or _read(node.properties.get("step_limit") or node.properties.get("limit", ""))
    if limit is None or step in way.steps or node.properties.get("clock") == "paused":
        return way
    return replace(way, hours=way.hours + limit, steps=(*way.steps, step))


def _not_outdone(ways: list[SlowestWay]) -> list[SlowestWay]:
    """Of ways to one node, those whose steps no other has all counted: what follows adds as much to it or more."""
    kept: list[SlowestWay] = []
    for way in sorted(ways, key=lambda each: -len(each.steps)):
        if not any(set(way.steps) <= set(other.steps) for other in kept):
            kept.append(way)
    return kept


def _wait(node: Node) -> Decimal | None:
    """A timer in the middle of the flow, in working time."""
    if node.kind != "intermediateCatchEvent" or len(node.definitions) != 1:
        return None
    definition = node.definitions[0]
    is_plain = "plain" in {definition.properties.get("calendar"), node.properties.get("calendar")}
    if definition.kind != "timer" or definition.timer != "duration" or is_plain or not is_literal(definition.text):
        return None
    try:
        length = Duration.parse(definition.text)
    except MotCuaError:
        return None
    return (length.days + length.weeks * 5) * HOURS_A_DAY + length.seconds / 3600


def _read(text: str) -> Decimal | None:
    try:
        return _at_least(parse_limit(text)) if text else None
    except MotCuaError:
        return None


def _at_least(limit: Limit) -> Decimal:
    """The fewest working hours of a step's limit: of plain days, those of whole weeks."""
    if limit.unit is LimitUnit.hour:
        return limit.value
    if limit.unit is LimitUnit.working_day:
        return limit.value * HOURS_A_DAY
    days = limit.value * (28 if limit.unit is LimitUnit.month else 1)
    return days // 7 * 5 * HOURS_A_DAY


def _at_most(limit: Limit) -> Decimal:
    """The most working hours that the procedure's limit may hold: of plain days, all but two in each whole week."""
    if limit.unit in {LimitUnit.hour, LimitUnit.working_day}:
        return _at_least(limit)
    days = limit.value * (31 if limit.unit is LimitUnit.month else 1)
    return (days - days // 7 * 2) * HOURS_A_DAY


def _words(hours: Decimal) -> str:
    days = hours / HOURS_A_DAY
    return f"{days.normalize():f} ngày làm việc" if days >= 1 else f"{hours.normalize():f} giờ làm việc"
