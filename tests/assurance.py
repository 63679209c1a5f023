"""Where `make prove` writes what it proved: docs/ASSURANCE.md, one line a proof, with seed, date and figure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "ASSURANCE.md"
_ROW = re.compile(r"^\| (.+?) \| (.+?) \| (\d+) \| (\d{4}-\d\d-\d\d) \|$", re.MULTILINE)
_HEAD = """# Assurance

What the long proofs of `make prove` showed, newest run of each. Every line can be run again with its seed.

| Proof | Shown | Seed | On |
|---|---|---|---|
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One proof's result in words and figures."""

    name: str
    shown: str
    seed: int
    on: str


def record(name: str, shown: str, *, seed: int, page: Path = PAGE) -> None:
    """Put a proof's newest result on the page; the others stay."""
    if "|" in name + shown:
        raise ValueError("a cell holds no bar")
    found = {proof.name: proof for proof in read(page)}
    found[name] = Proof(name=name, shown=shown, seed=seed, on=datetime.now(UTC).date().isoformat())
    lines = [f"| {one.name} | {one.shown} | {one.seed} | {one.on} |" for _, one in sorted(found.items())]
    page.write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")


def read(page: Path = PAGE) -> list[Proof]:
    """The proofs on the page."""
    if not page.exists():
        return []
    rows = _ROW.findall(page.read_text(encoding="utf-8"))
    return [Proof(name=name, shown=shown, seed=int(seed), on=on) for name, shown, seed, on in rows]
