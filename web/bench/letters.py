"""A thousand apologies from approval to going out: numbered, rendered, recorded, by two threads of a worker."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy import insert

from engine.deadlines import Limit, legal_due
from engine.dossier.command import Filled, Person
from engine.dossier.issue_letter import issue_letter
from engine.dossier.receive import ReceiveDossier, receive
from engine.letters import load_form, render
from engine.store.tables import letter
from web.bench.figures import Figure, median_ms
from web.bench.full_path import FORM
from web.bench.ground import UNIT, Ground

THREADS = 2
GOAL_SECONDS = 60.0
REASON = "Khối lượng hồ sơ tiếp nhận trong kỳ tăng cao so với dự kiến, công chức thụ lý chưa giải quyết kịp."


def measure(ground: Ground, *, letters: int) -> list[Figure]:
    """`letters` are issued; the figure is for a thousand."""
    approved = [_approve(ground) for _ in range(letters)]
    issue_letter(ground.house, _approve(ground))  # the renderers start, plans are made
    began = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        states = set(pool.map(partial(issue_letter, ground.house), approved))
    seconds = time.perf_counter() - began
    if states != {"sent"}:
        raise AssertionError(f"letters that did not go out measure nothing: {states}")
    sample = load_form("apology_2025").sample()
    return [
        Figure(
            name="letters_1000_s",
            title="1.000 thư xin lỗi: cấp số, kết xuất, ghi sổ",
            value=round(seconds * 1000 / letters, 1),
            unit="s",
            goal=GOAL_SECONDS,
        ),
        Figure(
            name="letter_render_ms",
            title="Kết xuất một thư PDF/A",
            value=round(median_ms(lambda: render("apology_2025", sample), rounds=15), 1),
            unit="ms",
        ),
    ]


def _approve(ground: Ground) -> UUID:
    """A dossier, and its apology as the head has just signed it."""
    house, case_id, letter_id = ground.house, uuid4(), uuid4()
    owner = Person(name="Trần Thị Ngọc Ánh", identifier="042185000017", phone="0912000017", address="Thôn Thượng")
    command = ReceiveDossier(
        id=case_id, procedure_code="DO", receiving_unit=UNIT, owner=owner, form=Filled(key="opinion", values=FORM)
    )
    receive(house, ground.officer, command)
    with house.store.transaction(role="worker") as connection:
        now = house.clock.now(connection)
        appointed = legal_due(now, Limit.working_days(3), house.calendar)
        promised = legal_due(appointed + timedelta(minutes=1), Limit.working_days(5), house.calendar)
        connection.execute(
            insert(letter).values(
                id=letter_id,
                case_id=case_id,
                kind="apology",
                form="apology_2025",
                state="approved",
                unit_code=UNIT,
                year=house.calendar.local(now).year,
                data={
                    "cause": "late",
                    "reason": REASON,
                    "appointed_at": appointed.isoformat(),
                    "promised_at": promised.isoformat(),
                },
                signer={"id": str(ground.officer.id), "name": ground.officer.name},
                created_at=now,
            )
        )
    return letter_id
