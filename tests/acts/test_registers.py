"""Registers, slips and lists say what events say; what is late is explained before it is archived."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import orjson
import pytest
from pypdf import PdfReader
from sqlalchemy import text

from engine.deadlines import VIETNAM
from engine.dossier.archive import Archive, archive
from engine.dossier.command import TaskRef
from engine.dossier.end_early import EndEarly, withdraw
from engine.dossier.explain import Explain, explain
from engine.dossier.issue_letter import STEPS, issue_letter
from engine.dossier.receive_online import ReceiveOnline, receive_online
from engine.dossier.submit_online import submit_online
from engine.dossier.void_letter import GiveNumber, VoidLetter, give_number, void_letter
from engine.errors import NotAllowed, NotFound, Refused
from engine.reports.control_slip import control_slip, read_control_slip
from engine.reports.explanations import owed_explanations
from engine.reports.hand_over_lists import hand_over_list, result_list
from engine.reports.history_print import history_print
from engine.reports.number_book import books, number_book, number_book_pdf, waiting_for_number
from engine.reports.register import Entry, dossier_register, register_pdf
from engine.reports.situation import situation, total_of
from engine.reports.to_archive import dossiers_to_archive
from engine.store.tables import unit
from tests.desk import Desk
from tests.invariants import faults_of_house
from tests.province import COMMUNE, MONDAY, Province

ONE_STOP, LEADER, OFFICE = (f"{COMMUNE}.{part}" for part in ("01", "02", "05"))
WEEK = (MONDAY - timedelta(hours=8), MONDAY + timedelta(days=7))


def words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def at(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 10, day, hour, 0, tzinfo=VIETNAM)


def finish(province: Province, case_id: UUID) -> None:
    while province.row(case_id).closed_at is None:
        province.complete(case_id)


def handling(province: Province) -> UUID:
    case_id = province.receive("TP01").case_id
    while all(one.element_id != "step2_handle" for one in province.items(case_id)):
        province.complete(case_id)
    return case_id


def contents(province: Province, case_id: UUID) -> list[Any]:
    return [orjson.loads(bytes(one.body)) for one in province.events(case_id)]


def letter_of(province: Province, case_id: UUID, kind: str) -> Any:
    with province.house.store.transaction(role="worker") as connection:
        return connection.execute(
            text("SELECT * FROM letter WHERE case_id = :id AND kind = :kind"), {"id": case_id, "kind": kind}
        ).one()


def moved_by_events(province: Province, case_id: UUID) -> list[tuple[str, str]]:
    """From which unit to which, by who acted on what: the unit each completed task names, one after the other."""
    units = [one["data"]["unit"] for one in contents(province, case_id) if one["data"].get("unit") and "passed" in one]
    units.insert(0, ONE_STOP)  # the reception
    return [(one, other) for one, other in pairwise(units) if one != other]


def test_slip_register_and_lists_of_a_week(ship: Callable[..., Province]) -> None:
    province = ship("TP01")
    returned, late, withdrawn = (handling(province) for _ in range(3))
    finish(province, returned)
    withdraw(province.house, province.counter, EndEarly(case_id=withdrawn, reason="Người nộp đổi ý, xin rút"))
    province.advance_to(at(8, 18))
    finish(province, late)
    house = province.house
    with house.store.transaction(role="worker") as connection:
        for case_id in (returned, late):
            slip = read_control_slip(house, connection, case_id)
            assert [(one.from_unit, one.to_unit) for one in slip.hand_overs] == moved_by_events(province, case_id)
            assert all(one.taken_by and one.given_by for one in slip.hand_overs[:-1])
        results = {(one.from_unit, one.to_unit): one.result for one in slip.hand_overs}
        assert results[ONE_STOP, OFFICE] != "late"
        assert results[OFFICE, LEADER] == "late", "the handling unit held it past its step's limit"
        assert "Mẫu số 06" in (printed := words(control_slip(house, connection, late)))
        assert "Quá hạn" in printed
        page = PdfReader(io.BytesIO(control_slip(house, connection, late, paper="a5"))).pages[0].mediabox
        assert round(page.width) == 420, "A5 where it is asked for"

        entries = {one.code: one for one in dossier_register(house, connection, ONE_STOP, *WEEK)}
        assert [one.number for one in entries.values()] == [1, 2, 3]
        assert {code: one.received_at for code, one in entries.items()} == {
            province.row(case_id).code: province.row(case_id).received_at for case_id in (returned, late, withdrawn)
        }
        first, second, third = (entries[province.row(case_id).code] for case_id in (returned, late, withdrawn))
        moment = next(one["at"] for one in contents(province, returned) if one["type"] == "ResultReturned")
        assert first.returned_at == datetime.fromisoformat(moment)
        assert (first.way, first.note) == ("Trực tiếp", "")
        assert second.note == "Quá hạn"
        assert (third.returned_at, third.note) == (None, "Người nộp rút hồ sơ ngày 05/10/2026")
        printed = words(register_pdf(house, connection, ONE_STOP, *WEEK))
        for said in ("SỔ THEO DÕI HỒ SƠ", "Mẫu số 07", "Nguyễn Thị Ngọc Hường", "0912000017", "05/10/2026", "03 hồ sơ"):
            assert said in printed
        assert all(code in printed.replace(" ", "") for code in entries)

        given = words(hand_over_list(house, connection, ONE_STOP, OFFICE, *WEEK))
        assert "BIÊN BẢN GIAO NHẬN HỒ SƠ" in given
        assert "Tổng số: 03 hồ sơ" in given
        results_given = (
            words(result_list(house, connection, OFFICE, ONE_STOP, *WEEK))
            if results.get((OFFICE, ONE_STOP))
            else words(result_list(house, connection, LEADER, ONE_STOP, *WEEK))
        )
        assert "Tổng số: 02 kết quả" in results_given
        with pytest.raises(NotFound):
            hand_over_list(house, connection, LEADER, OFFICE, MONDAY + timedelta(days=30), MONDAY + timedelta(days=31))

        told = words(history_print(house, connection, late, province.counter))
        for said in (
            "QUÁ TRÌNH XỬ LÝ HỒ SƠ",
            "chuỗi dấu vết liền mạch",
            "Hồ sơ quá hạn",
            f"counter_officer {ONE_STOP}",
        ):
            assert said in told
        assert bytes(province.row(late).head_hash).hex() in told.replace(" ", "")
    assert faults_of_house(house) == []


def test_an_old_dossier_has_the_old_form(ship: Callable[..., Province]) -> None:
    province = ship("TP01")
    case_id = handling(province)
    with province.house.store.transaction(role="owner") as connection:
        connection.execute(text("UPDATE cases SET ruleset = 'nd61-2018'"))
        pdf = control_slip(province.house, connection, case_id)
    assert "Mẫu số 05" in words(pdf)
    assert round(PdfReader(io.BytesIO(pdf)).pages[0].mediabox.width) == 420, "forms 01-05 of 2018 are A5"


def test_the_fee_receipt_says_the_amount_in_words_and_another_receipt_replaces_it(
    ship: Callable[..., Province],
) -> None:
    province = ship("TP01")
    for values in ({"amount": 1_005_000, "method": "transfer"}, {"amount": 8000, "receipt_number": "0001187"}):
        case_id = handling(province)
        while province.row(case_id).closed_at is None:
            task = province.task(case_id)
            province.complete_item(task, **(values if task.form_key == "fee" else {}))
        if "receipt_number" in values:
            with pytest.raises(Exception, match="No row"):
                letter_of(province, case_id, "fee_receipt")
            continue
        assert issue_letter(province.house, letter_of(province, case_id, "fee_receipt").id) == "sent"
        pdf = province.house.blobs.get(bytes(letter_of(province, case_id, "fee_receipt").pdf))
        printed = words(pdf)
        for said in ("Một triệu không trăm linh năm nghìn đồng", "1.005.000", "chuyển khoản", "0000001", "Liên 3"):
            assert said in printed
        assert len(PdfReader(io.BytesIO(pdf)).pages) == 3


def test_a_late_dossier_is_explained_before_it_is_archived_and_never_holds_the_result(
    ship: Callable[..., Province],
) -> None:
    province = ship("TP01")
    case_id, fine = handling(province), handling(province)
    finish(province, fine)
    house, clerk, head = province.house, province.actor(OFFICE, "clerk"), province.actor(OFFICE, "unit_head")
    with pytest.raises(Refused, match="chưa kết thúc"):
        archive(house, clerk, Archive(case_id=case_id))
    province.go_to(at(12))  # no sweep has come by: the signature itself finds the limit passed
    finish(province, case_id)
    assert province.row(case_id).status == 10, "the citizen has the result"
    assert (province.row(case_id).is_late, province.row(case_id).explanation) == (True, "owed")
    with house.store.transaction(role="worker") as connection:
        [owed] = owed_explanations(connection)
        assert (owed.unit_code, owed.head, owed.code) == (OFFICE, f"unit_head {OFFICE}", province.row(case_id).code)
        assert "Văn phòng HĐND và UBND" in owed.cause
        assert owed_explanations(connection, LEADER) == []
        assert total_of(situation(connection, at(1), at(31))).owed == 1
        assert [one["explanation"] for one in dossiers_to_archive(connection)] == ["none", "owed"]
    with pytest.raises(Refused, match="còn thiếu văn bản giải trình"):
        archive(house, clerk, Archive(case_id=case_id))
    with pytest.raises(NotAllowed):
        archive(house, province.actor(LEADER, "signer"), Archive(case_id=fine))
    with pytest.raises(NotFound):
        archive(house, province.actor("H27.03", "clerk"), Archive(case_id=fine))
    archive(house, clerk, Archive(case_id=fine, place="Kệ 3, hộp 12"))
    with pytest.raises(Refused, match="đã được lưu ngày 12/10/2026"):
        archive(house, clerk, Archive(case_id=fine))
    item = province.items(case_id, kind="explanation")[0]
    ref = TaskRef(id=item.id, revision=item.revision)
    explain(
        house, head, Explain(case_id=case_id, task=ref, cause="Cán bộ thụ lý nghỉ ốm, chưa kịp phân công người khác")
    )
    archive(house, clerk, Archive(case_id=case_id))
    with house.store.transaction(role="worker") as connection:
        assert owed_explanations(connection) == []
        assert dossiers_to_archive(connection) == []
        assert total_of(situation(connection, at(1), at(31))).owed == 0
    kept = province.row(fine).facts["archived"]
    assert kept == {"by": f"clerk {OFFICE}", "unit": OFFICE, "place": "Kệ 3, hộp 12"}
    assert [one.type for one in province.events(fine)][-1] == "DossierArchived"
    assert faults_of_house(house) == []


def test_the_book_of_numbers_shows_used_voided_and_numbers_given_elsewhere(ship: Callable[..., Province]) -> None:
    province = ship("TP01")
    house, clerk = province.house, province.actor(ONE_STOP, "clerk")
    used, voided = handling(province), handling(province)
    for case_id in (used, voided):
        province.complete(case_id, "step2_handle", decision="refuse", refusal_reason="Không thuộc thẩm quyền của xã")
    issue_letter(house, letter_of(province, used, "refusal").id)
    letter = letter_of(province, voided, "refusal")
    with house.store.transaction(role="owner") as connection:
        form = letter.form
        connection.execute(text("UPDATE letter SET state = 'approved' WHERE id = :id"), {"id": letter.id})
    STEPS["approved"](house, letter.id)  # the number is reserved; then somebody sees that it must not go out
    number = letter_of(province, voided, "refusal")
    with pytest.raises(NotAllowed):
        void_letter(
            house, province.actor(OFFICE, "clerk"), VoidLetter(case_id=voided, letter_id=letter.id, reason="Ghi nhầm")
        )
    void_letter(house, clerk, VoidLetter(case_id=voided, letter_id=letter.id, reason="Ghi nhầm lý do từ chối"))
    with pytest.raises(Refused):
        void_letter(house, clerk, VoidLetter(case_id=voided, letter_id=letter.id, reason="Lần nữa cho chắc"))
    assert issue_letter(house, letter.id) == "voided"
    with house.store.transaction(role="worker") as connection:
        book = next(one for one in books(connection, [ONE_STOP]) if one.last == number.number)
        lines = number_book(connection, book.unit_code, book.year, book.series)
        assert [(one.number, one.state) for one in lines] == [(1, "used"), (2, "voided")]
        assert lines[1].reason == "Ghi nhầm lý do từ chối"
        printed = words(number_book_pdf(house, connection, book.unit_code, book.year, book.series))
    for said in ("SỔ ĐĂNG KÝ VĂN BẢN ĐI", "Đã hủy: Ghi nhầm lý do từ chối", "01 số đã dùng, 01 số đã hủy"):
        assert said in printed
    assert form == "refusal"


def test_a_type_numbered_by_the_document_system_waits_for_its_number(ship: Callable[..., Province]) -> None:
    province = ship("TP01")
    house, clerk = province.house, province.actor(ONE_STOP, "clerk")
    with house.store.transaction(role="owner") as connection:
        letterhead = {"agency": "Trung tâm", "place": "Ví Dụ", "notation": "VD", "numbered_elsewhere": "PTC, TB"}
        connection.execute(unit.update().where(unit.c.code == ONE_STOP).values(letterhead=letterhead))
    house.forget_units()
    case_id = handling(province)
    province.complete(case_id, "step2_handle", decision="refuse", refusal_reason="Không thuộc thẩm quyền của xã")
    letter = letter_of(province, case_id, "refusal")
    assert issue_letter(house, letter.id) == "approved", "nobody has numbered it"
    with house.store.transaction(role="worker") as connection:
        assert [one["id"] for one in waiting_for_number(house, connection, ONE_STOP)] == [letter.id]
        assert not [one for one in books(connection, [ONE_STOP]) if one.series == "PTC"], "no number of ours is used"
    give_number(house, clerk, GiveNumber(case_id=case_id, letter_id=letter.id, notation="15/TTPVHCC-VP"))
    assert issue_letter(house, letter.id) == "sent"
    pdf = house.blobs.get(bytes(letter_of(province, case_id, "refusal").pdf))
    assert "15/TTPVHCC-VP" in words(pdf)
    with pytest.raises(Refused):
        give_number(house, clerk, GiveNumber(case_id=case_id, letter_id=letter.id, notation="16/TTPVHCC-VP"))


def test_several_dossiers_are_put_away_at_once(ship: Callable[..., Province]) -> None:
    province = ship("TP01")
    done = [province.receive("TP01").case_id for _ in range(2)]
    for case_id in done:
        finish(province, case_id)
    desk = Desk.of(province, province.counter)
    page = desk.get("/reports/to-archive").text
    assert page.count('name="item[]"') == 2
    sent = desk.post("/reports/to-archive", item__=[str(one) for one in done], place="Kho 2")
    assert sent.status_code == 303
    assert all(province.row(case_id).archived_at for case_id in done)


@pytest.mark.parametrize(
    ("typed", "said"),
    [("32/13/2026", "Không có ngày này trong lịch."), ("hôm qua", "Nhập theo dạng ngày/tháng/năm")],
)
def test_a_day_that_is_none_stays_in_its_field_with_a_sentence(province: Province, typed: str, said: str) -> None:
    page = Desk.of(province, province.counter).get(f"/reports/register?since={typed}&until=05/10/2026").text
    assert said in page
    assert f'name="since" value="{typed}"' in page


def test_who_keeps_no_register_is_told_so(province: Province) -> None:
    page = Desk.of(province, province.actor(LEADER, "signer")).get("/reports/register").text
    assert "Đơn vị bạn không giữ sổ theo dõi hồ sơ" in page


def test_what_came_online_is_in_the_register_once_the_counter_received_it(ship: Callable[..., Province]) -> None:
    province = ship("DANG-KY-KET-HON")
    province.go_to(at(5, 9))
    case_id = submit_online(province.house, province.reception("DANG-KY-KET-HON", channel="online")).case_id

    def lines() -> list[Entry]:
        with province.house.store.transaction(units=province.counter.units) as connection:
            return dossier_register(province.house, connection, ONE_STOP, *WEEK)

    assert lines() == []
    province.go_to(at(5, 15))
    [item] = province.items(case_id, kind="acceptance")
    task = TaskRef(id=item.id, revision=item.revision)
    receive_online(province.house, province.counter, ReceiveOnline(case_id=case_id, task=task))
    [line] = lines()
    assert (line.code, line.received_by) == (province.row(case_id).code, province.counter.name)
    assert line.received_at == province.row(case_id).received_at
