"""Numbers of letters leave no gap: under concurrency, when an act is rolled back, when one is voided."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, insert, select

from engine.errors import CaseBusy, InputError, NotFound, Refused
from engine.letters.numbering import notation, reserve_number, unaccounted_numbers, void_number
from engine.store.database import Store
from engine.store.tables import letter
from tests.integration.conftest import CaseMaker

YEAR = 2026


class ActBrokenError(Exception):
    """An act that breaks after its letter was numbered."""


def issue(connection: Connection, case_id: UUID, *, state: str = "numbered") -> int:
    """What an act does: reserve the number and write the letter that bears it."""
    number = reserve_number(connection, "H01", YEAR, "PXL")
    connection.execute(
        insert(letter).values(
            id=uuid4(),
            case_id=case_id,
            kind="apology",
            form="apology_2018",
            state=state,
            unit_code="H01",
            number=number,
            year=YEAR,
            notation=notation(number, "PXL", "TTPVHCC"),
            data={},
            created_at=datetime(2026, 11, 18, 8, tzinfo=UTC),
        )
    )
    return number


def test_each_unit_year_and_series_counts_for_itself(store: Store) -> None:
    with store.transaction(units=("*",)) as connection:
        taken = [
            reserve_number(connection, unit, year, series)
            for unit, year, series in [
                ("H01", 2026, "PXL"),
                ("H01", 2026, "PXL"),
                ("H01", 2026, "HDHS"),
                ("H01", 2027, "PXL"),
                ("H02", 2026, "PXL"),
                ("H01", 2026, "PXL"),
            ]
        ]
    assert taken == [1, 2, 1, 1, 1, 3]


def test_concurrent_acts_of_which_some_fail_leave_no_gap(store: Store, cases: CaseMaker) -> None:
    case_id = cases.open("H01-261118-0001", ["H01"])
    dice = random.Random(20261118)
    fails = [dice.random() < 0.4 for _ in range(60)]

    def act(is_failing: bool) -> int | None:
        while True:
            try:
                with store.transaction(units=("H01",)) as connection:
                    number = issue(connection, case_id)
                    if is_failing:
                        raise ActBrokenError
                    return number
            except ActBrokenError:
                return None
            except CaseBusy:
                continue

    with ThreadPoolExecutor(6) as pool:
        numbers = [number for number in pool.map(act, fails) if number is not None]
    assert sorted(numbers) == list(range(1, fails.count(False) + 1))
    with store.transaction(units=("*",)) as connection:
        assert unaccounted_numbers(connection, "H01", YEAR, "PXL") == []


def test_a_voided_number_stays_taken_and_says_why(store: Store, cases: CaseMaker) -> None:
    case_id = cases.open("H01-261118-0001", ["H01"])
    with store.transaction(units=("H01",)) as connection:
        issue(connection, case_id)
        letter_id = connection.execute(select(letter.c.id)).scalar_one()
        void_number(connection, letter_id, " Ghi sai ngày hẹn ")
        row = connection.execute(select(letter.c.state, letter.c.void_reason, letter.c.number)).one()
        assert tuple(row) == ("voided", "Ghi sai ngày hẹn", 1)
        assert issue(connection, case_id) == 2
        assert unaccounted_numbers(connection, "H01", YEAR, "PXL") == []
        with pytest.raises(Refused, match="đã hủy"):
            void_number(connection, letter_id, "lần nữa")


def test_a_sent_letter_cannot_be_voided(store: Store, cases: CaseMaker) -> None:
    case_id = cases.open("H01-261118-0001", ["H01"])
    with store.transaction(units=("H01",)) as connection:
        issue(connection, case_id, state="sent")
        letter_id = connection.execute(select(letter.c.id)).scalar_one()
        with pytest.raises(Refused, match="phát hành"):
            void_number(connection, letter_id, "nhầm")


def test_voiding_needs_a_reason_and_a_letter(store: Store) -> None:
    with store.transaction(units=("*",)) as connection:
        with pytest.raises(InputError):
            void_number(connection, uuid4(), "  ")
        with pytest.raises(NotFound):
            void_number(connection, uuid4(), "nhầm")


def test_a_number_reserved_past_the_register_is_found(store: Store, cases: CaseMaker) -> None:
    case_id = cases.open("H01-261118-0001", ["H01"])
    with store.transaction(units=("H01",)) as connection:
        issue(connection, case_id)
        reserve_number(connection, "H01", YEAR, "PXL")
        issue(connection, case_id)
        assert unaccounted_numbers(connection, "H01", YEAR, "PXL") == [2]
