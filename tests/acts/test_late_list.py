"""The monthly public list: made once by the clock, objected to, signed, published; its figures recounted."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
import pytest
from pypdf import PdfReader
from sqlalchemy import text

from engine.deadlines import VIETNAM
from engine.dossier.actor import Actor, Seat
from engine.dossier.command import Filled, TaskRef
from engine.dossier.complete import CompleteTask, complete_task
from engine.dossier.issue_letter import issue_letter
from engine.dossier.late_list import (
    JudgeObjection,
    ObjectToRow,
    judge_objection,
    make_late_list,
    object_to_row,
    periods_due,
    rows_of,
)
from engine.dossier.late_rows import Period
from engine.errors import NotAllowed, Refused, StaleTask
from engine.jobs.handlers import order_late_lists
from engine.jobs.worker import work_off
from engine.reports.lateness_causes import lateness_causes
from engine.reports.procedure_counts import procedure_counts
from tests.invariants import faults_of_house
from tests.province import COMMUNE, Province

OCTOBER = Period(since=date(2026, 10, 1), until=date(2026, 11, 1))
HANDLING = f"{COMMUNE}.05"
CONTROL = Actor(
    kind="officer",
    name="Hoàng Văn Dũng",
    id=UUID(int=77),
    unit_code="H27.05",
    seats=frozenset({Seat(unit_code="H27.05", role="control_officer")}),
)


def at(day: int, hour: int = 9, month: int = 10) -> datetime:
    return datetime(2026, month, day, hour, 0, tzinfo=VIETNAM)


def finish(province: Province, case_id: UUID) -> None:
    while province.row(case_id).closed_at is None:
        province.complete(case_id)


def to_handling(province: Province) -> UUID:
    case_id = province.receive("TP01").case_id
    while all(one.element_id != "step2_handle" for one in province.items(case_id)):
        province.complete(case_id)
    return case_id


@pytest.fixture
def lived(ship: Callable[..., Province]) -> tuple[Province, dict[str, UUID]]:
    """October: one in time, one finished late, one late and open at the month's end; one late only in November."""
    province = ship("TP01", "CKCM")
    province.advance_to(at(5, 8))
    told = {name: to_handling(province) for name in ("early", "finished", "open", "finished_after")}
    finish(province, told["early"])
    province.advance_to(at(14))
    finish(province, told["finished"])
    province.advance_to(at(29))
    told["november"] = to_handling(province)
    province.advance_to(at(2, 6, month=11))
    finish(province, told["finished_after"])
    return province, told


def due_periods(province: Province) -> list[Period]:
    with province.house.store.transaction(role="worker") as connection:
        return periods_due(province.house, connection)


def made(province: Province) -> UUID:
    province.advance_to(at(2, 8, month=11))
    return make_late_list(province.house, OCTOBER).case_id


def told_of(province: Province, list_id: UUID) -> dict[str, Any]:
    return dict(province.row(list_id).facts["late_list"])


def recount(province: Province) -> dict[str, str]:
    """Late dossiers of October from their events alone: code -> finished_late or open_late."""
    found = {}
    with province.house.store.transaction(role="worker") as connection:
        rows = connection.execute(
            text(
                "SELECT c.code, e.body FROM event e JOIN cases c ON c.id = e.case_id"
                " WHERE c.kind = 'dossier' ORDER BY e.seq"
            )
        ).all()
    histories: dict[str, list[Any]] = {}
    for code, body in rows:
        histories.setdefault(code, []).append(orjson.loads(bytes(body)))
    for code, events in histories.items():
        missed = [one["data"]["due"] for one in events if one["type"] == "DossierBecameLate"]
        missed += [one["data"]["late"]["due"] for one in events if "late" in one["data"]]
        done = [one["at"] for one in events if one["status"] in {3, 7, 8, 9, 10}]
        if not missed or datetime.fromisoformat(missed[0]) >= OCTOBER.ends_at:
            continue
        ended = datetime.fromisoformat(done[0]) if done else None
        if ended is None or ended >= OCTOBER.ends_at:
            found[code] = "open_late"
        elif ended >= OCTOBER.begins_at:
            found[code] = "finished_late"
    return found


def test_the_list_says_what_events_say(lived: tuple[Province, dict[str, UUID]]) -> None:
    province, told = lived
    list_id = made(province)
    rows = rows_of(province.house, told_of(province, list_id))
    assert {one["code"]: one["kind"] for one in rows} == recount(province)
    codes = {name: province.row(case_id).code for name, case_id in told.items()}
    assert recount(province) == {
        codes["finished"]: "finished_late", codes["open"]: "open_late", codes["finished_after"]: "open_late"
    }  # fmt: skip
    assert {one["code"] for row in rows for one in row["units"]} == {HANDLING}
    finished = next(one for one in rows if one["code"] == codes["finished"])
    assert [one["name"] for one in finished["officers"]] == [f"case_officer {HANDLING}"], "who held the step did it"
    untouched = next(one for one in rows if one["code"] == codes["open"])
    assert [one["name"] for one in untouched["officers"]] == [f"unit_head {HANDLING}"], "nobody took it: its head"
    with province.house.store.transaction(role="worker") as connection:
        causes = lateness_causes(province.house, connection, OCTOBER.since, OCTOBER.until)
        [field] = [one for one in procedure_counts(connection) if one.received]
    worst = next(one for one in causes if one.unit_code == HANDLING)
    assert (worst.finished, worst.open) == (1, 2)
    assert (field.total, field.commune, field.processes) == (1, 1, 1), "the list's own procedure is no dossier's"
    whole = orjson.dumps(rows).decode()
    assert "Ngọc Hường" not in whole
    assert "042185000017" not in whole


def test_it_is_made_on_the_first_working_day_and_once(lived: tuple[Province, dict[str, UUID]]) -> None:
    province, _ = lived
    province.go_to(at(2, 6, month=11))
    assert due_periods(province) == [], "the first of November is a Sunday, and offices open at seven on Monday"
    with pytest.raises(Refused):
        make_late_list(province.house, OCTOBER)
    province.go_to(at(2, 8, month=11))
    assert due_periods(province) == [OCTOBER]
    order_late_lists(province.house)  # twice, as two workers do
    order_late_lists(province.house)
    with ThreadPoolExecutor(3) as pool:
        ids = set(pool.map(lambda _: make_late_list(province.house, OCTOBER).case_id, range(3)))
    assert len(ids) == 1
    work_off(province.house)
    with province.house.store.transaction(role="worker") as connection:
        assert connection.execute(text("SELECT count(*) FROM cases WHERE procedure_code = 'CKCM'")).scalar() == 1
    assert due_periods(province) == []
    assert faults_of_house(province.house) == []


def test_after_a_long_stop_no_month_is_left_out(lived: tuple[Province, dict[str, UUID]]) -> None:
    province, _ = lived
    made(province)
    province.go_to(datetime(2027, 1, 20, 9, 0, tzinfo=VIETNAM))
    assert [one.key for one in due_periods(province)] == ["2026-11", "2026-12"]


def test_objections_are_answered_before_it_is_signed(lived: tuple[Province, dict[str, UUID]]) -> None:
    province, told = lived
    list_id = made(province)
    head, house = province.actor(HANDLING, "unit_head"), province.house
    rows = {one["code"]: one["row"] for one in rows_of(house, told_of(province, list_id))}
    wrong, other = rows[province.row(told["finished"]).code], rows[province.row(told["open"]).code]
    assert [one.unit_code for one in province.items(list_id, kind="late_list")] == [HANDLING]
    with pytest.raises(NotAllowed):
        object_to_row(
            house,
            province.actor(HANDLING, "clerk"),
            ObjectToRow(case_id=list_id, row=wrong, reason="Không phải lỗi đơn vị"),
        )
    object_to_row(house, head, ObjectToRow(case_id=list_id, row=wrong, reason="Chờ cơ quan thuế trả lời 5 ngày"))
    object_to_row(house, head, ObjectToRow(case_id=list_id, row=other, reason="Người nộp chưa bổ sung giấy tờ"))
    with pytest.raises(Refused, match="đã có phản hồi"):
        object_to_row(house, head, ObjectToRow(case_id=list_id, row=other, reason="Phản hồi lần thứ hai"))
    task = province.task(list_id)
    with pytest.raises(Refused, match="Thời hạn phản hồi còn đến"):
        complete_task(
            house,
            CONTROL,
            CompleteTask(case_id=list_id, task=TaskRef(id=task.id, revision=task.revision), form=Filled(key="")),
        )
    with pytest.raises(NotAllowed):
        judge_objection(house, head, JudgeObjection(case_id=list_id, number=1, is_accepted=True, reason="Tự chấp nhận"))
    accept = JudgeObjection(case_id=list_id, number=1, is_accepted=True, reason="Đúng là chờ thuế, rút dòng này")
    judge_objection(house, CONTROL, accept)
    with pytest.raises(Refused):
        judge_objection(house, CONTROL, accept)
    province.advance_to(at(3, 18, month=11))
    assert province.task(list_id).element_id == "step1_objections", "one objection is still open"
    with pytest.raises(Refused, match="hết thời hạn"):
        object_to_row(house, head, ObjectToRow(case_id=list_id, row=wrong, reason="Phản hồi quá muộn rồi"))
    reject = JudgeObjection(case_id=list_id, number=2, is_accepted=False, reason="Chưa có giấy yêu cầu bổ sung")
    judge_objection(house, CONTROL, reject)
    assert province.task(list_id).element_id == "step2_sign"
    assert province.items(list_id, kind="objection") == []
    province.complete(list_id, is_read=True)
    standing = orjson.loads(house.blobs.get(bytes.fromhex(told_of(province, list_id)["content"])))
    assert [one["row"] for one in standing["rows"]] == sorted(set(rows.values()) - {wrong})
    types = [one.type for one in province.events(list_id)]
    assert types == [
        "LateListMade", "LateRowObjected", "LateRowObjected", "ObjectionAccepted", "ObjectionsEnded",
        "ObjectionRejected", "LateListPublished",
    ]  # fmt: skip
    assert faults_of_house(house) == []


def test_published_it_is_immutable_under_its_hash(lived: tuple[Province, dict[str, UUID]]) -> None:
    province, told = lived
    list_id, house = made(province), province.house
    province.advance_to(at(3, 18, month=11))
    task = province.task(list_id)
    province.complete(list_id, is_read=True)
    with pytest.raises(StaleTask):
        province.complete_item(task, is_read=True)
    facts = told_of(province, list_id)
    content, sheet = (house.blobs.get(bytes.fromhex(facts[name])) for name in ("content", "csv"))
    event = orjson.loads(bytes(province.events(list_id)[-1].body))
    assert event["data"]["content"] == sha256(content).hexdigest()
    assert event["data"]["csv"] == sha256(sheet).hexdigest()
    units = orjson.loads(content)["units"]
    assert [(one["code"], one["finished"], one["open"]) for one in units] == [(HANDLING, 1, 2)]
    with house.store.transaction(role="worker") as connection:
        letter_id = connection.execute(text("SELECT id FROM letter WHERE case_id = :id"), {"id": list_id}).scalar_one()
    assert issue_letter(house, letter_id) == "sent"
    with house.store.transaction(role="worker") as connection:
        pdf = connection.execute(text("SELECT pdf FROM letter WHERE id = :id"), {"id": letter_id}).scalar_one()
    printed = " ".join(
        " ".join(page.extract_text() for page in PdfReader(io.BytesIO(house.blobs.get(bytes(pdf)))).pages).split()
    )
    for words in (
        "tháng 10 năm 2026",
        province.row(told["finished"]).code,
        facts["content"],
        f"case_officer {HANDLING}",
        "01/DSCM-",
    ):
        assert words in printed
    for public in (printed, content.decode(), sheet.decode()):
        assert "Ngọc Hường" not in public
        assert "Thôn Thượng" not in public
