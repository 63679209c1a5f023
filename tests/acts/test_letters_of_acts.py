"""Every letter that an act writes can be rendered from the case itself, with nothing missing."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest
from pypdf import PdfReader
from sqlalchemy import text

from engine.deadlines import VIETNAM
from engine.dossier.apologise import Apologise, apologise_and_reappoint
from engine.dossier.command import Filled, PaperGiven, Person, TaskRef
from engine.dossier.decline_reception import DeclineReception, decline_reception
from engine.dossier.end_early import EndEarly, stop
from engine.dossier.issue_letter import issue_letter, preview_letter
from engine.dossier.receive import ReceiveDossier
from engine.reports.control_slip import control_slip
from tests.province import COMMUNE, Province


def issued(province: Province, case_id: UUID, kind: str) -> str:
    """The text of the case's letter of this kind, as it is sent."""
    with province.house.store.transaction(role="worker") as connection:
        letter_id = connection.execute(
            text("SELECT id FROM letter WHERE case_id = :id AND kind = :kind AND state <> 'voided'"),
            {"id": case_id, "kind": kind},
        ).scalar_one()
    assert issue_letter(province.house, letter_id) == "sent"
    with province.house.store.transaction(role="worker") as connection:
        pdf = connection.execute(text("SELECT pdf FROM letter WHERE id = :id"), {"id": letter_id}).scalar_one()
    return words(province.house.blobs.get(bytes(pdf)))


def words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


@pytest.fixture
def province(ship: Callable[..., Province]) -> Province:
    return ship("TP01", "TN02", "LD05")


def handling(province: Province) -> UUID:
    """TP01 on the desk of the officer who handles it."""
    case_id = province.receive("TP01").case_id
    while all(one.element_id != "step2_handle" for one in province.items(case_id)):
        province.complete(case_id)
    return case_id


def test_receipt(province: Province) -> None:
    got = province.receive("TP01")
    content = issued(province, got.case_id, "receipt")
    assert got.code in content
    assert "Nguyễn Thị Ngọc Hường" in content


def test_receipt_of_a_procedure_without_a_limit_promises_no_day(province: Province) -> None:
    got = province.receive("LD05")
    assert "không quy định thời hạn" in issued(province, got.case_id, "receipt")


def test_supplement_request(province: Province) -> None:
    case_id = handling(province)
    province.complete(case_id, "step2_handle", decision="supplement", supplement_content="Bản sao sổ hộ khẩu cũ")
    assert "Bản sao sổ hộ khẩu cũ" in issued(province, case_id, "supplement_request")


def test_papers_that_come_in_with_a_supplement_are_missing_no_more(province: Province) -> None:
    papers = province.reception("TP01").papers
    missing = "Giấy ủy quyền"
    case_id = province.receive("TP01", papers=(*papers, PaperGiven(name=missing, is_received=False))).case_id
    province.complete(case_id)
    while not any(one.element_id == "step2_handle" for one in province.items(case_id)):
        province.complete(case_id)
    province.complete(case_id, "step2_handle", decision="supplement", supplement_content=missing)
    province.complete(case_id, papers_received=[missing])
    with province.house.store.transaction(role="worker") as connection:
        sheets = connection.execute(
            text("SELECT is_received, originals FROM paper WHERE case_id = :id AND name = :name"),
            {"id": case_id, "name": missing},
        ).one()
    assert tuple(sheets) == (True, 1)


def test_refusal(province: Province) -> None:
    case_id = handling(province)
    province.complete(case_id, "step2_handle", decision="refuse", refusal_reason="Không thuộc thẩm quyền của xã")
    assert "Không thuộc thẩm quyền của xã" in issued(province, case_id, "refusal")


def test_result_hand_over(province: Province) -> None:
    case_id = province.receive("TP01").case_id
    while province.row(case_id).closed_at is None:
        province.complete(case_id)
    assert "Nguyễn Thị Ngọc Hường" in issued(province, case_id, "result_hand_over")


def test_stop_notice(province: Province) -> None:
    case_id = handling(province)
    head = province.actor(f"{COMMUNE}.05", "unit_head")
    stop(province.house, head, EndEarly(case_id=case_id, reason="Người nộp đã mất, không có người thừa kế"))
    assert "Người nộp đã mất" in issued(province, case_id, "stop_notice")


def test_apology_names_the_unit_at_fault_and_both_dates(province: Province) -> None:
    case_id = handling(province)
    province.advance_to(datetime(2026, 10, 8, 8, 0, tzinfo=VIETNAM))
    item = province.items(case_id, kind="letter")[0]
    told = province.row(case_id).facts["apology"]
    with_watermark = words(preview_letter(province.house, UUID(told["letter"])))
    assert "XEM TRƯỚC" in with_watermark
    promised = datetime(2026, 10, 12, 17, 0, tzinfo=VIETNAM)
    apologise_and_reappoint(
        province.house,
        province.actor(item.unit_code, "unit_head"),
        Apologise(
            case_id=case_id,
            task=TaskRef(id=item.id, revision=item.revision),
            reason=told["reason"],
            promised_at=promised,
        ),
    )
    row = province.row(case_id)
    assert row.promised_at == promised
    assert row.legal_due_at < promised, "the limit of law has not moved"
    content = issued(province, case_id, "apology")
    assert "VĂN BẢN XIN LỖI" in content
    assert "12/10/2026" in content
    assert "08/10/2026" in content
    assert "Văn phòng HĐND và UBND" in content


def test_non_reply_statement(province: Province) -> None:
    case_id = province.receive("TN02").case_id
    province.complete(case_id, "step1_hand_over")
    province.complete(case_id, "step2_assign")
    province.complete(case_id, "step2_consult_request", consult_question="Xác nhận nguồn gốc đất")
    province.advance_to(datetime(2026, 10, 20, 8, 0, tzinfo=VIETNAM))
    assert "ConsultationSilent" in [one.type for one in province.events(case_id)]
    assert "Phòng Kinh tế" in issued(province, case_id, "non_reply_statement")


@pytest.mark.parametrize("letter", ["supplement_request", "refusal"])
def test_what_is_declined_at_the_counter(province: Province, letter: str) -> None:
    from uuid import uuid4

    command = DeclineReception(
        dossier=ReceiveDossier(
            id=uuid4(),
            procedure_code="TP01",
            receiving_unit=f"{COMMUNE}.01",
            owner=Person(name="Trần Thị Mơ"),
            form=Filled(key="reception"),
            papers=(PaperGiven(name="Tờ khai", is_received=False),),
        ),
        letter=letter,  # type: ignore[arg-type]
        reason="Chưa có tờ khai theo mẫu",
        missing=("Tờ khai theo mẫu",),
    )
    got = decline_reception(province.house, province.counter, command)
    assert province.row(got.case_id).status == 3
    assert province.items(got.case_id) == []
    assert "Chưa có tờ khai theo mẫu" in issued(province, got.case_id, letter)


def test_control_slip_lists_every_hand_over(province: Province) -> None:
    case_id = province.receive("TP01").case_id
    while province.row(case_id).closed_at is None:
        province.complete(case_id)
    with province.house.store.transaction(role="worker") as connection:
        content = words(control_slip(province.house, connection, case_id))
    assert content.count("Giao:") >= 3
    assert "Lãnh đạo UBND xã" in content
