"""Dossiers submitted online before they have a code, and communes in remote areas."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"

_SQL = """
alter table cases add column submission_code text;
alter table unit add column is_remote boolean default false not null;
create unique index ix_cases_submission on cases (submission_code) where submission_code is not null;
"""


def upgrade() -> None:
    """Adds only."""
    op.get_bind().exec_driver_sql(_SQL.replace("%", "%%"))
