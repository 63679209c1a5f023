"""What integration tests stand on: one embedded server per run, one fresh database per test, copied from a template."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from engine.store.blobs import LocalBlobStore
from engine.store.clock import Clock
from engine.store.database import Store
from engine.store.migrations import migrate
from engine.store.postgres import EmbeddedPostgres
from engine.store.settings import Settings

_TEMPLATE = "template_motcua"
_MEMORY = Path("/dev/shm")  # a folder of the machine, not of ours: emptied by open_folder


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that a server's unprivileged user can reach (pytest's own are closed), in memory when there is room.

    fsync stays on, as everywhere: in memory it is free, on a busy disk a test's database takes half a second.
    """
    folder = Path(tempfile.mkdtemp(prefix="motcua-test-", dir=_MEMORY if _has_room(_MEMORY) else None))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _has_room(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > 3_000_000_000


@pytest.fixture(scope="session")
def open_dir() -> Iterator[Path]:
    """The run's own folder below which servers may live."""
    with open_folder() as folder:
        yield folder


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data folder of one test's own, for a server of its own."""
    with open_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def server(open_dir: Path) -> Iterator[EmbeddedPostgres]:
    """One PostgreSQL for the whole run."""
    found = EmbeddedPostgres(open_dir / "postgres")
    found.start()
    yield found
    found.stop()


@pytest.fixture(scope="session")
def superuser(server: EmbeddedPostgres) -> Iterator[psycopg.Connection]:
    """A connection that may create and drop databases."""
    with psycopg.connect(server.conninfo(), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def template(server: EmbeddedPostgres, superuser: psycopg.Connection) -> str:
    """The name of a migrated, empty database to copy."""
    superuser.execute(sql.SQL("create database {}").format(sql.Identifier(_TEMPLATE)))
    store = Store.open(Settings(database_url=server.conninfo(database=_TEMPLATE)))
    migrate(store)
    store.close()
    return _TEMPLATE


@pytest.fixture
def database_url(server: EmbeddedPostgres, superuser: psycopg.Connection, template: str) -> Iterator[str]:
    """A fresh migrated database of this test's own."""
    name = f"t_{uuid.uuid4().hex}"
    create = sql.SQL("create database {} template {} strategy wal_log")
    superuser.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
    yield make_conninfo(server.conninfo(database=name))
    superuser.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """A demo's settings on the test's own database and folder."""
    return Settings(data_dir=tmp_path, database_url=database_url, pool_size=4)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """The Store on a fresh, migrated, empty database."""
    found = Store.open(settings)
    yield found
    found.close()


@pytest.fixture
def clock(store: Store) -> Clock:
    """Business time of the test's database."""
    return Clock(store)


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobStore:
    """A blob store of this test's own."""
    return LocalBlobStore(tmp_path / "blobs")


@pytest.fixture(autouse=True)
def _no_outside_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's MOTCUA_* variables do not reach a test."""
    for name in os.environ:
        if name.startswith("MOTCUA_"):
            monkeypatch.delenv(name)
