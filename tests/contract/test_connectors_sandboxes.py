"""The sandboxes as programs: they survive kill -9, start beside a demo, and their pages play the other side."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from uuid import uuid4

import pytest
import requests

from connectors import sandboxes
from connectors.neighbour import Fault, Sandbox
from connectors.sandboxes import sandbox_module
from engine.delivery.contract import Connector, Order
from engine.store.settings import Settings

NAMES = ("consultation", "postal", "signing")
SECRET = "a secret of this test"


@contextmanager
def running(name: str, data: Path, *arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The sandbox as its own process; its address as it says it."""
    secret_name = f"MOTCUA_{name.upper()}_SECRET"
    process = subprocess.Popen(
        [sys.executable, "-m", f"connectors.{name}.sandbox", "--port", "0", "--data", str(data), *arguments],
        env={**os.environ, secret_name: SECRET},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stderr.readline())
        assert found is not None
        yield found[0], process
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def connector_to(name: str, url: str) -> Connector:
    made: Connector = import_module(f"connectors.{name}.connector").from_environment(
        sandbox_module(name).connector_environment(url, SECRET)
    )
    return made


def order_for(name: str) -> Order:
    sample: Order = import_module(f"connectors.{name}.connector").sample_order("")
    return replace(sample, id=uuid4())


@pytest.mark.parametrize("name", NAMES)
def test_kill_9_loses_nothing_and_repeats_nothing(name: str, tmp_path: Path) -> None:
    order = order_for(name)
    with running(name, tmp_path / "ledger.sqlite") as (url, process):
        before = connector_to(name, url).send(order)
        process.send_signal(signal.SIGKILL)
        process.wait()
    with running(name, tmp_path / "ledger.sqlite") as (url, _):
        assert connector_to(name, url).send(order).reference == before.reference
        assert order.case_code in requests.get(url, timeout=5).text


@pytest.mark.parametrize("name", NAMES)
def test_without_its_secret_it_says_which(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"connectors.{name}.sandbox", "--port", "0", "--data", str(tmp_path / "x")],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 2
    assert f"MOTCUA_{name.upper()}_SECRET" in done.stderr


def test_demo_starts_every_sandbox_with_a_key_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandboxes, "installed", lambda: NAMES)
    settings = Settings(data_dir=tmp_path, port=9100)
    commands = sandboxes.sandbox_commands(settings)
    environment = sandboxes.sandbox_environment(settings)
    assert [(name, url) for name, _, url in commands] == [
        ("consultation", "http://127.0.0.1:9101"),
        ("postal", "http://127.0.0.1:9102"),
        ("signing", "http://127.0.0.1:9103"),
    ]
    assert sandboxes.sandbox_environment(settings) == environment
    assert len({value for name, value in environment.items() if name.endswith("_SECRET")}) == len(NAMES)
    assert Settings.from_environment({**environment, "MOTCUA_PORT": "9100"}).port == 9100


@pytest.fixture(params=NAMES)
def sandbox(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Sandbox]]:
    with sandbox_module(request.param).build(tmp_path / "ledger.sqlite", secret=SECRET) as found:
        yield request.param, found


def test_page_lists_orders_and_needs_no_script(sandbox: tuple[str, Sandbox]) -> None:
    name, played = sandbox
    assert "Chưa có" in requests.get(played.url, timeout=5).text
    order = order_for(name)
    connector_to(name, played.url).send(order)
    page = requests.get(played.url, timeout=5)
    assert order.case_code in page.text
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_page_switches_a_fault_for_one_request(sandbox: tuple[str, Sandbox]) -> None:
    _, played = sandbox
    requests.post(f"{played.url}/switch", data={"fault": "unavailable", "times": "1"}, timeout=5)
    assert "Ngừng phục vụ" in requests.get(played.url, timeout=5).text
    assert played.faults.next() is Fault.UNAVAILABLE
    assert played.faults.next() is Fault.NONE


def test_other_sites_may_not_press_buttons(sandbox: tuple[str, Sandbox]) -> None:
    _, played = sandbox
    refused = requests.post(
        f"{played.url}/switch", data={"fault": "hang"}, headers={"Origin": "http://elsewhere.example"}, timeout=5
    )
    assert refused.status_code == 403
    assert requests.get(played.url, headers={"Host": "elsewhere.example"}, timeout=5).status_code == 400
    assert played.faults.current is Fault.NONE
