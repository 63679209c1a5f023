"""Calendars in versions that nobody changes, the version each case is computed with, and every moved date."""

from __future__ import annotations

from alembic import op
from sqlalchemy import inspect, text

from engine.store.tables import calendar_draft, calendar_version, cases, date_move

revision = "0002"
down_revision = "0001"

_ROLES = "motcua_app, motcua_worker, motcua_province"
_OF_A_CASE = "exists (select from cases where cases.id = case_id)"
_GRANTS = f"""
grant select, insert, update, delete on calendar_draft to {_ROLES};
grant select, insert on date_move, calendar_version to {_ROLES};
-- a published version is law for the cases computed with it; a moved date is never unsaid
revoke update, delete on date_move, calendar_version from {_ROLES};
grant update (superseded_at) on calendar_version to {_ROLES};
"""
_WALL = f"""
alter table date_move enable row level security;
create policy date_move_by_participation on date_move to motcua_app using ({_OF_A_CASE});
create policy date_move_of_all on date_move to motcua_worker, motcua_province using (true);
"""


def upgrade() -> None:
    """A new database has the tables from the first migration already; one of before gets them here."""
    connection = op.get_bind()
    known = inspect(connection)
    for table in (calendar_version, cases):
        present = {column["name"] for column in known.get_columns(table.name)}
        for column in table.columns:
            if column.name not in present:
                op.add_column(table.name, column.copy())
    if not known.has_table(date_move.name):
        calendar_draft.create(connection)
        date_move.create(connection)
        connection.execute(text(_WALL))
    connection.execute(text(_GRANTS))
