"""The process tree of `motcua up`: restarted with back-off, gone with its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.errors import NotConfigured
from web.household import Child, Household

SLEEP = (sys.executable, "-c", "import time; time.sleep(600)")


def wait_for(condition: Callable[[], bool], seconds: float = 15) -> None:
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def household(tmp_path: Path, said: list[str]) -> Iterator[Household]:
    found = Household(server=None, log_dir=tmp_path / "logs", environment=os.environ, say=said.append)
    yield found
    found.stop()


def child(*command: str, name: str = "one") -> Child:
    return Child(name=name, title=f"Tiến trình {name}", command=command)


def test_a_child_that_ends_is_started_again_after_a_while(household: Household, said: list[str]) -> None:
    one = child(*SLEEP)
    household.start(one)
    assert one.process is not None
    first = one.process.pid
    one.process.kill()
    one.process.wait()
    household.glance()
    assert not one.is_running
    assert "chạy lại sau 0.5 giây" in said[0]
    wait_for(lambda: household.glance() or one.is_running)
    assert one.process is not None
    assert one.process.pid != first


def test_one_that_keeps_failing_is_started_ever_more_rarely(household: Household) -> None:
    one = child(sys.executable, "-c", "raise SystemExit(3)")
    household.start(one)
    waits = []
    for _ in range(9):
        assert one.process is not None
        one.process.wait()
        before = time.monotonic()
        household.glance()
        waits.append(round(one.start_at - before, 1))
        one.start_at = 0
        household.glance()
    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_a_child_that_never_comes_up_says_why(household: Household) -> None:
    one = child(sys.executable, "-c", "print('cong bi chiem'); raise SystemExit(1)")
    household.start(one)
    with pytest.raises(NotConfigured, match="cong bi chiem"):
        household.wait_until(lambda: False, one)


def test_stopping_ends_every_child_even_a_stubborn_one(household: Household, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.store.children.stop.__kwdefaults__", {"ask": signal.SIGTERM, "patience_seconds": 0.5})
    ignoring = "import signal, time; signal.signal(15, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)"
    stubborn, meek = child(sys.executable, "-c", ignoring, name="stubborn"), child(*SLEEP, name="meek")
    household.start(stubborn, meek)
    wait_for(lambda: "ready" in household.log_of(stubborn).read_text())
    household.stop()
    assert not stubborn.is_running
    assert not meek.is_running


PARENT = """
import os, sys, time
from pathlib import Path
from web.household import Child, Household
household = Household(server=None, log_dir=Path(sys.argv[1]), environment=os.environ, say=print)
sleep = (sys.executable, "-c", "import time; time.sleep(600)")
children = [Child(name=str(n), title="", command=sleep) for n in range(3)]
household.start(*children)
print(*[child.process.pid for child in children], flush=True)
household.watch()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the death signal is Linux's")
def test_children_die_with_a_killed_parent(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 3
        parent.kill()
    wait_for(lambda: not any(_is_running(pid) for pid in pids))


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
