"""Cells of step tables read as people write them: "0,5 ngày", "04 giờ làm việc", "Bước 2", "2.1", "Giai đoạn II"."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.deadlines.limits import Limit, LimitUnit
from engine.errors import InputError
from engine.model.draft.table import folded
from engine.model.draft.times import read_limit

_NUMBER = re.compile(r"(-?\d+(?:[.,]\d+)?)(?:\s*/\s*(\d+))?")
_STEP = re.compile(r"^(?:bước|buoc|b)?\s*0*(\d{1,3})(?:[.,\-]?([0-9a-zđ]{1,2}))?[.:)]?$", re.IGNORECASE)
_FRACTIONS = {"½": "1/2", "¼": "1/4", "¾": "3/4"}
_NO_LIMIT = re.compile(r"khong (quy dinh|co dinh|gioi han|xac dinh)|gio hanh chinh|theo quy dinh|trong ngay$")
_ZERO = re.compile(r"khong tinh|ngay sau|ngay khi|tra ngay")
_LEVELS = {"xa": "commune", "phuong": "commune", "tinh": "province", "huyen": "district"}
_CHANNELS = {"counter": r"truc tiep|counter", "online": r"truc tuyen|online|mang", "post": r"buu chinh|post"}


def read_time(text: str, default_unit: LimitUnit, where: str) -> tuple[Limit | None, bool]:
    """The limit in a cell, and whether it gives one at all: -1 and "không quy định" do not, 0 and "không tính" do."""
    for sign, spelled in _FRACTIONS.items():
        text = text.replace(sign, f" {spelled}")
    text = text.replace("−", "-").strip()
    if not text.strip("-– ") or _NO_LIMIT.search(folded(text)):
        return None, False
    found = _NUMBER.search(text)
    if found is None and _ZERO.search(folded(text)):
        return None, True
    if found is None:
        raise InputError(f"{where}: không hiểu thời gian “{text}”.")
    try:
        value = Decimal(found.group(1).replace(",", "."))
        value = value / Decimal(found.group(2)) if found.group(2) else value
    except (InvalidOperation, ZeroDivisionError):
        raise InputError(f"{where}: không hiểu thời gian “{text}”.") from None
    rest = text[found.end() :]
    if "phut" in folded(rest):
        return read_limit((value / 60).quantize(Decimal("0.01")), LimitUnit.hour, where), value != -1
    return read_limit(value, read_unit(rest, default_unit), where), value != -1


def read_unit(text: str, default: LimitUnit) -> LimitUnit:
    """The unit of time a text names; days are working days unless said otherwise."""
    words = folded(text)
    if re.search(r"\bgio\b|\bhours?\b|^h$", words):
        return LimitUnit.hour
    if re.search(r"\bthang\b|\bmonths?\b", words):
        return LimitUnit.month
    if re.search(r"ngay (lich|thuong)|ke ca ngay nghi|calendar day", words):
        return LimitUnit.day
    return LimitUnit.working_day if re.search(r"ngay|day", words) else default


def read_order(text: str, where: str) -> tuple[int, bool]:
    """A step's number, and whether the cell numbers a part of it (2.1, 2a)."""
    found = _STEP.match(text)
    if found is None:
        raise InputError(f"{where}: không hiểu số thứ tự bước “{text}”.")
    return int(found.group(1)), found.group(2) is not None


def read_phase(text: str, where: str) -> int:
    """1, 2 or 3 from "Giai đoạn 2", "II", "2"."""
    found = re.match(r"(?:giai doan )?([123]|i{1,3})\b", folded(text))
    if found is None:
        raise InputError(f"{where}: không hiểu giai đoạn “{text.strip()}”.")
    return int(found.group(1)) if found.group(1).isdigit() else len(found.group(1))


def is_phase_heading(cells: list[str]) -> bool:
    """A row that only says which phase begins."""
    return len(cells) == 1 and re.match(r"giai doan ([123]|i{1,3})\b", folded(cells[0])) is not None


def is_yes(text: str) -> bool:
    """A tick in a yes-or-no column."""
    return folded(text) in ("x", "co", "true", "1", "yes")


def read_procedure_value(column: str, text: str, where: str) -> Any:
    """A value that belongs to the procedure as a whole, in the type StepTable wants."""
    if column == "total":
        return read_time(text, LimitUnit.working_day, where)[0]
    if column == "consulted":
        return tuple(part.strip() for part in text.split(";") if part.strip())
    reader = {"fee_amount": _amount, "level": _level, "channels": _channels}.get(column)
    return reader(text) if reader is not None else text


def _amount(text: str) -> int:
    digits = re.sub(r"\D", "", text)
    return int(digits) if digits and len(digits) <= 12 else 0


def _level(text: str) -> str:
    words = folded(text).split()
    return next((level for word, level in _LEVELS.items() if word in words or words == [level]), "")


def _channels(text: str) -> tuple[str, ...]:
    words = folded(text)
    return tuple(name for name, pattern in _CHANNELS.items() if re.search(pattern, words)) or ("counter",)
