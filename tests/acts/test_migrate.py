"""Bringing an open dossier to another version of its process: everything is kept, or nothing moves and it says why."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

from engine.dossier.actor import SYSTEM
from engine.dossier.drafts import draft_of, keep_draft
from engine.dossier.migrate import Migrate, migrate
from engine.dossier.pause import Pause, Resume, pause, resume
from engine.errors import CaseBusy, InputError, MigrationRefused, NotAllowed, Refused, StaleTask
from engine.reports.history import history_view, note_of, title_of
from engine.store.database import Store
from engine.store.postgres import EmbeddedPostgres
from engine.store.settings import Settings
from tests.acts.migrating import DESIGNER, ONE_STOP, OPINION, Versions, everything, model, task, timer
from tests.bpmn_models import flows, properties
from tests.invariants import faults_of_case
from tests.province import MONDAY, Province, found_province

MANY = "<multiInstanceLoopCharacteristics><loopCardinality>{0}</loopCardinality></multiInstanceLoopCharacteristics>"
CONDITION = "g>{0}: amount > 100"


@pytest.fixture(scope="module")
def shared(
    server: EmbeddedPostgres, superuser: psycopg.Connection, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Province]:
    """One government for all these tests: each has a procedure of its own."""
    create = sql.SQL("create database migrating template {} strategy wal_log")
    superuser.execute(create.format(sql.Identifier(template)))
    url = server.conninfo(database="migrating")
    settings = Settings(data_dir=tmp_path_factory.mktemp("migrating"), database_url=url, pool_size=4)
    with contextlib.closing(Store.open(settings)) as store:
        yield found_province(settings, store)
    superuser.execute("drop database migrating with (force)")


@pytest.fixture
def versions(shared: Province, request: pytest.FixtureRequest) -> Versions:
    shared.go_to(MONDAY)
    return Versions(shared, code=f"M-{hashlib.sha256(request.node.name.encode()).hexdigest()[:12]}")


@pytest.fixture
def alone(province: Province) -> Versions:
    """For what would disturb the others."""
    return Versions(province)


def gateway(name: str, default: str, kind: str = "exclusiveGateway") -> str:
    return f'<{kind} id="{name}"' + (f' default="{default}"/>' if default else "/>")


def box(name: str, *tasks: str) -> str:
    inner = "".join(task(one) for one in tasks)
    path = ">".join([f"{name}1", *tasks, f"{name}2"])
    return (
        f'<subProcess id="{name}"><startEvent id="{name}1"/><endEvent id="{name}2"/>{inner}{flows(path)}</subProcess>'
    )


LINE = model(task("a"), task("b"), path="s>nhan>a>b>e")
LOOP = model(task("a"), task("b"), gateway("g", "g_e"), path="s>nhan>a>b>g>e; " + CONDITION.format("a"))


def is_migrated(versions: Versions, case_id: UUID, **mapping: str) -> None:
    """The case goes to the newest version and is whole there; then it is lived to its end and is whole still."""
    province = versions.province
    before = province.row(case_id)
    tried = versions.tried(case_id, **mapping)
    assert tried.reasons == ()
    done = versions.migrate(case_id, **mapping)
    assert (done.from_number, done.to_number) == (tried.from_number, tried.to_number)
    after = province.row(case_id)
    assert after.version_id == versions.ids[-1]
    assert (after.legal_due_at, after.promised_at, after.status) == (
        before.legal_due_at,
        before.promised_at,
        before.status,
    )
    assert faults_of_case(province.house, case_id) == []


def is_refused(versions: Versions, case_id: UUID, *words: str, **mapping: str) -> None:
    """It stays where it is, untouched, and the reason has these words."""
    province = versions.province
    before = everything(province, case_id)
    reasons = " ".join(versions.tried(case_id, **mapping).reasons)
    assert all(word in reasons for word in words), reasons
    with pytest.raises(MigrationRefused) as told:
        versions.migrate(case_id, **mapping)
    assert " ".join(told.value.reasons) == reasons
    assert everything(province, case_id) == before
    assert faults_of_case(province.house, case_id) == []


def lived(province: Province, case_id: UUID, **values: Any) -> list[str]:
    """Do every open task until the dossier is closed; returns the elements that were done."""
    done = []
    for _ in range(20):
        items = province.items(case_id, kind="task")
        if not items:
            break
        done.append(items[0].element_id)
        province.complete_item(items[0], **values)
    assert province.row(case_id).closed_at is not None
    assert faults_of_case(province.house, case_id) == []
    return done


# --- what works in every engine ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "rest"),
    [
        (model(task("a"), task("b"), task("c"), path="s>nhan>a>b>c>e"), ["a", "b", "c"]),
        (model(task("a"), task("b", name="Tên mới"), path="s>nhan>a>b>e"), ["a", "b"]),
        (
            model(task("a"), task("b"), gateway("g", "g_e"), path="s>nhan>a>b>g>e; " + CONDITION.format("b")),
            ["a", "b"],
        ),
        (model(task("a"), path="s>nhan>a>e"), ["a"]),
    ],
    ids=["added downstream", "renamed downstream", "condition not reached", "removed downstream"],
)
def test_what_lies_ahead_may_change(versions: Versions, new: bytes, rest: list[str]) -> None:
    versions.publish(LINE)
    case_id = versions.open()
    versions.publish(new)
    is_migrated(versions, case_id)
    assert lived(versions.province, case_id) == rest


def test_what_lies_behind_a_join_may_change(versions: Versions) -> None:
    parts = (gateway("k", "", "parallelGateway"), gateway("j", "", "parallelGateway"))
    versions.publish(model(*parts, task("a"), task("b"), task("c"), path="s>nhan>k>a>j>c>e; k>b>j"))
    case_id = versions.open()
    versions.province.complete(case_id, "a")  # one token waits at the join
    versions.publish(model(*parts, task("a"), task("b"), task("c"), task("d"), path="s>nhan>k>a>j>c>d>e; k>b>j"))
    is_migrated(versions, case_id)
    assert lived(versions.province, case_id) == ["b", "c", "d"]


def test_a_sub_process_under_way_may_change_ahead(versions: Versions) -> None:
    versions.publish(model(box("h", "a", "b"), path="s>nhan>h>e"))
    case_id = versions.open()
    versions.publish(model(box("h", "a", "b", "c"), path="s>nhan>h>e"))
    is_migrated(versions, case_id)
    assert lived(versions.province, case_id) == ["a", "b", "c"]


def test_the_second_lap_of_a_loop_stays_the_second(versions: Versions) -> None:
    province = versions.province
    versions.publish(LOOP)
    case_id = versions.open()
    province.complete(case_id, "a")
    province.complete(case_id, "b", amount=101)
    assert province.task(case_id).address == "a#2"
    versions.publish(
        model(task("a"), task("b"), task("c"), gateway("g", "g_c"), path="s>nhan>a>b>g>c>e; " + CONDITION.format("a"))
    )
    is_migrated(versions, case_id)
    assert province.task(case_id).address == "a#2"
    assert lived(province, case_id, amount=1) == ["a", "b", "c"]


# --- the failure table ------------------------------------------------------------------------------------------------


def test_what_is_typed_into_an_open_task_is_kept(versions: Versions) -> None:
    province = versions.province
    versions.publish(LINE)
    case_id = versions.open()
    item, clerk = province.task(case_id), province.actor(ONE_STOP, "case_officer")
    keep_draft(province.house, clerk, item.id, {"note": "nhập dở"})
    versions.publish(model(task("viec"), task("b"), path="s>nhan>viec>b>e"))
    is_migrated(versions, case_id, a="viec")
    moved = province.task(case_id)
    assert (moved.element_id, moved.id != item.id) == ("viec", True)
    with province.house.store.transaction(role="worker") as connection:
        kept = draft_of(province.house, connection, clerk, moved.id)
    assert kept is not None
    assert kept.typed == {"note": "nhập dở"}


def test_a_draft_of_a_form_that_changes_holds_the_dossier_back(versions: Versions) -> None:
    province = versions.province
    versions.publish(LINE)
    case_id = versions.open()
    shorter = {"type": "object", "properties": {"decision": OPINION["properties"]["decision"]}}
    versions.publish(LINE, forms={"opinion": shorter})
    keep_draft(province.house, province.actor(ONE_STOP, "case_officer"), province.task(case_id).id, {"note": "dở"})
    is_refused(versions, case_id, "nhập dở", "biểu mẫu")


def test_a_running_timer_keeps_its_moment(versions: Versions) -> None:
    province = versions.province
    reminder = timer("nhac", "a", "P2D")
    versions.publish(model(task("a"), reminder, task("b"), path="s>nhan>a>b>e"))
    case_id = versions.open()
    province.advance_to(MONDAY + timedelta(hours=20))
    due = _due(province, case_id)
    versions.publish(model(task("a"), reminder, task("b"), task("c"), path="s>nhan>a>b>c>e"))
    is_migrated(versions, case_id)
    assert _due(province, case_id) == due
    assert province.advance_to(MONDAY + timedelta(days=3)) >= 1
    assert faults_of_case(province.house, case_id) == []


@pytest.mark.parametrize("interrupts", [False, True])
def test_a_cycle_that_has_fired_goes_on_where_it_was(versions: Versions, interrupts: bool) -> None:
    province = versions.province
    versions.publish(
        model(task("a"), timer("nhac", "a", "R3/P1D", kind="Cycle"), timer("het", "a", "P9D", interrupts=interrupts),
              task("b"), path="s>nhan>a>b>e")
    )  # fmt: skip
    case_id = versions.open()
    province.advance_to(MONDAY + timedelta(days=2))
    before = _dues(province, case_id)
    versions.publish(
        model(task("a2"), timer("nhac2", "a2", "R3/P1D", kind="Cycle"),
              timer("het", "a2", "P9D", interrupts=interrupts), task("b"), path="s>nhan>a2>b>e")
    )  # fmt: skip
    is_migrated(versions, case_id, a="a2", nhac="nhac2")
    assert sorted(_dues(province, case_id).values()) == sorted(before.values())
    province.advance_to(MONDAY + timedelta(days=14))
    assert faults_of_case(province.house, case_id) == []


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (model(task("a"), timer("nhac", "a", "P5D"), path="s>nhan>a>e"), ["nhac", "theo bản mới"]),
        (model(task("a"), path="s>nhan>a>e"), ["nhac", "không còn"]),
    ],
    ids=["another span", "gone"],
)
def test_a_changed_timer_holds_the_dossier_back(versions: Versions, new: bytes, words: list[str]) -> None:
    versions.publish(model(task("a"), timer("nhac", "a", "P2D"), path="s>nhan>a>e"))
    case_id = versions.open()
    versions.publish(new)
    is_refused(versions, case_id, *words)


def test_a_task_done_and_gone_holds_the_dossier_back(versions: Versions) -> None:
    """The library migrated it and could never load it again."""
    versions.publish(LINE)
    case_id = versions.open()
    versions.province.complete(case_id, "a")
    versions.publish(model(task("b"), path="s>nhan>b>e"))
    is_refused(versions, case_id, "“a”", "không còn")


def test_a_task_done_under_another_id_is_the_same_task(versions: Versions) -> None:
    versions.publish(LINE)
    case_id = versions.open()
    versions.province.complete(case_id, "a")
    versions.publish(model(task("viec"), task("b"), path="s>nhan>viec>b>e"))
    is_refused(versions, case_id, "“a”")
    is_migrated(versions, case_id, a="viec")
    assert lived(versions.province, case_id) == ["b"]


def test_a_boundary_event_may_be_added_to_the_open_task(versions: Versions) -> None:
    """The library raised an exception."""
    province = versions.province
    versions.publish(LINE)
    case_id = versions.open()
    versions.publish(model(task("a"), timer("nhac", "a", "P3D"), task("b"), path="s>nhan>a>b>e"))
    is_migrated(versions, case_id)
    assert list(_dues(province, case_id)) == ["nhac#1"]
    province.advance_to(MONDAY + timedelta(days=4))
    assert "nhac" in {step["element"] for one in _contents(province, case_id) for step in one.get("passed", ())}
    assert lived(province, case_id) == ["a", "b"]


def test_an_added_timer_that_would_be_due_already_holds_the_dossier_back(versions: Versions) -> None:
    versions.publish(LINE)
    case_id = versions.open()
    versions.publish(model(task("a"), timer("het", "a", "P1D", interrupts=True), task("b"), path="s>nhan>a>b>e"))
    versions.province.advance_to(MONDAY + timedelta(days=3))
    is_refused(versions, case_id, "het", "đã đến hạn")


def test_a_new_parallel_branch_behind_the_split_holds_the_dossier_back(versions: Versions) -> None:
    """The library's join waited for ever."""
    parts = (gateway("k", "", "parallelGateway"), gateway("j", "", "parallelGateway"))
    versions.publish(model(*parts, task("a"), task("b"), path="s>nhan>k>a>j>e; k>b>j"))
    case_id = versions.open()
    versions.province.complete(case_id, "a")
    versions.publish(model(*parts, task("a"), task("b"), task("c"), path="s>nhan>k>a>j>e; k>b>j; k>c>j"))
    is_refused(versions, case_id, "mở thêm", "Việc c")


def test_many_instances_under_way_go_on_where_they_were(versions: Versions) -> None:
    """The library lost those that were finished."""
    province = versions.province
    versions.publish(model(task("a", MANY.format(3)), task("b"), path="s>nhan>a>b>e"))
    case_id = versions.open()
    first = next(one for one in province.items(case_id, kind="task") if one.address == "a#1[1]")
    province.complete_item(first)
    versions.publish(model(task("a", MANY.format(3)), task("b"), task("c"), path="s>nhan>a>b>c>e"))
    is_migrated(versions, case_id)
    assert {one.address for one in province.items(case_id, kind="task")} == {"a#1[0]", "a#1[2]"}
    assert lived(province, case_id) == ["a", "a", "b", "c"]


def test_another_number_of_instances_holds_the_dossier_back(versions: Versions) -> None:
    versions.publish(model(task("a", MANY.format(3)), path="s>nhan>a>e"))
    case_id = versions.open()
    versions.publish(model(task("a", MANY.format(4)), path="s>nhan>a>e"))
    is_refused(versions, case_id, "mở thêm")
    versions.publish(model(task("a", MANY.format(2)), path="s>nhan>a>e"))
    is_refused(versions, case_id, "Việc a", "hồ sơ ở")


def test_an_open_task_that_is_gone_holds_the_dossier_back(versions: Versions) -> None:
    """The library let its token jump to what looked alike."""
    versions.publish(LINE)
    case_id = versions.open()
    versions.publish(model(task("x"), task("b"), path="s>nhan>x>b>e"))
    is_refused(versions, case_id, "“Việc a”", "không có phần tử")
    is_refused(versions, case_id, "Việc a", a="b")  # a task that is not reached yet is not the same task
    is_migrated(versions, case_id, a="x")


def test_what_a_call_activity_calls_must_still_be_there(versions: Versions) -> None:
    def called(title: str) -> str:
        inside = '<startEvent id="qs"/><endEvent id="qe"/>' + task("a", name=title) + flows("qs>a>qe")
        return f'<process id="q">{inside}</process>'

    calling = '<callActivity id="c" calledElement="q"/>'
    versions.publish(model(calling, path="s>nhan>c>e", outside=called("Việc gọi")))
    case_id = versions.open()
    assert versions.province.task(case_id).address == "c#1/a#1"
    versions.publish(model(calling, task("d"), path="s>nhan>c>d>e", outside=called("Việc khác")))
    is_migrated(versions, case_id)
    versions.publish(model(task("d"), path="s>nhan>d>e"))
    is_refused(versions, case_id, "Việc khác")


def test_a_message_that_is_waited_for_keeps_its_name(versions: Versions) -> None:
    def waiting(message: str) -> bytes:
        event = '<intermediateCatchEvent id="c"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
        return model(event, task("b"), path="s>nhan>c>b>e", outside=f'<message id="m" name="{message}"/>')

    versions.publish(waiting("da-nop-tien"))
    case_id = versions.open()
    versions.publish(waiting("da-nop-tien-thue"))
    is_refused(versions, case_id, "da-nop-tien", "khác")


# --- moved, inserted, swapped -----------------------------------------------------------------------------------------


def test_an_open_task_may_move_into_a_sub_process(versions: Versions) -> None:
    province = versions.province
    versions.publish(LINE)
    case_id = versions.open()
    due = province.task(case_id).due_at
    versions.publish(model(box("h", "a"), task("b"), path="s>nhan>h>b>e"))
    is_migrated(versions, case_id)
    item = province.task(case_id)
    assert (item.address, item.due_at) == ("h#1/a#1", due)
    assert lived(province, case_id) == ["a", "b"]


def test_a_step_inserted_before_the_open_one_holds_the_dossier_back(versions: Versions) -> None:
    versions.publish(LINE)
    case_id = versions.open()
    versions.province.complete(case_id, "a")
    versions.publish(model(task("a"), task("x"), task("b"), path="s>nhan>a>x>b>e"))
    is_refused(versions, case_id, "Việc b", "hồ sơ ở “Việc x”")


def test_tasks_done_in_another_order_hold_the_dossier_back(versions: Versions) -> None:
    versions.publish(LINE)
    case_id = versions.open()
    versions.province.complete(case_id, "a")
    versions.publish(model(task("b"), task("a"), path="s>nhan>b>a>e"))
    is_refused(versions, case_id, "“Việc a”", "chưa tới")


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        (task("a", role="unit_head"), "vai trò"),
        (task("a", kind="manualTask", clock="paused", clock_owner="applicant", clock_basis="supplement"), "tạm dừng"),
    ],
    ids=["role", "clock"],
)
def test_whose_the_open_task_is_does_not_change_with_the_version(versions: Versions, changed: str, word: str) -> None:
    versions.publish(model(task("a"), path="s>nhan>a>e"))
    case_id = versions.open()
    versions.publish(model(changed, path="s>nhan>a>e"))
    is_refused(versions, case_id, word)


def test_an_open_task_does_not_wander_to_another_unit(versions: Versions) -> None:
    versions.publish(model(task("a"), path="s>nhan>a>e"))
    case_id = versions.open()
    versions.publish(model(task("a"), path="s>nhan>a>e", units={"commune.economy": "a"}))
    is_refused(versions, case_id, "đơn vị khác")


def test_due_moments_of_open_work_stay_and_new_limits_hold_for_later_work(versions: Versions) -> None:
    province = versions.province
    versions.publish(model(task("a", step_limit="1d"), task("b", step_limit="1d"), path="s>nhan>a>b>e"))
    case_id = versions.open()
    due = province.task(case_id).due_at
    versions.publish(
        model(task("a", step_limit="4d", step="2"), task("b", step_limit="3d"), path="s>nhan>a>b>e"), limit="30d"
    )
    is_migrated(versions, case_id)
    assert province.task(case_id).due_at == due
    province.complete(case_id, "a")
    assert province.task(case_id).due_at - due >= timedelta(days=1)


def test_a_message_that_never_went_out_is_not_taken_as_sent(versions: Versions) -> None:
    sending = '<sendTask id="gui" messageRef="m"/>'
    versions.publish(LINE)
    case_id = versions.open()
    versions.publish(
        model(sending, task("a"), task("b"), path="s>nhan>gui>a>b>e", outside='<message id="m" name="bao-tin"/>')
    )
    is_refused(versions, case_id, "bao-tin", "chưa từng gửi")


# --- neighbours, forms, people ----------------------------------------------------------------------------------------


def ask(name: str, operation: str = "request") -> str:
    told = properties(connector="consultation", operation=operation, target_unit="commune.economy")
    return f'<serviceTask id="{name}" name="Hỏi ý kiến">{told}</serviceTask>'


def test_the_answer_to_a_question_under_way_finds_its_step(versions: Versions) -> None:
    province = versions.province
    versions.publish(model(ask("hoi"), task("b"), path="s>nhan>hoi>b>e"))
    case_id = versions.open()
    versions.publish(model(ask("lay_y_kien"), task("b"), path="s>nhan>lay_y_kien>b>e"))
    is_refused(versions, case_id, "Hỏi ý kiến")
    is_migrated(versions, case_id, hoi="lay_y_kien")
    assert province.answer(case_id)
    assert province.task(case_id).element_id == "b"
    assert faults_of_case(province.house, case_id) == []


def test_a_question_does_not_change_whom_it_asks(versions: Versions) -> None:
    versions.publish(model(ask("hoi"), task("b"), path="s>nhan>hoi>b>e"))
    case_id = versions.open()
    versions.publish(model(ask("hoi", "reply"), task("b"), path="s>nhan>hoi>b>e"))
    is_refused(versions, case_id, "kết nối khác")


def test_what_only_the_new_version_asks_of_a_form_is_read_from_the_form(versions: Versions) -> None:
    """Else the dossier would go the wrong way in silence: the old version never told the process the amount."""
    province = versions.province
    versions.publish(LINE)
    case_id = versions.open()
    province.complete(case_id, "a", amount=7, rate=2.5)
    versions.publish(
        model(
            task("a"), task("b"), task("c"), gateway("g", "g_e"),
            path="s>nhan>a>b>g>e; g>c: amount > 5 && rate > 2.0; c>e",
        )
    )  # fmt: skip
    is_migrated(versions, case_id)
    assert "variables" in _contents(province, case_id)[-1]["inputs"][0]
    assert lived(province, case_id) == ["b", "c"]


def test_an_erased_form_cannot_be_asked(alone: Versions) -> None:
    province = alone.province
    alone.publish(LINE)
    case_id = alone.open()
    alone.publish(
        model(task("a"), task("b"), task("c"), gateway("g", "g_e"), path="s>nhan>a>b>g>e; g>c: amount > 5; c>e")
    )
    with province.house.store.transaction(role="owner") as connection:
        connection.execute(text("UPDATE cases SET data_key = NULL WHERE id = :id"), {"id": case_id})
    assert "đã xóa" in " ".join(alone.tried(case_id).reasons)


def test_only_designers_and_catalogue_managers_migrate(versions: Versions) -> None:
    province = versions.province
    versions.publish(LINE)
    case_id = versions.open()
    versions.publish(model(task("a"), path="s>nhan>a>e"))
    for deed in (versions.migrate, versions.tried):
        with pytest.raises(NotAllowed):
            deed(case_id, actor=province.actor(ONE_STOP, "unit_head"))
    versions.migrate(case_id, actor=SYSTEM)


def test_what_is_not_in_force_is_tried_and_not_taken(versions: Versions) -> None:
    versions.publish(LINE)
    case_id = versions.open()
    versions.publish(model(task("a"), path="s>nhan>a>e"), in_force=False)
    assert versions.tried(case_id).reasons == ()
    with pytest.raises(Refused, match="đang áp dụng"):
        versions.migrate(case_id)


@pytest.mark.parametrize("mapping", [{"a": "khong-co"}])
def test_a_mapping_to_nothing_is_told(versions: Versions, mapping: dict[str, str]) -> None:
    versions.publish(LINE)
    case_id = versions.open()
    versions.publish(model(task("a"), path="s>nhan>a>e"))
    with pytest.raises(InputError, match="khong-co"):
        versions.migrate(case_id, **mapping)


# --- ended, paused, related, at the same time -------------------------------------------------------------------------


def test_an_ended_dossier_stays_where_it_ended(versions: Versions) -> None:
    versions.publish(LINE)
    case_id = versions.open()
    lived(versions.province, case_id)
    versions.publish(model(task("a"), path="s>nhan>a>e"))
    with pytest.raises(Refused, match="đã kết thúc"):
        versions.migrate(case_id)


def test_a_version_of_another_procedure_is_refused(versions: Versions) -> None:
    province = versions.province
    versions.publish(LINE)
    case_id = versions.open()
    other = Versions(province, code="KHAC")
    other.publish(LINE)
    with pytest.raises(Refused, match="thủ tục khác"):
        migrate(province.house, DESIGNER, Migrate(case_id=case_id, version_id=other.ids[0]))


def test_a_stopped_clock_stays_stopped(versions: Versions) -> None:
    province = versions.province
    versions.publish(LINE)
    case_id = versions.open()
    head = province.actor(ONE_STOP, "unit_head")
    pause(province.house, head, Pause(case_id=case_id, basis="law", reason="Chờ kết luận thanh tra"))
    versions.publish(model(task("viec"), task("b"), task("c"), path="s>nhan>viec>b>c>e"))
    is_migrated(versions, case_id, a="viec")
    assert province.row(case_id).is_suspended
    province.advance_to(MONDAY + timedelta(days=3))
    resume(province.house, head, Resume(case_id=case_id, reason="Đã có kết luận"))
    assert lived(province, case_id) == ["viec", "b", "c"]


def test_a_child_is_migrated_and_its_parent_is_not(versions: Versions) -> None:
    province = versions.province
    versions.publish(LINE)
    parent = versions.open()
    child = versions.open(parent_id=parent)
    versions.publish(model(task("a"), path="s>nhan>a>e"))
    before = everything(province, parent)
    is_migrated(versions, child)
    assert everything(province, parent) == before
    assert province.row(child).parent_id == parent
    assert faults_of_case(province.house, parent) == []


def test_two_at_once_migrate_once(versions: Versions) -> None:
    versions.publish(LINE)
    case_id = versions.open()
    versions.publish(model(task("a"), task("b"), task("c"), path="s>nhan>a>b>c>e"))
    outcomes = _at_once(lambda: versions.migrate(case_id), lambda: versions.migrate(case_id))
    assert sorted(type(one).__name__ for one in outcomes) == ["Migration", "Refused"]
    assert faults_of_case(versions.province.house, case_id) == []


def test_an_act_at_the_same_time_comes_before_or_after(versions: Versions) -> None:
    province = versions.province
    versions.publish(LINE)
    case_id = versions.open()
    item = province.task(case_id)
    versions.publish(model(task("viec"), task("b"), path="s>nhan>viec>b>e"))
    outcomes = _at_once(lambda: versions.migrate(case_id, a="viec"), lambda: province.complete_item(item))
    assert not isinstance(outcomes[0], Exception) or isinstance(outcomes[0], CaseBusy)
    assert not isinstance(outcomes[1], Exception) or isinstance(outcomes[1], StaleTask | CaseBusy)
    assert faults_of_case(province.house, case_id) == []
    assert lived(province, case_id)[-1] == "b"


def test_the_page_that_was_open_when_a_task_changed_is_stale(versions: Versions) -> None:
    versions.publish(LINE)
    case_id = versions.open()
    seen = versions.province.task(case_id)
    versions.publish(model(task("a", name="Tên mới"), task("b"), path="s>nhan>a>b>e"))
    is_migrated(versions, case_id)
    with pytest.raises(StaleTask):
        versions.province.complete_item(seen)


# --- history ----------------------------------------------------------------------------------------------------------


def test_twice_migrated_the_history_is_whole_and_says_so(versions: Versions) -> None:
    province = versions.province
    versions.publish(LOOP)
    case_id = versions.open()
    province.complete(case_id, "a")
    province.complete(case_id, "b", amount=101)
    versions.publish(
        model(task("a1"), task("b"), gateway("g", "g_e"), path="s>nhan>a1>b>g>e; " + CONDITION.format("a1"))
    )
    is_migrated(versions, case_id, a="a1")
    province.complete(case_id, "a1")
    versions.publish(
        model(box("h", "a2"), task("b2"), gateway("g", "g_e"), path="s>nhan>h>b2>g>e; " + CONDITION.format("h"))
    )
    is_migrated(versions, case_id, a1="a2", b="b2")
    assert lived(province, case_id, amount=1) == ["b2"]
    with province.house.store.transaction(role="worker") as connection:
        view = history_view(connection, case_id)
    assert view.verdict.is_whole
    told = [(title_of(one), note_of(one)) for one in view.events if one.type == "DossierMigrated"]
    title = "Chuyển sang phiên bản quy trình khác"
    assert told == [(title, "Từ bản 1 sang bản 2"), (title, "Từ bản 2 sang bản 3")]
    assert {one.content["version"] for one in view.events} == set(_hashes(versions))


def test_a_dossier_of_other_semantics_comes_over_by_its_inputs(alone: Versions) -> None:
    """What this release cannot run it can still replay: no state of another semantics is read."""
    province = alone.province
    alone.publish(LINE)
    case_id = alone.open()
    province.complete(case_id, "a")
    with province.house.store.transaction(role="owner") as connection:
        connection.execute(text("UPDATE process_version SET semantics = 0, spec = '\\x00' WHERE number = 1"))
        connection.execute(text("UPDATE cases SET state = '\\x00' WHERE id = :id"), {"id": case_id})
    province.house.versions = type(province.house.versions)()  # a new release starts
    alone.publish(LINE)
    assert len(alone.ids) == len(set(alone.ids))
    is_migrated(alone, case_id)
    assert lived(province, case_id) == ["b"]


def _at_once(*deeds: Callable[[], object]) -> list[object]:
    outcomes: list[object] = [None] * len(deeds)

    def run(number: int) -> None:
        try:
            outcomes[number] = deeds[number]()
        except Refused as error:
            outcomes[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(deeds))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return outcomes


def _dues(province: Province, case_id: UUID) -> dict[str, object]:
    with province.house.store.transaction(role="worker") as connection:
        rows = connection.execute(
            text(
                "SELECT address, due_at FROM timer WHERE case_id = :id AND kind = 'process'"
                " AND acted_at IS NULL AND cancelled_at IS NULL"
            ),
            {"id": case_id},
        )
        return {row.address: row.due_at for row in rows}


def _due(province: Province, case_id: UUID) -> object:
    [due] = _dues(province, case_id).values()
    return due


def _contents(province: Province, case_id: UUID) -> list[dict[str, object]]:
    with province.house.store.transaction(role="worker") as connection:
        return [dict(one.content) for one in history_view(connection, case_id).events]


def _hashes(versions: Versions) -> list[str]:
    found = text("SELECT encode(content_hash, 'hex') FROM process_version WHERE procedure_code = :code")
    with versions.province.house.store.transaction(role="worker") as connection:
        return list(connection.execute(found, {"code": versions.code}).scalars())
