"""The ground: every table, the queue's schema, search, the second wall (row-level security), who may do what."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy import text

from engine.store import migrations

revision = "0001"
down_revision = None

_LAST_MONTH = date(2028, 12, 1)
_TABLES = Path(migrations.__file__).with_name("ground.sql")
_CASE_TABLES = (
    "party",
    "paper",
    "form_submission",
    "event",
    "personal_value",
    "work_item",
    "timer",
    "subscription",
    "delivery",
    "letter",
)

_EXTENSIONS = """
create extension if not exists unaccent;
create extension if not exists pg_trgm;
-- unaccent() is only STABLE: indexes and generated values need an immutable one
create function plain_text(value text) returns text language sql immutable strict parallel safe
    as $$ select lower(public.unaccent('public.unaccent', value)) $$;
"""

_SEARCH = r"""
create index ix_party_name_search on party using gin (name_search gin_trgm_ops);
create index ix_cases_code_search on cases using gin (code gin_trgm_ops);

-- Trigram indexes and row-level security do not go together (100 ms against 0.9 ms on a million rows): this function
-- searches as the owner and gives out ids of cases that the caller may see, nothing else.
create function search_cases(query text, most integer default 50) returns setof uuid
    language plpgsql stable security definer set search_path = public, pg_temp
as $$
declare
    seen text := coalesce(current_setting('app.units', true), '');
    units text[] := string_to_array(seen, ',');
    typed text := trim(query);
    pattern text := '%' || regexp_replace(plain_text(typed), '([\\%_])', '\\\1', 'g') || '%';
begin
    if seen = '' or length(typed) < 2 then
        return;
    end if;
    return query select id from cases where code = upper(typed) and (seen = '*' or participants && units);
    if found then  -- a whole code, typed or scanned
        return;
    end if;
    -- EXECUTE plans for this very pattern: a rare name by the index, a common one by the first rows that fit
    return query execute '
        (select id from cases where $5 and code ilike $1 and ($2 or participants && $3) limit $4)
        union
        (select c.id from party p join cases c on c.id = p.case_id
         where p.name_search like $1 and ($2 or c.participants && $3) limit $4)
        limit $4'
    using pattern, seen = '*', units, most, typed ~ '[0-9]';
end $$;
revoke execute on function search_cases from public;
grant execute on function search_cases to motcua_app, motcua_worker, motcua_province;
"""

# A subselect is evaluated once a statement, a bare call once a row. No "or everybody" here: it would keep every index
# out of reach; who may see the whole province becomes motcua_province for the transaction.
_UNITS = "(select string_to_array(current_setting('app.units', true), ','))"
_OF_A_CASE = "exists (select from cases where cases.id = case_id)"  # cases has its own policy
_POLICIES = {
    "cases": f"participants && {_UNITS}",
    "work_item": f"unit_code = any ({_UNITS}::text[]) or {_OF_A_CASE}",
    "draft": "exists (select from work_item where work_item.id = work_item_id)",
}

_GRANTS = """
grant usage on schema public to motcua_app, motcua_worker, motcua_province;
grant select, insert, update, delete on all tables in schema public to motcua_app, motcua_worker, motcua_province;
grant usage on all sequences in schema public to motcua_app, motcua_worker, motcua_province;

-- append-only: an event is never changed, a value kept for erasure never edited, a seal never withdrawn
revoke update, delete on event, seal_leaf, checkpoint from motcua_app, motcua_worker, motcua_province;
revoke update on personal_value, form_submission from motcua_app, motcua_worker, motcua_province;
revoke insert on seal_leaf, checkpoint from motcua_app, motcua_province;
revoke update, delete on seal_pending from motcua_app, motcua_province;
revoke update on seal_pending from motcua_worker;
-- only a demo moves the clock, and only as owner
revoke insert, update, delete on clock_offset, alembic_version from motcua_app, motcua_worker, motcua_province;
"""


def upgrade() -> None:
    """Everything at once: there is no older program to run beside it."""
    connection = op.get_bind()
    connection.execute(text(_EXTENSIONS))
    connection.exec_driver_sql(_TABLES.read_text(encoding="utf-8").replace("%", "%%"))
    connection.exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    connection.execute(text(_SEARCH.replace(":", r"\:")))
    for table, rule in _POLICIES.items():
        _protect(table, rule)
    for table in _CASE_TABLES:
        if table not in _POLICIES:
            _protect(table, _OF_A_CASE)
    connection.execute(text(_GRANTS))
    # after the grants: partitions are reached through `event` only
    connection.execute(text("create table event_default partition of event default"))
    migrations.extend_event_partitions(connection, _LAST_MONTH)


def _protect(table: str, rule: str) -> None:
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"create policy {table}_by_participation on {table} to motcua_app using ({rule})")
    op.execute(f"create policy {table}_of_all on {table} to motcua_worker, motcua_province using (true)")
