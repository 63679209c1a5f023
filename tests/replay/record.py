"""Records the histories that every later release must replay: `python -m tests.replay.record`, once for each semantics.

Real acts on a real database; what is kept is what their events say, the compiled process, and the hash of each state.
"""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from engine.dossier.replay import Recorded
from engine.run import SEMANTICS
from engine.store.database import Store
from engine.store.migrations import migrate
from engine.store.settings import Settings
from tests.province import MONDAY, Province, found_province, ship_procedures
from tests.replay.again import state_hash
from tests.walking import life

HISTORIES = Path(__file__).parent / "histories"
LIVES = (
    ("TP01", 1), ("TP01", 5), ("TN02", 0), ("TN02", 2), ("TN02", 4), ("TTHC-TINH-01", 2), ("TTHC-TINH-19", 2),
    ("TTHC-TINH-19", 5), ("DANG-KY-KET-HON", 0), ("2.000635", 2), ("TP09", 4),
)  # fmt: skip
"""Procedures and seeds; the test says what their lives must have seen. Every second one is the child of the first."""
VERSION = "SELECT v.spec, v.content_hash FROM process_version v JOIN cases c ON c.version_id = v.id WHERE c.id = :id"


class States:
    """The hash of the stored state after each act, as it was in the database."""

    def __init__(self, province: Province) -> None:
        self._province = province
        self.seen: dict[int, str | None] = {}

    def observe(self, case_id: UUID) -> None:
        row = self._province.row(case_id)
        self.seen[row.revision] = None if row.state is None else state_hash(bytes(row.state))


def record(province: Province, code: str, seed: int, parent: UUID | None) -> dict[str, Any]:
    """Live one life and write down what came of it."""
    province.go_to(MONDAY)
    states = States(province)
    case_id = life(province, code, seed, observe=states.observe, parent_id=parent)
    states.observe(case_id)
    with province.house.store.transaction(role="worker") as connection:
        version = connection.execute(text(VERSION), {"id": case_id}).one()
    contents = [json.loads(bytes(one.body)) for one in province.events(case_id)]
    kept = ("seq", "at", *(name for name in Recorded.__dataclass_fields__ if name not in {"seq", "at"}))
    return {
        "semantics": SEMANTICS,
        "procedure": code,
        "content_hash": bytes(version.content_hash).hex(),
        "case": str(case_id),
        "parent": parent and str(parent),
        "types": sorted({one["type"] for one in contents}),
        "spec": base64.b64encode(bytes(version.spec)).decode(),
        "states": {str(seq): state for seq, state in sorted(states.seen.items())},
        "events": [{name: one[name] for name in kept} for one in contents if one.get("inputs")],
    }


def write(history: dict[str, Any], path: Path) -> None:
    """One event a line, so that a difference can be read."""
    events = ",\n".join(json.dumps(one, ensure_ascii=False) for one in history["events"])
    head = json.dumps({**history, "events": None}, ensure_ascii=False, indent=1).removesuffix("null\n}")
    path.write_text(f"{head}[\n{events}\n]}}\n", encoding="utf-8")


def main() -> None:
    """Write the histories of this release's semantics; those of earlier ones stay."""
    data_dir = Path(tempfile.mkdtemp(prefix="motcua-record-"))
    data_dir.chmod(0o711)
    settings = Settings(data_dir=data_dir)
    try:
        with contextlib.closing(Store.open(settings)) as store:
            migrate(store)
            province = found_province(settings, store)
            ship_procedures(province, *dict.fromkeys(code for code, _ in LIVES))
            first: UUID | None = None
            for number, (code, seed) in enumerate(LIVES):
                path = HISTORIES / f"semantics-{SEMANTICS}-{code}-{seed}.json"
                history = record(province, code, seed, first if number % 2 else None)
                first = first or UUID(history["case"])
                write(history, path)
                print(path.name)  # noqa: T201 - a script speaks to the terminal
    finally:
        shutil.rmtree(data_dir, ignore_errors=True)


if __name__ == "__main__":
    main()
