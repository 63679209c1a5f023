"""The order of the forecast has an index for each list of the inbox, as the order of limits has."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"

_SQL = """
create index ix_work_item_free_urgent on work_item (unit_code, role, urgent_at, id)
    where state = 'open' and assignee is null;
create index ix_work_item_mine_urgent on work_item (assignee, unit_code, role, urgent_at, id)
    where state = 'open' and assignee is not null;
"""


def upgrade() -> None:
    """Adds only."""
    op.get_bind().exec_driver_sql(_SQL.replace("%", "%%"))
