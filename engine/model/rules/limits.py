"""Whether the steps' limits fit into the procedure's: on the slowest way through, returns not counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.deadlines.limits import Limit, LimitUnit, parse_limit
from engine.errors import MotCuaError
from engine.model.elements import Model, Node
from engine.model.rules.flow import finish_order, successors
from engine.model.rules.registry import ERROR, Reading, rule

HOURS_A_DAY = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowestWay:
    """The way whose steps may take longest: working hours in all, the steps counted, and the nodes on it."""

    hours: Decimal = Decimal(0)
    steps: tuple[str, ...] = ()
    path: tuple[str, ...] = ()


def slowest_way(model: Model) -> SlowestWay:
    """Returns, what is in no step and what stops the clock count nothing; a step counts once, whatever its tasks."""
    reading = Reading(model=model)
    edges = successors(reading)
    ways = [_slowest_in(reading, edges, process) for process in model.processes]
    return max(ways, key=lambda way: way.hours, default=SlowestWay())


@rule("limit-sum", ERROR)
def limit_sum(reading: Reading) -> Iterator[tuple[Node, str]]:
    """The steps of the slowest way take no longer than the procedure may."""
    limit_text = reading.context.limit if reading.context is not None else None
    if not limit_text:
        return
    limit = _hours(parse_limit(limit_text))
    if limit is None:
        return
    way = slowest_way(reading.model)
    if way.hours > limit:
        timed = [each for each in way.path if _read(reading.model.nodes[each].properties.get("step_limit", ""))]
        total = f"Tổng thời hạn các bước {', '.join(way.steps)} là {_words(way.hours)}"
        yield reading.model.nodes[(timed or way.path)[-1]], f"{total}, vượt thời hạn của thủ tục {_words(limit)}."


def _slowest_in(reading: Reading, edges: dict[str, list[str]], scope: str) -> SlowestWay:
    starts = [node.id for node in reading.scopes[scope] if node.id not in reading.incoming and not node.attached_to]
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
    step = node.properties.get("step", "")
    limit = _read(node.properties.get("step_limit") or node.properties.get("limit", ""))
    if limit is None or not step or step in way.steps or node.properties.get("clock") == "paused":
        return way
    return replace(way, hours=way.hours + limit, steps=(*way.steps, step))


def _not_outdone(ways: list[SlowestWay]) -> list[SlowestWay]:
    """Of ways to one node, those whose steps no other has all counted: what follows adds as much to it or more."""
    kept: list[SlowestWay] = []
    for way in sorted(ways, key=lambda each: -len(each.steps)):
        if not any(set(way.steps) <= set(other.steps) for other in kept):
            kept.append(way)
    return kept


def _read(text: str) -> Decimal | None:
    try:
        return _hours(parse_limit(text)) if text else None
    except MotCuaError:
        return None


def _hours(limit: Limit) -> Decimal | None:
    """Working hours; None for plain days and months, which no sum of working hours can be held against."""
    if limit.unit is LimitUnit.working_day:
        return limit.value * HOURS_A_DAY
    return limit.value if limit.unit is LimitUnit.hour else None


def _words(hours: Decimal) -> str:
    days = hours / HOURS_A_DAY
    return f"{days.normalize():f} ngày làm việc" if days >= 1 else f"{hours.normalize():f} giờ làm việc"
