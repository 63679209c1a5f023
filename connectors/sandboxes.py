"""The neighbours that can be played: one line each. `motcua up` starts them beside the house in a demo."""

from __future__ import annotations

import sys
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Protocol

NAMES = ("consultation", "postal", "signing")
AUTOMATIC = {"signing": "1"}
"""Seconds after which a played neighbour answers by itself: whoever approved a letter here holds the key there."""

FIRST_PORT = 8100
"""Sandboxes listen on 127.0.0.1, on this port and the next ones, unless the house listens near there."""


class DemoSettings(Protocol):
    """The part of engine.store.settings.Settings that sandboxes need."""

    @property
    def data_dir(self) -> Path: ...

    @property
    def port(self) -> int: ...

    def key(self, name: str) -> bytes: ...


def sandbox_module(name: str) -> ModuleType:
    """The sandbox of a connector: a command line, `build`, and perhaps a `connector_environment` of its own."""
    return import_module(f"connectors.{name}.sandbox")


def sandbox_commands(settings: DemoSettings) -> list[tuple[str, list[str], str]]:
    """(name, argv, url) of every sandbox. Start them with `sandbox_environment` in their environment."""
    commands = []
    for name in installed():
        port = _port(settings, name)
        data = settings.data_dir / "sandboxes" / f"{name}.sqlite"
        argv = [sys.executable, "-m", f"connectors.{name}.sandbox", "--port", str(port), "--data", str(data)]
        if name in AUTOMATIC:
            argv += ["--auto", AUTOMATIC[name]]
        commands.append((name, argv, f"http://127.0.0.1:{port}"))
    return commands


def sandbox_environment(settings: DemoSettings) -> dict[str, str]:
    """MOTCUA_* for the house and its sandboxes alike: addresses, and keys made for this installation."""
    environment: dict[str, str] = {}
    for name in installed():
        secret = settings.key(f"sandbox-{name}").hex()
        url = f"http://127.0.0.1:{_port(settings, name)}"
        made = getattr(sandbox_module(name), "connector_environment", partial(_usual_environment, name))
        environment |= made(url, secret)
    return environment


def installed() -> tuple[str, ...]:
    """Sandboxes that ship with this installation."""
    return tuple(name for name in NAMES if find_spec(f"connectors.{name}") and find_spec(f"connectors.{name}.sandbox"))


def _usual_environment(name: str, url: str, secret: str) -> dict[str, str]:
    return {f"MOTCUA_{name.upper()}_URL": url, f"MOTCUA_{name.upper()}_SECRET": secret}


def _port(settings: DemoSettings, name: str) -> int:
    """Next to FIRST_PORT, or next to the house's own port when that one was moved (two demos on one machine)."""
    first = FIRST_PORT if settings.port == 8000 else settings.port + 1
    return first + NAMES.index(name)
