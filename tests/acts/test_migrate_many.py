"""All open dossiers of a procedure: a preview of each, then those that can go are brought over, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from engine.dossier import migrate_many
from engine.dossier.migrate_many import MigrateMany, carry_out_many, counts_of, try_many
from engine.errors import InputError, NotAllowed, Refused
from engine.jobs.worker import work_off
from tests.acts.migrating import DESIGNER, ONE_STOP, Versions, everything, model, task
from tests.crash.killing import End, kill_at
from tests.invariants import faults_of_case, faults_of_house
from tests.province import Province

OLD = model(task("a"), task("b"), path="s>nhan>a>b>e")
NEW = model(task("a"), task("x"), task("b"), path="s>nhan>a>x>b>e")


@pytest.fixture
def versions(province: Province) -> Versions:
    found = Versions(province)
    found.publish(OLD)
    return found


def run_of(versions: Versions, **mapping: str) -> UUID:
    """A preview, worked off."""
    command = MigrateMany(id=uuid4(), version_id=versions.ids[-1], mapping=mapping)
    run_id = try_many(versions.province.house, DESIGNER, command)
    work_off(versions.province.house)
    return run_id


def results(province: Province, run_id: UUID) -> dict[UUID, tuple[str, Sequence[str]]]:
    with province.house.store.transaction(role="worker") as connection:
        found = text("SELECT case_id, state, reasons FROM migration_case WHERE run_id = :id")
        return {row.case_id: (row.state, row.reasons) for row in connection.execute(found, {"id": run_id})}


def counts(province: Province, run_id: UUID) -> dict[str, int]:
    with province.house.store.transaction(role="worker") as connection:
        return counts_of(connection, run_id)


def test_those_that_can_go_go_and_the_others_stay_with_their_reason(versions: Versions) -> None:
    province = versions.province
    early, late, ended = [versions.open() for _ in range(3)]
    province.complete(late, "a")
    for element in ("a", "b"):
        province.complete(ended, element)
    versions.publish(NEW)
    newborn = versions.open()
    work_off(province.house)
    before = everything(province, late)

    run_id = run_of(versions)
    tried = results(province, run_id)
    assert {case_id: state for case_id, (state, _) in tried.items()} == {early: "able", late: "unable"}
    assert "Việc b" in tried[late][1][0]
    assert newborn not in tried
    assert province.row(early).version_id == versions.ids[0]

    assert carry_out_many(province.house, DESIGNER, run_id) == 1
    work_off(province.house)
    assert {case_id: state for case_id, (state, _) in results(province, run_id).items()} == {
        early: "migrated",
        late: "unable",
    }
    assert province.row(early).version_id == versions.ids[1]
    assert everything(province, late) == before
    assert province.events(early)[-1].type == "DossierMigrated"
    assert faults_of_house(province.house) == []


def test_what_moved_on_between_preview_and_deed_is_judged_again(versions: Versions) -> None:
    province = versions.province
    moved, ended = versions.open(), versions.open()
    versions.publish(NEW)
    run_id = run_of(versions)
    assert counts(province, run_id) == {"able": 2}
    province.complete(moved, "a")
    for element in ("a", "b"):
        province.complete(ended, element)
    carry_out_many(province.house, DESIGNER, run_id)
    work_off(province.house)
    found = results(province, run_id)
    assert {state for state, _ in found.values()} == {"refused"}
    assert "đã kết thúc" in found[ended][1][0]
    assert faults_of_house(province.house) == []


def test_a_worker_killed_on_the_way_leaves_the_rest_to_the_next(versions: Versions) -> None:
    """One run, killed again and again at later points; nothing is lost, nothing done twice."""
    province = versions.province
    opened = [versions.open() for _ in range(4)]
    versions.publish(model(task("viec"), task("b"), path="s>nhan>viec>b>e"))
    run_id = run_of(versions, a="viec")
    carry_out_many(province.house, DESIGNER, run_id)
    job = partial(migrate_many.carry_out_batch, province.house, run_id, 0)
    for point in (7, 23, 41, 62, 75):
        assert kill_at(province.house, job, point) is End.KILLED
        found = counts(province, run_id)
        moved = [one for one in opened if province.row(one).version_id == versions.ids[1]]
        assert found.get("migrated", 0) == len(moved)
        assert [one for case_id in opened for one in faults_of_case(province.house, case_id)] == []
    assert 0 < len(moved) < len(opened)
    for _ in range(2):  # the job comes again, and once more
        job()
    assert counts(province, run_id) == {"migrated": 4}
    for case_id in opened:
        assert [one.type for one in province.events(case_id)].count("DossierMigrated") == 1
    work_off(province.house)
    assert faults_of_house(province.house) == []


def test_a_run_is_asked_for_once_and_by_who_may(versions: Versions) -> None:
    province = versions.province
    versions.open()
    command = MigrateMany(id=uuid4(), version_id=versions.publish(NEW), mapping={})
    with pytest.raises(NotAllowed):
        try_many(province.house, province.actor(ONE_STOP, "unit_head"), command)
    with pytest.raises(InputError, match="khong-co"):
        try_many(province.house, DESIGNER, replace(command, id=uuid4(), mapping={"a": "khong-co"}))
    for _ in range(2):
        assert try_many(province.house, DESIGNER, command) == command.id
    assert counts(province, command.id) == {"waiting": 1}
    with pytest.raises(Refused, match="chưa kiểm tra xong"):
        carry_out_many(province.house, DESIGNER, command.id)
    work_off(province.house)
    with pytest.raises(NotAllowed):
        carry_out_many(province.house, province.actor(ONE_STOP, "unit_head"), command.id)


def test_a_preview_may_look_at_a_version_that_is_not_in_force(versions: Versions) -> None:
    versions.open()
    versions.publish(NEW, in_force=False)
    run_id = run_of(versions)
    assert counts(versions.province, run_id) == {"able": 1}
    with pytest.raises(Refused, match="đang áp dụng"):
        carry_out_many(versions.province.house, DESIGNER, run_id)
