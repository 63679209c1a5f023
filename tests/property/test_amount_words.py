"""Words of an amount can be read back to the amount: no two amounts sound the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.letters.words import LARGEST, number_in_words

ONES = {
    "không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "sáu": 6, "bảy": 7,
    "tám": 8, "chín": 9,
}  # fmt: skip


def read_back(words: str) -> int:
    """Written from the grammar, not from the code under test."""
    total, group, digit = 0, 0, None
    block = 0
    for word in words.split():
        if word in ONES:
            digit = ONES[word]
            if (group % 100 >= 10 and group % 10 == 0) or word in {"mốt", "lăm"}:
                group, digit = group + digit, None
        elif word == "trăm":
            group, digit = (digit or 0) * 100, None
        elif word == "mười":
            group, digit = group + 10, None
        elif word == "mươi":
            group, digit = group + (digit or 0) * 10, None
        elif word in {"nghìn", "triệu"}:
            block += (group + (digit or 0)) * {"nghìn": 1000, "triệu": 1000**2}[word]
            group, digit = 0, None
        elif word == "tỷ":
            total, block = (total + block + group + (digit or 0)) * 10**9, 0
            group, digit = 0, None
    return total + block + group + (digit or 0)


@given(st.integers(min_value=0, max_value=LARGEST))
def test_words_read_back_to_the_number(number: int) -> None:
    assert read_back(number_in_words(number)) == number


@given(st.integers(min_value=0, max_value=9_999_999))
def test_everyday_amounts_read_back_too(number: int) -> None:
    assert read_back(number_in_words(number)) == number
