"""docs/bpmn-coverage.md says what the models do."""

from __future__ import annotations

from collections import Counter

import pytest

from engine.errors import ModelRefused
from engine.run import compile_program
from tests.coverage.playing import REFUSED, Row, play
from tests.coverage.table import PAGE, page, rows

ROWS = rows()
IDS = [f"{row.group}: {row.element}" for row in ROWS]


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if not row.refused],
    ids=[i for i, row in zip(IDS, ROWS, strict=True) if not row.refused],
)
@pytest.mark.parametrize("is_restored", [False, True], ids=["plainly", "restored"])
def test_what_runs_passes_what_it_should_and_waits_where_it_should(row: Row, is_restored: bool) -> None:
    trace, rests, error = play(row, is_restored=is_restored)
    assert " ".join(trace) == row.trace
    assert " ".join(rests) == row.rests
    assert row.fails in error
    assert bool(row.fails) is bool(error)


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.refused], ids=[i for i, row in zip(IDS, ROWS, strict=True) if row.refused]
)
def test_what_is_refused_names_the_rule_and_the_element(row: Row) -> None:
    assert row.status == REFUSED
    with pytest.raises(ModelRefused) as raised:
        compile_program(row.source, decisions=row.decisions)
    found = {f"{finding.rule}:{finding.element}" for finding in raised.value.findings}
    assert row.refused in found
    assert all("\n" not in finding.message for finding in raised.value.findings)


def test_no_two_rows_are_called_the_same() -> None:
    assert [name for name, count in Counter(IDS).items() if count > 1] == []


def test_the_committed_table_is_what_the_models_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.coverage.table"
