"""A whole house on this machine, as `make run` starts it, and a real browser in front of it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")
STARTS_WITHIN = 180
STORY_SECONDS = 420
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip


def free_port() -> int:
    """A port with three free ones after it, for the played neighbours."""
    while True:
        with socket.socket() as first:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
        if port < 65500:
            return port


class HouseUp:
    """A running `motcua up`."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = folder / "up.log"
        folder.chmod(0o711)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "web.cli", "up", "--port", str(self.port), *arguments],
                env=environment | {"MOTCUA_DATA_DIR": str(folder / "data"), "MOTCUA_WEB_PROCESSES": "1"},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait()
        except BaseException:
            self.process.kill()
            raise

    def _wait(self) -> None:
        until = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < until:
            if self.process.poll() is not None:
                pytest.fail(f"the house did not start:\n{self.log.read_text()[-3000:]}")
            if "Nhấn Ctrl-C" in self.log.read_text(encoding="utf-8"):
                urllib.request.urlopen(self.address, timeout=10).close()
                return
            time.sleep(0.2)
        pytest.fail(f"the house did not start in {STARTS_WITHIN} s:\n{self.log.read_text()[-3000:]}")

    def stop(self) -> None:
        """As Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=60)


@pytest.fixture(scope="session")
def house_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HouseUp]:
    """The demo province without its past, for speed; with it when pictures are taken for the README (MOTCUA_SHOTS)."""
    folder = Path(tempfile.mkdtemp(prefix="motcua-e2e-"))
    found = HouseUp(folder, *([] if os.environ.get("MOTCUA_SHOTS") else ["--no-dossiers"]))
    yield found
    found.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """Debian's Chromium, headless. Not for the whole session: while it is open, nothing else may run an event loop."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield found
        found.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A story takes longer than a test. Without a browser these are left out, and loudly so."""
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker(pytest.mark.timeout(STORY_SECONDS))
            if not CHROMIUM.exists():
                item.add_marker(pytest.mark.skip(reason="NO BROWSER: /usr/bin/chromium is missing"))
