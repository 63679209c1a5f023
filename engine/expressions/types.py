"""Declared variables: their CEL type, whether they may be missing, and what they are then."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

from cel_expr_python import cel

from engine.errors import ExpressionError

CEL_TYPES: Mapping[str, Any] = {
    "string": cel.Type.STRING,
    "int": cel.Type.INT,
    "double": cel.Type.DOUBLE,
    "bool": cel.Type.BOOL,
    "list": cel.Type.LIST,
    "map": cel.Type.MAP,
    "timestamp": cel.Type.TIMESTAMP,
    "dyn": cel.Type.DYN,
}
_EMPTY: Mapping[str, Any] = {"string": "", "int": 0, "double": 0.0, "bool": False, "list": [], "map": {}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One declared variable. `has_default` means expressions may name it before anybody has set it."""

    type: str
    has_default: bool = False
    default: Any = None


UNDECLARED = Variable(type="dyn", has_default=True)


def parse_variables(declared: Mapping[str, str]) -> dict[str, Variable]:
    """Reads `string`, `string?` (may be missing: the type's empty value) and `int = 3` (a JSON default)."""
    return {name: _parse_type(name, text) for name, text in declared.items()}


def _parse_type(name: str, text: str) -> Variable:
    kind, has_default, default_text = (part.strip() for part in text.partition("="))
    is_optional = kind.endswith("?")
    kind = kind.rstrip("?").strip()
    if kind not in CEL_TYPES:
        raise ExpressionError(f"Biến “{name}” có kiểu “{text}” không được hỗ trợ.")
    if not has_default:
        return Variable(type=kind, has_default=is_optional, default=_EMPTY.get(kind))
    try:
        default = json.loads(default_text)
    except ValueError as error:
        raise ExpressionError(f"Giá trị mặc định của biến “{name}” không đọc được: {default_text}") from error
    return Variable(type=kind, has_default=True, default=default)


def to_cel(name: str, value: Any, variable: Variable) -> Any:
    """The value as CEL wants it for a variable of this type: 5 for a double becomes 5.0, ISO text a timestamp.

    Raises ValueError.
    """
    if variable.type == "double" and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if variable.type == "int" and isinstance(value, float) and value.is_integer():
        return int(value)
    if variable.type == "timestamp" and isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError as error:
            raise ValueError(f"“{name}” không phải là thời điểm ISO 8601: {value!r}") from error
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return value


def from_cel(value: Any) -> Any:
    """A result as JSON knows it: moments as ISO text, spans as ISO durations, keys as text. Raises ValueError."""
    if isinstance(value, dict):
        return {str(key): from_cel(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [from_cel(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, float) and not isfinite(value):
        raise ValueError("kết quả không phải là một số hữu hạn")
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise ValueError(f"kết quả kiểu {type(value).__name__} không ghi được vào hồ sơ")


def _duration(span: timedelta) -> str:
    """To the microsecond, in digits alone."""
    seconds, fraction = divmod(abs(span) // timedelta(microseconds=1), 1_000_000)
    sign = "-" if span < timedelta() else ""
    return f"PT{sign}{seconds}" + (f".{fraction:06}".rstrip("0") if fraction else "") + "S"
