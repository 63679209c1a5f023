"""Messages between cases: sent by one, taken once by the one that listens for the name and the key."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from connectors.consultation.connector import from_environment
from connectors.consultation.sandbox import connector_environment
from engine.delivery.registry import Registry
from engine.delivery.signature import sign
from engine.dossier.correlate import Correlate, correlate
from engine.dossier.end_early import EndEarly, withdraw
from engine.dossier.movement import CORRELATE
from engine.errors import MigrationRefused
from tests.acts.migrating import Versions, model, task
from tests.bpmn_models import properties
from tests.desk import Desk, with_role
from tests.invariants import faults_of_case
from tests.province import Province
from tests.talking import CHILD, EVENT, MESSAGES, listens, publish_both, receive_both, receives, sends
from web.app import create_app

SECRET = "a key shared with the exchange"


@pytest.fixture
def linked(province: Province) -> tuple[UUID, UUID]:
    """A parent dossier and its child."""
    publish_both(province)
    return receive_both(province)


def carry(province: Province) -> int:
    """Do the jobs of correlation that are queued, as a worker would; how many messages were taken."""
    jobs = text("DELETE FROM procrastinate_jobs WHERE task_name = :name AND status = 'todo' RETURNING args")
    with province.house.store.transaction(role="owner") as connection:
        found = [row.args for row in connection.execute(jobs, {"name": CORRELATE})]
    return sum(correlate(province.house, command(one)) for one in found)


def command(args: dict[str, Any]) -> Correlate:
    return Correlate(
        message=args["message"], key=args["key"], case_id=UUID(args["case_id"]) if "case_id" in args else None
    )


def waiting(province: Province, case_id: UUID) -> list[str]:
    return [one.element_id for one in province.items(case_id, kind="task")]


def rows(province: Province, statement: str) -> list[Any]:
    with province.house.store.transaction(role="owner") as connection:
        return list(connection.execute(text(statement)))


def content(province: Province, case_id: UUID) -> list[dict[str, Any]]:
    found = rows(province, f"SELECT convert_from(body, 'UTF8')::jsonb AS told FROM event WHERE case_id = '{case_id}'"
                           " ORDER BY seq")  # fmt: skip
    return [row.told for row in found]


def all_whole(province: Province, *case_ids: UUID) -> bool:
    found = [line for case_id in case_ids for line in faults_of_case(province.house, case_id)]
    assert found == []
    return True


@pytest.mark.parametrize("parent_first", [True, False], ids=["waits for it", "is sent before anybody waits"])
def test_a_childs_result_reaches_its_own_parent(
    province: Province, linked: tuple[UUID, UUID], parent_first: bool
) -> None:
    parent, child = linked
    other = province.receive("ME").case_id
    deeds: list[Callable[[], Any]] = [
        lambda: [province.complete(one, "soan") for one in (parent, other)],
        lambda: province.complete(child, "lam", amount=7, decision="forward"),
    ]
    for deed in deeds if parent_first else reversed(deeds):
        deed()
        carry(province)
    assert waiting(province, parent) == ["lon"]
    assert waiting(province, other) == []  # it still waits for a message of its own
    told = content(province, parent)[-1]
    code = province.row(child).code
    assert told["type"] == "MessageTaken"
    assert (told["data"]["from"], told["data"]["key"]) == (code, province.row(parent).code)
    assert content(province, child)[-1]["sent"] == [{"message": "ket-qua", "key": province.row(parent).code}]
    assert carry(province) == 0
    assert all_whole(province, parent, child, other)


def test_only_what_the_place_declares_is_set(province: Province) -> None:
    """A message may not decide what the dossier's own officers decide."""
    Versions(province, code="CON").publish(CHILD)
    Versions(province, code="ME").publish(
        model(task("soan"), receives("cho", correlation="case_code"), task("lon"), task("nho"),
              '<exclusiveGateway id="x" default="x_nho"/>',
              path="s>nhan>soan>cho>x>nho>e; x>lon: amount > 5; lon>e", outside=MESSAGES)
    )  # fmt: skip
    parent, child = receive_both(province)
    province.complete(parent, "soan", amount=1, decision="forward")
    province.complete(child, "lam", amount=7, decision="forward")
    assert carry(province) == 1
    assert waiting(province, parent) == ["nho"]


def test_every_place_that_listens_is_a_row(province: Province) -> None:
    """Beside a task, again and again, and in an event sub-process: as long as it listens."""
    started = f'<startEvent id="s2" isInterrupting="false">{properties(correlation="case_code")}{EVENT.format("hoi")}'
    inside = f'<subProcess id="hoi_dap" triggeredByEvent="true">{started}</startEvent></subProcess>'
    versions = Versions(province, code="ME")
    versions.publish(
        model(task("lam"), listens("nhac", "lam", correlation="case_code"), task("ghi"), inside,
              path="s>nhan>lam>e; nhac>ghi>e", outside=MESSAGES)
    )  # fmt: skip
    case_id = versions.open()
    code = province.row(case_id).code
    assert [(one.message, one.key) for one in rows(province, "SELECT * FROM subscription ORDER BY message")] == [
        ("hoi-lai", code), ("ket-qua", code)
    ]  # fmt: skip
    for number in range(1, 4):
        tell(province, "ket-qua", code)
        assert correlate(province.house, Correlate(message="ket-qua", key=code)) == 1
        assert waiting(province, case_id).count("ghi") == number
        assert all_whole(province, case_id)
    tell(province, "hoi-lai", code)
    assert correlate(province.house, Correlate(message="hoi-lai", key=code)) == 1
    province.complete(case_id, "lam", decision="forward")
    assert [one.message for one in rows(province, "SELECT message FROM subscription")] == ["hoi-lai"]
    withdraw(province.house, province.counter, EndEarly(case_id=case_id, reason="Rút theo đơn"))
    tell(province, "hoi-lai", code)
    assert correlate(province.house, Correlate(message="hoi-lai", key=code)) == 0
    assert all_whole(province, case_id)


def tell(province: Province, message: str, key: str) -> None:
    """A message from outside."""
    with province.house.store.transaction(role="owner") as connection:
        connection.execute(
            text("INSERT INTO message (id, name, key, payload, sender, sent_at)"
                 " VALUES (:id, :name, :key, '{}', 'Thuế cơ sở 1', clock_timestamp())"),
            {"id": uuid4(), "name": message, "key": key},
        )  # fmt: skip


def test_what_a_case_tells_itself_waits_until_it_listens(province: Province) -> None:
    versions = Versions(province, code="ME")
    versions.publish(
        model(sends("bao"), task("lam"), receives("cho"), '<parallelGateway id="f"/><parallelGateway id="j"/>',
              path="s>nhan>f>bao>j>e; f>lam>cho>j", outside=MESSAGES)
    )  # fmt: skip
    first, second = versions.open(), versions.open()
    assert carry(province) == 0
    province.complete(first, "lam")
    assert carry(province) == 1
    assert province.row(first).closed_at is not None
    assert province.row(second).closed_at is None  # the first one's message was not for it, nor its for the first
    assert all_whole(province, first, second)


def test_two_workers_give_a_message_to_one_case(province: Province) -> None:
    """Two dossiers listen for the same name and key; two messages come, and four workers look at once."""
    versions = Versions(province, code="CHUNG")
    versions.publish(model(receives("cho", correlation="'chung'"), task("xong"), path="s>nhan>cho>xong>e",
                           outside=MESSAGES))  # fmt: skip
    cases = [versions.open() for _ in range(3)]
    for _ in range(2):
        tell(province, "ket-qua", "chung")
    taken: list[int] = []
    look = Correlate(message="ket-qua", key="chung")
    workers = [threading.Thread(target=lambda: taken.append(correlate(province.house, look))) for _ in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert sum(taken) == 2
    moved = [case_id for case_id in cases if waiting(province, case_id) == ["xong"]]
    assert len(moved) == 2
    assert cases[2] not in moved  # who has waited longest comes first
    assert all_whole(province, *cases)


def test_a_case_that_listens_beside_its_work_is_not_migrated_to_a_version_that_does_not(province: Province) -> None:
    versions = Versions(province, code="ME")
    told = {"path": "s>nhan>lam>e; nhac>ghi>e", "outside": MESSAGES}
    versions.publish(model(task("lam"), listens("nhac", "lam", correlation="case_code"), task("ghi"), **told))
    case_id = versions.open()
    versions.publish(model(task("lam"), task("ghi"), path="s>nhan>lam>ghi>e", outside=MESSAGES))
    with pytest.raises(MigrationRefused, match="ket-qua"):
        versions.migrate(case_id)
    assert all_whole(province, case_id)


def test_a_case_is_migrated_to_a_version_that_listens(province: Province) -> None:
    """What the house tells a process of its case is told to the new version too, as if it had always been asked."""
    versions = Versions(province, code="ME")
    versions.publish(model(task("lam"), path="s>nhan>lam>e"))
    case_id = versions.open()
    told = {"path": "s>nhan>lam>e; nhac>ghi>e", "outside": MESSAGES}
    versions.publish(model(task("lam"), listens("nhac", "lam", correlation="case_code"), task("ghi"), **told))
    versions.migrate(case_id)
    assert all_whole(province, case_id)
    tell(province, "ket-qua", province.row(case_id).code)
    assert carry(province) == 1
    assert sorted(waiting(province, case_id)) == ["ghi", "lam"]
    assert all_whole(province, case_id)


def test_an_agency_tells_a_dossier_what_nobody_asked(province: Province, linked: tuple[UUID, UUID]) -> None:
    parent, _ = linked
    province.complete(parent, "soan")
    told = {"from": "Thuế cơ sở 1", "message": "ket-qua", "key": province.row(parent).code, "fields": {"amount": 9}}
    client = agency(province)
    for number in (1, 1, 2):  # told twice is told once; another message of the same words waits for another listener
        assert post(client, told, message_id=f"thue-{number}").status_code == 200
    assert carry(province) == 1
    assert waiting(province, parent) == ["lon"]
    event = content(province, parent)[-1]
    assert event["actor"] == {"kind": "agency", "name": "Thuế cơ sở 1", "unit": ""}
    assert all_whole(province, parent)


@pytest.mark.parametrize(
    ("body", "secret", "status"),
    [
        ({"from": "Thuế", "message": "m", "key": "k", "fields": {"a": [1]}}, SECRET, 422),
        ({"from": "Thuế", "message": "m", "key": ""}, SECRET, 422),
        ({"message": "m", "key": "k"}, SECRET, 422),
        ([], SECRET, 422),
        ({"from": "Thuế", "message": "m", "key": "k"}, "another key", 403),
    ],
    ids=["a list in a field", "no key", "no sender", "no object", "not signed by the exchange"],
)
def test_what_is_no_message_is_refused_in_one_sentence(province: Province, body: Any, secret: str, status: int) -> None:
    answer = post(agency(province), body, message_id="x-1", secret=secret)
    assert answer.status_code == status
    assert len(answer.json["message"]) > 20
    assert rows(province, "SELECT * FROM message") == []


def agency(province: Province) -> FlaskClient:
    """The house's door, with a key shared with the exchange."""
    environment = connector_environment("http://127.0.0.1:9", SECRET)
    province.house.registry = Registry([from_environment(environment)], public_url="http://127.0.0.1")
    return create_app(province.house).test_client()


def post(client: FlaskClient, body: Any, *, message_id: str, secret: str = SECRET) -> Any:
    raw = orjson.dumps(body)
    headers = sign(secret, "consultation message", message_id, raw, at=datetime.now(UTC))
    return client.post("/api/messages/consultation", data=raw, headers=headers)


def test_the_pages_tell_who_waits_for_what_and_who_took_it(province: Province, linked: tuple[UUID, UUID]) -> None:
    parent, child = (province.row(one).code for one in linked)
    desk = Desk.of(province, province.counter)
    province.complete(linked[1], "lam", amount=7, decision="forward")
    assert "Đã gửi thông điệp “ket-qua”, chưa nơi nào nhận" in desk.get(f"/dossier/{child}").text
    watcher = Desk.of(province, with_role(province, "administrator"))
    assert parent in watcher.get("/admin/deliveries").text
    province.complete(linked[0], "soan")
    waits = desk.get(f"/dossier/{parent}").text
    assert "Bước “Chờ cho” đang chờ thông điệp “ket-qua”" in waits
    assert "Nơi gửi thông điệp" in waits
    carry(province)
    assert f"Đã nhận thông điệp “ket-qua” từ {child}" in desk.get(f"/dossier/{parent}").text
    assert f"Đã gửi thông điệp “ket-qua”, {parent} đã nhận" in desk.get(f"/dossier/{child}").text
    assert parent not in watcher.get("/admin/deliveries").text
