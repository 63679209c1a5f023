"""A calendar edited while dossiers run: previewed, published, and each open case computed anew, once, on record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from engine.catalogue.calendars import changes_between, publish_calendar, published_calendars, read_draft, save_draft
from engine.deadlines import VIETNAM, Calendar, CalendarDay, DayKind, HoursInForce, OfficeHours
from engine.dossier.recompute import recompute
from engine.errors import InputError, Refused
from engine.jobs.handlers import spread_calendar
from engine.reports.moved_dates import moves_if
from tests.invariants import faults_of_house
from tests.province import COMMUNE, Province

TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 10, day) for day in (6, 7, 8, 9))
ONE_STOP = f"{COMMUNE}.01"


def at(day: int, hour: int = 17, *, month: int = 10) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=VIETNAM)


def day_off(on: date, **more: Any) -> CalendarDay:
    return CalendarDay(on=on, kind=DayKind.off, name="Nghỉ bão", source="Công điện 12/CĐ-TTg", **more)


def publish(province: Province, change: Callable[[Calendar], Calendar]) -> Calendar:
    house = province.house
    with house.store.transaction(role="worker") as connection:
        draft = read_draft(connection, house.calendars)
        saved = save_draft(
            connection, house.calendars, change(draft.calendar), revision=draft.revision, by="Quản trị viên"
        )
        return publish_calendar(
            connection,
            house.calendars,
            revision=saved.revision,
            by="Quản trị viên",
            note="Công điện 12/CĐ-TTg ngày 05/10/2026",
            at=house.clock.now(connection),
        )


def with_days(*days: CalendarDay) -> Callable[[Calendar], Calendar]:
    return lambda calendar: replace(calendar, days=(*calendar.days, *days))


def behind(province: Province) -> list[Any]:
    """What the job queues, one a case."""
    spread_calendar(province.house)
    with province.house.store.transaction(role="worker") as connection:
        queued = "SELECT args->>'case_id' FROM procrastinate_jobs WHERE task_name = 'calendar.recompute'"
        return list(connection.execute(text(queued)).scalars())


def moves(province: Province) -> list[Any]:
    with province.house.store.transaction(role="worker") as connection:
        return list(connection.execute(text("SELECT * FROM date_move ORDER BY at, seq")))


def timers(province: Province, case_id: Any) -> dict[str, datetime]:
    asked = "SELECT kind, due_at FROM timer WHERE case_id = :id AND acted_at IS NULL AND cancelled_at IS NULL"
    with province.house.store.transaction(role="worker") as connection:
        return {one.kind: one.due_at for one in connection.execute(text(asked), {"id": case_id})}


def test_a_day_off_moves_every_open_case_once_and_says_so(ship: Callable[..., Province]) -> None:
    province = ship("TP01")
    open_case, closed_case = province.receive("TP01").case_id, province.receive("TP01").case_id
    while province.row(closed_case).closed_at is None:
        province.complete(closed_case)
    assert province.row(open_case).legal_due_at == at(8)
    armed = timers(province, open_case)
    foreseen = moved_if_published(province, with_days(day_off(WEDNESDAY)))
    publish(province, with_days(day_off(WEDNESDAY)))

    assert province.row(open_case).legal_due_at == at(8), "until its own act the case goes on by the version it has"
    assert behind(province) == [str(open_case)]
    assert recompute(province.house, open_case)
    assert not recompute(province.house, open_case), "once per case"
    assert not recompute(province.house, closed_case)

    row = province.row(open_case)
    assert (row.legal_due_at, row.promised_at, row.calendar_version) == (at(9), at(9), 2)
    assert foreseen == [(row.code, at(8), at(9))]
    assert timers(province, open_case)["legal_limit"] == at(9)
    assert timers(province, open_case)["apology"] > armed["apology"]
    assert {one.case_legal_due_at for one in province.items(open_case)} == {at(9)}
    last = province.events(open_case)[-1]
    told = orjson.loads(bytes(last.body))
    assert last.type == "CalendarChanged"
    assert told["dates"]["legal_due"] == ["2026-10-08T10:00:00.000000Z", "2026-10-09T10:00:00.000000Z"]
    assert (told["data"]["from"], told["data"]["to"], told["calendar"]) == (1, 2, 2)
    [line] = moves(province)
    assert (line.type, line.by, line.legal_from, line.legal_to) == ("CalendarChanged", "Quản trị viên", at(8), at(9))
    assert province.row(closed_case).calendar_version == 1
    assert faults_of_house(province.house) == []


def moved_if_published(province: Province, change: Callable[[Calendar], Calendar]) -> list[tuple[str, Any, Any]]:
    with province.house.store.transaction(role="worker") as connection:
        proposed = change(province.house.calendars.newest(connection))
        return [(one.code, one.legal_from, one.legal_to) for one in moves_if(province.house, connection, proposed)]


def test_a_case_received_after_the_publication_has_the_new_version(ship: Callable[..., Province]) -> None:
    province = ship("TP01")
    publish(province, with_days(day_off(WEDNESDAY)))
    case_id = province.receive("TP01").case_id
    assert (province.row(case_id).calendar_version, province.row(case_id).legal_due_at) == (2, at(9))
    assert behind(province) == []


def test_the_timer_of_a_consultation_keeps_its_working_time(ship: Callable[..., Province]) -> None:
    province = ship("TTHC-TINH-19")
    case_id = province.receive("TTHC-TINH-19").case_id
    for _ in range(12):
        if "process" in timers(province, case_id):
            break
        task = province.items(case_id, kind="task")[0]
        province.complete_item(task, decision="forward", consult_question="Xác nhận nguồn gốc", opinion="Đủ điều kiện")
    before = timers(province, case_id)["process"]
    publish(province, with_days(day_off(THURSDAY), day_off(FRIDAY)))
    assert recompute(province.house, case_id)
    after = timers(province, case_id)["process"]
    house = province.house
    old, new = house.calendar_of(1), house.calendar_of(2)
    assert after > before
    half = timedelta(seconds=30)  # the hands of the clock were set in whole seconds
    assert [f"{one + half:%H:%M}" for one in (old.local(before), new.local(after))] == ["08:00", "08:00"]
    assert faults_of_house(house) == []


def test_a_unit_with_hours_of_its_own_is_computed_by_them(ship: Callable[..., Province]) -> None:
    province = ship("TP01")
    first = province.receive("TP01").case_id
    early = OfficeHours(
        weekday=((time(7), time(11)), (time(13), time(16))), saturday=((time(7), time(11)),), cutoff=time(15)
    )
    hours = HoursInForce(since=TUESDAY, unit=ONE_STOP, hours=early, source="QĐ 5/QĐ-UBND")
    publish(province, lambda calendar: replace(calendar, office_hours=(hours,)))
    recompute(province.house, first)
    assert province.row(first).legal_due_at == at(8, 16), "the one-stop unit closes at four"
    assert moves(province)[0].reason.startswith("Công điện 12")
    province.go_to(at(6, 15).replace(minute=30))
    late = province.receive("TP01").case_id
    assert province.row(late).legal_due_at == at(12, 16), "received after the unit's cut-off: as if on Wednesday"
    assert faults_of_house(province.house) == []


def test_a_day_off_entered_too_late_takes_back_the_lateness_it_had_caused(ship: Callable[..., Province]) -> None:
    province = ship("TP01")
    case_id = province.receive("TP01").case_id
    province.advance_to(at(9, 8))
    assert (province.row(case_id).is_late, province.row(case_id).explanation) == (True, "owed")
    publish(province, with_days(day_off(THURSDAY)))
    recompute(province.house, case_id)
    row = province.row(case_id)
    assert (row.is_late, row.explanation, row.legal_due_at) == (False, "none", at(9))
    assert {one.kind for one in province.items(case_id)} <= {"task", "letter"}
    province.advance_to(at(12, 8))
    assert province.row(case_id).is_late, "it is late by the day that counts"
    assert faults_of_house(province.house) == []


def test_what_is_published_is_never_changed_and_says_what_it_changed(ship: Callable[..., Province]) -> None:
    province = ship("TP01")
    house = province.house
    publish(province, with_days(day_off(WEDNESDAY)))
    with house.store.transaction(role="worker") as connection:
        newest, oldest = published_calendars(connection)
        [change] = changes_between(oldest.calendar, newest.calendar)
        assert (change.before, change.after and change.after["date"]) == (None, "2026-10-07")
        assert (newest.published_by, newest.superseded_at) == ("Quản trị viên", None)
        assert oldest.superseded_at is not None
    with pytest.raises(Exception, match="permission denied"), house.store.transaction(role="worker") as connection:
        connection.execute(text("UPDATE calendar_version SET body = '{}'"))


def test_two_administrators_do_not_overwrite_each_other_and_must_say_why(ship: Callable[..., Province]) -> None:
    house = ship("TP01").house
    with house.store.transaction(role="worker") as connection:
        shown = read_draft(connection, house.calendars)
        save_draft(
            connection, house.calendars, with_days(day_off(FRIDAY))(shown.calendar), revision=shown.revision, by="A"
        )
        with pytest.raises(Refused, match="người khác"):
            save_draft(connection, house.calendars, shown.calendar, revision=shown.revision, by="B")
        with pytest.raises(InputError, match="căn cứ"):
            publish_calendar(connection, house.calendars, revision=1, by="A", note="", at=at(5))


def test_work_on_a_step_resumes_with_what_was_left_after_a_pause(ship: Callable[..., Province]) -> None:
    from engine.dossier.pause import Pause, Resume, pause, resume

    province = ship("TP01")
    case_id = province.receive("TP01").case_id
    task = province.task(case_id)
    officer = province.actor(f"{COMMUNE}.05", "case_officer")
    province.go_to(task.opened_at)
    head = province.actor(task.unit_code, "unit_head")
    pause(province.house, head, Pause(case_id=case_id, basis="law", reason="Luật chuyên ngành cho phép"))
    province.go_to(at(7, 8))
    resume(province.house, head, Resume(case_id=case_id))
    assert province.task(case_id).due_at > task.due_at
    kinds = [one.type for one in moves(province)]
    assert kinds == ["ClockResumed"], "a pause moves a date when it ends"
    assert officer.id is not None
    assert faults_of_house(province.house) == []
