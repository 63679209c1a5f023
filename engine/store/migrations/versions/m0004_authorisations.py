"""Who may sign for whom."""

from __future__ import annotations

from alembic import op
from sqlalchemy import inspect, text

from engine.store.tables import authorisation

revision = "0004"
down_revision = "0003"

_ROLES = "motcua_app, motcua_worker, motcua_province"
_GRANTS = f"""
grant select, insert on authorisation to {_ROLES};
-- granted once, withdrawn once: what somebody signed under it must be found as it was
revoke update, delete on authorisation from {_ROLES};
grant update (withdrawn_at, withdrawn_by, withdrawal_reason) on authorisation to {_ROLES};
"""


def upgrade() -> None:
    """A new database has the table from the first migration already; one of before gets it here."""
    connection = op.get_bind()
    if not inspect(connection).has_table(authorisation.name):
        authorisation.create(connection)
    connection.execute(text(_GRANTS))
