"""Between what people type and what JSON holds: dates as dd/mm/yyyy, numbers as 1.000.000,5, composed letters."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

HOUSE_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DATE = re.compile(r"^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})$|^(\d{2})(\d{2})(\d{4})$")
ISO_DATE = re.compile(r"^(\d{4})-(\d{2})-(\d{2})$")
TIME = re.compile(r"^(\d{1,2})[:hg](\d{2})?$")
GROUPED = re.compile(r"^[+-]?\d{1,3}(\.\d{3})+(,\d+)?$")
PLAIN = re.compile(r"^[+-]?\d+([.,]\d+)?$")
LONGEST_NUMBER = 18


class NotReadable(ValueError):
    """What was typed is not what the field asks for; the message says what to type."""


def clean(text: str) -> str:
    """Trimmed, one kind of line end, composed letters (the same name typed on two machines is the same text)."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def read_date(text: str) -> str:
    """An ISO date from 5/11/2026, 05-11-2026, 05112026 or 2026-11-05."""
    iso = ISO_DATE.match(text)
    found = DATE.match(text)
    if not (iso or found):
        raise NotReadable("nhập theo dạng ngày/tháng/năm, ví dụ 05/11/2026")
    if iso:
        year, month, day = iso.groups()
    else:
        assert found is not None
        day, month, year = found.group(1, 2, 3) if found.group(1) else found.group(4, 5, 6)
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise NotReadable("không có ngày này trong lịch") from None


def read_datetime(text: str) -> str:
    """An ISO moment in the house's zone from 05/11/2026 16:30; without a time, midnight."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=HOUSE_ZONE).isoformat() if "T" in text else _from_words(text)
    except ValueError as error:
        if isinstance(error, NotReadable):
            raise
        raise NotReadable("nhập theo dạng ngày/tháng/năm giờ:phút, ví dụ 05/11/2026 16:30") from None


def _from_words(text: str) -> str:
    parts = text.split()
    times = [part for part in parts if TIME.match(part)]
    days = [part for part in parts if part not in times]
    if len(days) != 1 or len(times) > 1:
        raise NotReadable("nhập theo dạng ngày/tháng/năm giờ:phút, ví dụ 05/11/2026 16:30")
    on = date.fromisoformat(read_date(days[0]))
    at = time(0)
    if times:
        hour, minute = TIME.match(times[0]).groups()  # type: ignore[union-attr]  # filtered above
        at = time(int(hour), int(minute or 0))
    return datetime.combine(on, at, HOUSE_ZONE).isoformat()


def read_number(text: str, *, is_whole: bool) -> int | float:
    """1.000.000 and 1 000 000 and 1000000 are a million; 2,5 and 2.5 are two and a half."""
    bare = re.sub(r"[\s\u00a0_]|đồng$|đ$|₫$", "", text)
    if GROUPED.match(bare):
        bare = bare.replace(".", "").replace(",", ".")
    elif PLAIN.match(bare):
        bare = bare.replace(",", ".")
    else:
        raise NotReadable("nhập bằng chữ số, ví dụ 1.000.000")
    if len(bare) > LONGEST_NUMBER:
        raise NotReadable("số quá lớn")
    value = Decimal(bare)
    if value == value.to_integral_value():
        return int(value)
    if is_whole:
        raise NotReadable("nhập số nguyên, không có phần lẻ")
    return float(value)


def show(value: Any, widget: str) -> str:
    """A JSON value as people would have typed it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float) and widget in {"number", "money"}:
        whole = isinstance(value, int) or value == int(value)
        text = f"{int(value):,}" if whole else f"{value:,.6f}".rstrip("0")
        return text.translate(str.maketrans(",.", ".,"))
    text = str(value)
    try:
        if widget == "date":
            return f"{date.fromisoformat(text):%d/%m/%Y}"
        if widget == "datetime":
            return f"{datetime.fromisoformat(text).astimezone(HOUSE_ZONE):%d/%m/%Y %H:%M}"
    except ValueError:
        return text
    return text
