"""`motcua worker`: one process that does jobs and watches deadlines. Any number may run, on any number of machines."""

from __future__ import annotations

import click

from engine.store.settings import Settings


@click.command("worker")
@click.option("--threads", type=click.IntRange(1, 64), help="Số việc làm cùng lúc.")
def command(threads: int | None) -> int:
    """Chạy một tiến trình xử lý nền. Kết thúc với mã 1 khi mất cơ sở dữ liệu: hãy để systemd chạy lại."""
    from engine.dossier.house import House
    from engine.jobs import worker
    from engine.store.migrations import require_current
    from web.logs import configure

    settings = Settings.from_environment()
    configure(settings)
    house = House.open(settings)
    try:
        require_current(house.store)
        return 0 if worker.run(house, threads=threads or settings.worker_threads) else 1
    finally:
        house.store.close()
