"""Limits end to end: by channel and area, after a check of validity, in phases, through pauses, to an expiry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from engine.catalogue.folder import load_folder
from engine.catalogue.publishing import Decision, approve, import_folder, publish
from engine.deadlines import VIETNAM
from engine.dossier.confirm_validity import ConfirmValidity, confirm_validity
from engine.dossier.end_early import EndEarly, stop
from engine.dossier.pause import Pause, Resume, pause, resume
from engine.dossier.status import Status, status_key
from engine.errors import InputError, Refused
from engine.model.procedure import Manifest, PaperRequirement, Phase, Supplement
from engine.rulesets import load_rulesets
from tests.invariants import faults_of_house
from tests.province import BPMN, COMMUNE, Province

RECEIVED = datetime(2026, 10, 5, 8, tzinfo=VIETNAM)  # a Monday


def at(day: int, hour: int = 17, month: int = 10) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=VIETNAM)


def ship_changed(province: Province, code: str, **changes: Any) -> None:
    """Publish a procedure that ships with other words in its manifest."""
    folder = load_folder(BPMN / code)
    folder = replace(folder, manifest=replace(folder.manifest, **changes))
    with province.house.store.transaction(role="owner") as connection:
        made = import_folder(connection, folder)
        approve(connection, made.version_id, folder.content_hash, Decision(number="1", on=date(2026, 1, 5), by="x"))
        publish(connection, made.version_id, date(2026, 1, 6))


def due(province: Province, case_id: UUID) -> datetime:
    moment: datetime = province.row(case_id).legal_due_at
    return moment


def set_remote(province: Province) -> None:
    with province.house.store.transaction(role="owner") as connection:
        connection.execute(text("UPDATE unit SET is_remote = true WHERE locality = :here"), {"here": COMMUNE})
    province.house.forget_units()


def test_working_days_plain_days_months_and_hours(province: Province) -> None:
    for limit, ends in (("3d", at(8)), ("10cd", at(15)), ("2m", at(7, month=12)), ("12h", at(6, 14)), ("", None)):
        ship_changed(province, "TP01", limit=limit)
        found = due(province, province.receive("TP01").case_id)
        assert found == ends or abs(found - ends) < timedelta(minutes=1), limit


def test_a_channel_and_a_remote_area_have_limits_of_their_own(province: Province) -> None:
    ship_changed(
        province, "TP01", channels=("counter", "post"), limit="3d", limits={"post": "5d", "remote": "8d"}, cutoff=""
    )
    assert due(province, province.receive("TP01").case_id) == at(8)
    assert due(province, province.receive("TP01", channel="post").case_id) == at(12)
    set_remote(province)
    assert due(province, province.receive("TP01").case_id) == at(15)


def test_the_ruleset_gives_land_procedures_more_time_in_remote_areas(province: Province) -> None:
    ship_changed(province, "TN02", limit="3d")
    ship_changed(province, "TP01", limit="3d")
    set_remote(province)
    assert due(province, province.receive("TN02").case_id) == at(22), "three days and ten more"
    assert due(province, province.receive("TP01").case_id) == at(8), "only where the law of the field says so"


def test_a_channel_has_a_cut_off_hour_of_its_own(province: Province) -> None:
    ship_changed(province, "TP01", channels=("counter", "post"), limit="1d", cutoff="15:00", cutoffs={"post": "10:00"})
    province.go_to(at(5, 11))
    assert due(province, province.receive("TP01").case_id) == at(5)
    assert due(province, province.receive("TP01", channel="post").case_id) == at(6)


def test_the_limit_runs_from_the_confirmation_of_validity_or_from_the_end_of_its_check(province: Province) -> None:
    ship_changed(province, "TP01", limit="3d", validity_check_limit="2d")
    silent, confirmed = province.receive("TP01").case_id, province.receive("TP01").case_id
    assert due(province, silent) == at(12), "two days to look at it, and three"
    province.go_to(at(6, 9))
    confirm_validity(province.house, province.counter, ConfirmValidity(case_id=confirmed))
    assert due(province, confirmed) == at(9)
    assert province.events(confirmed)[-1].type == "ValidityConfirmed"
    with pytest.raises(Refused):
        confirm_validity(province.house, province.counter, ConfirmValidity(case_id=confirmed))
    province.go_to(at(8, 9))
    confirm_validity(province.house, province.counter, ConfirmValidity(case_id=silent))
    assert due(province, silent) == at(12), "said too late: it has been running since the check was over"
    assert faults_of_house(province.house) == []


def test_each_phase_has_a_reception_and_an_appointment_of_its_own(ship: Callable[..., Province]) -> None:
    province = ship("TTHC-TINH-19")
    case_id = province.receive("TTHC-TINH-19").case_id
    assert due(province, case_id) == at(9), "four days of the first phase"
    for _ in range(20):
        if province.row(case_id).facts["phase"] == 2:
            break
        items = province.items(case_id, kind="task")
        if items:
            province.complete_item(items[0], decision="forward", consult_question="Xác nhận", opinion="Đủ điều kiện")
        else:
            province.answer(case_id)
    row = province.row(case_id)
    assert row.facts["phase"] == 2
    assert row.legal_due_at > at(8)
    assert faults_of_house(province.house) == []


def supplement_asked(province: Province) -> UUID:
    case_id = province.receive("TP01").case_id
    for _ in range(6):
        task = province.items(case_id, kind="task")[0]
        if task.element_id.endswith("_handle"):
            break
        province.complete_item(task, decision="forward")
    province.complete_item(task, decision="supplement", supplement_content="Bản sao sổ gốc\nẢnh 4x6", reason="Thiếu")
    assert province.row(case_id).status == Status.SUPPLEMENT_REQUIRED
    return case_id


def test_what_a_supplement_does_to_the_limit_is_data(province: Province) -> None:
    for effect, ends in (("resume", at(8)), ("restart", at(9)), ("", at(8))):  # nothing said: the ruleset's, resume
        ship_changed(province, "TP01", limit="3d", supplement=Supplement(effect=effect, limit="10d"))
        province.go_to(RECEIVED)
        case_id = supplement_asked(province)
        province.go_to(at(6, 9))
        province.complete(case_id)
        assert due(province, case_id) == ends, effect


def test_a_supplement_that_does_not_come_closes_the_dossier_with_a_letter(province: Province) -> None:
    ship_changed(province, "TP01", supplement=Supplement(effect="resume", limit="2d"))
    case_id = supplement_asked(province)
    province.advance_to(at(8, 8))
    row = province.row(case_id)
    assert (row.status, row.is_stopped, row.closed_at is not None) == (Status.STOPPED, True, True)
    assert row.facts["outcome"] == "supplement_expired"
    assert not row.is_late
    assert faults_of_house(province.house) == []


def test_or_it_waits_for_the_word_of_the_head(province: Province) -> None:
    ship_changed(province, "TP01", supplement=Supplement(effect="resume", limit="2d", on_expiry="ask_head"))
    case_id = supplement_asked(province)
    province.advance_to(at(8, 8))
    assert province.row(case_id).closed_at is None
    [asked] = province.items(case_id, kind="expiry")
    assert asked.role == "unit_head"
    late_supplement = province.task(case_id)
    province.complete_item(late_supplement)
    assert province.items(case_id, kind="expiry") == []
    assert faults_of_house(province.house) == []


def test_a_financial_obligation_stops_the_clock_for_whole_days(ship: Callable[..., Province]) -> None:
    province = ship("TP01")
    case_id = province.receive("TP01").case_id
    head = _head(province, case_id)
    pause(province.house, head, Pause(case_id=case_id, basis="financial_obligation", reason="Chờ nộp lệ phí"))
    assert province.row(case_id).status == Status.FINANCIAL_OBLIGATION
    province.go_to(at(7, 8))
    resume(province.house, head, Resume(case_id=case_id))
    assert due(province, case_id) == at(9), "Tuesday's closing is not counted; Monday's never was"
    assert faults_of_house(province.house) == []


def _head(province: Province, case_id: UUID) -> Any:
    return province.actor(province.task(case_id).unit_code, "unit_head")


def test_a_stop_is_not_a_suspension(ship: Callable[..., Province]) -> None:
    province = ship("TP01")
    suspended, stopped = province.receive("TP01").case_id, province.receive("TP01").case_id
    pause(province.house, _head(province, suspended), Pause(case_id=suspended, basis="law", reason="Luật cho phép"))
    stop(
        province.house,
        _head(province, stopped),
        EndEarly(case_id=stopped, reason="Người nộp không thực hiện nghĩa vụ"),
    )
    told = {name: province.row(one) for name, one in {"suspended": suspended, "stopped": stopped}.items()}
    assert (told["suspended"].is_suspended, told["suspended"].is_stopped) == (True, False)
    assert (told["stopped"].is_suspended, told["stopped"].is_stopped) == (False, True)
    assert told["stopped"].status == Status.STOPPED
    rules = province.house.ruleset(told["stopped"].ruleset)
    outward = {name: rules.status(status_key(dict(row._mapping))) for name, row in told.items()}
    assert {one.code for one in outward.values()} == {8}, "the national portal has one code for both"
    assert (outward["suspended"].detail, outward["stopped"].detail) == ("Tạm dừng", "Dừng hẳn")
    assert (outward["suspended"].is_final, outward["stopped"].is_final) == (False, True)
    with province.house.store.transaction(role="worker") as connection:
        kinds = connection.execute(text("SELECT kind FROM letter WHERE case_id = :id"), {"id": stopped}).scalars()
        assert "stop_notice" in set(kinds)


def test_a_future_ruleset_leaves_dossiers_to_that_of_their_reception(ship: Callable[..., Province]) -> None:
    province = ship("TP01")
    house, now = province.house, load_rulesets()[-1]
    coming = replace(
        now,
        name="nd-tuong-lai",
        in_force_from=date(2026, 10, 7),
        dossier_code=replace(now.dossier_code, pattern="{day}.{unit}.{number}"),
        supplement=replace(now.supplement, requests_per_stage=2),
    )
    ended = replace(now, in_force_until=date(2026, 10, 6))
    house.rulesets = {**house.rulesets, ended.name: ended, coming.name: coming}
    old = province.receive("TP01").case_id
    province.go_to(at(7, 9))
    new = province.receive("TP01")
    assert (province.row(old).ruleset, province.row(new.case_id).ruleset) == (now.name, "nd-tuong-lai")
    assert new.code == f"261007.{COMMUNE}.01.0001"
    province.complete(old)
    assert province.row(old).ruleset == now.name


def test_a_manifest_says_what_it_does_not_understand() -> None:
    told = {"code": "X", "name": "X", "level": "commune", "lead": "commune.office"}
    for wrong in ({"limits": {"fax": "3d"}}, {"limits": {"post": "soon"}}, {"cutoffs": {"post": "25:00"}}):
        with pytest.raises(InputError):
            Manifest.from_data(told | wrong)


def test_what_a_manifest_does_not_use_leaves_its_hash_alone() -> None:
    plain = Manifest(code="X", name="X", level="commune", lead="y", phases=(Phase(number=1),), papers=(_PAPER,))
    assert not {"limits", "cutoffs"} & plain.to_data().keys()
    used = replace(plain, limits={"post": "5d"})
    assert Manifest.from_data(used.to_data()) == used


_PAPER = PaperRequirement(name="Tờ khai")
