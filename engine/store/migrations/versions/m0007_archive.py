"""Dossiers are archived: when, and an index of those still to be put away."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"

_SQL = """
alter table cases add column archived_at timestamptz;
create index ix_cases_to_archive on cases (closed_at) where closed_at is not null and archived_at is null;
"""


def upgrade() -> None:
    """Adds only."""
    op.get_bind().exec_driver_sql(_SQL.replace("%", "%%"))
