"""Vietnamese order and search keys."""

from __future__ import annotations

import random
import unicodedata

import pytest

from engine.store.text import person_sort_key, search_key, vietnamese_sort_key

IN_ORDER = [
    "2", "10", "a", "à", "ả", "ã", "á", "ạ", "an", "an bình", "an ninh", "anh", "ánh", "ă", "ằ", "ẳ", "ẵ", "ắ", "ặ",
    "ăn", "â", "ầ", "ẩ", "ẫ", "ấ", "ậ", "ân", "ba", "ba ba", "bà", "bà ba", "bạc", "cao", "dung", "dũng", "đan",
    "đu", "đủ", "e", "ê", "lan", "lân", "oanh", "ông", "ơn", "sơn", "tâm", "thương", "tú", "uy", "ưng", "yến",
]  # fmt: skip


def test_the_alphabet_and_the_tones_are_in_dictionary_order() -> None:
    shuffled = random.Random(7).sample(IN_ORDER, len(IN_ORDER))
    assert sorted(shuffled, key=vietnamese_sort_key) == IN_ORDER


def test_every_key_is_plain_so_that_no_collation_changes_it() -> None:
    for name in (*IN_ORDER, "Nguyễn Thị Ước", "Łódź", "李", "Œuvre", "ß", "Ⅷ", "x²"):
        key = vietnamese_sort_key(name)
        assert key.isascii()
        assert key == key.lower()
        assert key.isalnum()


def test_composed_or_not_and_in_any_case_the_key_is_one() -> None:
    for name in ("Nguyễn Thị Ước", "ĐỖ QUỲNH ANH"):
        forms = {unicodedata.normalize(form, text) for form in ("NFC", "NFD") for text in (name, name.lower())}
        assert len({vietnamese_sort_key(form) for form in forms}) == 1
        assert len({search_key(form) for form in forms}) == 1


def test_a_list_of_people_is_in_order_of_given_names() -> None:
    people = ["Trần Văn An", "Lê Thị Ánh", "Đỗ Ân", "Nguyễn Bình", "Vũ Bình", "Phạm Thị Bình", "Hồ Đức"]
    expected = ["Trần Văn An", "Lê Thị Ánh", "Đỗ Ân", "Nguyễn Bình", "Phạm Thị Bình", "Vũ Bình", "Hồ Đức"]
    assert sorted(people, key=person_sort_key) == expected


@pytest.mark.parametrize(
    ("name", "key"),
    [("Nguyễn Văn Đỗ", "nguyen van do"), ("  ƯỚC   ao ", "uoc ao"), ("Sở TN&MT", "so tn&mt"), ("", "")],
)
def test_search_keys_have_no_marks(name: str, key: str) -> None:
    assert search_key(name) == key


@pytest.mark.parametrize("name", ["", " ", "...", "\u0301", "-\u0323-"])
def test_nothing_to_sort_by_is_no_error(name: str) -> None:
    assert vietnamese_sort_key(name) == ""
    assert person_sort_key(name) == ""
