"""Histories recorded by earlier code, replayed by today's: the same elements, flows, waiting places and states."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import zstandard

from engine.catalogue.folder import load_folder
from engine.catalogue.publishing import variables_of
from engine.errors import ReplayMismatch
from engine.run import SEMANTICS, Program, compile_program, dump_program
from tests.province import BPMN
from tests.replay.again import States, program_of, read, states_again

HISTORIES = sorted((Path(__file__).parent / "histories").glob(f"semantics-{SEMANTICS}-*.json"))
RECORD_AGAIN = "raise SEMANTICS; before the first release: python -m tests.replay.record"


SEEN = {
    "AnswerTaken",
    "ConsultationSilent",
    "ClockPaused",
    "SupplementReceived",
    "ApologyIssued",
    "DossierBecameLate",
    "ReturnedToStep",
    "PhaseReceived",
    "DossierWithdrawn",
    "ResultReturned",
}
"""What the recorded lives must have been through."""


def test_there_are_histories_of_these_semantics_and_they_have_lived() -> None:
    assert len(HISTORIES) >= 10, RECORD_AGAIN
    histories = [read(path) for path in HISTORIES]
    assert {each for history in histories for each in history["types"]} >= SEEN
    assert any(history["parent"] for history in histories)
    assert len({history["procedure"] for history in histories}) >= 5


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
@pytest.mark.parametrize("restores", [False, True], ids=["in one go", "restored in between"])
def test_a_history_gives_the_same_states(path: Path, restores: bool) -> None:
    history = read(path)
    assert differing(history["states"], states_again(history, restores=restores)) == {}, RECORD_AGAIN


def test_another_process_with_another_hash_seed_and_zone_gives_the_same_states() -> None:
    environment = os.environ | {"PYTHONHASHSEED": "4711", "TZ": "Pacific/Auckland", "LC_ALL": "C"}
    command = [sys.executable, "-m", "tests.replay.again", *map(str, HISTORIES)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    for name, states in json.loads(done.stdout).items():
        assert differing(read(Path(name))["states"], states) == {}, name


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_the_same_model_is_still_compiled_to_the_same_process(path: Path) -> None:
    """A lowered node that is renamed would leave open dossiers without a place to stand.

    The words of a procedure may change; one whose model is another has its histories recorded again.
    """
    history = read(path)
    folder = load_folder(BPMN / history["procedure"])
    compiled = compile_program(folder.source, variables=variables_of(folder.forms))
    assert lowered(compiled) == lowered(program_of(history)), RECORD_AGAIN


def test_a_history_that_was_tampered_with_does_not_replay() -> None:
    history = read(HISTORIES[0])
    history["events"][-1]["waiting"] = ["nowhere#1"]
    with pytest.raises(ReplayMismatch):
        states_again(history)


def lowered(program: Program) -> bytes:
    return zstandard.ZstdDecompressor().decompress(dump_program(program))


def differing(recorded: States, again: States) -> dict[str, tuple[str | None, str | None]]:
    """States that were seen in the database and came out otherwise."""
    return {seq: (recorded[seq], again[seq]) for seq in recorded.keys() & again.keys() if recorded[seq] != again[seq]}
