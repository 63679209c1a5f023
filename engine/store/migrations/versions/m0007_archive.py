"""Dossiers are archived: when, and an index of those still to be put away."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """A new database has both from the first migration already; one of before gets them here."""
    op.execute("alter table cases add column if not exists archived_at timestamptz")
    op.execute(
        "create index if not exists ix_cases_to_archive on cases (closed_at)"
        " where closed_at is not null and archived_at is null"
    )
