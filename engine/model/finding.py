"""One thing to mend in a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from engine.errors import ModelRefused

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Which rule, on which element, on which line, in a sentence for the designer."""

    rule: str
    severity: str  # error | warning
    element: str
    line: int
    message: str

    @property
    def is_error(self) -> bool:
        return self.severity == ERROR


def refuse(findings: Sequence[Finding]) -> NoReturn:
    """Raises ModelRefused, worded by the first error."""
    errors = [finding for finding in findings if finding.is_error]
    first = errors[0]
    more = f" (và {len(errors) - 1} lỗi khác)" if len(errors) > 1 else ""
    raise ModelRefused(f"Dòng {first.line}, {first.element}: {first.message}{more}", findings)
