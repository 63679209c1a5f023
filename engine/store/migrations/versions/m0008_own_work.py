"""An officer's own work has an index of its own; a version carries its decision tables."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"

_SQL = """
drop index ix_work_item_mine;
create index ix_work_item_mine on work_item (assignee, unit_code, role, sort_at, id)
    where state = 'open' and assignee is not null;
alter table process_version add column decisions jsonb default '{}' not null;
"""


def upgrade() -> None:
    """Adds only."""
    op.get_bind().exec_driver_sql(_SQL.replace("%", "%%"))
