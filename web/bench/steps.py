"""Steps a second with full persistence and history, by one process and by four, beside the whole-blob peer."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import psycopg

from engine.delivery.registry import Registry
from engine.dossier.actor import Actor
from engine.dossier.command import Filled, Person, TaskRef
from engine.dossier.complete import CompleteTask, complete_task
from engine.dossier.house import House
from engine.dossier.movement import item_id
from engine.dossier.receive import ReceiveDossier, receive
from engine.store.database import Store
from engine.store.settings import Settings
from web.bench.figures import Figure
from web.bench.full_path import FORM
from web.bench.ground import UNIT, Ground
from web.bench.stages import ON, Stages
from web.bench.whole_blob import WholeBlob

GOALS = {12: 3.0, 50: 8.0}
PROCESSES = 4
ANSWERS: Mapping[str, Any] = {**FORM, **ON}


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one process does: so many instances, all opened first, then stepped to their ends."""

    settings: Settings
    officer: Actor
    stages: int
    instances: int
    is_peer: bool


def measure(ground: Ground, *, instances: Mapping[int, int], rounds: int) -> list[Figure]:
    """Rounds of ours and the peer's, in turns, so that whatever else the machine does meets both alike."""
    figures: list[Figure] = []
    settings = Settings(data_dir=ground.store.settings.data_dir, database_url=ground.store.conninfo())
    with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
        for stages, count in instances.items():
            Stages(number=stages).publish(ground)

            def rate(processes: int, *, is_peer: bool, stages: int = stages, count: int = count) -> float:
                share = Share(
                    settings=settings, officer=ground.officer, stages=stages, instances=count, is_peer=is_peer
                )
                opened = list(pool.map(open_share, [share] * processes))
                done = list(pool.map(finish_share, [share] * processes, opened))
                began, ended = min(one[1] for one in done), max(one[2] for one in done)
                return sum(steps for steps, _, _ in done) / (ended - began)

            for is_peer in (True, False):
                rate(PROCESSES, is_peer=is_peer)  # each process has connected, loaded and planned
            for processes in (1, PROCESSES):
                figures += _pair(stages, processes, rate, rounds=rounds)
    return figures


def _pair(stages: int, processes: int, rate: Callable[..., float], *, rounds: int) -> list[Figure]:
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(rounds):
        for is_peer in (True, False) if number % 2 else (False, True):
            (theirs if is_peer else ours).append(rate(processes, is_peer=is_peer))
    ratio = statistics.median(mine / other for mine, other in zip(ours, theirs, strict=True))
    name, who = f"steps_{stages}_stages_{processes}", f"{stages} bước, {processes} tiến trình"
    return [
        Figure(name=f"{name}_per_second", title=f"Số việc mỗi giây, {who}", value=round(statistics.median(ours), 1),
               unit="per_second", better="higher"),
        Figure(name=f"{name}_whole_blob_per_second", title=f"Nguyên khối: số việc mỗi giây, {who}",
               value=round(statistics.median(theirs), 1), unit="per_second", better="higher"),
        Figure(name=f"{name}_ratio", title=f"Nhanh gấp nguyên khối, {who}", value=round(ratio, 2), unit="ratio",
               better="higher", goal=GOALS.get(stages)),
    ]  # fmt: skip


def open_share(share: Share) -> list[UUID]:
    """In a process of its own: instances whose first task is done."""
    desk = _desk(share)
    return [desk.open() for _ in range(share.instances)]


def finish_share(share: Share, opened: list[UUID]) -> tuple[int, float, float]:
    """In a process of its own: how many steps, from when to when on the clock that all processes share."""
    desk = _desk(share)
    began = time.monotonic()
    steps = sum(desk.finish(one) for one in opened)
    return steps, began, time.monotonic()


class OurDesk:
    """An officer who only completes tasks: the act itself, with rights, history, inbox, timers and the form's key."""

    def __init__(self, house: House, officer: Actor, stages: int) -> None:
        self.house, self.officer, self.stages = house, officer, stages

    def open(self) -> UUID:
        case_id = uuid4()
        owner = Person(name="Trần Thị Ngọc Ánh", identifier="042185000017", phone="0912000017")
        form = Filled(key="opinion", values=ANSWERS)
        code = Stages(number=self.stages).code
        receive(
            self.house,
            self.officer,
            ReceiveDossier(id=case_id, procedure_code=code, receiving_unit=UNIT, owner=owner, form=form),
        )
        return case_id

    def complete(self, case_id: UUID, address: str, values: Mapping[str, Any] = ANSWERS) -> None:
        task = TaskRef(id=item_id(case_id, address), revision=1)
        form = Filled(key="opinion", values=values)
        complete_task(self.house, self.officer, CompleteTask(case_id=case_id, task=task, form=form))

    def finish(self, case_id: UUID) -> int:
        for number in range(1, self.stages):
            self.complete(case_id, f"t{number}#1")
        return self.stages - 1


class PeerDesk:
    """The same, of the peer."""

    def __init__(self, peer: WholeBlob) -> None:
        self.peer = peer

    def open(self) -> UUID:
        return self.peer.begin(ANSWERS)

    def finish(self, instance_id: UUID) -> int:
        steps = 1
        while not self.peer.step(instance_id, ANSWERS):
            steps += 1
        return steps


@cache
def _house(settings: Settings) -> House:
    return House.open(settings, Store.open(settings), Registry())


@cache
def _connection(settings: Settings) -> psycopg.Connection[Any]:
    return psycopg.connect(_house(settings).store.conninfo("owner"))


@cache
def _desk(share: Share) -> OurDesk | PeerDesk:
    if share.is_peer:
        return PeerDesk(WholeBlob(_connection(share.settings), Stages(number=share.stages).source(quoted=True)))
    return OurDesk(_house(share.settings), share.officer, share.stages)
