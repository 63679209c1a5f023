"""A decision table with every cell compiled, and its hit policies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from engine.errors import ExpressionError
from engine.expressions import Expression, Expressions, UnaryTest, plain_result, unary_test
from engine.expressions.unary import CELL
from engine.model.decisions.table import Column, DecisionTable, Row

LookUp = Callable[[str], tuple[bool, Any]]
T = TypeVar("T")
Result = tuple[Any, ...]  # one value for each output

_CEL = frozenset({"cel", "text/cel"})
_TYPES = {"string": "string", "boolean": "bool", "integer": "number", "long": "number", "double": "number"}
_TYPES |= {"number": "number", "date": "string"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledTable:
    """Pure: the same values give the same results."""

    table: DecisionTable
    inputs: tuple[Expression, ...]
    tests: tuple[tuple[UnaryTest, ...], ...]
    results: tuple[tuple[Expression, ...], ...]
    defaults: tuple[Expression, ...] | None
    priorities: tuple[tuple[Any, ...], ...]  # for each output its values, the highest first

    @classmethod
    def of(cls, table: DecisionTable, expressions: Expressions) -> CompiledTable:
        """Raises ExpressionError for the first cell that is wrong."""
        compiling = _Compiling(table, expressions)
        compiled = compiling.run()
        if compiling.faults:
            raise ExpressionError(compiling.faults[0])
        return compiled

    @property
    def names(self) -> frozenset[str]:
        """The variables that its cells name."""
        cells = [test.compiled for tests in self.tests for test in tests if test.compiled is not None]
        results = [one for row in self.results for one in row]
        asked = (*self.inputs, *cells, *results, *(self.defaults or ()))
        return frozenset(name for one in asked for name in one.variables if name != CELL)

    def ask(self, look_up: LookUp, result: str = "") -> dict[str, Any]:
        """The variables to set. Raises ExpressionError where the policy does not allow what matches."""
        found = self._decide(look_up)
        if not result:
            names = [column.name for column in self.table.outputs]
            return dict(zip(names, found, strict=True)) if isinstance(found, tuple) else {names[0]: found}
        return {result: self._packed(found) if isinstance(found, tuple) else found}

    def _decide(self, look_up: LookUp) -> Any:
        """A tuple of one value for each output; of policies with many hits, a list, or a number."""
        values = [_value(asked, look_up) for asked in self.inputs]
        hits = [number for number, tests in enumerate(self.tests) if _match(tests, values, look_up)]
        policy = self.table.policy
        if policy == "UNIQUE" and len(hits) > 1:
            raise self._wrong(hits, "cùng khớp, trong khi bảng chỉ cho một luật (UNIQUE)")
        outcomes = [self._result(number, look_up) for number in (hits[:1] if policy == "FIRST" else hits)]
        if policy == "ANY" and any(outcome != outcomes[0] for outcome in outcomes):
            raise self._wrong(hits, "cùng khớp nhưng cho kết quả khác nhau (ANY)")
        if policy in {"PRIORITY", "OUTPUT ORDER"}:
            outcomes.sort(key=self._rank)
        if not outcomes and self.defaults is not None:
            outcomes = [tuple(one.evaluate(look_up) for one in self.defaults)]
        if self.table.aggregation:
            return self._gathered([outcome[0] for outcome in outcomes])
        if self.table.yields_list:
            return [self._packed(outcome) for outcome in outcomes]
        return outcomes[0] if outcomes else (None,) * len(self.table.outputs)

    def _result(self, number: int, look_up: LookUp) -> Result:
        return tuple(one.evaluate(look_up) for one in self.results[number])

    def _packed(self, outcome: Result) -> Any:
        """A single output is its value, several are a map."""
        if len(outcome) == 1:
            return outcome[0]
        return dict(zip((column.name for column in self.table.outputs), outcome, strict=True))

    def _rank(self, outcome: Result) -> tuple[int, ...]:
        ranks = []
        for value, values, column in zip(outcome, self.priorities, self.table.outputs, strict=True):
            if values and value not in values:
                raise ExpressionError(f"{self._where()}: “{value}” không có trong thứ tự ưu tiên của “{column.name}”.")
            ranks.append(values.index(value) if values else 0)
        return tuple(ranks)

    def _gathered(self, values: Sequence[Any]) -> Any:
        aggregation = self.table.aggregation
        if aggregation == "COUNT":
            return len(values)
        if any(isinstance(value, bool) or not isinstance(value, (int, float)) for value in values):
            raise ExpressionError(f"{self._where()}: phép gộp {aggregation} cần kết quả là số.")
        if not values:
            return None
        return sum(values) if aggregation == "SUM" else min(values) if aggregation == "MIN" else max(values)

    def _wrong(self, hits: Sequence[int], what: str) -> ExpressionError:
        rows = ", ".join(str(number + 1) for number in hits)
        return ExpressionError(f"{self._where()}: các luật {rows} {what}.")

    def _where(self) -> str:
        return f"Bảng quyết định “{self.table.name or self.table.id}” ({self.table.file})"


def faults_of(table: DecisionTable, expressions: Expressions) -> list[str]:
    """A sentence for each cell that is wrong."""
    compiling = _Compiling(table, expressions)
    compiling.run()
    return compiling.faults


def names_in(table: DecisionTable) -> frozenset[str]:
    """The variables that its cells name, as far as they can be read."""
    return _Compiling(table, Expressions()).run().names


def _value(asked: Expression, look_up: LookUp) -> Any:
    """Of an input; a field that nobody has filled in is null, not its type's empty value."""
    variable = asked.variables.get(asked.text)
    if variable is not None and variable.has_default and not variable.default:
        is_set, value = look_up(asked.text)
        if not is_set or value is None:
            return None
    return asked.evaluate(look_up)


def _match(tests: Sequence[UnaryTest], values: Sequence[Any], look_up: LookUp) -> bool:
    return all(test.holds(value, look_up) for test, value in zip(tests, values, strict=True))


class _Compiling:
    """Compiles what it can and keeps a sentence for each cell that is wrong."""

    def __init__(self, table: DecisionTable, expressions: Expressions) -> None:
        self.table = table
        self.expressions = expressions
        self.faults: list[str] = []
        self.nothing = expressions.compile("null")

    def run(self) -> CompiledTable:
        inputs = tuple(self._input(column) for column in self.table.inputs)
        kinds = [_kind(column, asked) for column, asked in zip(self.table.inputs, inputs, strict=True)]
        compiled = CompiledTable(
            table=self.table,
            inputs=inputs,
            tests=tuple(tuple(self._tests(number, row, kinds)) for number, row in self._rows()),
            results=tuple(tuple(self._results(number, row)) for number, row in self._rows()),
            defaults=self._defaults(),
            priorities=tuple(self._values(column) for column in self.table.outputs),
        )
        self._check_outputs(compiled)
        return compiled

    def _rows(self) -> Iterator[tuple[int, Row]]:
        return enumerate(self.table.rows, 1)

    def _input(self, column: Column) -> Expression:
        where = f"cột “{column.label or column.name}”"
        return self._try(column.line, where, self._asked, column.text, column.language) or self.nothing

    def _asked(self, text: str, language: str) -> Expression:
        if not text:
            raise ExpressionError("chưa nêu biểu thức hỏi gì (inputExpression)")
        return self._compile(text, language)

    def _compile(self, text: str, language: str = "") -> Expression:
        if language.lower() in _CEL:
            return self.expressions.compile(text)
        _refuse_language(language)
        return self.expressions.compile(plain_result(text))

    def _tests(self, number: int, row: Row, kinds: Sequence[str]) -> Iterator[UnaryTest]:
        for column, kind, text, language in zip(self.table.inputs, kinds, row.tests, row.languages, strict=False):
            where = f"luật {number}, cột “{column.label or column.name}”"
            yield self._try(row.line, where, self._test, text, kind, language) or UnaryTest()

    def _test(self, text: str, kind: str, language: str) -> UnaryTest:
        _refuse_language(language)
        return unary_test(text, kind, self.expressions)

    def _results(self, number: int, row: Row) -> Iterator[Expression]:
        languages = row.languages[len(row.tests) :]
        for column, text, language in zip(self.table.outputs, row.results, languages, strict=True):
            where = f"luật {number}, kết quả “{column.label or column.name}”"
            result = self._try(row.line, where, self._compile, text, language) or self.nothing
            self._check_type(row.line, where, result, column)
            yield result

    def _check_type(self, line: int, where: str, result: Expression, column: Column) -> None:
        """A column of numbers yields no texts; what a name or nothing yields is not known."""
        kind = "number" if result.type in {"int", "double"} else result.type
        told = _TYPES.get(column.type, kind)
        if kind != told and kind in _TYPES.values():
            self._fault(line, where, f"“{result.text}” không cùng kiểu với cột ({column.type})")

    def _defaults(self) -> tuple[Expression, ...] | None:
        if not any(column.text for column in self.table.outputs):
            return None
        found = []
        for column in self.table.outputs:
            where = f"giá trị mặc định của “{column.name}”"
            found.append(self._try(column.line, where, self._compile, column.text) or self.nothing)
            self._check_type(column.line, where, found[-1], column)
        return tuple(found)

    def _values(self, column: Column) -> tuple[Any, ...]:
        where = f"thứ tự ưu tiên của “{column.name}”"
        return tuple(self._try(column.line, where, self._value, text) for text in column.values)

    def _value(self, text: str) -> Any:
        return self._compile(text).evaluate(_no_names)

    def _check_outputs(self, compiled: CompiledTable) -> None:
        table = self.table
        if table.policy in {"PRIORITY", "OUTPUT ORDER"} and not any(compiled.priorities):
            self._fault(table.line, "", f"hitPolicy {table.policy} cần cột kết quả có danh sách giá trị (outputValues)")
        if table.aggregation and len(table.outputs) > 1:
            self._fault(table.line, "", f"phép gộp {table.aggregation} chỉ dùng với một cột kết quả")
        if table.aggregation == "COUNT" and compiled.defaults is not None:
            self._fault(table.line, "", "phép gộp COUNT luôn cho một số nên không có giá trị mặc định")
        names = [column.name for column in table.outputs]
        if len(set(names)) < len(names):
            self._fault(table.line, "", "các cột kết quả phải có tên khác nhau")

    def _try(self, line: int, where: str, act: Callable[..., T], *given: Any) -> T | None:
        try:
            return act(*given)
        except ExpressionError as error:
            self._fault(line, where, error.message.rstrip("."))
            return None

    def _fault(self, line: int, where: str, what: str) -> None:
        place = f", {where}" if where else ""
        self.faults.append(f"{self.table.file}, dòng {line}, bảng “{self.table.id}”{place}: {what}.")


def _kind(column: Column, asked: Expression) -> str:
    return asked.type if asked.type not in {"dyn", "null_type"} else _TYPES.get(column.type, "dyn")


def _no_names(name: str) -> tuple[bool, Any]:
    raise ExpressionError(f"“{name}” không phải là một giá trị.")


def _refuse_language(language: str) -> None:
    if language and "feel" not in language.lower():
        raise ExpressionError(f"ngôn ngữ “{language}” không được hỗ trợ (chỉ nhận S-FEEL)")
