"""Two web and two worker processes on one PostgreSQL: one of each is killed under load, every dossier is finished."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from connectors.sandboxes import sandbox_commands, sandbox_environment
from engine.dossier.house import House
from engine.dossier.status import Status
from engine.jobs.worker import rescue
from engine.store.database import Store
from engine.store.queue import app
from engine.store.settings import Settings
from tests.crash.desks import Desk
from tests.invariants import faults_of_house
from tests.province import COMMUNE, Province, found_province, ship_procedures

PASSWORD = "một mật khẩu đủ dài"
DESKS = (
    ("01", "counter_officer"),
    ("01", "cashier"),
    ("01", "returner"),
    ("05", "unit_head"),
    ("05", "case_officer"),
    ("02", "signer"),
)
DOSSIERS = 20
PATIENCE_SECONDS = 240


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Processes:
    """Real processes of the house, on one listening socket, as `motcua up` runs them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind((settings.host, settings.port))
        self._listener.listen(128)
        self._listener.setblocking(False)
        (settings.data_dir / "sandboxes").mkdir()
        own = {
            "MOTCUA_DATABASE_URL": str(settings.database_url),
            "MOTCUA_DATA_DIR": str(settings.data_dir),
            "MOTCUA_PORT": str(settings.port),
        }
        self._environment = os.environ | sandbox_environment(settings) | own
        [sandbox] = [argv for name, argv, _ in sandbox_commands(settings) if name == "signing"]
        self.others = [self._start(*sandbox)]
        descriptor = self._listener.fileno()
        self.webs = [self._start(sys.executable, "-m", "web.serving", str(descriptor)) for _ in range(2)]
        self.workers = [self._start(sys.executable, "-m", "web.cli", "worker", "--threads", "2") for _ in range(2)]

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        log = (self.settings.data_dir / "processes.log").open("ab")
        with log:
            return subprocess.Popen(
                command, env=self._environment, stdout=log, stderr=log, pass_fds=(self._listener.fileno(),)
            )

    def stop(self) -> None:
        for one in (*self.webs, *self.workers, *self.others):
            one.kill()
            one.wait()
        self._listener.close()


@pytest.fixture
def province(settings: Settings, store: Store) -> Province:
    found = found_province(settings, store)
    ship_procedures(found, "TP01")
    hashed = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with store.transaction(role="owner") as connection:
        connection.execute(text("UPDATE officer SET password_hash = :hash, login = lower(login)"), {"hash": hashed})
    return found


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, database_url=database_url, pool_size=4, port=free_port())


@pytest.fixture
def processes(province: Province, settings: Settings) -> Iterator[Processes]:
    found = Processes(settings)
    yield found
    found.stop()


@pytest.mark.timeout(PATIENCE_SECONDS + 60)
def test_one_web_and_one_worker_are_killed_and_every_dossier_is_finished(
    province: Province, processes: Processes
) -> None:
    desks = [Desk(processes.settings.address, f"{COMMUNE}.{unit}.{role}".lower(), PASSWORD) for unit, role in DESKS]
    threads = [threading.Thread(target=desk.work) for desk in desks]
    counter = Desk(processes.settings.address, f"{COMMUNE}.01.counter_officer".lower(), PASSWORD)
    threads.append(threading.Thread(target=counter.receive, args=("TP01", DOSSIERS)))
    for thread in threads:
        thread.start()
    try:
        wait(lambda: count(province, "cases WHERE revision > 3") >= DOSSIERS // 4, province, processes)
        processes.webs[0].send_signal(signal.SIGKILL)
        wait(lambda: count(province, "cases WHERE revision > 3") >= DOSSIERS // 2, province, processes)
        processes.workers[0].send_signal(signal.SIGKILL)
        wait(lambda: count(province, "cases WHERE closed_at IS NOT NULL") >= DOSSIERS, province, processes)
    finally:
        for desk in (*desks, counter):
            desk.stopped.set()
        for thread in threads:
            thread.join()
    wait(lambda: count(province, "letter WHERE state <> 'sent'") == 0, province, processes, rescuing=True)
    assert count(province, "cases") == DOSSIERS, "none lost, none twice"
    assert count(province, f"cases WHERE status <> {int(Status.RETURNED)}") == 0
    assert count(province, "letter WHERE kind = 'receipt'") == DOSSIERS
    assert faults_of_house(province.house) == []
    assert not [one for desk in desks for one in desk.complaints]


def count(province: Province, what: str) -> int:
    with province.house.store.transaction(role="worker") as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())


def wait(is_done: Callable[[], bool], province: Province, processes: Processes, *, rescuing: bool = False) -> None:
    """Until it is so. The rescue of a killed worker's jobs comes sooner than its own half minute."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_done():
        if time.monotonic() > until:
            pytest.fail((processes.settings.data_dir / "processes.log").read_text()[-3000:])
        if rescuing:
            give_back_stalled(province.house)
        time.sleep(0.3)


def give_back_stalled(house: House) -> None:
    import procrastinate

    async def work() -> None:
        async with app.open_async():
            await rescue(app.job_manager, stalled_seconds=12)

    with app.replace_connector(procrastinate.PsycopgConnector(conninfo=house.store.conninfo("worker"))):
        asyncio.run(work())
