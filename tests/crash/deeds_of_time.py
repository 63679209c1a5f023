"""Deeds about time and reception: a case computed anew by another calendar, a dossier from the portal, its answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from engine.catalogue.calendars import publish_calendar, read_draft, save_draft
from engine.deadlines import CalendarDay, DayKind
from engine.dossier.command import PaperGiven, TaskRef
from engine.dossier.receive_online import (
    AnswerOnline,
    ReceiveOnline,
    ask_supplement_online,
    decline_online,
    receive_online,
)
from engine.dossier.recompute import recompute
from engine.dossier.submit_online import SupplementOnline, submit_online, supplement_online
from tests.crash.deeds import Attempt, deed
from tests.crash.stage import Stage
from tests.province import COMMUNE, MONDAY

MARRIAGE = "DANG-KY-KET-HON"
ONE_STOP = f"{COMMUNE}.01"
FAR = date(2031, 1, 1)
"""A day off that moves no dossier of another deed; the act is the same."""


@deed
def recompute_by_a_new_calendar(stage: Stage) -> Attempt:
    case_id = stage.dossier(until="step2_handle")
    house = stage.house
    with house.store.transaction(role="worker") as connection:
        draft = read_draft(connection, house.calendars)
        free = FAR + timedelta(days=draft.calendar.version)
        days = (*draft.calendar.days, CalendarDay(on=free, kind=DayKind.off, name="Nghỉ"))
        changed = replace(draft.calendar, days=days)
        saved = save_draft(connection, house.calendars, changed, revision=draft.revision, by="Quản trị viên")
        publish_calendar(
            connection,
            house.calendars,
            revision=saved.revision,
            by="Quản trị viên",
            note="Quyết định 1/QĐ-UBND",
            at=house.clock.now(connection),
        )
    return Attempt(cases=(case_id,), do=lambda: recompute(house, case_id))


@deed
def submit_at_the_portal(stage: Stage) -> Attempt:
    stage.province.go_to(MONDAY)
    command = stage.province.reception(MARRIAGE, channel="online")
    return Attempt(cases=(command.id,), do=lambda: submit_online(stage.house, command))


def _submitted(stage: Stage) -> tuple[UUID, TaskRef]:
    stage.province.go_to(MONDAY)
    command = stage.province.reception(MARRIAGE, channel="online")
    submit_online(stage.house, command)
    [item] = stage.province.items(command.id, kind="acceptance")
    return command.id, TaskRef(id=item.id, revision=item.revision)


@deed
def receive_from_the_portal(stage: Stage) -> Attempt:
    case_id, task = _submitted(stage)
    command = ReceiveOnline(case_id=case_id, task=task)
    return Attempt(cases=(case_id,), do=lambda: receive_online(stage.house, stage.province.counter, command))


@deed
def decline_what_came_from_the_portal(stage: Stage) -> Attempt:
    case_id, task = _submitted(stage)
    command = AnswerOnline(case_id=case_id, task=task, reason="Không thuộc thẩm quyền")
    return Attempt(cases=(case_id,), do=lambda: decline_online(stage.house, stage.province.counter, command))


@deed
def supplement_from_the_portal(stage: Stage) -> Attempt:
    case_id, task = _submitted(stage)
    asked = AnswerOnline(case_id=case_id, task=task, reason="Thiếu chữ ký")
    ask_supplement_online(stage.house, stage.province.counter, asked)
    command = SupplementOnline(case_id=case_id, papers=(PaperGiven(name="Tờ khai", copies=1),))
    return Attempt(cases=(case_id,), do=lambda: supplement_online(stage.house, ONE_STOP, command))
