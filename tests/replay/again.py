"""Replays recorded histories and prints each state's hash: `python -m tests.replay.again FILE...`, in any process."""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import zstandard

from engine.deadlines import working_time
from engine.dossier.replay import Recorded, replay_event
from engine.rulesets import packaged_calendar
from engine.run import Instance, Program, load_program

States = dict[str, str | None]


def state_hash(state: bytes) -> str:
    """Of what the state says: another release of the compressor may write it otherwise."""
    return hashlib.sha256(zstandard.ZstdDecompressor().decompress(state)).hexdigest()


def read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def program_of(history: dict[str, Any]) -> Program:
    return load_program(base64.b64decode(history["spec"]))


def states_again(history: dict[str, Any], *, restores: bool = False) -> States:
    """The hash of the state after each event that moved the process; with `restores`, stored and read in between."""
    program, time, case_id = program_of(history), working_time(packaged_calendar()), UUID(history["case"])
    instance: Instance | None = None
    found: States = {}
    for content in history["events"]:
        if restores and instance is not None:
            instance = Instance.restore(program, instance.dump(), working_time=time)
        instance = replay_event(program, case_id, instance, Recorded.of(content), working_time=time)
        assert instance is not None
        found[str(content["seq"])] = None if instance.is_ended else state_hash(instance.dump())
    return found


if __name__ == "__main__":
    json.dump({name: states_again(read(Path(name))) for name in sys.argv[1:]}, sys.stdout)
