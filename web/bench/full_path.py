"""The full path of the product, reception to the last task, as a ratio to the whole-blob peer on the same database."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import psycopg

from engine.dossier.command import Filled, Person, TaskRef
from engine.dossier.complete import CompleteTask, complete_task
from engine.dossier.movement import item_id
from engine.dossier.receive import ReceiveDossier, receive
from engine.errors import FormRefused
from web.bench.figures import Figure
from web.bench.ground import UNIT, Ground
from web.bench.whole_blob import WholeBlob
from web.forms import Form

FORM: Mapping[str, Any] = {
    "opinion": "Hồ sơ đủ thành phần, nội dung phù hợp quy hoạch, đủ điều kiện giải quyết theo quy định. " * 2,
    "ground": "Khoản 2 Điều 12 Nghị định số 118/2025/NĐ-CP ngày 09/6/2025 của Chính phủ",
    "amount": 120_000,
    "compared": True,
    "note": "Đã đối chiếu với bản chính; người nộp nhận kết quả tại Bộ phận Một cửa của xã. " * 2,
}
"""About 0.6 kB of JSON."""
AFTER_RECEPTION = ("handling", "review", "approval", "signature", "result")
STORIES_A_ROUND = 4


def measure(ground: Ground, *, rounds: int) -> list[Figure]:
    """Rounds of both, interleaved, so that whatever else the machine does meets both alike."""
    product = _Product(ground)
    with psycopg.connect(ground.store.conninfo("owner")) as connection:
        peer = WholeBlob(connection, ground.folder.source)
        for _ in range(3):  # plans are made and statements prepared
            product.run(FORM)
            peer.run(FORM)
        ours: list[float] = []
        theirs: list[float] = []
        tasks = 0
        for number in range(rounds):
            pair = ((ours, product.run), (theirs, peer.run))
            for taken, run in pair if number % 2 else reversed(pair):
                seconds, tasks = _timed(run)
                taken.append(seconds)
    ratio = statistics.median(mine / other for mine, other in zip(ours, theirs, strict=True))
    a_task = 1000 / (tasks * STORIES_A_ROUND)
    return [
        Figure(
            name="full_path_ratio",
            title="Tiếp nhận và hoàn thành 5 việc, so với nạp - bước - ghi nguyên khối",
            value=round(ratio, 3),
            unit="ratio",
            goal=1.6,
        ),
        Figure(
            name="full_path_ms",
            title="Một việc, trọn đường",
            value=round(statistics.median(ours) * a_task, 3),
            unit="ms",
        ),
        Figure(
            name="whole_blob_ms",
            title="Một việc, nạp - bước - ghi nguyên khối",
            value=round(statistics.median(theirs) * a_task, 3),
            unit="ms",
        ),
    ]


def _timed(run: Callable[[Mapping[str, Any]], int]) -> tuple[float, int]:
    began, tasks = time.perf_counter(), 0
    for _ in range(STORIES_A_ROUND):
        tasks = run(FORM)
    return time.perf_counter() - began, tasks


class _Product:
    """What the counter and the task page do, without the page: the form checked, then the act."""

    def __init__(self, ground: Ground) -> None:
        self._house, self._officer = ground.house, ground.officer
        self._form = Form(ground.folder.forms["opinion"])

    def run(self, form: Mapping[str, Any]) -> int:
        """One dossier, reception to end; returns how many tasks."""
        house, officer, case_id = self._house, self._officer, uuid4()
        owner = Person(name="Trần Thị Ngọc Ánh", identifier="042185000017", phone="0912000017")
        receive(
            house,
            officer,
            ReceiveDossier(id=case_id, procedure_code="DO", receiving_unit=UNIT, owner=owner, form=self._checked(form)),
        )
        for element_id in AFTER_RECEPTION:
            task = TaskRef(id=item_id(case_id, f"{element_id}#1"), revision=1)
            complete_task(house, officer, CompleteTask(case_id=case_id, task=task, form=self._checked(form)))
        return 1 + len(AFTER_RECEPTION)

    def _checked(self, form: Mapping[str, Any]) -> Filled:
        errors = self._form.check(form)
        if errors:
            raise FormRefused(errors=errors)
        return Filled(key="opinion", values=form)
