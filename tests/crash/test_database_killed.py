"""The database dies under an act, all its processes at once: what was acknowledged is there, the rest never was.

And the house goes on by itself once the server is back, with connections that all died in its pools.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress

import pytest

from engine.store.postgres import EmbeddedPostgres
from tests.crash.deeds import DEEDS
from tests.crash.killing import End, kill_at
from tests.crash.stage import Stage
from tests.crash.test_killed_anywhere import faults, once_more
from tests.invariants import faults_across_cases

SAMPLED = [("handle", point) for point in range(1, 9)] + [("receive_dossier", point) for point in range(9, 18, 2)]


@pytest.mark.parametrize(("name", "point"), SAMPLED)
def test_the_database_dies_under_an_act(
    fragile_stage: Stage, fragile_server: EmbeddedPostgres, name: str, point: int
) -> None:
    assert kill_database(fragile_stage, fragile_server, name, point) is not End.BROKEN


def kill_database(stage: Stage, server: EmbeddedPostgres, name: str, point: int) -> End:
    """The server is killed when the deed comes to this point; the deed goes on into the void."""
    attempt = DEEDS[name](stage)
    before = stage.events(*attempt.cases)
    end = kill_at(stage.house, attempt.do, point, reached=lambda: kill_every_process(server))
    where = f"{name}, point {point}, {end.name}"
    server.start()
    assert faults(stage, attempt) == [], where
    happened = stage.events(*attempt.cases) - before
    if end is End.DONE:
        assert happened == attempt.events, f"{where}: acknowledged and lost"
    else:
        once_more(attempt)
    if attempt.job is not None:
        stage.finish_job(*attempt.job)
    assert stage.events(*attempt.cases) - before == attempt.events, where
    assert faults(stage, attempt) + attempt.done() + faults_across_cases(stage.house) == [], where
    return end


def kill_every_process(server: EmbeddedPostgres) -> None:
    """Postmaster and backends, as a power cut does."""
    while pids := server._processes_inside():
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
