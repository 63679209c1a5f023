"""One province for all deeds of a module: each deed brings dossiers of its own.

Letters are not drawn here: a rendering process for each killed child costs half a second, and drawing changes no row.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from engine.delivery.registry import Registry
from engine.dossier import issue_letter
from engine.store.database import Store
from engine.store.migrations import migrate
from engine.store.postgres import EmbeddedPostgres
from engine.store.settings import Settings
from tests.crash.neighbour import Neighbour
from tests.crash.stage import Stage, publish_with_supplement_limit
from tests.province import found_province, ship_procedures


@pytest.fixture(scope="module")
def stage(
    server: EmbeddedPostgres, superuser: psycopg.Connection, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """On a database of its own, on the server of the whole run."""
    name = f"t_{uuid.uuid4().hex}"
    create = sql.SQL("create database {} template {} strategy wal_log")
    superuser.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
    with staged(server.conninfo(database=name), tmp_path_factory.mktemp("stage")) as found:
        yield found
    superuser.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def fragile_server() -> Iterator[EmbeddedPostgres]:
    """A server that may be killed: nobody else's data is on it."""
    folder = Path(tempfile.mkdtemp(prefix="motcua-fragile-"))
    folder.chmod(0o711)  # the server's unprivileged user must get through
    found = EmbeddedPostgres(folder / "postgres")
    found.start()
    yield found
    found.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def fragile_stage(fragile_server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A province on the server that may be killed."""
    with contextlib.closing(Store.open(Settings(database_url=fragile_server.conninfo()))) as store:
        migrate(store)
    with staged(fragile_server.conninfo(), tmp_path_factory.mktemp("fragile")) as found:
        yield found


@contextlib.contextmanager
def staged(database_url: str, data_dir: Path) -> Iterator[Stage]:
    """A stage on a migrated database."""
    settings = Settings(data_dir=data_dir, database_url=database_url, pool_size=4)
    with contextlib.closing(Store.open(settings)) as store, pytest.MonkeyPatch.context() as patched:
        patched.setattr(issue_letter, "render", lambda form, data, **_: f"{form} {data['date']}".encode())
        yield set_stage(settings, store)


def set_stage(settings: Settings, store: Store) -> Stage:
    """A province whose post takes orders and whose consulted agencies and signing service answer at once."""
    book = Path(settings.data_dir) / "post"
    post = Neighbour("postal", book)
    registry = Registry([post, Neighbour("consultation", book), Neighbour("signing", book, answers=True)])
    province = found_province(settings, store, registry)
    ship_procedures(province, "TN02", "DANG-KY-KET-HON", "CKCM")
    publish_with_supplement_limit(province, "TP01", "20d")
    return Stage(province=province, post=post)
