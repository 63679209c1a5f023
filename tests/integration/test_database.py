"""The Store: durability at start, transactions, locks."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import select, text

from engine.errors import CaseBusy, NotConfigured
from engine.store import tables
from engine.store.database import Store, is_empty
from engine.store.settings import Settings

if TYPE_CHECKING:
    from conftest import CaseMaker


@pytest.mark.parametrize("setting", ["synchronous_commit"])
def test_a_server_that_may_lose_commits_is_refused(
    settings: Settings, superuser: psycopg.Connection, setting: str
) -> None:
    database = psycopg.conninfo.conninfo_to_dict(settings.database_url or "")["dbname"]
    superuser.execute(f'alter database "{database}" set {setting} = off')  # type: ignore[arg-type]
    with pytest.raises(NotConfigured, match=setting):
        Store.open(settings)


def test_a_server_that_does_not_answer_is_one_sentence(settings: Settings) -> None:
    nowhere = replace(settings, database_url="postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(NotConfigured, match="Không kết nối được PostgreSQL") as refused:
        Store.open(nowhere)
    assert "\n" not in refused.value.message


def test_an_unreadable_address_is_one_sentence(settings: Settings) -> None:
    with pytest.raises(NotConfigured, match="MOTCUA_DATABASE_URL"):
        Store.open(replace(settings, database_url="postgresql//x y z"))


def test_a_row_held_by_another_act_is_waited_for_two_seconds(store: Store, cases: CaseMaker) -> None:
    cases.open("H01-261121-0001", ["H01"])
    lock = select(tables.cases.c.id).with_for_update()
    with store.transaction(units=["H01"]) as holder:
        holder.execute(lock)
        with pytest.raises(CaseBusy), store.transaction(units=["H01"]) as late:
            late.execute(lock)


def test_two_acts_that_wait_for_each_other_end_with_one_told_to_try_again(store: Store, cases: CaseMaker) -> None:
    first, second = (cases.open(f"H01-261121-000{n}", ["H01"]) for n in (1, 2))
    table = tables.cases
    meet, ended = threading.Barrier(2), []

    def act(mine: object, yours: object) -> None:
        try:
            with store.transaction(units=["H01"]) as connection:
                connection.execute(select(table.c.id).where(table.c.id == mine).with_for_update())
                meet.wait(10)
                connection.execute(select(table.c.id).where(table.c.id == yours).with_for_update())
            ended.append("done")
        except CaseBusy:
            ended.append("busy")

    threads = [threading.Thread(target=act, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["busy", "done"]


def test_moments_come_back_in_the_time_of_vietnam(store: Store) -> None:
    for role in ("app", "worker", "owner"):
        with store.transaction(role=role) as connection:  # type: ignore[arg-type]
            assert connection.execute(text("show timezone")).scalar_one() == "Asia/Ho_Chi_Minh"


def test_a_fresh_house_is_empty(store: Store) -> None:
    with store.transaction(role="owner") as connection:
        assert is_empty(connection)
        connection.execute(
            text("insert into unit (code, name, kind, level) values ('H01', 'Sở', 'department', 'province')")
        )
        assert not is_empty(connection)
