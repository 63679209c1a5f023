"""`motcua up` as a person runs it: from nothing, stopped by Ctrl-C, killed, with a port taken."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from web.commands import up

pytestmark = [
    pytest.mark.skipif(not up.MANIFEST.exists(), reason="pages are not built (make setup)"),
    pytest.mark.timeout(180),
]
UP = [sys.executable, "-m", "web.cli", "up"]


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at, "waited in vain"
        time.sleep(0.1)


def free_port() -> int:
    """A port with some free ones after it, where the played neighbours go."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextlib.contextmanager
def running(data_dir: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """The command, once it says that the pages are open, and the lines it said."""
    environment = {**os.environ, "MOTCUA_DATA_DIR": str(data_dir), "MOTCUA_WEB_PROCESSES": "1"}
    command = [*UP, "--empty", "--port", str(port)]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        try:
            assert "Ctrl-C" in "".join(lines), "".join(lines)
            yield process, lines
        finally:
            process.kill()


def processes_below(data_dir: Path) -> list[str]:
    """Every process that was told this data folder, or works inside it."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            told = f"MOTCUA_DATA_DIR={data_dir}".encode() in (entry / "environ").read_bytes()
            if told or (entry / "cwd").readlink().is_relative_to(data_dir):
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


def status(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    finally:
        connection.close()


def test_from_nothing_to_pages_and_ctrl_c_stops_everything(data_dir: Path) -> None:
    port = free_port()
    with running(data_dir, port) as (process, lines):
        assert any(f"http://127.0.0.1:{port}" in line for line in lines)
        assert status(port) < 500
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert process.stdout is not None
        assert "Traceback" not in process.stdout.read()
    assert processes_below(data_dir) == []
    assert not (data_dir / "postgres" / "cluster" / "postmaster.pid").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="the death signal is Linux's")
def test_killed_it_leaves_no_process_and_starts_again(data_dir: Path) -> None:
    with running(data_dir, free_port()) as (process, _):
        process.kill()
    wait_for(lambda: processes_below(data_dir) == [])
    port = free_port()
    with running(data_dir, port) as (process, _):
        assert status(port) < 500
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*UP, *arguments], env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_taken_port_is_one_line_and_a_way_on(data_dir: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = run("--port", str(port), MOTCUA_DATA_DIR=str(data_dir))
    assert done.returncode == 2
    assert done.stderr == f"Lỗi: Cổng {port} đang có chương trình khác dùng. Thử: motcua up --port {port + 1}\n"
    assert done.stdout == ""


def test_a_misspelt_setting_is_one_line(data_dir: Path) -> None:
    done = run(MOTCUA_DATA_DIR=str(data_dir), MOTCUA_PORTT="1")
    assert done.returncode == 2
    assert done.stderr == "Lỗi: Không có thiết lập tên MOTCUA_PORTT. Có phải là MOTCUA_PORT?\n"


def test_a_disk_without_room_is_one_line(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.errors import NotConfigured
    from engine.store.settings import Settings

    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 10**6))  # type: ignore[attr-defined]
    with pytest.raises(NotConfigured, match="chỉ còn 1 MB"):
        up._check_machine(Settings(data_dir=data_dir))


def test_pages_that_are_not_built_are_one_line(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.errors import NotConfigured
    from engine.store.settings import Settings

    monkeypatch.setattr(up, "MANIFEST", data_dir / "none")
    with pytest.raises(NotConfigured, match="make setup"):
        up._check_machine(Settings(data_dir=data_dir))
