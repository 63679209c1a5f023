"""Time limits as the law and the internal processes write them: working days, plain days, months, working hours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Self

from engine.errors import InputError

HOURS_A_DAY = 8  # a working day counts as eight hours, TT 01/2018/TT-VPCP practice
LONGEST = 10_000


class LimitUnit(StrEnum):
    """What a limit counts, by the letter it is written with."""

    working_day = "d"
    day = "cd"
    month = "m"
    hour = "h"


WORDS = {
    LimitUnit.working_day: "ngày làm việc",
    LimitUnit.day: "ngày",
    LimitUnit.month: "tháng",
    LimitUnit.hour: "giờ làm việc",
}
SPELLINGS = {
    **{unit.value: unit for unit in LimitUnit},
    **{words: unit for unit, words in WORDS.items()},
    "giờ": LimitUnit.hour,
}
SHAPE = re.compile(r"\s*([0-9]+(?:[.,][0-9]+)?)\s*([^\W\d_][^\d]*?)\s*")


@dataclass(frozen=True, slots=True)
class Limit:
    """A span of time by rule, not by clock: what it comes to depends on where it starts and on the calendar."""

    value: Decimal
    unit: LimitUnit

    def __post_init__(self) -> None:
        if not self.value.is_finite() or self.value <= 0:
            raise InputError(f"Thời hạn phải lớn hơn 0, nhận được '{self.value}{self.unit.value}'.")
        if self.value > LONGEST:
            raise InputError(f"Thời hạn '{self}' quá dài, tối đa {LONGEST}.")
        if self.unit in (LimitUnit.day, LimitUnit.month) and self.value != int(self.value):
            raise InputError(f"Thời hạn '{self}' phải là số nguyên ngày hoặc tháng.")

    @classmethod
    def working_days(cls, count: int) -> Self:
        return cls(Decimal(count), LimitUnit.working_day)

    def __str__(self) -> str:
        return f"{self.digits}{self.unit.value}"

    @property
    def digits(self) -> str:
        """The number without needless zeros."""
        return f"{self.value.normalize():f}"

    @property
    def whole(self) -> int:
        return int(self.value)

    @property
    def working_time(self) -> timedelta | None:
        """Length in working hours, or None for plain days and months, which have none of their own."""
        if self.unit is LimitUnit.working_day:
            return timedelta(microseconds=int(self.value * HOURS_A_DAY * 3_600_000_000))
        if self.unit is LimitUnit.hour:
            return timedelta(microseconds=int(self.value * 3_600_000_000))
        return None

    def vietnamese(self) -> str:
        """As an official writes it: "03 ngày làm việc", "0,5 ngày làm việc"."""
        number = self.digits.replace(".", ",")
        return f"{number.zfill(2) if number.isdigit() else number} {WORDS[self.unit]}"


def parse_limit(text: object) -> Limit:
    """Read "3d" (working days), "5cd" (plain days), "2m" (months), "16h" (working hours), or the Vietnamese words."""
    limit = _read_limit(text) if isinstance(text, str) else None
    if limit is None:
        raise InputError(f"Thời hạn '{text}' không đúng dạng, ví dụ đúng: 3d, 0.5d, 5cd, 2m, 16h.")
    return limit


@lru_cache(maxsize=1024)
def _read_limit(text: str) -> Limit | None:
    shape = SHAPE.fullmatch(text)
    unit = SPELLINGS.get(" ".join(shape[2].casefold().split())) if shape else None
    if shape is None or unit is None:
        return None
    return Limit(Decimal(shape[1].replace(",", ".")), unit)
