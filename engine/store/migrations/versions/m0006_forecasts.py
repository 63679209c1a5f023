"""The nightly forecast of each open case, and the order of the inbox that follows from it."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"

_ROLES = "motcua_app, motcua_worker, motcua_province"
_SQL = f"""
create table forecast (
    case_id uuid constraint pk_forecast primary key constraint fk_forecast_case_id references cases (id),
    made_on date not null,
    target_at timestamptz not null,
    usual_seconds integer not null,
    cautious_seconds integer not null,
    cases integer not null,
    start_by timestamptz not null
);
create table forecast_run (
    day date constraint pk_forecast_run primary key,
    queued_at timestamptz default clock_timestamp() not null,
    finished_at timestamptz,
    figures jsonb default '{{}}' not null
);
alter table forecast enable row level security;
create policy forecast_by_participation on forecast to motcua_app
    using (exists (select from cases where cases.id = case_id));
create policy forecast_of_all on forecast to motcua_worker, motcua_province using (true);
grant select, insert, update, delete on forecast, forecast_run to {_ROLES};
alter table work_item add column urgent_at timestamptz default '9999-01-01 00:00+00' not null;
update work_item set urgent_at = sort_at where state = 'open';
create index ix_work_item_urgent on work_item (unit_code, urgent_at, id) where state = 'open';
"""


def upgrade() -> None:
    """Adds only."""
    op.get_bind().exec_driver_sql(_SQL.replace("%", "%%"))
