"""Calendars in versions that nobody changes, the version each case is computed with, and every moved date."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

_ROLES = "motcua_app, motcua_worker, motcua_province"
_SQL = f"""
alter table calendar_version add column published_at timestamptz default clock_timestamp() not null;
alter table calendar_version add column published_by text default '' not null;
alter table calendar_version add column note text default '' not null;
alter table calendar_version add column superseded_at timestamptz;
alter table cases add column calendar_version integer default 1 not null;
create table calendar_draft (
    name text constraint pk_calendar_draft primary key,
    body jsonb not null,
    revision integer not null,
    edited_by text not null,
    edited_at timestamptz default clock_timestamp() not null
);
create table date_move (
    case_id uuid not null constraint fk_date_move_case_id references cases (id),
    seq integer not null,
    at timestamptz not null,
    type text not null,
    unit_code text not null,
    by text not null,
    reason text default '' not null,
    legal_from timestamptz,
    legal_to timestamptz,
    promised_from timestamptz,
    promised_to timestamptz,
    calendar_version integer not null,
    constraint pk_date_move primary key (case_id, seq)
);
create index ix_date_move_at_case_id on date_move (at, case_id);
alter table date_move enable row level security;
create policy date_move_by_participation on date_move to motcua_app
    using (exists (select from cases where cases.id = case_id));
create policy date_move_of_all on date_move to motcua_worker, motcua_province using (true);
grant select, insert, update, delete on calendar_draft to {_ROLES};
grant select, insert on date_move, calendar_version to {_ROLES};
-- a published version is law for the cases computed with it; a moved date is never unsaid
revoke update, delete on date_move, calendar_version from {_ROLES};
grant update (superseded_at) on calendar_version to {_ROLES};
"""


def upgrade() -> None:
    """Adds only."""
    op.get_bind().exec_driver_sql(_SQL.replace("%", "%%"))
