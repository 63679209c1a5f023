"""Alembic migrations of the house, run by program. Expand, then contract: old code runs on the new schema."""

from __future__ import annotations

import hashlib
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql.ddl import BaseDDLElement

from engine.errors import NotConfigured
from engine.store import roles
from engine.store.tables import metadata

if TYPE_CHECKING:
    from engine.store.database import Store

_MONTHS_AHEAD = 24
_LOCK = 0x6D696772  # "migr"
_PRINT = "select obj_description('alembic_version'::regclass)"


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
        is_new = installed(connection) is None
        command.upgrade(configuration, "head")
        if is_new:
            connection.exec_driver_sql(f"comment on table alembic_version is '{fingerprint()}'")
        _refuse_another(connection.exec_driver_sql(_PRINT).scalar_one_or_none())
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
            made_by = connection.execute(_PRINT).fetchone()
    except psycopg.errors.UndefinedTable:
        found = made_by = None
    if found is None or found[0] != newest():
        raise NotConfigured("Cơ sở dữ liệu chưa đúng phiên bản của chương trình. Hãy chạy: motcua migrate")
    _refuse_another(made_by[0] if made_by else None)


@cache
def fingerprint() -> str:
    """Of the tables this program makes. Until the first release they change without a migration (decision 0004)."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # the library leaves it untyped
    made: list[BaseDDLElement] = []
    for table in metadata.sorted_tables:
        made += [
            CreateTable(table),
            *(CreateIndex(one) for one in sorted(table.indexes, key=lambda one: str(one.name))),
        ]
    return hashlib.sha256("".join(str(one.compile(dialect=dialect)) for one in made).encode()).hexdigest()[:16]


def _refuse_another(made_by: str | None) -> None:
    if made_by != fingerprint():
        raise NotConfigured(
            "Cơ sở dữ liệu này do một bản chưa phát hành trước đó tạo ra, bản này không đọc được; dữ liệu còn nguyên. "
            "Hãy chuyển thư mục dữ liệu đi nơi khác (hoặc đặt MOTCUA_DATA_DIR, MOTCUA_DATABASE_URL mới) rồi chạy lại."
        )


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
