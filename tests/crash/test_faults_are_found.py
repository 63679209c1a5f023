"""The proof can fail: houses with a fault built in are caught by it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest

from engine.delivery.contract import Order
from engine.dossier import case as case_module
from engine.dossier import pause
from engine.dossier.receive import receive
from engine.store.queue import enqueue_many
from tests.crash.deeds import DEEDS, Attempt
from tests.crash.stage import Stage
from tests.crash.test_killed_anywhere import kill_everywhere

delivering = import_module("engine.delivery.deliver")  # its package has a function of this name


def test_a_job_queued_after_the_commit_is_lost(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    late: list[tuple[str, Any]] = []
    monkeypatch.setattr(case_module, "enqueue_many", lambda _, name, jobs: late.append((name, jobs)))

    def received(stage: Stage) -> Attempt:
        command = stage.province.reception("TP01")

        def do() -> None:
            late.clear()
            receive(stage.house, stage.province.counter, command)
            with stage.house.store.transaction(role="worker") as connection:
                for name, jobs in late:
                    enqueue_many(connection, name, jobs)

        return Attempt(cases=(command.id,), do=do)

    assert "nobody issues it" in caught(stage, monkeypatch, received)


def test_an_act_in_two_transactions_happens_twice(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def paused_twice(stage: Stage) -> Attempt:
        case_id = stage.dossier(until="step2_handle")
        head = stage.actor("05", "unit_head")

        def do() -> None:
            pause.pause(stage.house, head, pause.Pause(case_id=case_id, basis="law", reason="Theo luật chuyên ngành"))
            pause.resume(stage.house, head, pause.Resume(case_id=case_id))

        return Attempt(cases=(case_id,), events=2, do=do)

    assert "point" in caught(stage, monkeypatch, paused_twice)


def test_an_order_without_a_lasting_key_is_done_twice(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "Order", lambda **told: Order(**told | {"id": uuid4()}))
    assert "effects of one order" in caught(stage, monkeypatch, DEEDS["delivery_to_a_neighbour"])


def caught(stage: Stage, monkeypatch: pytest.MonkeyPatch, deed: Callable[[Stage], Attempt]) -> str:
    monkeypatch.setitem(DEEDS, "faulty", deed)
    try:
        with pytest.raises(AssertionError) as found:
            kill_everywhere(stage, "faulty")
    finally:
        stage.forget_everything()
    return str(found.value)
