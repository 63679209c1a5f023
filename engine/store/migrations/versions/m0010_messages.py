"""Messages on their way between cases, and subscriptions of every place that listens."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"

_SQL = """
alter table subscription add column since timestamptz default clock_timestamp() not null;
alter table subscription drop constraint pk_subscription;
alter table subscription add constraint pk_subscription primary key (case_id, address, message, key);
create table message (
    id uuid constraint pk_message primary key,
    name text not null,
    key text not null,
    payload jsonb not null,
    sender text not null,
    case_id uuid constraint fk_message_case_id references cases (id),
    sent_at timestamptz not null,
    taken_by uuid constraint fk_message_taken_by references cases (id),
    taken_at timestamptz
);
create index ix_message_waiting on message (name, key, sent_at, id) where taken_at is null;
create index ix_message_case_id on message (case_id);
create index ix_message_taken_by on message (taken_by);
alter table message enable row level security;
create policy message_by_participation on message to motcua_app
    using (exists (select from cases where cases.id in (case_id, taken_by)));
create policy message_of_all on message to motcua_worker, motcua_province using (true);
grant select, insert on message to motcua_app, motcua_province;
grant select, insert, update, delete on message to motcua_worker;
"""


def upgrade() -> None:
    """Adds, and lets one place listen for several messages."""
    op.get_bind().exec_driver_sql(_SQL.replace("%", "%%"))
