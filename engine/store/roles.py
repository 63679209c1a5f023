"""The database roles and what must stand before the first migration: roles, database, rights to create."""

from __future__ import annotations

from typing import Literal

import psycopg
from psycopg import sql

from engine.errors import NotConfigured

Role = Literal["app", "worker", "owner"]
ROLES: tuple[Role, ...] = ("owner", "app", "worker")
PROVINCE = "motcua_province"
"""What `app` becomes for a transaction that may see the whole province; so the policy of `app` can use its index."""
NAMES = (*(f"motcua_{role}" for role in ROLES), PROVINCE)
DATABASE = "motcua"
_BOOTSTRAP_LOCK = 0x6D6F7463  # "motc"


def name_of(role: Role) -> str:
    """The role's name in PostgreSQL."""
    return f"motcua_{role}"


def prepare_embedded(superuser: psycopg.Connection, database: str = DATABASE) -> None:
    """Roles that may log in over the private socket, and the database. Any number of processes may call it at once."""
    superuser.execute("select pg_advisory_lock(%s)", (_BOOTSTRAP_LOCK,))
    try:
        _create_roles(superuser, login=True)
        found = superuser.execute("select 1 from pg_database where datname = %s", (database,)).fetchone()
        if found is None:
            statement = sql.SQL("create database {} owner {}")
            superuser.execute(statement.format(sql.Identifier(database), sql.Identifier(name_of("owner"))))
    finally:
        superuser.execute("select pg_advisory_unlock(%s)", (_BOOTSTRAP_LOCK,))


def prepare_external(login: psycopg.Connection) -> None:
    """On a server of somebody else's: roles without login, given to the login of MOTCUA_DATABASE_URL."""
    login.execute("select pg_advisory_lock(%s)", (_BOOTSTRAP_LOCK,))
    try:
        _create_roles(login, login=False)
        names = [sql.Identifier(name) for name in NAMES]
        login.execute(sql.SQL("grant {} to current_user").format(sql.SQL(", ").join(names)))
        database, owner = sql.Identifier(login.info.dbname), names[0]
        login.execute(sql.SQL("grant create on database {} to {}").format(database, owner))
        login.execute(sql.SQL("grant usage, create on schema public to {}").format(owner))
    except psycopg.errors.InsufficientPrivilege as error:
        raise NotConfigured(
            "Tài khoản trong MOTCUA_DATABASE_URL không đủ quyền chuẩn bị cơ sở dữ liệu. "
            "Nhờ người quản trị PostgreSQL chạy: "
            f"{'; '.join(f'create role {name} nologin nobypassrls' for name in NAMES)}; "
            f"grant {', '.join(NAMES)} to {login.info.user}; "
            f"grant create on database {login.info.dbname} to {name_of('owner')}; "
            f"grant usage, create on schema public to {name_of('owner')};"
        ) from error
    finally:
        login.execute("select pg_advisory_unlock(%s)", (_BOOTSTRAP_LOCK,))


def _create_roles(connection: psycopg.Connection, *, login: bool) -> None:
    rows = connection.execute("select rolname from pg_roles where rolname = any(%s)", (list(NAMES),)).fetchall()
    missing = set(NAMES) - {row[0] for row in rows}
    for name in missing:
        statement = "create role {} login nobypassrls" if login else "create role {} nologin nobypassrls"
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
    if PROVINCE in missing:  # may be taken on, is not inherited: app alone stays behind its own policies
        grant = sql.SQL("grant {} to {} with inherit false, set true")
        connection.execute(grant.format(sql.Identifier(PROVINCE), sql.Identifier(name_of("app"))))
