"""The process tree of `motcua up`: children started, watched, restarted with back-off, stopped in order."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import NotConfigured
from engine.store import children
from engine.store.postgres import EmbeddedPostgres

LONGEST_WAIT_SECONDS = 30.0
HEALTHY_AFTER_SECONDS = 60
GLANCE_SECONDS = 0.2
LOG_LIMIT_BYTES = 20_000_000


@dataclass(slots=True, kw_only=True)
class Child:
    """One process of the house and how often it has failed lately."""

    name: str
    title: str
    command: Sequence[str]
    descriptors: Sequence[int] = ()
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    started_at: float = 0
    start_at: float = 0

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


@dataclass(slots=True, kw_only=True)
class Household:
    """Everything that runs below one `motcua up`. All of it ends when we do, kill -9 included."""

    server: EmbeddedPostgres | None
    log_dir: Path
    environment: Mapping[str, str]
    say: Callable[[str], None]
    members: list[Child] = field(default_factory=list)

    def start(self, *members: Child) -> None:
        """Start children and look after them from now on."""
        self.log_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        for child in members:
            self.members.append(child)
            self._start(child)

    def wait_until(self, is_ready: Callable[[], bool], child: Child, *, seconds: float = 90) -> None:
        """Wait for a child's first sign of life. NotConfigured with its last words when it ends or stays silent."""
        give_up_at = time.monotonic() + seconds
        while not is_ready():
            if not child.is_running:
                raise NotConfigured(f"{child.title} không khởi động được: {self._last_words(child)}")
            if time.monotonic() > give_up_at:
                raise NotConfigured(
                    f"{child.title} không trả lời sau {seconds:.0f} giây. Nhật ký: {self.log_of(child)}"
                )
            time.sleep(0.05)

    def watch(self) -> None:
        """Keep everything running until interrupted."""
        while True:
            self.glance()
            time.sleep(GLANCE_SECONDS)

    def glance(self) -> None:
        """Look once at each process; start again what ended and has waited long enough."""
        if self.server is not None and self.server.is_owner and not self.server.is_alive:
            self.say("Cơ sở dữ liệu vừa dừng đột ngột; đang chạy lại…")
            self.server.start()
            self.say("Cơ sở dữ liệu đã chạy lại, không mất dữ liệu.")
        now = time.monotonic()
        for child in self.members:
            if child.is_running:
                if child.failures and now - child.started_at > HEALTHY_AFTER_SECONDS:
                    child.failures = 0
            elif child.process is not None:
                self._schedule(child, now)
            elif now >= child.start_at:
                self._start(child)

    def stop(self) -> None:
        """End every child, the youngest first, all asked at once; then the database, if it is ours."""
        for child in reversed(self.members):
            if child.process is not None and child.is_running:
                child.process.terminate()
        for child in reversed(self.members):
            if child.process is not None:
                children.stop(child.process)
        if self.server is not None:
            self.server.stop()

    def log_of(self, child: Child) -> Path:
        return self.log_dir / f"{child.name}.log"

    def _start(self, child: Child) -> None:
        log = self.log_of(child)
        if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as output:
            child.process = children.spawn(
                child.command, environment=self.environment, output=output, keep_descriptors=child.descriptors
            )
        child.started_at = time.monotonic()

    def _schedule(self, child: Child, now: float) -> None:
        if child.process is None:
            return
        wait = min(LONGEST_WAIT_SECONDS, 0.5 * 2**child.failures)
        self.say(
            f"{child.title} dừng (mã {child.process.returncode}); chạy lại sau {wait:.1f} giây. {self.log_of(child)}"
        )
        child.failures += 1
        child.process, child.start_at = None, now + wait

    def _last_words(self, child: Child) -> str:
        lines = [line for line in self.log_of(child).read_text(errors="replace").splitlines() if line.strip()]
        return f"{lines[-1] if lines else 'không rõ lý do'} (nhật ký: {self.log_of(child)})"
