"""The second wall: what a unit sees is what it takes part in, whatever the pages ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import ProgrammingError

from engine.store import tables
from engine.store.database import Store
from engine.store.roles import Role

if TYPE_CHECKING:
    from conftest import CaseMaker


@pytest.fixture
def two_cases(cases: CaseMaker) -> tuple[UUID, UUID]:
    return (
        cases.open("H01-261121-0001", ["H01", "H03"], "Nguyễn Văn Đỗ"),
        cases.open("H02-261121-0001", ["H02"], "Nguyễn Thị Ước"),
    )


def seen(store: Store, *units: str) -> set[UUID]:
    with store.transaction(units=units) as connection:
        return set(connection.execute(select(tables.cases.c.id)).scalars())


def test_a_unit_sees_the_cases_it_takes_part_in(store: Store, two_cases: tuple[UUID, UUID]) -> None:
    first, second = two_cases
    assert seen(store, "H01") == {first}
    assert seen(store, "H03") == {first}
    assert seen(store, "H02", "H03") == {first, second}


def test_no_unit_sees_nothing_and_the_star_sees_all(store: Store, two_cases: tuple[UUID, UUID]) -> None:
    assert seen(store) == set()
    assert seen(store, "*") == set(two_cases)


def test_what_hangs_on_a_case_is_hidden_with_it(store: Store, two_cases: tuple[UUID, UUID]) -> None:
    first, _ = two_cases
    for table in (tables.party, tables.event):
        with store.transaction(units=["H03"]) as connection:
            assert set(connection.execute(select(table.c.case_id)).scalars()) == {first}
        with store.transaction() as connection:
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0


def test_the_worker_sees_all(store: Store, two_cases: tuple[UUID, UUID]) -> None:
    with store.transaction(role="worker") as connection:
        assert connection.execute(select(func.count()).select_from(tables.cases)).scalar_one() == 2


def test_every_table_with_a_case_is_behind_the_wall(store: Store) -> None:
    protected = text("select relname from pg_class where relrowsecurity")
    with store.transaction(role="owner") as connection:
        found = set(connection.execute(protected).scalars())
    assert found >= {table.name for table in tables.CASE_TABLES} | {"cases", "draft", "message"}


def test_a_case_of_others_cannot_be_written(store: Store, two_cases: tuple[UUID, UUID]) -> None:
    _, second = two_cases
    with store.transaction(units=["H01"]) as connection:
        changed = connection.execute(update(tables.cases).where(tables.cases.c.id == second).values(title="mine"))
        assert changed.rowcount == 0
    with (
        pytest.raises(ProgrammingError) as refused,
        store.transaction(units=["H01"]) as connection,
    ):
        connection.execute(insert(tables.subscription).values(case_id=second, address="a", message="m", key="k"))
    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)


def test_only_the_worker_gives_a_message_to_a_case(store: Store) -> None:
    taken = text("update message set taken_at = clock_timestamp()")
    with store.transaction(role="worker") as connection:
        connection.execute(taken)
    for units in (["H01"], ["*"]):
        with pytest.raises(ProgrammingError), store.transaction(units=units) as connection:
            connection.execute(taken)


FORBIDDEN = (
    "update event set body = ''",
    "delete from event",
    "truncate event",
    "delete from event_2026_11",
    "select * from event_default",
    "update personal_value set value = ''",
    "delete from checkpoint",
    "update seal_leaf set hash = ''",
    "insert into clock_offset (offset_seconds) values (1)",
    "alter table cases disable row level security",
    "drop table cases",
    "create table mine (a int)",
)


@pytest.mark.parametrize(("role", "units"), [("app", ("H01",)), ("app", ("*",)), ("worker", ())])
def test_history_is_append_only_and_the_wall_stays_up(store: Store, role: Role, units: tuple[str, ...]) -> None:
    for statement in FORBIDDEN:
        with (
            pytest.raises(ProgrammingError) as refused,
            store.transaction(role=role, units=units) as connection,
        ):
            connection.execute(text(statement))
        assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege), statement


@pytest.mark.parametrize("role", ["owner", "app", "worker"])
def test_no_role_may_bypass_the_wall(store: Store, role: str) -> None:
    with store.transaction(role=role) as connection:  # type: ignore[arg-type]
        row = connection.execute(
            text("select rolname, rolbypassrls or rolsuper from pg_roles where rolname = current_user")
        ).one()
    assert tuple(row) == (f"motcua_{role}", False)


def test_seeing_the_whole_province_is_taken_on_for_one_transaction(store: Store) -> None:
    current = text("select current_user::text")
    for units, expected in (((), "motcua_app"), (("*",), "motcua_province"), (("H01",), "motcua_app")):
        with store.transaction(units=units) as connection:
            assert connection.execute(current).scalar_one() == expected


def test_a_units_cases_are_found_by_index(store: Store) -> None:
    with store.transaction(units=["H01"]) as connection:
        connection.execute(text("set local enable_seqscan = off"))
        plan = connection.execute(text("explain select id from cases where closed_at is null"))
        assert "ix_cases_participants" in "\n".join(plan.scalars())


def test_search_by_name_or_code_gives_only_what_the_caller_may_see(store: Store, two_cases: tuple[UUID, UUID]) -> None:
    first, _ = two_cases
    for query in ("nguyễn văn", "NGUYEN VAN", "van do", "H01-2611", "h01-261121-0001", " H01-261121-0001 "):
        for units, expected in ((["H01"], {first}), (["H02"], set()), ([], set()), (["*"], {first})):
            with store.transaction(units=units) as connection:
                assert set(connection.execute(select(func.search_cases(query))).scalars()) == expected, (query, units)


def test_search_takes_its_text_literally(store: Store, two_cases: tuple[UUID, UUID]) -> None:
    with store.transaction(units=["*"]) as connection:
        for query in ("%%%", "___", "ng%an", "\\", "'; drop table cases; --", "a", "%1%"):
            assert connection.execute(select(func.search_cases(query))).all() == []


@pytest.mark.parametrize("units", [["H01,H02"], [""], ["*", "H01"], ["H01*"]])
def test_a_unit_list_cannot_smuggle_another(store: Store, units: list[str]) -> None:
    with pytest.raises(ValueError, match="unit code"), store.transaction(units=units):
        pass


def test_units_end_with_their_transaction(store: Store, two_cases: tuple[UUID, UUID]) -> None:
    assert seen(store, "*") == set(two_cases)
    assert seen(store) == set()
