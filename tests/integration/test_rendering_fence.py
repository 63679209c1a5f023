"""The process that renders: fenced off, replaced when it fails, fast enough for a day's letters."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.errors import NotConfigured, RenderingFailed
from engine.letters import pool
from engine.letters.fonts import fonts_folder
from engine.letters.pool import RenderPool

ROOT = Path(pool.__file__).parent
PROBE = """
import sys
sys.path.insert(0, {folder!r})
import worker
worker.close_the_doors()
{attempt}
"""


@pytest.fixture
def workers() -> Iterator[RenderPool]:
    made = RenderPool(size=1)
    yield made
    made.close()


@pytest.fixture
def template(tmp_path: Path) -> Path:
    return tmp_path / "letter.typ"


def attempt(code: str) -> subprocess.CompletedProcess[str]:
    """Run `code` behind the closed doors of the worker."""
    script = PROBE.format(folder=str(ROOT), attempt=code)
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)


@pytest.mark.skipif(sys.platform != "linux", reason="the filter of system calls is Linux's")
@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.socket()",
        "import os; os.execv('/bin/true', ['true'])",
        "import subprocess; subprocess.run(['/bin/true'])",
    ],
)
def test_no_socket_and_no_program_behind_closed_doors(code: str) -> None:
    assert "PermissionError" in attempt(code).stderr


def test_no_file_can_be_written_behind_closed_doors(tmp_path: Path) -> None:
    code = f"import pathlib; pathlib.Path({str(tmp_path / 'x')!r}).write_text('x')"
    assert "File too large" in attempt(code).stderr


def test_memory_is_bounded() -> None:
    assert "MemoryError" in attempt("bytearray(3 << 30)").stderr


def test_a_worker_inherits_no_setting_of_the_house(workers: RenderPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_SECRET", "không được lộ")
    with workers._seat() as worker:
        environment = Path(f"/proc/{worker._process.pid}/environ").read_bytes()
    assert "không được lộ".encode() not in environment


def test_a_template_cannot_read_outside_its_folder(workers: RenderPool, template: Path) -> None:
    template.write_text('#read("/../../etc/passwd")', encoding="utf-8")
    with pytest.raises(RenderingFailed):
        workers.render(template, template.parent, {}, 0)


def test_a_template_cannot_fetch_a_package(workers: RenderPool, template: Path) -> None:
    template.write_text('#import "@preview/nothing:0.0.1": *', encoding="utf-8")
    with pytest.raises(RenderingFailed, match="package"):
        workers.render(template, template.parent, {}, 0)


def test_a_template_that_never_ends_is_stopped_and_the_next_letter_renders(
    workers: RenderPool, template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "SECONDS_PER_LETTER", 0.5)
    template.write_text(
        "#let n = 0\n" + "#for a in range(10000) { for b in range(10000) { n += 1 } }", encoding="utf-8"
    )
    with pytest.raises(RenderingFailed, match="quá thời gian"):
        workers.render(template, template.parent, {}, 0)
    template.write_text('#set document(title: "x")\nXin chào', encoding="utf-8")
    monkeypatch.undo()
    assert workers.render(template, template.parent, {}, 0).startswith(b"%PDF-1.7")


def test_a_killed_worker_costs_one_letter(workers: RenderPool, template: Path) -> None:
    template.write_text('#set document(title: "x")\nXin chào', encoding="utf-8")
    workers.render(template, template.parent, {}, 0)
    with workers._seat() as worker:
        os.kill(worker._process.pid, signal.SIGKILL)
    with pytest.raises(RenderingFailed):
        workers.render(template, template.parent, {}, 0)
    assert workers.render(template, template.parent, {}, 0)


def test_a_worker_is_replaced_after_many_letters(
    workers: RenderPool, template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "LETTERS_PER_WORKER", 2)
    template.write_text('#set document(title: "x")\nXin chào', encoding="utf-8")
    seen = []
    for _ in range(4):
        with workers._seat() as worker:
            seen.append(worker._process.pid)
        workers.render(template, template.parent, {}, 0)
    assert len(set(seen)) == 2


def test_threads_share_the_workers(template: Path) -> None:
    template.write_text('#set document(title: "x")\n#json(bytes(sys.inputs.data)).n', encoding="utf-8")
    shared = RenderPool(size=2)
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda n: shared.render(template, template.parent, {"n": n % 5}, 0), range(40)))
    shared.close()
    assert len(set(made)) == 5
    assert all(made[n] == made[n % 5] for n in range(40))


def test_a_folder_without_the_typeface_is_not_configured(
    workers: RenderPool, template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for face in fonts_folder().glob("*.ttf"):
        (tmp_path / face.name).write_bytes(b"")
    monkeypatch.setenv("MOTCUA_FONTS", str(tmp_path))
    with pytest.raises(NotConfigured, match="không có phông Tinos"):
        workers.render(template, template.parent, json.loads("{}"), 0)
