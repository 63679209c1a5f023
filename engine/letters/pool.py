"""A few long-lived rendering processes, handed out one letter at a time and replaced when they fail or grow old."""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import queue
import selectors
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.errors import NotConfigured, RenderingFailed
from engine.letters.fonts import FAMILY, fonts_folder

WORKER = Path(__file__).with_name("worker.py")
SECONDS_PER_LETTER = 30.0
LETTERS_PER_WORKER = 2000
WORKERS = max(1, min(4, os.cpu_count() or 1))


class _Worker:
    """One process and its two pipes."""

    def __init__(self, fonts: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(WORKER), str(fonts)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LANG": "C.UTF-8"},
            close_fds=True,
        )
        self.letters = 0
        try:
            families = self._answer()[1].decode()
        except (OSError, EOFError):
            self.stop()
            raise
        if FAMILY not in families.split(","):
            self.stop()
            raise NotConfigured(f"Thư mục phông chữ {fonts} không có phông {FAMILY}.")

    def render(self, job: bytes) -> bytes:
        assert self._process.stdin is not None
        self.letters += 1
        self._process.stdin.write(struct.pack(">I", len(job)) + job)
        self._process.stdin.flush()
        is_done, body = self._answer()
        if not is_done:
            raise RenderingFailed(f"Không tạo được văn bản từ mẫu: {body.decode(errors='replace')}")
        return body

    def _answer(self) -> tuple[bool, bytes]:
        head = self._read(4)
        body = self._read(struct.unpack(">I", head)[0])
        return body[:1] == b"+", body[1:]

    def _read(self, size: int) -> bytes:
        stdout = self._process.stdout
        assert stdout is not None
        received = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            while len(received) < size:
                if not selector.select(SECONDS_PER_LETTER):
                    raise TimeoutError("quá thời gian")
                part = os.read(stdout.fileno(), size - len(received))
                if not part:
                    raise EOFError("tiến trình tạo văn bản đã dừng")
                received += part
        return bytes(received)

    def stop(self) -> None:
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process.wait()


class RenderPool:
    """Renders on up to `size` processes; safe to call from many threads."""

    def __init__(self, size: int = WORKERS) -> None:
        self._seats: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        for _ in range(size):
            self._seats.put(None)
        self._size = size
        self._process = os.getpid()

    def render(self, template: Path, root: Path, data: Mapping[str, Any], timestamp: int) -> bytes:
        """One PDF; a worker that dies, hangs or runs out of memory costs this letter only."""
        job = json.dumps(
            {
                "template": str(template),
                "root": str(root),
                "timestamp": timestamp,
                "data": json.dumps(data, ensure_ascii=False),
            }
        ).encode()
        with self._seat() as worker:
            return worker.render(job)

    @contextlib.contextmanager
    def _seat(self) -> Iterator[_Worker]:
        worker = self._seats.get()
        try:
            if worker is None:
                worker = _Worker(fonts_folder())
            yield worker
        except (OSError, EOFError) as error:  # TimeoutError and BrokenPipeError are OSError
            if worker is not None:
                worker.stop()
                worker = None
            raise RenderingFailed(f"Không tạo được văn bản từ mẫu: {error}.") from error
        finally:
            if worker is not None and worker.letters >= LETTERS_PER_WORKER:
                worker.stop()
                worker = None
            self._seats.put(worker)

    def close(self) -> None:
        """Stop the processes; the pool may be used again and starts new ones. A forked child's copy does nothing."""
        if os.getpid() != self._process:
            return
        for worker in [self._seats.get() for _ in range(self._size)]:
            if worker is not None:
                worker.stop()
            self._seats.put(None)


@functools.cache
def _pool_of(process: int) -> RenderPool:  # noqa: ARG001 - the process is the key
    made = RenderPool()
    atexit.register(made.close)
    return made


def shared_pool() -> RenderPool:
    """This process's pool: a forked child starts its own, for pipes cannot be shared."""
    return _pool_of(os.getpid())
