"""Runs that bring open cases to another version of their process, and what came of each case."""

from __future__ import annotations

from alembic import op
from sqlalchemy import inspect, text

from engine.store.tables import migration_case, migration_run

revision = "0003"
down_revision = "0002"

_ROLES = "motcua_app, motcua_worker, motcua_province"
_GRANTS = f"grant select, insert, update, delete on migration_run, migration_case to {_ROLES};"


def upgrade() -> None:
    """A new database has the tables from the first migration already; one of before gets them here."""
    connection = op.get_bind()
    if not inspect(connection).has_table(migration_run.name):
        migration_run.create(connection)
        migration_case.create(connection)
        connection.execute(text(_GRANTS))
