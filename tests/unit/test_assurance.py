"""The page of proofs keeps the newest result of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.assurance import read, record


def test_the_newest_result_of_each_proof_stays(tmp_path: Path) -> None:
    page = tmp_path / "ASSURANCE.md"
    record("replay", "1.000 lịch sử, 0 sai lệch", seed=7, page=page)
    record("crash", "640 lần, 0 vi phạm", seed=1, page=page)
    record("replay", "2.000 lịch sử, 0 sai lệch", seed=8, page=page)
    assert [(one.name, one.shown, one.seed) for one in read(page)] == [
        ("crash", "640 lần, 0 vi phạm", 1),
        ("replay", "2.000 lịch sử, 0 sai lệch", 8),
    ]


def test_a_bar_would_break_the_table(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="bar"):
        record("a|b", "c", seed=1, page=tmp_path / "x.md")
