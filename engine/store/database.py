"""The Store: one door to PostgreSQL, embedded or external. A transaction names its role and the units it may see."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import orjson
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.types.json import set_json_loads
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from engine.errors import CaseBusy, NotConfigured
from engine.store import roles
from engine.store.direct import execute_direct
from engine.store.postgres import EmbeddedPostgres
from engine.store.roles import PROVINCE, Role, name_of
from engine.store.settings import Settings

EVERYBODY = "*"
LOCK_TIMEOUT = "2s"
OLDEST_SERVER = 17  # the oldest one this was started on


class Store:
    """Engines per role, opened when first used. Connections log in as (or are switched to) a role without bypass."""

    def __init__(self, settings: Settings, server: EmbeddedPostgres | None, *, waits_for_disk: bool = True) -> None:
        self.settings = settings
        self.server = server
        self._engines: dict[Role, Engine] = {}
        self._options = "-c timezone=Asia/Ho_Chi_Minh"
        if not waits_for_disk:
            self._options += " -c synchronous_commit=off"

    @classmethod
    def open(cls, settings: Settings) -> Store:
        """Start or adopt the embedded server, or reach the external one. Refuses a server that could lose commits."""
        if settings.database_url is not None:
            store = cls(settings, None)
        else:
            server = EmbeddedPostgres(settings.postgres_dir, bin_dir=settings.pg_bin)
            server.start()
            store = cls(settings, server)
            with psycopg.connect(server.conninfo(), autocommit=True) as superuser:
                roles.prepare_embedded(superuser)
        try:
            store.check_server()
        except NotConfigured:
            store.close()
            raise
        return store

    def conninfo(self, role: Role | None = None) -> str:
        """libpq connection string of a role; without one, of the login that MOTCUA_DATABASE_URL names."""
        options = self._options
        if self.server is not None:
            user = name_of(role) if role else "postgres"
            return make_conninfo(self.server.conninfo(user=user, database=roles.DATABASE), options=options)
        try:
            given = conninfo_to_dict(self.settings.database_url or "")
        except psycopg.ProgrammingError as error:
            raise NotConfigured(f"MOTCUA_DATABASE_URL không đọc được: {error}") from error
        if role:
            options += f" -c role={name_of(role)}"
        earlier = given.pop("options", None)
        return make_conninfo("", **{**given, "options": f"{earlier} {options}" if earlier else options})

    @contextlib.contextmanager
    def hurried(self) -> Iterator[Store]:
        """The same database through connections whose commits a power cut may lose, all after a certain one of them.

        Only for work that is done again from the start when it did not end: the next commit of this store keeps it all.
        """
        store = Store(self.settings, self.server, waits_for_disk=False)
        try:
            yield store
        finally:
            store.dispose()

    @contextlib.contextmanager
    def transaction(self, *, role: Role = "app", units: Sequence[str] = ()) -> Iterator[Connection]:
        """One connection, one transaction, committed at the end of the block.

        As `app`, only cases in which one of `units` takes part are there: `()` sees none, `("*",)` sees all. `worker`
        and `owner` see all. A row that another act holds for more than two seconds raises CaseBusy.
        """
        seen = _units(units) if role == "app" else EVERYBODY
        with self._entered(role, seen) as connection:
            try:
                yield connection
                connection.commit()
            except OperationalError as error:
                if isinstance(error.orig, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected):
                    raise CaseBusy from error
                raise

    def check_server(self) -> None:
        """Refuse a server that is too old or may acknowledge a commit and lose it."""
        try:
            with psycopg.connect(self.conninfo(), connect_timeout=10) as connection:
                row = connection.execute(
                    "select current_setting('server_version_num')::int / 10000, current_setting('fsync'),"
                    " current_setting('full_page_writes'), current_setting('synchronous_commit')"
                ).fetchone()
        except psycopg.OperationalError as error:
            raise NotConfigured(f"Không kết nối được PostgreSQL: {_one_line(error)}") from error
        version, *durable = row or (0,)
        if version < OLDEST_SERVER:
            raise NotConfigured(f"Cần PostgreSQL {OLDEST_SERVER} trở lên, máy chủ đang là {version}.")
        for name, value in zip(("fsync", "full_page_writes", "synchronous_commit"), durable, strict=True):
            if value == "off":
                raise NotConfigured(
                    f"Máy chủ PostgreSQL đang đặt {name} = off nên có thể mất việc đã ghi nhận. Hãy bật lại."
                )

    def close(self) -> None:
        """Give back every connection; stop the embedded server if it is ours."""
        self.dispose()
        if self.server is not None:
            self.server.stop()

    def dispose(self) -> None:
        """Give back every connection."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()

    def _engine(self, role: Role) -> Engine:
        if role not in self._engines:
            conninfo = self.conninfo(role)
            self._engines[role] = create_engine(
                "postgresql+psycopg://",
                creator=lambda: _connect(conninfo),
                json_serializer=_to_json,
                json_deserializer=orjson.loads,
                pool_size=self.settings.pool_size,
                max_overflow=self.settings.pool_size,
                pool_use_lifo=True,
            )
        return self._engines[role]

    @contextlib.contextmanager
    def _entered(self, role: Role, seen: str) -> Iterator[Connection]:
        """A connection inside a transaction with its limits set.

        The statement that sets them also finds a pooled connection that died with a restarted server: then once more on
        a fresh one, at no cost in the good case.
        """
        engine = self._engine(role)
        connection = engine.connect()
        try:
            try:
                _enter(connection, role, seen)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                connection.close()
                engine.dispose()  # the others of the pool died with it
                connection = engine.connect()
                _enter(connection, role, seen)
            yield connection
        finally:
            connection.close()


def is_empty(connection: Connection) -> bool:
    """Whether nobody has loaded or created anything yet: no unit exists."""
    return not connection.execute(text("select exists (select from unit)")).scalar_one()


def _connect(conninfo: str) -> psycopg.Connection[Any]:
    connection = psycopg.connect(conninfo, autocommit=True)  # transactions begin in _enter, nowhere else
    set_json_loads(orjson.loads, connection)
    return connection


@lru_cache(maxsize=4096)
def _entrance(role: Role, seen: str) -> str:
    """What begins a transaction with its limits. Sent as one: the driver's own BEGIN would be a journey more."""
    statement = f"begin; set local lock_timeout = '{LOCK_TIMEOUT}'; set local app.units = {sql.quote(seen)}"
    return f"{statement}; set local role {PROVINCE}" if role == "app" and seen == EVERYBODY else statement


def _enter(connection: Connection, role: Role, seen: str) -> None:
    connection.begin()
    execute_direct(connection, _entrance(role, seen), prepare=False)


def _units(units: Sequence[str]) -> str:
    if isinstance(units, str):
        raise TypeError("units is a sequence of codes, not one text")
    if tuple(units) == (EVERYBODY,):
        return EVERYBODY
    for code in units:
        if not code or "," in code or EVERYBODY in code:
            raise ValueError(f"not a unit code: {code!r}")
    return ",".join(units)


def _to_json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
