"""A draft on its pages: decision tables given, taken away, refused with nothing lost; errors told in time."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from engine.catalogue.drafting import lint_context, save_draft, start_draft
from engine.catalogue.publishing import unpacked
from engine.dossier.actor import Actor, Seat
from engine.model.procedure import Manifest
from engine.run import load_program
from engine.store.tables import officer, officer_role, process_version
from tests.desk import Desk
from tests.province import Province
from tests.unit.model.test_decision_tables import dmn

FEE = dmn([(["-"], ["75000"])], inputs={"decision": "string"})
OTHER = dmn([(["-"], ["50000"])], inputs={"decision": "string"})
WRONG = dmn([(["x + 1"], ["75000"])], inputs={"decision": "string"}).replace(b'id="fee"', b'id="toll"')


def with_role(province: Province, role: str) -> Desk:
    seats = frozenset({Seat(unit_code="H27.04", role=role)})
    person = Actor(kind="officer", name=role, id=uuid4(), unit_code="H27.04", seats=seats)
    with province.house.store.transaction(role="owner") as connection:
        connection.execute(officer.insert().values(id=person.id, login=role, name=role))
        connection.execute(officer_role.insert().values(officer_id=person.id, unit_code="H27.04", role=role))
    return Desk.of(province, person)


@pytest.fixture
def province(ship: Callable[..., Province]) -> Province:
    return ship("TP01")


@pytest.fixture
def draft(province: Province) -> UUID:
    with province.house.store.transaction(units=("*",)) as connection:
        return start_draft(connection, "TP01", by=None)


def row(province: Province, version_id: UUID) -> Any:
    with province.house.store.transaction(role="worker") as connection:
        return connection.execute(select(process_version).where(process_version.c.id == version_id)).one()


def give(desk: Desk, version_id: UUID, content: bytes, file: str = "phi.dmn", name: str = "") -> TestResponse:
    revision = row(desk.province, version_id).revision
    fields = {"file": (BytesIO(content), file), "name": name, "_revision": revision}
    return desk.post(f"/designer/{version_id}/decisions", **fields)


def ask(province: Province, version_id: UUID) -> None:
    """The draft's drawing asks the table `fee` after the reception."""
    with province.house.store.transaction(units=("*",)) as connection:
        found = connection.execute(select(process_version).where(process_version.c.id == version_id)).one()
        task = b'<bpmn:businessRuleTask id="ask" name="T\xc3\xadnh ph\xc3\xad" xmlns:z="z" z:decisionRef="fee"/>'
        source = bytes(found.source)
        source = source.replace(b'targetRef="step1_receive"', b'targetRef="ask"', 1)
        more = b'<bpmn:sequenceFlow id="asked" sourceRef="ask" targetRef="step1_receive"/></bpmn:process>'
        source = source.replace(b"</bpmn:process>", task + more)
        manifest = Manifest.from_data(found.manifest)
        context = lint_context(manifest, found.forms, province.house.directory, {}, unpacked(found.decisions))
        save_draft(connection, version_id, source, found.revision, context)


def test_a_file_goes_into_the_draft_byte_for_byte_and_is_laid_open(province: Province, draft: UUID) -> None:
    designer = with_role(province, "process_designer")
    before = row(province, draft)
    assert give(designer, draft, FEE, "Bảng phí.dmn").status_code == 303
    after = row(province, draft)
    assert unpacked(after.decisions) == {"bang-phi.dmn": FEE}
    assert after.content_hash != before.content_hash
    assert load_program(after.spec).process_id
    approver = with_role(province, "process_approver")
    page = approver.get(f"/designer/{draft}/decisions").text
    for words in ("bang-phi.dmn", "75000", "chỉ một luật khớp (UNIQUE)", "Chưa việc nào hỏi bảng này"):
        assert words in page
    assert 'type="file"' not in page
    assert approver.get(f"/designer/{draft}/decisions/bang-phi.dmn").data == FEE
    assert "Bảng quyết định (1)" in approver.get(f"/designer/{draft}").text
    assert give(approver, draft, OTHER).status_code == 403


BAD = (
    (WRONG, "phi.dmn", "luật 1, cột “decision”"),
    (b"<html/>", "phi.dmn", "không phải là tệp quyết định DMN"),
    (b"\x00\x01", "phi.dmn", "Tệp phi.dmn"),
    (b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>', "phi.dmn", "không có bảng quyết định"),
    (FEE, "phi.xlsx", "đuôi .dmn"),
    (b"", "", "đuôi .dmn"),
    (OTHER, "other.dmn", "đã có trong"),
    (OTHER, "first.dmn", "đã có tệp first.dmn"),
)


def test_a_bad_file_is_told_in_one_sentence_and_changes_nothing(province: Province, draft: UUID) -> None:
    designer = with_role(province, "process_designer")
    assert give(designer, draft, FEE, "first.dmn").status_code == 303
    before = row(province, draft)
    for content, file, sentence in BAD:
        told = give(designer, draft, content, file)
        assert told.status_code in {409, 422}, file
        assert sentence in told.text
        assert told.text.count('class="error"') == 1
    assert row(province, draft) == before


def test_a_file_that_a_task_asks_is_replaced_and_not_taken_away(province: Province, draft: UUID) -> None:
    designer = with_role(province, "process_designer")
    page = f"/designer/{draft}/decisions"
    give(designer, draft, FEE)
    ask(province, draft)
    assert row(province, draft).spec is not None
    assert "Được hỏi ở: Tính phí" in designer.get(page).text
    kept = row(province, draft)
    refused = designer.post(page, name="phi.dmn", _act="remove", _revision=kept.revision)
    assert refused.status_code == 422
    assert "không có trong tệp .dmn nào" in refused.text
    assert row(province, draft) == kept
    assert give(designer, draft, OTHER, "moi.dmn", name="phi.dmn").status_code == 303
    assert unpacked(row(province, draft).decisions) == {"phi.dmn": OTHER}
    assert designer.post(page, name="phi.dmn", _act="remove", _revision=kept.revision).status_code == 409, "an old page"


def test_a_file_that_nothing_asks_is_taken_away(province: Province, draft: UUID) -> None:
    designer = with_role(province, "process_designer")
    give(designer, draft, FEE)
    revision = row(province, draft).revision
    sent = designer.post(f"/designer/{draft}/decisions", name="phi.dmn", _act="remove", _revision=revision)
    assert sent.status_code == 303
    assert row(province, draft).decisions == {}


def test_nobody_types_a_submission_of_a_draft_that_has_errors(province: Province, draft: UUID) -> None:
    designer = with_role(province, "process_designer")
    with province.house.store.transaction(units=("*",)) as connection:
        found = connection.execute(select(process_version).where(process_version.c.id == draft)).one()
        context = lint_context(Manifest.from_data(found.manifest), found.forms, province.house.directory, {})
        broken = bytes(found.source).replace(b'name="role" value="signer"', b'name="role" value="king"')
        save_draft(connection, draft, broken, found.revision, context)
    sent = designer.get(f"/designer/{draft}/submit")
    assert sent.status_code == 303
    assert "“king” không có trong danh mục" in designer.get(sent.headers["Location"]).text
