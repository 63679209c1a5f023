"""The nightly forecast of each open case, and the order of the inbox that follows from it."""

from __future__ import annotations

from alembic import op
from sqlalchemy import inspect, text

from engine.store.tables import forecast, forecast_run, work_item

revision = "0006"
down_revision = "0005"

_ROLES = "motcua_app, motcua_worker, motcua_province"
_OF_A_CASE = "exists (select from cases where cases.id = case_id)"
_WALL = f"""
alter table forecast enable row level security;
create policy forecast_by_participation on forecast to motcua_app using ({_OF_A_CASE});
create policy forecast_of_all on forecast to motcua_worker, motcua_province using (true);
grant select, insert, update, delete on forecast, forecast_run to {_ROLES};
"""


def upgrade() -> None:
    """A new database has all of it from the first migration already; one of before gets it here."""
    connection = op.get_bind()
    known = inspect(connection)
    if not known.has_table(forecast.name):
        forecast.create(connection)
        forecast_run.create(connection)
        connection.execute(text(_WALL))
    if "urgent_at" not in {column["name"] for column in known.get_columns(work_item.name)}:
        op.add_column(work_item.name, work_item.c.urgent_at.copy())
        op.execute("update work_item set urgent_at = sort_at where state = 'open'")
    if "ix_work_item_urgent" not in {index["name"] for index in known.get_indexes(work_item.name)}:
        op.create_index(
            "ix_work_item_urgent",
            "work_item",
            ["unit_code", "urgent_at", "id"],
            postgresql_where=text("state = 'open'"),
        )
