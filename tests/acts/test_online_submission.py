"""A dossier submitted online: answered within eight working hours, then received, completed or declined."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import text

from engine.deadlines import VIETNAM
from engine.dossier.command import PaperGiven, TaskRef
from engine.dossier.receive_online import (
    AnswerOnline,
    ReceiveOnline,
    ask_supplement_online,
    decline_online,
    receive_online,
)
from engine.dossier.recompute import recompute
from engine.dossier.status import Status
from engine.dossier.submit_online import SupplementOnline, submit_online, supplement_online
from engine.errors import FormRefused, NotAllowed, Refused, StaleTask
from engine.reports.dossier import case_id_of
from tests.acts.test_calendar_changes import day_off, publish, with_days
from tests.invariants import faults_of_house
from tests.province import COMMUNE, Province

ONE_STOP = f"{COMMUNE}.01"
MARRIAGE = "DANG-KY-KET-HON"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 10, day, hour, minute, tzinfo=VIETNAM)


def near(moment: datetime) -> datetime:
    """The clock of a test is set to about a second."""
    return (moment + timedelta(seconds=30)).replace(second=0, microsecond=0)


def submit(province: Province) -> UUID:
    return submit_online(province.house, province.reception(MARRIAGE, channel="online")).case_id


def line(province: Province, case_id: UUID, role: str = "counter_officer") -> Any:
    [found] = [one for one in province.items(case_id, kind="acceptance") if one.role == role]
    return found


def asked(item: Any) -> dict[str, Any]:
    return {"case_id": item.case_id, "task": TaskRef(id=item.id, revision=item.revision)}


def test_it_waits_at_the_counter_for_eight_working_hours(ship: Callable[..., Province]) -> None:
    province = ship(MARRIAGE)
    province.go_to(at(5, 16))
    case_id = submit(province)
    row = province.row(case_id)
    assert (row.status, row.legal_due_at, row.channel) == (Status.SUBMITTED, None, 2)
    assert row.code == row.submission_code
    assert row.code.startswith("DK-261005-")
    assert near(line(province, case_id).due_at) == at(6, 16)
    assert province.items(case_id, kind="task") == []
    assert faults_of_house(province.house) == []


def test_submitted_twice_is_one_dossier(ship: Callable[..., Province]) -> None:
    province = ship(MARRIAGE)
    command = province.reception(MARRIAGE, channel="online")
    assert submit_online(province.house, command) == submit_online(province.house, command)


def test_a_counter_only_procedure_takes_nothing_online(ship: Callable[..., Province]) -> None:
    province = ship("TP01")
    with pytest.raises(Refused, match="kênh"):
        submit_online(province.house, province.reception("TP01", channel="online"))


def test_received_it_has_a_code_and_a_clock_from_that_moment(ship: Callable[..., Province]) -> None:
    province = ship(MARRIAGE)
    province.go_to(at(5, 16))
    case_id = submit(province)
    first = province.row(case_id)
    province.advance_to(at(6, 15, 30))
    item = line(province, case_id)
    with pytest.raises(NotAllowed):
        receive_online(province.house, province.actor(f"{COMMUNE}.05", "case_officer"), ReceiveOnline(**asked(item)))
    got = receive_online(province.house, province.counter, ReceiveOnline(**asked(item)))
    row = province.row(case_id)
    assert (row.code, row.received_at) == (got.code, province.events(case_id)[-1].at)
    assert row.code == f"{ONE_STOP}-261006-0001"
    assert row.submission_code == first.code
    with province.house.store.transaction(units=("*",)) as connection:
        assert case_id_of(connection, first.code) == case_id, "the old code still leads there"
    assert row.status in {Status.RECEIVED, Status.IN_PROGRESS}
    assert province.items(case_id, kind="acceptance") == []
    told = orjson.loads(bytes(province.events(case_id)[-1].body))
    assert (told["type"], told["data"]["submission"]) == ("DossierReceived", first.code)
    with pytest.raises((StaleTask, Refused)):
        receive_online(province.house, province.counter, ReceiveOnline(**asked(item)))
    province.advance_to(at(7, 9))
    assert "AcceptanceOverdue" not in {one.type for one in province.events(case_id)}
    assert faults_of_house(province.house) == []


def test_what_is_received_after_three_is_handed_over_the_next_morning(ship: Callable[..., Province]) -> None:
    province = ship("TP01")
    province.go_to(at(5, 14))
    early = province.task(province.receive("TP01").case_id)
    province.go_to(at(5, 15, 30))
    late = province.task(province.receive("TP01").case_id)
    assert early.due_at == at(5, 17), "half a day of the step would end tomorrow: it goes today"
    assert near(late.due_at) == at(6, 9, 30), "the step's own half day ends before the morning does"


def test_unanswered_it_is_on_record_and_before_the_head(ship: Callable[..., Province]) -> None:
    province = ship(MARRIAGE)
    case_id = submit(province)
    province.advance_to(at(6, 9))
    assert province.events(case_id)[-1].type == "AcceptanceOverdue"
    head = line(province, case_id, "unit_head")
    receive_online(province.house, province.actor(ONE_STOP, "unit_head"), ReceiveOnline(**asked(head)))
    assert province.items(case_id, kind="acceptance") == []
    assert province.row(case_id).status in {Status.RECEIVED, Status.IN_PROGRESS}
    assert faults_of_house(province.house) == []


def test_asked_once_for_what_is_missing_and_answered_from_outside(ship: Callable[..., Province]) -> None:
    province = ship(MARRIAGE)
    case_id = submit(province)
    with pytest.raises(FormRefused):
        ask_supplement_online(
            province.house, province.counter, AnswerOnline(**asked(line(province, case_id)), reason="")
        )
    ask_supplement_online(
        province.house,
        province.counter,
        AnswerOnline(**asked(line(province, case_id)), reason="Thiếu tờ khai có chữ ký"),
    )
    assert (province.row(case_id).status, province.row(case_id).is_suspended) == (Status.SUPPLEMENT_REQUIRED, True)
    province.advance_to(at(8, 9))
    assert "AcceptanceOverdue" not in {one.type for one in province.events(case_id)}, "it is not theirs to answer now"
    papers = (PaperGiven(name="Tờ khai theo mẫu", copies=1),)
    supplement_online(province.house, ONE_STOP, SupplementOnline(case_id=case_id, papers=papers))
    row = province.row(case_id)
    assert (row.status, row.is_suspended) == (Status.SUBMITTED, False)
    again = line(province, case_id)
    assert near(again.due_at) == at(9, 9)
    with pytest.raises(Refused, match="1 lần"):
        ask_supplement_online(province.house, province.counter, AnswerOnline(**asked(again), reason="Thiếu nữa"))
    with pytest.raises(Refused):
        supplement_online(province.house, ONE_STOP, SupplementOnline(case_id=case_id, papers=papers))
    receive_online(province.house, province.counter, ReceiveOnline(**asked(again)))
    assert faults_of_house(province.house) == []


def test_declined_it_is_closed_with_a_letter_and_uses_no_number(ship: Callable[..., Province]) -> None:
    province = ship(MARRIAGE)
    case_id = submit(province)
    declined = AnswerOnline(**asked(line(province, case_id)), reason="Không thuộc thẩm quyền của xã")
    decline_online(province.house, province.counter, declined)
    row = province.row(case_id)
    assert row.status == Status.NOT_ACCEPTED
    assert row.closed_at is not None
    with province.house.store.transaction(role="worker") as connection:
        kinds = connection.execute(text("SELECT kind FROM letter WHERE case_id = :id"), {"id": case_id}).scalars().all()
    assert kinds == ["refusal"]
    got = province.receive(MARRIAGE)
    assert got.code.endswith("-0001")
    assert faults_of_house(province.house) == []


def test_its_eight_hours_follow_the_calendar(ship: Callable[..., Province]) -> None:
    province = ship(MARRIAGE)
    province.go_to(at(5, 16))
    case_id = submit(province)
    publish(province, with_days(day_off(at(6, 8).date())))
    assert recompute(province.house, case_id)
    assert near(line(province, case_id).due_at) == at(7, 16)
    province.advance_to(at(7, 15))
    assert province.events(case_id)[-1].type == "CalendarChanged"
    assert faults_of_house(province.house) == []
