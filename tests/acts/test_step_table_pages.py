"""A procedure drafted from a table of steps on the page: kept once, its odd sums told, bad files refused."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from engine.dossier.actor import Actor, Seat
from engine.store.tables import officer, officer_role, process_version
from tests.desk import Desk
from tests.province import Province

TABLES = json.loads((Path(__file__).parents[1] / "data" / "step_tables.json").read_text())
CODE = TABLES[0]["local_code"]


@pytest.fixture
def designer(province: Province) -> Desk:
    seats = frozenset({Seat(unit_code="H27.04", role="process_designer")})
    person = Actor(kind="officer", name="Phan Văn Đức", id=uuid4(), unit_code="H27.04", seats=seats)
    with province.house.store.transaction(role="owner") as connection:
        connection.execute(officer.insert().values(id=person.id, login="thietke", name=person.name))
        role = {"officer_id": person.id, "unit_code": "H27.04", "role": "process_designer"}
        connection.execute(officer_role.insert().values(**role))
    return Desk.of(province, person)


def give(desk: Desk, tables: object, code: str = "", name: str = "bang.json") -> TestResponse:
    content = tables if isinstance(tables, bytes) else json.dumps(tables).encode()
    return desk.post("/procedures/new", file=(BytesIO(content), name), code=code)


def drafts(desk: Desk) -> list[tuple[str, int, str]]:
    with desk.province.house.store.transaction(role="worker") as connection:
        wanted = process_version.c.procedure_code, process_version.c.number, process_version.c.state
        return [tuple(row) for row in connection.execute(select(*wanted).order_by(*wanted))]


def test_one_of_many_procedures_becomes_a_draft_and_only_once(designer: Desk) -> None:
    before = drafts(designer)
    asked = give(designer, TABLES)
    assert asked.status_code == 422
    assert f"Tệp có {len(TABLES)} thủ tục" in asked.text
    assert drafts(designer) == before
    made = give(designer, TABLES, CODE)
    assert made.status_code == 200
    assert TABLES[0]["name_vi"] in made.text
    assert drafts(designer) == [*before, (CODE, 1, "draft")]
    assert "đã được dựng trước đây" in give(designer, TABLES, CODE).text
    assert len(drafts(designer)) == len(before) + 1
    page = designer.get(f"/procedures/{CODE}").text
    assert "Sơ đồ bản 1" in page
    assert "/procedures/new" in designer.get("/procedures").text


def test_sums_that_differ_are_told(designer: Desk) -> None:
    wrong = TABLES[0] | {"total_time": {"value": 90, "unit": "day"}}
    told = give(designer, [wrong]).text
    assert "Cần giải quyết" in told
    assert "ít hơn thời hạn" in told


def test_a_draft_under_work_is_not_overwritten(designer: Desk) -> None:
    give(designer, TABLES, CODE)
    again = give(designer, [TABLES[0] | {"name_vi": "Tên khác"}])
    assert again.status_code == 409
    assert "đã có một bản nháp đang sửa" in again.text


def test_a_bad_file_is_refused_at_its_field(designer: Desk) -> None:
    before = drafts(designer)
    for content, name, words in (
        (b"", "", "Chọn tệp"),
        (b"[", "bang.json", "không phải JSON hợp lệ"),
        (b"PK", "bang.xls", ".xlsx hoặc .csv"),
        (b"a,b\n1,2", "bang.csv", "Không tìm thấy bảng các bước"),
    ):
        told = give(designer, content, name=name)
        assert told.status_code == 422, name
        assert words in told.text
        assert 'id="file-error"' in told.text
    assert 'value="XX-1"' in give(designer, TABLES, "XX-1").text
    assert drafts(designer) == before
