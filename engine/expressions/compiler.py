"""CEL expressions compiled once against declared variables and evaluated on the few values they name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cel_expr_python import cel

from engine.errors import ExpressionError
from engine.expressions.text import MAX_LENGTH, names, plain, quoted, with_decimals
from engine.expressions.types import CEL_TYPES, UNDECLARED, Variable, from_cel, to_cel

_MAX_REWRITES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """One compiled expression. Pure: the same values give the same result."""

    text: str
    element_id: str | None
    variables: Mapping[str, Variable]  # only those it names
    compiled: Any

    @property
    def type(self) -> str:
        return str(self.compiled.return_type().name()).lower()

    def evaluate(self, value_of: Callable[[str], tuple[bool, Any]]) -> Any:
        """The result as a JSON value. `value_of` answers (is set, value). Raises ExpressionError."""
        try:
            data = {name: self._value(name, variable, value_of) for name, variable in self.variables.items()}
            result = self.compiled.eval(data=data)
            if result.type() == cel.Type.ERROR:
                raise self._error(str(result.value()))
            return from_cel(result.plain_value())
        except (RuntimeError, ValueError) as error:
            raise self._error(str(error)) from error

    def _value(self, name: str, variable: Variable, value_of: Callable[[str], tuple[bool, Any]]) -> Any:
        is_set, value = value_of(name)
        if not is_set or (value is None and variable.type != "dyn"):
            if not variable.has_default:
                message = f"Biểu thức “{quoted(self.text)}” cần “{name}” nhưng chưa có giá trị."
                raise ExpressionError(message, self.element_id)
            value = variable.default
        return to_cel(name, value, variable)

    def _error(self, reason: str) -> ExpressionError:
        return ExpressionError(f"Biểu thức “{quoted(self.text)}” không tính được: {_short(reason)}.", self.element_id)


@dataclass(slots=True)
class Expressions:
    """Compiles and keeps the expressions of one process. `variables` None: any name, of any type, null until set."""

    variables: Mapping[str, Variable] | None = None
    _compiled: dict[tuple[str, str | None], Expression] = field(default_factory=dict)

    def compile(self, text: str, element_id: str | None = None) -> Expression:
        """Raises ExpressionError for what is too long, does not parse, or does not fit the declared types."""
        key = (text, element_id)
        found = self._compiled.get(key)
        if found is None:
            found = self._compiled[key] = self._compile(plain(text), element_id)
        return found

    def _compile(self, text: str, element_id: str | None) -> Expression:
        if not text:
            raise ExpressionError("Biểu thức trống.", element_id)
        if len(text) > MAX_LENGTH:
            raise ExpressionError(f"Biểu thức dài {len(text)} ký tự, quá giới hạn {MAX_LENGTH}.", element_id)
        used = self._used(text)
        try:
            compiled = _compile(text, tuple((name, variable.type) for name, variable in used.items()))
        except RuntimeError as error:
            raise ExpressionError(f"Biểu thức “{quoted(text)}” sai: {_short(str(error))}.", element_id) from error
        return Expression(text=text, element_id=element_id, variables=used, compiled=compiled)

    def _used(self, text: str) -> dict[str, Variable]:
        if self.variables is None:
            return dict.fromkeys(sorted(names(text)), UNDECLARED)
        return {name: self.variables[name] for name in sorted(names(text)) if name in self.variables}


@lru_cache(maxsize=2_048)
def _compile(text: str, types: tuple[tuple[str, str], ...]) -> Any:
    """Shared by all processes of the house: the same text on the same types is the same expression."""
    environment = cel.NewEnv(variables={name: CEL_TYPES[kind] for name, kind in types})
    for _ in range(_MAX_REWRITES):
        try:
            return environment.compile(text)
        except RuntimeError as error:
            rewritten = with_decimals(text, str(error))
            if rewritten is None:
                raise
            text = rewritten
    return environment.compile(text)


def _short(reason: str) -> str:
    """The library's first line in Vietnamese: which name, or where."""
    first = quoted(reason.partition("\n")[0])
    for known, words in _IN_VIETNAMESE:
        if known in first:
            name, place = _UNDECLARED.search(first), _PLACE.search(first)
            if name:
                return words.format(f" “{name[1]}”")
            return words.format("") + (f" (ký tự {place[1]})" if place else "")
    return first


_UNDECLARED = re.compile(r"undeclared reference to '([^']+)'")
_PLACE = re.compile(r"<input>:\d+:(\d+)")
_IN_VIETNAMESE = (
    ("undeclared reference to", "tên{} chưa được khai báo trong biểu mẫu"),
    ("found no matching overload", "kiểu dữ liệu hai vế không khớp"),
    ("cannot be the operand of a select", "giá trị này không có trường con"),
    ("Syntax error", "sai cú pháp"),
    ("divide by zero", "chia cho 0"),
    ("overflow", "số quá lớn"),
    ("Iteration budget exceeded", "biểu thức lặp quá nhiều"),
    ("recursion limit", "biểu thức lồng nhau quá sâu"),
    ("No matching overloads", "kiểu dữ liệu không khớp"),
    ("Key not found", "không có trường này"),
)
