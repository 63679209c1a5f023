"""A figure: a name that never changes, a value, and which way is better."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`goal` is what we hold ourselves to, in the figure's own unit."""

    name: str
    title: str
    value: float
    unit: str
    better: Literal["lower", "higher"] = "lower"
    goal: float | None = None


def median_ms(work: Callable[[], object], *, rounds: int) -> float:
    """Median milliseconds of a piece of work, after two rounds that warm it."""
    taken = []
    for _ in range(rounds + 2):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken[2:])
