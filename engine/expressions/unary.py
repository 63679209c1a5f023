"""S-FEEL, the language of decision tables' cells, as CEL: unary tests and plain results. Anything else is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from engine.errors import ExpressionError
from engine.expressions.compiler import Expression, Expressions
from engine.expressions.text import quoted
from engine.expressions.types import CEL_TYPES, Variable

CELL = "cellValue"
"""What a test asks about: the value of its column's input."""

_NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)")
_STRING = re.compile(r'"(?:\\(?:["\\nrt]|u[0-9a-fA-F]{4})|[^"\\\n])*"')
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", re.ASCII)
_DATE = re.compile(r'date\s*\(\s*"(\d{4}-\d{2}-\d{2})"\s*\)')
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r'date and time\s*\(\s*"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:Z|[+-]\d{2}:\d{2}))"\s*\)')
_COMPARED = re.compile(r"(<=|>=|!=|<|>|=)\s*(.+)", re.DOTALL)
_RANGE = re.compile(r"([\[(\]])\s*(.+?)\s*\.\.\s*(.+?)\s*([\])\[])", re.DOTALL)
_NEGATED = re.compile(r"not\s*\((.*)\)", re.DOTALL)
_RESULT = re.compile(r'\s*("(?:\\.|[^"\\\n])*"|\d+(?:\.\d+)?|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*|[-+*()])', re.ASCII)
_FEEL_WORDS = frozenset({"if", "then", "else", "for", "some", "every", "in", "return", "satisfies", "function"})
_FEEL_WORDS |= {"instance", "of", "between", "and", "or", "not"}
_FAMILIES = {"int": "number", "double": "number", "string": "string", "bool": "bool", "timestamp": "timestamp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Test:
    """One of the tests of a cell; `condition` None asks whether there is no value."""

    condition: str | None
    is_equality: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnaryTest:
    """A cell of an input column, compiled. An empty one, or a dash, takes anything."""

    tests: tuple[_Test, ...] = ()
    is_negated: bool = False
    is_dated: bool = False  # it compares with a day, so that a text must be one too
    compiled: Expression | None = None

    def holds(self, value: object, look_up: Callable[[str], tuple[bool, object]]) -> bool:
        """Whether the value passes. What is missing equals null alone and compares with nothing."""
        if not self.tests:
            return True
        if value is None or (self.is_dated and value == ""):
            is_null = any(test.condition is None for test in self.tests)
            return all(test.is_equality for test in self.tests) and not is_null if self.is_negated else is_null
        if self.compiled is None:
            return self.is_negated  # null was the only test
        if self.is_dated and isinstance(value, str):
            _day(value)
        found = self.compiled.evaluate(lambda name: (True, value) if name == CELL else look_up(name))
        return bool(found) is not self.is_negated


def unary_test(text: str, kind: str, expressions: Expressions, element_id: str | None = None) -> UnaryTest:
    """A cell under an input of this CEL type (`dyn`: not known). Raises ExpressionError for what is no S-FEEL."""
    text = text.strip()
    if text in {"", "-"}:
        return UnaryTest()
    negated = _NEGATED.fullmatch(text)
    parts = list(_parts(negated[1] if negated else text))
    tests = tuple(_test(part, kind) for part in parts)
    conditions = [f"({test.condition})" for test in tests if test.condition is not None]
    compiled = with_cell(expressions, kind).compile(" || ".join(conditions), element_id) if conditions else None
    is_dated = _family(kind) != "timestamp" and any(_DATE.search(part) for part in parts)
    return UnaryTest(tests=tests, is_negated=negated is not None, is_dated=is_dated, compiled=compiled)


def plain_result(text: str) -> str:
    """A result cell as CEL: a value, a name, or sums, differences and products of them. Empty: null."""
    text = text.strip()
    if not text:
        return "null"
    dated = _DATE.fullmatch(text)
    if dated:
        return f'"{_day(dated[1])}"'
    at = 0
    while at < len(text):
        token = _RESULT.match(text, at)
        is_called = token is not None and token[1][0].isalpha() and text[token.end() :].lstrip().startswith("(")
        if token is None or token[1] in _FEEL_WORDS or is_called:
            raise _refused(text)
        at = token.end()
    return text


def with_cell(expressions: Expressions, kind: str) -> Expressions:
    """The same names, and the value of the column."""
    if expressions.variables is None:
        return expressions
    return Expressions({**expressions.variables, CELL: Variable(type=kind if kind in CEL_TYPES else "dyn")})


def _parts(text: str) -> Iterator[str]:
    """What stands between commas; those inside texts divide nothing."""
    start = at = 0
    while at < len(text):
        string = _STRING.match(text, at)
        if text[at] == ",":
            yield text[start:at]
            start = at + 1
        at = string.end() if string else at + 1
    yield text[start:]


def _test(part: str, kind: str) -> _Test:
    part = part.strip()
    if part == "null":
        return _Test(condition=None, is_equality=True)
    compared = _COMPARED.fullmatch(part)
    if compared:
        operator = {"=": "=="}.get(compared[1], compared[1])
        return _compare(operator, compared[2].strip(), kind)
    between = _RANGE.fullmatch(part)
    if between:
        low = _compare(">=" if between[1] == "[" else ">", between[2], kind).condition
        high = _compare("<=" if between[4] == "]" else "<", between[3], kind).condition
        return _Test(condition=f"{low} && {high}", is_equality=False)
    return _compare("==", part, kind)


def _compare(operator: str, endpoint: str, kind: str) -> _Test:
    value = CELL
    literal = _literal(endpoint, kind)
    if kind == "int" and _NUMBER.fullmatch(endpoint) and not endpoint.lstrip("-").isdigit():
        value = f"double({CELL})"
    if operator not in {"==", "!="} and _family(kind) == "bool":
        raise ExpressionError(f"“{quoted(endpoint)}”: đúng/sai không so sánh lớn bé được.")
    return _Test(condition=f"{value} {operator} {literal}", is_equality=operator == "==")


def _literal(text: str, kind: str) -> str:
    """An endpoint of a test as CEL."""
    dated, moment = _DATE.fullmatch(text), _MOMENT.fullmatch(text)
    if dated:
        _day(dated[1])
    if _NUMBER.fullmatch(text):
        _expect(text, kind, "number")
        number = text.replace("-.", "-0.") if text.startswith("-.") else f"0{text}" if text.startswith(".") else text
        return f"{number}.0" if kind in {"double", "dyn", "number"} and number.lstrip("-").isdigit() else number
    if _STRING.fullmatch(text):
        _expect(text, kind, "string")
        return text
    if text in {"true", "false"}:
        _expect(text, kind, "bool")
        return text
    if dated and _family(kind) != "timestamp":
        _expect(text, kind, "string")
        return f'"{dated[1]}"'
    if dated or moment:
        _expect(text, kind, "timestamp")
        return f'timestamp("{dated[1]}T00:00:00+07:00")' if dated else f'timestamp("{moment[1] if moment else ""}")'
    if _NAME.fullmatch(text) and text not in _FEEL_WORDS | {"null"}:
        return text
    raise _refused(text)


def _expect(text: str, kind: str, family: str) -> None:
    if _family(kind) not in {family, "dyn"}:
        raise ExpressionError(f"“{quoted(text)}” không cùng kiểu với cột.")


def _day(text: str) -> str:
    """The same text, which must be a day that there is. Others would compare as any text does."""
    try:
        date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError as error:
        raise ExpressionError(f"“{quoted(text)}” không phải là ngày có thật (dạng 2026-11-20).") from error
    return text


def _family(kind: str) -> str:
    return _FAMILIES.get(kind, kind if kind in {"number", "bool"} else "dyn")


def _refused(text: str) -> ExpressionError:
    return ExpressionError(f"“{quoted(text)}” không phải là phép thử S-FEEL đơn giản.")
