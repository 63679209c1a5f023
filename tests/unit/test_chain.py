"""The chain of one case: whole when untouched, and broken exactly where it was touched."""

from __future__ import annotations

import pytest

from engine.errors import InputError
from engine.history.canonical import canonical_bytes
from engine.history.chain import GENESIS, next_hash, verify_chain
from engine.history.personal import commit, is_opening

CASE = "7d1f0d8e-0000-5000-8000-000000000001"


def chain(length: int) -> list[tuple[int, bytes, bytes]]:
    rows, previous = [], GENESIS
    for seq in range(1, length + 1):
        body = canonical_bytes({"case": CASE, "seq": seq, "type": "TaskCompleted", "data": {"ý kiến": "đồng ý"}})
        previous = next_hash(previous, body)
        rows.append((seq, body, previous))
    return rows


def test_an_untouched_chain_is_whole() -> None:
    rows = chain(5)
    assert verify_chain(CASE, rows, rows[-1][2]).is_whole


@pytest.mark.parametrize("touched", [1, 3, 5])
def test_a_changed_body_breaks_the_chain_there(touched: int) -> None:
    rows = chain(5)
    seq, body, stored = rows[touched - 1]
    rows[touched - 1] = (seq, body.replace("đồng ý".encode(), "từ chối".encode()), stored)
    assert verify_chain(CASE, rows).broken_at == touched


def test_a_missing_event_and_a_cut_tail_are_found() -> None:
    rows = chain(5)
    assert verify_chain(CASE, rows[:2] + rows[3:]).broken_at == 3
    assert verify_chain(CASE, rows[:4], rows[-1][2]).broken_at == 5


def test_an_event_of_another_case_does_not_fit() -> None:
    assert verify_chain("another", chain(2)).broken_at == 1


def test_canonical_bytes_have_one_spelling() -> None:
    assert canonical_bytes({"b": 1, "a": ["đ", None, True]}) == '{"a":["đ",null,true],"b":1}'.encode()
    with pytest.raises(InputError, match=r"float.*\$\.fee"):
        canonical_bytes({"fee": 1.5})


def test_a_commitment_opens_with_its_salt_only() -> None:
    made = commit("owner.identifier", "042090001234")
    assert is_opening(made.digest, made.salt, "042090001234")
    assert not is_opening(made.digest, bytes(32), "042090001234")
