"""The variables that a token sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Variables:
    """Named values; one of many instances has its own few in front of the case's."""

    __slots__ = ("around", "values")

    def __init__(self, values: dict[str, Any], around: Variables | None = None) -> None:
        self.values = values
        self.around = around

    def look_up(self, name: str) -> tuple[bool, Any]:
        if name in self.values:
            return True, self.values[name]
        return (False, None) if self.around is None else self.around.look_up(name)

    def seen(self) -> dict[str, Any]:
        """Everything that can be seen from here."""
        return {**({} if self.around is None else self.around.seen()), **self.values}

    def assign(self, name: str, value: Any) -> None:
        if self.around is None or name in self.values:
            self.values[name] = value
        else:
            self.around.assign(name, value)

    def update(self, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            self.assign(name, value)
