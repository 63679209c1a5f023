"""What a step costs late in a long life, beside what it cost early: a loop's tenth lap and its last."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from engine.deadlines import VIETNAM, working_time
from engine.rulesets import packaged_calendar
from engine.run import Complete, Instance, Program, compile_program
from web.bench.figures import Figure
from web.bench.ground import Ground
from web.bench.stages import AGAIN, ON, Stages
from web.bench.steps import ANSWERS, OurDesk

Lap = Callable[[int], None]

EARLY, AROUND = 10, 40
"""From the tenth lap on, and of how many laps the median is taken."""


def measure(ground: Ground, *, laps: int) -> list[Figure]:
    """In processor time: what else the machine does has no part in it."""
    stages = Stages(number=2)
    stages.publish(ground)
    program = compile_program(stages.source(), variables={"again": "string?"})
    engine = statistics.median(_old_beside_young(lambda: _in_memory(program), laps) for _ in range(3))
    whole = _old_beside_young(lambda: _full_path(ground), laps)
    return [
        Figure(name="age_engine_ratio", title=f"Bước ở vòng {laps} so với vòng {EARLY}, riêng bộ máy quy trình",
               value=round(engine, 2), unit="ratio", goal=1.2),
        Figure(name="age_full_path_ratio", title=f"Bước ở vòng {laps} so với vòng {EARLY}, trọn đường",
               value=round(whole, 2), unit="ratio", goal=1.5),
    ]  # fmt: skip


def _in_memory(program: Program) -> Lap:
    """Restore, one input, dump."""
    clock = working_time(packaged_calendar())
    at = datetime(2026, 1, 5, 8, tzinfo=VIETNAM)
    instance, _ = Instance.start(program, instance_id=uuid4(), at=at, working_time=clock)
    instance.apply(Complete(address="t0#1", variables=ON), at=at)
    state = [instance.dump()]

    def lap(number: int) -> None:
        restored = Instance.restore(program, state[0], working_time=clock)
        restored.apply(Complete(address=f"t1#{number}", variables=AGAIN), at=at)
        state[0] = restored.dump()

    return lap


def _full_path(ground: Ground) -> Lap:
    """The act as an officer does it."""
    desk = OurDesk(ground.house, ground.officer, 2)
    case_id = desk.open()
    return lambda number: desk.complete(case_id, f"t1#{number}", {**ANSWERS, **AGAIN})


def _old_beside_young(begin: Callable[[], Lap], laps: int) -> float:
    """Late laps of one life in turns with early laps of another, so that a change of the machine's pace meets both."""
    old, young = begin(), begin()
    for number in range(1, laps - AROUND + 1):
        old(number)
    for number in range(1, EARLY):
        young(number)
    late, early = [], []
    for number in range(AROUND):
        late.append(_taken(old, laps - AROUND + 1 + number))
        early.append(_taken(young, EARLY + number))
    return statistics.median(late) / statistics.median(early)


def _taken(lap: Lap, number: int) -> float:
    began = time.process_time()
    lap(number)
    return time.process_time() - began
