"""A decision table as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

POLICIES = ("UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER")
AGGREGATIONS = ("SUM", "MIN", "MAX", "COUNT")
_LISTS = frozenset({"COLLECT", "RULE ORDER", "OUTPUT ORDER"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """An input with the expression it asks, or an output with its name, the values it may have and its default."""

    name: str
    label: str = ""
    type: str = ""  # typeRef: string | boolean | integer | long | double | number | date
    text: str = ""  # of an input: the expression; of an output: its default
    language: str = ""
    values: tuple[str, ...] = ()  # of an output, the highest first
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A rule of the table: one test for each input, one result for each output."""

    id: str
    line: int
    tests: tuple[str, ...]
    results: tuple[str, ...]
    languages: tuple[str, ...] = ()  # where a cell names its own


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTable:
    """What one <decision> of a file holds."""

    id: str
    name: str
    file: str
    line: int
    policy: str
    aggregation: str
    inputs: tuple[Column, ...]
    outputs: tuple[Column, ...]
    rows: tuple[Row, ...]
    variable: str = ""  # the decision's own

    @property
    def yields_list(self) -> bool:
        return self.policy in _LISTS and not self.aggregation

    def results_by_name(self, result: str) -> Mapping[str, str]:
        """The variables that asking sets, with their types; `result` is the one that the task names, if any."""
        if result:
            return {result: self._type(self.outputs[0]) if len(self.outputs) == 1 else "dyn?"}
        return {column.name: self._type(column) for column in self.outputs}

    def _type(self, column: Column) -> str:
        if self.yields_list:
            return "list?"
        if self.aggregation:
            return "int?" if self.aggregation == "COUNT" else "double?"
        return _TYPES.get(column.type, "dyn?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a table, in a sentence that names file, line and cell. No `decision`: with the whole file."""

    decision: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """Every table of the files beside a process."""

    tables: Mapping[str, DecisionTable] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


_TYPES = {
    "string": "string?",
    "boolean": "bool?",
    "integer": "int?",
    "long": "int?",
    "double": "double?",
    "number": "double?",
    "date": "string?",
}
