"""The production pieces as processes of their own: pages under gunicorn, a worker, each ended by SIGTERM."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.store.database import Store
from engine.store.settings import Settings
from web.commands import up

pytestmark = [
    pytest.mark.skipif(not up.MANIFEST.exists(), reason="pages are not built (make setup)"),
    pytest.mark.timeout(180),
]


def start(settings: Settings, *arguments: str, log: Path) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "MOTCUA_DATABASE_URL": settings.database_url or "",
        "MOTCUA_DATA_DIR": str(settings.data_dir),
        "MOTCUA_WEB_PROCESSES": "2",
    }
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "web.cli", *arguments], env=environment, stdout=output, stderr=subprocess.STDOUT
        )


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    give_up_at = time.monotonic() + 90
    while not condition():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < give_up_at, log.read_text()
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_pages_under_gunicorn(settings: Settings, store: Store, tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "web.log"
    process = start(settings, "web", "--port", str(port), log=log)

    def answers() -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status < 500
        except OSError:
            return False
        finally:
            connection.close()

    try:
        wait_for(answers, process, log)
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0
    finally:
        process.kill()
    assert "Traceback" not in log.read_text()


def test_a_worker_does_its_first_round(settings: Settings, store: Store, tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    process = start(settings, "worker", "--threads", "2", log=log)

    def breathes() -> bool:
        with store.transaction(role="worker") as connection:
            return bool(connection.execute(text("select count(*) from procrastinate_workers")).scalar_one())

    try:
        wait_for(breathes, process, log)
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0
    finally:
        process.kill()
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize("command", ["web", "worker"])
def test_an_older_database_is_one_line(settings: Settings, store: Store, tmp_path: Path, command: str) -> None:
    with store.transaction(role="owner") as connection:
        connection.execute(text("update alembic_version set version_num = 'older'"))
    log = tmp_path / "old.log"
    process = start(settings, command, log=log)
    try:
        assert process.wait(90) == 2
    finally:
        process.kill()
    assert "Lỗi: " in log.read_text()
    assert "motcua migrate" in log.read_text()
    assert "Traceback" not in log.read_text()
