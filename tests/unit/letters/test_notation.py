"""How numbers of letters print."""

from __future__ import annotations

import pytest

from engine.errors import InputError
from engine.letters import load_forms
from engine.letters.numbering import notation, official_letter_notation


@pytest.mark.parametrize(
    ("number", "printed"),
    [(1, "01/PXL-TTPVHCC"), (9, "09/PXL-TTPVHCC"), (10, "10/PXL-TTPVHCC"), (1234, "1234/PXL-TTPVHCC")],
)
def test_numbers_below_ten_get_a_leading_zero(number: int, printed: str) -> None:
    assert notation(number, "PXL", "TTPVHCC") == printed


def test_an_official_letter_has_its_unit_before_its_division() -> None:
    assert official_letter_notation(15, "SNV", "VP") == "15/SNV-VP"


@pytest.mark.parametrize(("number", "code", "unit"), [(0, "PXL", "X"), (1, "", "X"), (1, "PXL", "")])
def test_a_notation_lacking_a_part_is_refused(number: int, code: str, unit: str) -> None:
    with pytest.raises(InputError):
        notation(number, code, unit)


NOTICES = "TB"  # documents of one type are numbered together (NĐ 30/2020, annex III), whatever they tell


def test_two_forms_share_a_series_only_as_one_type_or_when_never_in_force_together() -> None:
    numbered = [form for form in load_forms().values() if form.series.numbered_by == "unit"]
    for ruleset in ("nd61-2018", "nd118-2025"):
        codes = [form.series.code for form in numbered if ruleset in form.rulesets and form.series.code != NOTICES]
        assert len(codes) == len(set(codes))
