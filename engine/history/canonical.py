"""The one way an event becomes bytes (event format v1, docs/event-format.md). They are hashed and never re-made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from engine.errors import InputError

Value = None | bool | int | str | list[Any] | dict[str, Any]
LARGEST = 2**53 - 1


def canonical_bytes(value: Mapping[str, Any]) -> bytes:
    """UTF-8 JSON, keys sorted by code point, no spaces: null, booleans, integers within 2^53, strings, lists, maps.

    Raises InputError for anything else: a float has no single spelling and must be recorded as a string.
    """
    if not _is_canonical(value):
        _refuse(value, "$")
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def moment_text(moment: datetime) -> str:
    """A moment as events write it: UTC, microseconds, `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _is_canonical(value: Any) -> bool:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return bool(-LARGEST <= value <= LARGEST)
    if kind is dict:
        return all(type(key) is str for key in value) and all(map(_is_canonical, value.values()))
    return (kind is list or kind is tuple) and all(map(_is_canonical, value))


def _refuse(value: Any, path: str) -> None:
    """Say where the first value is that cannot be written."""
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) > LARGEST:
            raise InputError(f"Số quá lớn để ghi vào lịch sử: {path}")
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise InputError(f"Khóa không phải chuỗi trong dữ liệu lịch sử: {path}")
            _refuse(inner, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            _refuse(inner, f"{path}[{index}]")
    elif value is not None and not isinstance(value, bool | str):
        raise InputError(f"Kiểu dữ liệu {type(value).__name__} không ghi được vào lịch sử: {path}")
