"""The house keeps its rooms: each library is imported in one place, and nothing new moves in unseen.

Which of our own packages may import which is held by import-linter (pyproject.toml), run by `make lint`.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("engine", "connectors", "web")

ROOMS: dict[str, tuple[str, ...]] = {
    # the running of processes
    "SpiffWorkflow": ("engine/run", "engine/model", "web/bench"),  # bench: the bare loop that we are measured against
    "cel_expr_python": ("engine/expressions",),
    "lxml": ("engine/model", "engine/reports", "connectors/consultation"),
    "zstandard": ("engine/run", "connectors/signing"),
    # storage
    "sqlalchemy": (
        "engine/store",
        "engine/history",
        "engine/catalogue",
        "engine/dossier",
        "engine/delivery",
        "engine/letters",
        "engine/reports",
        "engine/jobs",
        "web",  # sessions, throttling and small readings; nothing there writes to a case
    ),
    "psycopg": ("engine/store", "engine/dossier", "web/bench"),
    "alembic": ("engine/store/migrations",),
    "procrastinate": ("engine/store/queue.py", "engine/store/migrations/versions", "engine/jobs"),
    "apscheduler": ("engine/jobs",),
    # paper
    "typst": ("engine/letters",),
    "barcode": ("engine/letters",),
    "segno": ("engine/letters", "web/counter", "web/portal"),
    "openpyxl": ("engine/model", "engine/reports"),
    "pyhanko": ("connectors/signing",),
    "pyhanko_certvalidator": ("connectors/signing",),
    "asn1crypto": ("connectors/signing",),
    "cryptography": ("engine/store/keys.py", "engine/history", "connectors/signing"),
    # pages and neighbours
    "flask": ("web", "connectors"),
    "werkzeug": ("web", "connectors"),
    "jinja2": ("web",),
    "markupsafe": ("web",),
    "babel": ("web",),
    "argon2": ("web/auth", "web/demo"),
    "gunicorn": ("web/serving.py",),
    "waitress": ("web/serving.py",),
    "requests": ("connectors",),
    "click": ("web/cli.py", "web/click_words.py", "web/commands"),
    # values in and out
    "jsonschema_rs": ("engine/delivery", "engine/catalogue", "web/forms"),
    "orjson": OURS,
    "tomli_w": ("engine/catalogue",),
}


def modules() -> Iterator[Path]:
    for package in OURS:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "node_modules" not in path.parts:
                yield path


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module


def test_every_library_stays_in_its_room() -> None:
    strays = []
    for path in modules():
        place = path.relative_to(ROOT).as_posix()
        for name in imported(path):
            library = name.split(".")[0]
            if library in sys.stdlib_module_names or library in OURS:
                continue
            rooms = ROOMS.get(library, ())
            if not any(place == room or place.startswith(f"{room}/") for room in rooms):
                strays.append(f"{place} imports {name}")
    assert strays == []


def test_every_room_is_lived_in() -> None:
    """A library nobody imports any more leaves the table and the dependencies."""
    used = {name.split(".")[0] for path in modules() for name in imported(path)}
    assert set(ROOMS) - used == set()


def test_no_installed_package_takes_our_names() -> None:
    for name, distributions in packages_distributions().items():
        if name in OURS:
            assert set(distributions) == {"motcua"}, name


def test_imports_are_absolute() -> None:
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.ImportFrom) and node.level), path


@pytest.mark.parametrize("word", ["utils", "helpers", "common", "manager", "misc"])
def test_no_file_is_named_after_nothing(word: str) -> None:
    assert [path for path in modules() if word in path.stem.split("_")] == []


def test_no_file_is_a_service() -> None:
    assert [path for path in modules() if path.stem.endswith("_service")] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [path for path in modules() if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert silent == []


def test_nothing_of_the_house_evaluates_text_as_python() -> None:
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"eval", "exec", "compile", "__import__"}, path


def test_no_file_names_a_package_registry() -> None:
    hosts = [b"pypi" + b".org", b"pythonhosted" + b".org", b"npmjs" + b".org", b"npmjs" + b".com", b"debian" + b".org"]
    places = ["requirements", "tools", ".ci", "web/package.json", "web/package-lock.json", "pyproject.toml", "Makefile"]
    files = [path for place in places for path in [ROOT / place, *(ROOT / place).rglob("*")] if path.is_file()]
    assert files
    for path in files:
        content = path.read_bytes()
        assert not [host for host in hosts if host in content], path
