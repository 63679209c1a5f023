"""One province for all deeds of a module: each deed brings dossiers of its own.

Letters are not drawn here: a rendering process for each killed child costs half a second, and drawing changes no row.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from engine.delivery.registry import Registry
from engine.dossier import issue_letter
from engine.store.database import Store
from engine.store.postgres import EmbeddedPostgres
from engine.store.settings import Settings
from tests.crash.neighbour import Neighbour
from tests.crash.stage import Stage, publish_with_supplement_limit
from tests.province import found_province, ship_procedures


@pytest.fixture(scope="module")
def stage(
    server: EmbeddedPostgres, superuser: psycopg.Connection, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    name = f"t_{uuid.uuid4().hex}"
    create = sql.SQL("create database {} template {} strategy wal_log")
    superuser.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("stage"), database_url=server.conninfo(database=name), pool_size=4
    )
    store = Store.open(settings)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(issue_letter, "render", lambda form, data, **_: f"{form} {data['date']}".encode())
        yield set_stage(settings, store)
    store.close()
    superuser.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def set_stage(settings: Settings, store: Store) -> Stage:
    """A province whose post takes orders and whose consulted agencies and signing service answer at once."""
    book = Path(settings.data_dir) / "post"
    post = Neighbour("postal", book)
    registry = Registry([post, Neighbour("consultation", book), Neighbour("signing", book, answers=True)])
    province = found_province(settings, store, registry)
    ship_procedures(province, "TN02")
    publish_with_supplement_limit(province, "TP01", "20d")
    return Stage(province=province, post=post)
