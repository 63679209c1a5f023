"""All rows, and the page that is written from them: `python -m tests.coverage.table` writes docs/bpmn-coverage.md."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from pathlib import Path

from tests.coverage import elements, events
from tests.coverage.playing import LOWERED, REFUSED, SUPPORTED, Row

PAGE = Path(__file__).parents[2] / "docs" / "bpmn-coverage.md"
HEAD = """# What of BPMN runs

Written by `python -m tests.coverage.table` from the models in `tests/coverage`; a test fails when it differs from what
they do. Each row is one small model.

- `supported`: it runs as it is drawn.
- `lowered`: it is rewritten in memory before it runs (never in the file), or has no effect and a warning says so.
- `refused`: it does not run, and the finding of the rule named says so of the element.

What runs is played twice, plainly and with program and state stored and restored before every step; both ways must pass
the same elements and wait at the same ones.
"""
PARTS = (
    elements.tasks,
    elements.gateways,
    elements.sequence_flows,
    elements.loops,
    elements.sub_processes,
    events.starts,
    events.ends,
    events.catching,
    events.throwing,
    events.boundaries,
    events.event_sub_processes,
    events.compensation,
    elements.correlation,
    elements.data_and_drawing,
)


def rows() -> list[Row]:
    return [row for part in PARTS for row in part()]


def page() -> str:
    found = rows()
    told = {id(row): row.status for row in found}
    counts = Counter(told.values())
    lines = [HEAD, ", ".join(f"{counts[status]} {status}" for status in (SUPPORTED, LOWERED, REFUSED)) + "."]
    for group, members in groupby(found, key=lambda row: row.group):
        lines += ["", f"## {group}", "| element | status | |", "| --- | --- | --- |"]
        lines += [f"| {row.element} | {told[id(row)]} | {_note(row)} |" for row in members]
    return "\n".join(lines) + "\n"


def _note(row: Row) -> str:
    if row.refused:
        return f"`{row.refused.partition(':')[0]}`"
    return ", ".join(f"warning `{rule}`" for rule in row.left_out)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
