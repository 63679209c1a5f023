"""The hands of a long proof: a real worker for timers and seals that writes no letters. Killed and started again.

`python -m tests.prove.hands DATABASE_URL DATA_DIR`
"""

from __future__ import annotations

import sys
from pathlib import Path
from uuid import UUID

from engine.dossier.act_on_timer import act_on_timer
from engine.dossier.house import House
from engine.history.seal import BATCH, seal
from engine.jobs import clock, worker
from engine.store.queue import task
from engine.store.settings import Settings


@task(clock.ACT)
def act(house: House, *, timer_ids: list[str]) -> None:
    """As the house's own worker does."""
    for one in timer_ids:
        act_on_timer(house, UUID(one))


@task("letter.issue")
def leave_unwritten(house: House, *, letter_id: str) -> None:
    """Forty thousand letters would be a proof of the printer."""


@task("delivery.send")
def leave_unsent(house: House, *, delivery_id: str) -> None:
    """The neighbours are played by the proof."""


@clock.every(0.1)
def sweep_often(house: House) -> None:
    """Ten times a second: a day of the simulation is a few seconds long."""
    clock.sweep(house)


@clock.every(2)
def seal_history(house: House) -> None:
    """As the house's own worker does."""
    with house.store.transaction(role="worker") as connection:
        while seal(connection, house.log_key) == BATCH:
            pass


if __name__ == "__main__":
    url, data_dir = sys.argv[1:]
    house = House.open(Settings(database_url=url, data_dir=Path(data_dir), pool_size=6))
    sys.exit(0 if worker.run(house, threads=2, handlers=()) else 1)
