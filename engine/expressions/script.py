"""A script task is a list of assignments, `name = CEL`, one a line; nothing else runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.errors import ExpressionError
from engine.expressions.compiler import Expression, Expressions
from engine.expressions.text import quoted

MAX_LINES = 50
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\s*=(?!=)\s*(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A parsed script task."""

    assignments: tuple[tuple[str, Expression], ...]

    def run(self, value_of: Callable[[str], tuple[bool, Any]], assign: Callable[[str, Any], None]) -> None:
        """Evaluates in order; each line sees what the lines before it assigned."""
        for name, expression in self.assignments:
            assign(name, expression.evaluate(value_of))


def assigned_names(text: str) -> list[str]:
    """The names that a script sets; nothing for what is no script."""
    return [found[1] for line in _lines(text) if (found := _ASSIGNMENT.fullmatch(line))]


def parse_script(text: str, expressions: Expressions, element_id: str | None = None) -> Script:
    """Raises ExpressionError for a line that is not `name = CEL`."""
    lines = _lines(text)
    if len(lines) > MAX_LINES:
        raise ExpressionError(f"Tác vụ kịch bản có {len(lines)} dòng, quá giới hạn {MAX_LINES}.", element_id)
    return Script(assignments=tuple(_assignment(line, expressions, element_id) for line in lines))


def _lines(text: str) -> list[str]:
    lines = [line.strip().rstrip(";") for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith(("#", "//"))]


def _assignment(line: str, expressions: Expressions, element_id: str | None) -> tuple[str, Expression]:
    found = _ASSIGNMENT.fullmatch(line)
    if found is None:
        raise ExpressionError(f"Dòng “{quoted(line)}” không có dạng “tên = biểu thức CEL”.", element_id)
    return found[1], expressions.compile(found[2], element_id)
