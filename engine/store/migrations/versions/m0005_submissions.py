"""Dossiers submitted online before they have a code, and communes in remote areas."""

from __future__ import annotations

from alembic import op
from sqlalchemy import inspect, text

from engine.store.tables import cases, unit

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """A new database has the columns from the first migration already; one of before gets them here."""
    known = inspect(op.get_bind())
    for table, name in ((cases, "submission_code"), (unit, "is_remote")):
        if name not in {column["name"] for column in known.get_columns(table.name)}:
            op.add_column(table.name, table.c[name].copy())
    if "ix_cases_submission" not in {index["name"] for index in known.get_indexes("cases")}:
        given = text("submission_code is not null")
        op.create_index("ix_cases_submission", "cases", ["submission_code"], unique=True, postgresql_where=given)
