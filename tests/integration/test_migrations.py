"""Migrations: the schema is what tables.py says, for ever ahead, and old programs are told to wait."""

from __future__ import annotations

from datetime import date

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg.conninfo import make_conninfo
from sqlalchemy import text

from engine.errors import NotConfigured
from engine.store import migrations
from engine.store.database import Store
from engine.store.settings import Settings
from engine.store.tables import metadata

OURS_BY_HAND = {"ix_party_name_search", "ix_cases_code_search"}


def test_the_migrated_schema_is_what_the_tables_say(store: Store) -> None:
    def ours(thing: object, name: str | None, kind: str, reflected: bool, against: object) -> bool:
        if kind == "table":
            return not (name or "").startswith(("procrastinate_", "event_", "alembic_"))
        return name not in OURS_BY_HAND

    with store.transaction(role="owner") as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": ours, "compare_type": True, "compare_server_default": False}
        )
        assert compare_metadata(context, metadata) == []


def test_migrating_again_changes_nothing(store: Store) -> None:
    assert migrations.migrate(store) == migrations.newest()
    migrations.require_current(store)
    with store.transaction(role="owner") as connection:
        assert migrations.installed(connection) == migrations.newest()


def test_an_unmigrated_database_is_refused_with_the_way_on(superuser: psycopg.Connection, settings: Settings) -> None:
    superuser.execute("create database bare_one")
    try:
        bare = Store.open(Settings(database_url=make_conninfo(settings.database_url or "", dbname="bare_one")))
        with pytest.raises(NotConfigured, match="motcua migrate"):
            migrations.require_current(bare)
        bare.close()
    finally:
        superuser.execute("drop database bare_one with (force)")


def test_event_partitions_reach_two_years_ahead_and_grow(store: Store) -> None:
    months = text("select count(*) from pg_class where relname ~ '^event_\\d{4}_\\d\\d$' and relkind = 'r'")
    with store.transaction(role="owner") as connection:
        before = connection.execute(months).scalar_one()
        assert before >= 48
        migrations.extend_event_partitions(connection, date(2029, 3, 1))
        migrations.extend_event_partitions(connection, date(2029, 3, 1))
        assert connection.execute(months).scalar_one() == before + 3


def test_a_month_of_events_begins_at_midnight_in_vietnam(store: Store) -> None:
    with store.transaction(role="worker") as connection:
        where = text(
            "insert into event (case_id, seq, recorded_at, at, type, body, hash)"
            " values (gen_random_uuid(), 1, :moment, :moment, 'X', '', '') returning tableoid::regclass::text"
        )
        assert connection.execute(where, {"moment": "2026-11-30 16:59:59Z"}).scalar_one() == "event_2026_11"
        assert connection.execute(where, {"moment": "2026-11-30 17:00:00Z"}).scalar_one() == "event_2026_12"
        assert connection.execute(where, {"moment": "2060-01-01 00:00:00Z"}).scalar_one() == "event_default"


def test_search_of_names_uses_its_index(store: Store) -> None:
    with store.transaction(role="owner") as connection:
        connection.execute(text("set local enable_seqscan = off"))
        plan = connection.execute(text("explain select case_id from party where name_search like '%nguyen van do%'"))
        assert "ix_party_name_search" in "\n".join(plan.scalars())


def test_unaccent_in_the_database_agrees_with_python(store: Store) -> None:
    from engine.store.text import search_key

    letters = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ"
    texts = [letters, letters.upper(), "Nguyễn  Văn Đỗ", "Trần Thị Ước-Ao, 12/3", "Đỗ Ưu Ái"]
    with store.transaction() as connection:
        for given in texts:
            found = connection.execute(text("select plain_text(:given)"), {"given": given}).scalar_one()
            assert search_key(found) == search_key(given)
            assert " ".join(found.split()) == search_key(given)
