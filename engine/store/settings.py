"""Every setting of the house as one typed object, read from MOTCUA_* variables (docs/operations/settings.md)."""

from __future__ import annotations

import difflib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from engine.errors import NotConfigured

Mode = Literal["demo", "production"]
KEY_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Defaults run a demo on one machine; production needs MOTCUA_MODE=production and its keys."""

    data_dir: Path = Path("var")
    database_url: str | None = None  # unset: the embedded server in data_dir
    pg_bin: Path | None = None
    mode: Mode = "demo"
    host: str = "127.0.0.1"
    port: int = 8000
    base_url: str = ""  # what QR codes and letters print; empty: built from host and port
    web_processes: int = 2
    web_threads: int = 8
    workers: int = 1
    worker_threads: int = 4
    pool_size: int = 10  # database connections per process and role
    keys_dir: Path | None = None  # outside the database's back-up; default data_dir/keys
    blobs_dir: Path | None = None
    log_level: str = "WARNING"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read MOTCUA_<FIELD>; NotConfigured names a variable that cannot be read or looks like a slip of the pen.

        Connectors read variables of their own (MOTCUA_POSTAL_URL), so an unknown name alone is no error.
        """
        given: dict[str, object] = {}
        for name, value in environment.items():
            if not name.startswith("MOTCUA_") or not value.strip():
                continue
            field = name.removeprefix("MOTCUA_").lower()
            if field in cls.__dataclass_fields__:
                given[field] = _read(name, field, value.strip())
            elif near := difflib.get_close_matches(field, cls.__dataclass_fields__, 1, 0.85):
                raise NotConfigured(f"Không có thiết lập tên {name}. Có phải là MOTCUA_{near[0].upper()}?")
        return cls(**given)  # type: ignore[arg-type]  # _read returns each field's own type

    @property
    def is_production(self) -> bool:
        return self.mode == "production"

    @property
    def postgres_dir(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def blob_dir(self) -> Path:
        return self.blobs_dir or self.data_dir / "blobs"

    @property
    def key_dir(self) -> Path:
        return self.keys_dir or self.data_dir / "keys"

    @property
    def address(self) -> str:
        """Where people reach the pages."""
        return self.base_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def secret_key(self) -> bytes:
        """What signs web sessions and tokens."""
        return self.key("web")

    def key(self, name: str) -> bytes:
        """32 secret bytes kept in key_dir/NAME.key: `web` (sessions), `kek` (wraps the keys of cases), ...

        Made on first use in a demo. In production a missing key is an error: silently making another one would leave
        everything sealed with the lost one unreadable.
        """
        path = self.key_dir / f"{name}.key"
        if not path.exists():
            if self.is_production:
                raise NotConfigured(
                    f"Thiếu tệp khóa {path}. Hãy khôi phục từ nơi cất giữ, hoặc tạo lần đầu: motcua doctor --make-keys"
                )
            self.make_key(name)
        found = path.read_bytes()
        if len(found) != KEY_BYTES:
            raise NotConfigured(f"Tệp khóa {path} phải dài đúng {KEY_BYTES} byte.")
        return found

    def make_key(self, name: str) -> bool:
        """Make a key that is not there yet; False when it is. Safe with several processes starting at once."""
        self.key_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.key_dir / f"{name}.key"
        fresh = self.key_dir / f".{name}.{secrets.token_hex(4)}"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)
        except FileExistsError:
            return False
        else:
            return True
        finally:
            fresh.unlink()


_PATHS = frozenset({"data_dir", "pg_bin", "keys_dir", "blobs_dir"})
_NUMBERS = frozenset({"port", "web_processes", "web_threads", "workers", "worker_threads", "pool_size"})
_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def _read(name: str, field: str, value: str) -> object:
    if field in _PATHS:
        return Path(value).expanduser()
    if field in _NUMBERS:
        if not value.isdigit() or not 1 <= int(value) <= 65535:
            raise NotConfigured(f"{name} phải là một số nguyên dương, không phải “{value}”.")
        return int(value)
    if field == "mode":
        if value not in ("demo", "production"):
            raise NotConfigured(f"{name} phải là demo hoặc production, không phải “{value}”.")
        return cast("Mode", value)
    if field == "log_level":
        if value.upper() not in _LOG_LEVELS:
            raise NotConfigured(f"{name} phải là một trong {', '.join(_LOG_LEVELS)}.")
        return value.upper()
    return value
