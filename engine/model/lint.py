"""placeholder while the rules are written"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.model.elements import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    rule: str
    severity: str
    element: str
    line: int
    message: str

    @property
    def is_error(self) -> bool:
        return self.severity == "error"


def lint(model: Model, *, variables: Mapping[str, str] | None = None, checks_scripts: bool = True) -> list[Finding]:
    return []
