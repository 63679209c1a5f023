"""Alembic migrations of the house, run by program. Expand, then contract: old code runs on the new schema."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from engine.errors import NotConfigured
from engine.store import roles

if TYPE_CHECKING:
    from engine.store.database import Store

_MONTHS_AHEAD = 24
_LOCK = 0x6D696772  # "migr"


def migrate(store: Store) -> str:
    """Bring the schema to the newest version and event partitions two years ahead. Returns the version."""
    if store.server is None:
        with psycopg.connect(store.conninfo(), autocommit=True) as login:
            roles.prepare_external(login)
    configuration = _configuration()
    with store.transaction(role="owner") as connection:
        connection.execute(text("set local lock_timeout = '60s'"))
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")
        extend_event_partitions(connection, _months_ahead(connection))
    return newest()


def newest() -> str:
    """The version this program was written for."""
    return ScriptDirectory.from_config(_configuration()).get_current_head() or ""


def installed(connection: Connection) -> str | None:
    """The version of a database; None before the first migration."""
    return MigrationContext.configure(connection).get_current_revision()


def require_current(store: Store) -> None:
    """NotConfigured unless the schema is this program's."""
    try:
        with psycopg.connect(store.conninfo()) as connection:
            found = connection.execute("select version_num from alembic_version").fetchone()
    except psycopg.errors.UndefinedTable:
        found = None
    if found is None or found[0] != newest():
        raise NotConfigured("Cơ sở dữ liệu chưa đúng phiên bản của chương trình. Hãy chạy: motcua migrate")


def extend_event_partitions(connection: Connection, until: date) -> None:
    """Make the monthly partitions of `event` that are missing, up to and including the month of `until`."""
    present = set(connection.execute(text("select relname from pg_class where relname like 'event\\_2%'")).scalars())
    year, month = 2025, 1
    while (year, month) <= (until.year, until.month):
        name = f"event_{year}_{month:02}"
        following = (year + month // 12, month % 12 + 1)
        if name not in present:
            connection.execute(
                text(
                    f"create table {name} partition of event for values"
                    f" from ('{year}-{month:02}-01 00:00+07') to ('{following[0]}-{following[1]:02}-01 00:00+07')"
                )
            )
        year, month = following


def _months_ahead(connection: Connection) -> date:
    reach = text("select (current_date + make_interval(months => :months))::date")
    ahead: date = connection.execute(reach, {"months": _MONTHS_AHEAD}).scalar_one()
    return ahead


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", "engine.store:migrations")
    configuration.set_main_option("path_separator", "os")
    return configuration
