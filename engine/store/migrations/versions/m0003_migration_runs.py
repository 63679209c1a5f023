"""Runs that bring open cases to another version of their process, and what came of each case."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

_ROLES = "motcua_app, motcua_worker, motcua_province"
_SQL = f"""
create table migration_run (
    id uuid constraint pk_migration_run primary key,
    procedure_code text not null constraint fk_migration_run_procedure_code references procedure (code),
    version_id uuid not null constraint fk_migration_run_version_id references process_version (id),
    mapping jsonb not null,
    state text not null,
    actor jsonb not null,
    created_at timestamptz default clock_timestamp() not null
);
create index ix_migration_run_version_id_created_at on migration_run (version_id, created_at);
create table migration_case (
    run_id uuid not null constraint fk_migration_case_run_id references migration_run (id),
    case_id uuid not null,
    case_code text not null,
    batch integer not null,
    from_number integer not null,
    state text not null,
    waiting jsonb not null,
    reasons jsonb not null,
    constraint pk_migration_case primary key (run_id, case_id)
);
create index ix_migration_case_page on migration_case (run_id, state, case_code);
create index ix_migration_case_run_id_batch on migration_case (run_id, batch);
grant select, insert, update, delete on migration_run, migration_case to {_ROLES};
"""


def upgrade() -> None:
    """Adds only."""
    op.get_bind().exec_driver_sql(_SQL.replace("%", "%%"))
