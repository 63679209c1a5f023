"""Who may sign for whom."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

_ROLES = "motcua_app, motcua_worker, motcua_province"
_SQL = f"""
create table authorisation (
    id uuid constraint pk_authorisation primary key,
    officer_id uuid not null constraint fk_authorisation_officer_id references officer (id),
    unit_code text not null constraint fk_authorisation_unit_code references unit (code),
    capacity text not null,
    on_behalf_of text default '' not null,
    title text not null,
    kinds text[] default '{{}}' not null,
    from_on date not null,
    until_on date,
    basis text default '' not null,
    created_at timestamptz default clock_timestamp() not null,
    created_by uuid,
    withdrawn_at timestamptz,
    withdrawn_by uuid,
    withdrawal_reason text
);
create index ix_authorisation_officer_id_unit_code on authorisation (officer_id, unit_code);
grant select, insert on authorisation to {_ROLES};
-- granted once, withdrawn once: what somebody signed under it must be found as it was
revoke update, delete on authorisation from {_ROLES};
grant update (withdrawn_at, withdrawn_by, withdrawal_reason) on authorisation to {_ROLES};
"""


def upgrade() -> None:
    """Adds only."""
    op.get_bind().exec_driver_sql(_SQL.replace("%", "%%"))
