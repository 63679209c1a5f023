"""Shared by integration tests: cases to hang things on, and the part of a House that jobs need."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, insert, select, text

from engine.store import tables
from engine.store.clock import Clock
from engine.store.database import Store
from engine.store.text import search_key, vietnamese_sort_key

MOMENT = text("clock_timestamp()")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """As much of a House as the queue and the deadline clock use."""

    store: Store
    clock: Clock


@pytest.fixture
def rooms(store: Store, clock: Clock) -> Rooms:
    return Rooms(store=store, clock=clock)


class CaseMaker:
    """Opens bare cases, as the unit that receives them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def open(self, code: str, participants: list[str], applicant: str = "Nguyễn Văn A") -> UUID:
        with self._store.transaction(units=participants[:1]) as connection:
            return _open_case(connection, code, participants, applicant)


@pytest.fixture
def cases(store: Store) -> CaseMaker:
    with store.transaction(role="owner") as connection:
        for code in ("H01", "H02", "H03"):
            connection.execute(insert(tables.unit).values(code=code, name=code, kind="department", level="province"))
        connection.execute(
            insert(tables.procedure).values(code="1.001", name="Cấp phép", name_search="cap phep", level="province")
        )
        connection.execute(
            insert(tables.process_version).values(
                id=uuid4(),
                procedure_code="1.001",
                number=1,
                state="published",
                content_hash=b"",
                semantics=1,
                source=b"",
                manifest={},
                forms={},
            )
        )
    return CaseMaker(store)


def _open_case(connection: Connection, code: str, participants: list[str], applicant: str) -> UUID:
    case_id = uuid4()
    connection.execute(
        insert(tables.cases).values(
            id=case_id,
            kind="dossier",
            code=code,
            procedure_code="1.001",
            procedure_name="Cấp giấy phép xây dựng",
            version_id=select(tables.process_version.c.id).scalar_subquery(),
            ruleset="nd118-2025",
            channel=1,
            status=1,
            receiving_unit=participants[0],
            lead_unit=participants[0],
            participants=participants,
            received_at=MOMENT,
            last_at=MOMENT,
            revision=1,
            head_hash=b"\0" * 32,
        )
    )
    connection.execute(
        insert(tables.party).values(
            case_id=case_id,
            role="owner",
            name=applicant,
            name_search=search_key(applicant),
            sort_key=vietnamese_sort_key(applicant),
        )
    )
    connection.execute(
        insert(tables.event).values(
            case_id=case_id, seq=1, recorded_at=MOMENT, at=MOMENT, type="DossierReceived", body=b"{}", hash=b"\0" * 32
        )
    )
    return case_id
