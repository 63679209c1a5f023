"""How amounts are said on a receipt."""

from __future__ import annotations

import pytest

from engine.errors import InputError
from engine.letters.words import LARGEST, amount_in_digits, amount_in_words, number_in_words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"),
        (1, "một"),
        (4, "bốn"),
        (5, "năm"),
        (10, "mười"),
        (11, "mười một"),
        (14, "mười bốn"),
        (15, "mười lăm"),
        (20, "hai mươi"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (25, "hai mươi lăm"),
        (44, "bốn mươi tư"),
        (55, "năm mươi lăm"),
        (91, "chín mươi mốt"),
        (100, "một trăm"),
        (101, "một trăm linh một"),
        (104, "một trăm linh tư"),
        (105, "một trăm linh năm"),
        (110, "một trăm mười"),
        (115, "một trăm mười lăm"),
        (121, "một trăm hai mươi mốt"),
        (405, "bốn trăm linh năm"),
        (1_000, "một nghìn"),
        (1_001, "một nghìn không trăm linh một"),
        (1_010, "một nghìn không trăm mười"),
        (1_100, "một nghìn một trăm"),
        (4_004, "bốn nghìn không trăm linh tư"),
        (10_000, "mười nghìn"),
        (15_500, "mười lăm nghìn năm trăm"),
        (21_000, "hai mươi mốt nghìn"),
        (100_000, "một trăm nghìn"),
        (105_000, "một trăm linh năm nghìn"),
        (1_000_000, "một triệu"),
        (1_000_005, "một triệu không trăm linh năm"),
        (1_005_000, "một triệu không trăm linh năm nghìn"),
        (1_050_000, "một triệu không trăm năm mươi nghìn"),
        (2_345_678, "hai triệu ba trăm bốn mươi lăm nghìn sáu trăm bảy mươi tám"),
        (1_000_000_000, "một tỷ"),
        (1_000_000_001, "một tỷ không trăm linh một"),
        (21_004_000_000, "hai mươi mốt tỷ không trăm linh tư triệu"),
        (1_000_000_000_000, "một nghìn tỷ"),
        (1_005_000_000_000, "một nghìn không trăm linh năm tỷ"),
        (1_000_000_000_000_000_000 - 1, None),
    ],
)
def test_numbers_are_said_as_in_the_north(number: int, words: str | None) -> None:
    said = number_in_words(number)
    assert said == words if words is not None else said.count("tỷ") == 1 and said.startswith("chín trăm chín mươi chín")


def test_an_amount_starts_with_a_capital_and_ends_with_the_currency() -> None:
    assert amount_in_words(10_000) == "Mười nghìn đồng"
    assert amount_in_words(1_005_000) == "Một triệu không trăm linh năm nghìn đồng"
    assert amount_in_words(0) == "Không đồng"


def test_digits_are_grouped_with_dots() -> None:
    assert [amount_in_digits(amount) for amount in (0, 999, 10_000, 1_005_000)] == ["0", "999", "10.000", "1.005.000"]


@pytest.mark.parametrize("amount", [-1, LARGEST + 1])
def test_amounts_nobody_pays_are_refused(amount: int) -> None:
    with pytest.raises(InputError):
        amount_in_words(amount)
