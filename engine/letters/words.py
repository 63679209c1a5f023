"""Amounts of đồng as receipts print them: 1.005.000, "Một triệu không trăm linh năm nghìn đồng"."""

from __future__ import annotations

from engine.errors import InputError

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
SCALES = ("", " nghìn", " triệu")
LARGEST = 10**18 - 1


def amount_in_digits(amount: int) -> str:
    """1005000 -> "1.005.000"."""
    return f"{_whole(amount):,}".replace(",", ".")


def amount_in_words(amount: int) -> str:
    """1005000 -> "Một triệu không trăm linh năm nghìn đồng"."""
    words = number_in_words(amount)
    return f"{words[0].upper()}{words[1:]} đồng"


def number_in_words(number: int) -> str:
    """A whole number from 0 to 10^18 - 1 in northern usage: linh, mươi, mốt, tư, lăm, nghìn, triệu, tỷ."""
    if _whole(number) == 0:
        return DIGITS[0]
    return _below_any(number, is_leading=True)


def _whole(number: int) -> int:
    if not 0 <= number <= LARGEST:
        raise InputError(f"Số tiền phải là số nguyên từ 0 đến {LARGEST:,}".replace(",", "."))
    return number


def _below_any(number: int, *, is_leading: bool) -> str:
    """Read in blocks of a billion: "tỷ" closes every block but the last."""
    billions, rest = divmod(number, 10**9)
    parts = []
    if billions:
        parts.append(_below_any(billions, is_leading=is_leading) + " tỷ")
        is_leading = False
    for power in (2, 1, 0):
        group = rest // 1000**power % 1000
        if group:
            parts.append(_group(group, is_leading=is_leading) + SCALES[power])
            is_leading = False
    return " ".join(parts)


def _group(number: int, *, is_leading: bool) -> str:
    """Three digits; a group that is not the first says its empty hundreds ("không trăm linh năm")."""
    hundreds, rest = divmod(number, 100)
    if hundreds == 0 and is_leading:
        return _tens(rest, has_hundreds=False)
    said = f"{DIGITS[hundreds]} trăm"
    return f"{said} {_tens(rest, has_hundreds=True)}" if rest else said


def _tens(number: int, *, has_hundreds: bool) -> str:
    tens, ones = divmod(number, 10)
    if tens == 0:
        unit = "tư" if ones == 4 and has_hundreds else DIGITS[ones]
        return f"linh {unit}" if has_hundreds else unit
    said = "mười" if tens == 1 else f"{DIGITS[tens]} mươi"
    if ones == 0:
        return said
    return f"{said} {_ones_after_tens(tens, ones)}"


def _ones_after_tens(tens: int, ones: int) -> str:
    if ones == 5:
        return "lăm"
    if tens > 1 and ones == 1:
        return "mốt"
    if tens > 1 and ones == 4:
        return "tư"
    return DIGITS[ones]
