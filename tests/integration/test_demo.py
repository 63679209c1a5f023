"""The demo province: everything resolves, every state occurs, and what the acts made holds together."""

from __future__ import annotations

import dataclasses
import os
import random
import re
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from argon2 import PasswordHasher
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy import Connection, select, text

from engine.catalogue.directory import Directory, Seating
from engine.catalogue.folder import load_folder
from engine.catalogue.publishing import variables_of
from engine.catalogue.versions import Version
from engine.deadlines import Ledger, working_time_between
from engine.delivery.registry import Registry
from engine.dossier.house import House
from engine.errors import Refused
from engine.history.chain import verify_chain
from engine.jobs.clock import sweep
from engine.rulesets import packaged_calendar
from engine.run import SEMANTICS, compile_program
from engine.store.clock import Clock
from engine.store.database import Store
from engine.store.postgres import EmbeddedPostgres
from engine.store.settings import Settings
from engine.store.tables import cases, event, officer
from web.demo import PASSWORD, PROCEDURES, demo_accounts, load
from web.demo.applicants import make_person
from web.demo.opening import tightened
from web.demo.paperwork import Desk, fill
from web.demo.province import Staff, communes, officers, read_data, units
from web.demo.scenes import Casting, Role, Scene, working_back
from web.forms.form import Form

FOLDERS = sorted(path.parent for path in PROCEDURES.glob("*/procedure.toml"))
pytestmark = pytest.mark.timeout(400)  # loading takes half a minute on two free cores
TASKS = {"userTask", "manualTask", "serviceTask"}


def quiet(line: str) -> None:
    """Progress nobody reads."""


# --- before anything is loaded ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def directory() -> Directory:
    return Directory({one.code: one for one in units()})


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_every_seat_of_a_shipped_procedure_has_somebody_with_the_role(folder: Path, directory: Directory) -> None:
    shipped, staff = load_folder(folder), Staff(officers())
    program = compile_program(shipped.source, variables=variables_of(shipped.forms))
    is_commune = shipped.manifest.level == "commune"
    for commune in communes():
        receiving = f"{commune.code}.1" if is_commune else "H27.2"
        receiving = {"approval": "H27.6", "publication": "H27.1"}.get(shipped.manifest.kind, receiving)
        first = Seating(receiving_unit=receiving, lead_unit=receiving, locality=commune.code)
        lead = directory.resolve(shipped.manifest.lead, first)
        seating = Seating(receiving_unit=receiving, lead_unit=lead, locality=commune.code)
        for element in program.elements.values():
            if element.kind not in TASKS:
                continue
            unit = directory.resolve(element.properties.get("target_unit") or element.unit_seat, seating)
            if element.kind != "serviceTask":
                assert staff.holders(unit, element.properties["role"]), (element.id, unit, element.properties["role"])


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_the_demo_fills_every_form_as_its_schema_wants(folder: Path) -> None:
    shipped, chance = load_folder(folder), random.Random(7)
    owner = make_person(chance, "thôn Đông Tiến", "xã Thạch Hà")
    program = compile_program(shipped.source, variables=variables_of(shipped.forms))
    for element in program.elements.values():
        schema = shipped.forms.get(element.properties.get("form", ""))
        if schema is None:
            continue
        for decision in schema["properties"].get("decision", {}).get("enum", ["forward"]):
            desk = Desk(
                chance=chance,
                owner=owner,
                today=datetime.now(UTC).date(),
                decision=decision,
                act=element.properties.get("act", ""),
                assignee=str(officers()[0].id),
                channel=shipped.manifest.channels[0],
                place="xã Thạch Hà",
                subject="DT01",
            )
            values = fill(schema, desk)
            assert Form(schema).check(values) == {}, (element.id, decision, values)


def test_units_stand_after_their_superiors_and_bear_what_letters_need() -> None:
    seen: set[str] = set()
    for one in units():
        assert one.parent_code is None or one.parent_code in seen
        assert one.is_external or {"superior", "agency", "place", "notation"} <= set(one.letterhead)
        seen.add(one.code)
    assert len(seen) == len(units())


def test_accounts_are_known_by_short_logins_and_hold_every_role() -> None:
    accounts = demo_accounts()
    logins = [login for login, *_ in accounts]
    assert {"motcua.xa", "thuly.xa", "truongphong.xa", "lanhdao.xa", "motcua.tinh", "vanthu", "thietke", "khcn",
            "chutich", "kiemtoan", "kiemsoat", "quantri"} <= set(logins)  # fmt: skip
    assert len(logins) == len(set(logins))
    assert all(re.fullmatch(r"[a-z]+(\.[a-z]+)?", login) for login in logins)
    roles = {role for one in officers() if one.is_demo for _, role in one.seats}
    assert len(roles) == 16
    three = next(one for one in officers() if one.login == "kiemnhiem")
    assert len({role for _, role in three.seats}) >= 3


def test_nobody_shares_a_name_login_or_id() -> None:
    people = officers()
    for of in ("name", "login", "id"):
        assert len({getattr(one, of) for one in people}) == len(people)


def test_working_back_and_ahead_meet() -> None:
    end = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    at = working_back(end, timedelta(hours=37), packaged_calendar())
    assert working_time_between(at, end, packaged_calendar()) == timedelta(hours=37)


def test_the_casting_is_the_same_every_time() -> None:
    versions = _versions()
    end = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)

    def cast() -> list[tuple[Any, ...]]:
        plays = Casting(versions, communes(), "H27.2", packaged_calendar(), end).plays()
        return [(one.case_id, one.role.version.procedure_code, one.owner, one.received_at) for one in plays]

    assert cast() == cast()
    assert 280 <= len(cast()) <= 330


def test_every_scene_finds_a_procedure_that_can_play_it() -> None:
    roles = [Role.of(one) for one in _versions()]
    for row in read_data("scenes")["scene"]:
        scene = Scene.of(row)
        assert any(scene.can_use(role) for role in roles), scene.name


def test_a_tightened_process_is_still_one_and_says_so() -> None:
    shipped = load_folder(PROCEDURES / "DT01")
    changed = tightened(shipped.source)
    assert changed != shipped.source
    assert "– 10,5 ngày" in changed.decode()
    compile_program(changed, variables=variables_of(shipped.forms))


def _versions() -> list[Any]:
    """The shipped procedures as versions, without a database."""
    found = []
    for path in FOLDERS:
        one = load_folder(path)
        program = compile_program(one.source, variables=variables_of(one.forms))
        found.append(
            Version(
                id=uuid.uuid4(),
                procedure_code=one.manifest.code,
                number=1,
                state="published",
                content_hash=one.content_hash,
                semantics=SEMANTICS,
                manifest=one.manifest,
                forms=one.forms,
                program=program,
                routing=frozenset(program.named_variables),
                effective_on=None,
            )
        )
    return found


# --- the clock's past -------------------------------------------------------------------------------------------------


def test_a_demos_past_begins_once_and_ends_in_the_present(store: Store, clock: Clock) -> None:
    begin = datetime.now(UTC) - timedelta(days=60)
    clock.begin_at(begin)
    with store.transaction(role="owner") as connection:
        assert timedelta(0) <= clock.now(connection) - begin + timedelta(seconds=1) < timedelta(seconds=30)
        later = begin + timedelta(days=10)
        clock.advance_to(connection, later)
        assert clock.now(connection) >= later
        clock.advance_to(connection, begin)
        assert clock.now(connection) >= later
    clock.return_to_present()
    with store.transaction(role="worker") as connection:
        assert clock.offset(connection) == timedelta(0)


def test_returning_to_the_present_never_moves_time_back(store: Store, clock: Clock) -> None:
    clock.advance(3600)
    clock.return_to_present()
    with store.transaction(role="worker") as connection:
        assert clock.offset(connection) == timedelta(hours=1)


def test_production_has_no_past(settings: Settings, store: Store) -> None:
    real = Clock(Store(dataclasses.replace(settings, mode="production"), None))
    for deed in (lambda: real.begin_at(datetime.now(UTC)), real.return_to_present):
        with pytest.raises(Refused):
            deed()


# --- the whole province, loaded once ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def loaded(
    server: EmbeddedPostgres, superuser: psycopg.Connection, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """One demo for all the tests below, none of which changes it."""
    name = "t_demo"
    create = sql.SQL("create database {} template {} strategy wal_log")
    superuser.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
    folder = tmp_path_factory.mktemp("demo")
    settings = Settings(data_dir=folder, database_url=make_conninfo(server.conninfo(database=name)), pool_size=4)
    store = Store.open(settings)
    house = House.open(settings, store, Registry())
    told: list[str] = []
    assert load(house, progress=told.append)
    assert any(re.fullmatch(r"Dựng tỉnh mẫu: \d+/\d+ hồ sơ", line) for line in told)
    yield house
    store.close()
    superuser.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def connection(loaded: House) -> Iterator[Connection]:
    with loaded.store.transaction(role="worker") as found:
        yield found


def test_a_house_with_something_in_it_is_left_alone(loaded: House) -> None:
    assert load(loaded, progress=quiet) is False


def test_every_public_status_occurs(connection: Connection) -> None:
    found = set(connection.execute(select(cases.c.status)).scalars())
    # 1 is an online submission that nobody has taken in yet: it becomes a case when it is received
    assert found >= {2, 3, 4, 5, 6, 7, 8, 9, 10}


STATES = {
    "apology waits for the head": "apology = 'drafted' AND NOT is_late AND closed_at IS NULL",
    "apology issued, not late": "apology = 'issued' AND NOT is_late AND closed_at IS NULL",
    "apology unsigned at the breach": "apology = 'escalated' AND is_late",
    "late, explanation owed": "is_late AND explanation = 'owed'",
    "late, explanation given": "is_late AND explanation = 'given'",
    "late, returned": "is_late AND status = 10",
    "signed, waits for pick-up": "status = 9 AND closed_at IS NULL",
    "returned early": "status = 10 AND NOT is_late AND decided_at < legal_due_at - interval '1 day'",
    "returned on the day": "status = 10 AND NOT is_late AND decided_at::date = legal_due_at::date",
    "received in the last working hours": "status = 2",
    "withdrawn": "facts ->> 'outcome' = 'withdrawn'",
    "stopped": "facts ->> 'outcome' = 'stopped'",
    "voided": "facts ->> 'outcome' = 'voided'",
    "declined at the counter": "facts ->> 'outcome' = 'declined'",
    "refused": "facts ->> 'outcome' = 'refused'",
    "parent of several": "id IN (SELECT parent_id FROM cases)",
    "in phase 2": "(facts ->> 'phase')::int = 2 AND closed_at IS NULL AND NOT is_late",
    "paused by hand": "is_suspended AND status = 4",
    "waits to be assigned at the shown commune": "id IN (SELECT case_id FROM work_item WHERE state = 'open' AND"
    " unit_code = 'H27.104.2' AND name ILIKE 'phân công%')",
    "an approval on its way": "kind = 'approval' AND closed_at IS NULL",
    "an approval done": "kind = 'approval' AND closed_at IS NOT NULL",
    "received online": "channel = 2",
    "by post": "facts ->> 'result_delivery' = 'post'",
}


@pytest.mark.parametrize("state", STATES)
def test_every_listed_state_occurs(connection: Connection, state: str) -> None:
    assert connection.execute(text(f"SELECT count(*) FROM cases WHERE {STATES[state]}")).scalar_one() > 0


@pytest.mark.parametrize(
    "kind",
    ["SupplementReceived", "ReturnedToStep", "TaskReassigned", "LimitExtended", "DossierCorrected", "HandOverTaken",
     "AnswerTaken", "ConsultationSilent", "PhaseReceived", "FeeCollected", "ProcessPublished"],
)  # fmt: skip
def test_every_listed_act_happened(connection: Connection, kind: str) -> None:
    assert connection.execute(text("SELECT count(*) FROM event WHERE type = :kind"), {"kind": kind}).scalar_one() > 0


def test_histories_are_whole_and_in_order_of_business_time(connection: Connection) -> None:
    rows = connection.execute(
        select(event.c.case_id, event.c.seq, event.c.at, event.c.body, event.c.hash).order_by(
            event.c.case_id, event.c.seq
        )
    ).all()
    heads = dict(connection.execute(select(cases.c.id, cases.c.head_hash)).all())
    by_case: dict[Any, list[Any]] = {}
    for row in rows:
        by_case.setdefault(row.case_id, []).append(row)
    assert by_case.keys() == heads.keys()
    for case_id, events in by_case.items():
        told = [(one.seq, bytes(one.body), bytes(one.hash)) for one in events]
        verdict = verify_chain(str(case_id), told, bytes(heads[case_id]))
        assert verdict.is_whole, verdict.reason
        assert [one.at for one in events] == sorted(one.at for one in events)


def test_cached_dates_are_what_the_ledgers_say(loaded: House, connection: Connection) -> None:
    for row in connection.execute(select(cases)):
        ledger = Ledger.from_json(row.ledger)
        assert row.legal_due_at == ledger.due_of_law(loaded.calendar), row.code
        assert row.promised_at == ledger.promised(loaded.calendar), row.code
        if row.decided_at is not None and row.legal_due_at is not None:
            assert row.is_late == ledger.is_late(loaded.calendar, row.decided_at), row.code


def test_no_timer_is_overdue_and_a_sweep_finds_nothing(loaded: House) -> None:
    assert sweep(loaded) == 0


def test_work_items_sort_by_their_own_due_moment_else_by_the_limit_of_law(connection: Connection) -> None:
    wrong = text(
        "SELECT w.case_code FROM work_item w JOIN cases c ON c.id = w.case_id WHERE w.state = 'open' AND ("
        "w.case_legal_due_at IS DISTINCT FROM c.legal_due_at OR"
        " w.sort_at IS DISTINCT FROM coalesce(w.due_at, c.legal_due_at, timestamptz '9999-01-01 00:00:00+00'))"
    )
    assert connection.execute(wrong).scalars().all() == []


def test_closed_cases_leave_no_work_but_what_a_late_one_owes(connection: Connection) -> None:
    left = text(
        "SELECT w.kind FROM work_item w JOIN cases c ON c.id = w.case_id"
        " WHERE w.state = 'open' AND c.closed_at IS NOT NULL"
    )
    assert set(connection.execute(left).scalars()) <= {"explanation", "escalation"}


def test_what_waits_for_a_neighbour_has_its_job_and_letters_have_a_job_or_an_end(connection: Connection) -> None:
    pending = set(connection.execute(text("SELECT id::text FROM delivery WHERE state = 'pending'")).scalars())
    jobs = connection.execute(text("SELECT task_name, args FROM procrastinate_jobs WHERE status = 'todo'")).all()
    assert pending <= {one.args["delivery_id"] for one in jobs if one.task_name == "delivery.send"}
    approved = set(connection.execute(text("SELECT id::text FROM letter WHERE state = 'approved'")).scalars())
    assert approved == {one.args["letter_id"] for one in jobs if one.task_name == "letter.issue"}
    assert 0 < len(approved) <= 150
    assert {one.task_name for one in jobs} <= {"delivery.send", "letter.issue"}


def test_most_dossiers_are_in_time(connection: Connection) -> None:
    late, total = connection.execute(
        text("SELECT count(*) FILTER (WHERE is_late), count(*) FROM cases WHERE kind = 'dossier'")
    ).one()
    assert 280 <= total <= 330
    assert 0.01 < late / total < 0.1


def test_the_shared_password_opens_shown_accounts_only(connection: Connection) -> None:
    rows = connection.execute(select(officer)).all()
    shown = [one for one in rows if one.is_demo]
    assert sorted(one.login for one in shown) == sorted(login for login, *_ in demo_accounts())
    assert PasswordHasher().verify(shown[0].password_hash, PASSWORD)
    assert all(one.password_hash is None for one in rows if not one.is_demo)


def test_the_business_clock_shows_the_present(loaded: House, connection: Connection) -> None:
    assert loaded.clock.offset(connection) == timedelta(0)


def test_demo_data_never_enters_production(settings: Settings, store: Store) -> None:
    house = House.open(settings, store, Registry())
    with pytest.raises(Refused):
        load(dataclasses.replace(house, settings=dataclasses.replace(settings, mode="production")))


# --- killed on the way ------------------------------------------------------------------------------------------------

LOADER = """
import sys
from pathlib import Path
from engine.delivery.registry import Registry
from engine.dossier.house import House
from engine.store.database import Store
from engine.store.settings import Settings
from web.demo import load
settings = Settings(data_dir=Path(sys.argv[1]), database_url=sys.argv[2], pool_size=4)
store = Store.open(settings)
load(House.open(settings, store, Registry()), progress=lambda line: print(line, flush=True))
store.close()
"""


def test_a_load_killed_half_way_starts_afresh(
    settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    argv = [sys.executable, "-c", LOADER, str(settings.data_dir), str(settings.database_url)]
    child = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2], env=os.environ)
    assert child.stdout is not None
    with child.stdout:
        for line in child.stdout:
            if "20/" in line:
                break
        child.send_signal(signal.SIGKILL)
        child.wait()
    house = House.open(settings, store, Registry())
    with store.transaction(role="worker") as connection:
        left = connection.execute(text("SELECT count(*) FROM cases")).scalar_one()
        assert left > 0
        assert house.clock.offset(connection) < timedelta(0)
    monkeypatch.setattr("web.demo.theatre.Theatre.perform", lambda *_: None)
    monkeypatch.setattr(
        "web.demo.theatre.Theatre.return_to_present", lambda theatre: theatre.house.clock.return_to_present()
    )
    assert load(house, progress=quiet)
    with store.transaction(role="worker") as connection:
        assert connection.execute(text("SELECT count(*) FROM cases")).scalar_one() == 0
        assert house.clock.offset(connection) == timedelta(0)
        assert connection.execute(text("SELECT count(*) FROM unit")).scalar_one() == len(units())
    assert load(house, progress=quiet) is False
