"""Sending orders against real sandboxes and a real database, through every fault a neighbour can have."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
import requests
from sqlalchemy import Connection, insert, select, update

from connectors.neighbour import Fault, Sandbox
from connectors.postal import sandbox as post_office
from connectors.postal.connector import PostalConnector, from_environment, sample_order
from engine.delivery import Breaker, DeliveryRow, Next, Operation, Order, Pace, Receipt, Registry, deliver, orders, poll
from engine.errors import DeliveryRetryable, NotFound
from engine.store import tables
from engine.store.database import Store

if TYPE_CHECKING:
    from conftest import CaseMaker

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SECRET = "a secret of this test"


class Killed(BaseException):
    """The worker is gone: nothing after this line ran."""


@dataclass
class Wire:
    """The postal connector, with a knife at the line: dies right after the neighbour did its work."""

    inner: PostalConnector
    dies_after_send: bool = False
    sent: list[UUID] = field(default_factory=list)
    down: bool = False

    name = "postal"
    title = "Bưu chính công ích"

    @property
    def operations(self) -> Mapping[str, Operation]:
        return self.inner.operations

    def send(self, order: Order) -> Receipt:
        self.sent.append(order.id)
        if self.down:
            raise DeliveryRetryable
        receipt = self.inner.send(order)
        if self.dies_after_send:
            raise Killed
        return receipt

    def parse_callback(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Any:
        return self.inner.parse_callback(headers, body, now=now)

    def check_config(self) -> list[str]:
        return self.inner.check_config()


@dataclass(kw_only=True)
class Post:
    store: Store
    sandbox: Sandbox
    wire: Wire
    case_id: UUID
    breaker: Breaker = field(default_factory=Breaker)
    pace: Pace = field(default_factory=Pace)

    def place(self, **values: Any) -> UUID:
        delivery_id = uuid4()
        row = {
            "id": delivery_id,
            "case_id": self.case_id,
            "connector": "postal",
            "operation": "deliver_result",
            "payload": dict(sample_order("").payload),
            "state": "pending",
            "created_at": NOW,
        }
        with self.store.transaction(role="worker") as connection:
            connection.execute(insert(tables.delivery).values(**{**row, **values}))
        return delivery_id

    def deliver(self, delivery_id: UUID, now: datetime = NOW) -> orders.DeliveryRow:
        return self.try_once(delivery_id, now)[0]

    def try_once(self, delivery_id: UUID, now: datetime = NOW) -> tuple[orders.DeliveryRow, Next]:
        registry = Registry([self.wire])
        tried = deliver(
            self.store, registry, delivery_id, now, pace=self.pace, breaker=self.breaker, spread=lambda: 0.5
        )
        return tried.row, tried.next

    def sweep(self, now: datetime) -> list[UUID]:
        with self.store.transaction(role="worker") as connection:
            return orders.requeue_due(connection, now=now)


@pytest.fixture
def post(store: Store, cases: CaseMaker, tmp_path: Path) -> Iterator[Post]:
    with post_office.build(tmp_path / "post.sqlite", secret=SECRET) as sandbox:
        environment = post_office.connector_environment(sandbox.url, SECRET)
        inner = from_environment({**environment, "MOTCUA_POSTAL_TIMEOUT": "0.4"})
        case_id = cases.open("H01-261121-0001", ["H01"], "Nguyễn Thị Mẫu")
        yield Post(store=store, sandbox=sandbox, wire=Wire(inner), case_id=case_id)


def test_an_order_is_sent_and_waits_for_its_answer(post: Post) -> None:
    row, then = post.try_once(post.place())
    assert (row.state, row.attempts, row.sent_at, row.next_at, then) == ("sent", 1, NOW, None, Next.WAIT)
    assert row.reference is not None
    assert row.reference.startswith("H01-261121-0001.")


def test_sending_again_does_nothing(post: Post) -> None:
    delivery_id = post.place()
    post.deliver(delivery_id)
    assert post.try_once(delivery_id)[1] is Next.WAIT
    assert len(post.wire.sent) == 1


def test_an_unknown_delivery_is_not_found(post: Post) -> None:
    with pytest.raises(NotFound):
        post.deliver(uuid4())


def test_a_failure_waits_and_then_succeeds(post: Post) -> None:
    delivery_id = post.place()
    post.sandbox.faults.set(Fault.UNAVAILABLE, times=1)
    row, then = post.try_once(delivery_id)
    assert (row.state, then, row.next_at) == ("pending", Next.RETRY, NOW + timedelta(seconds=3.75))
    assert post.deliver(delivery_id, NOW + timedelta(seconds=3)).attempts == 1
    assert post.deliver(delivery_id, NOW + timedelta(seconds=4)).state == "sent"


def test_a_refusal_goes_to_the_case(post: Post) -> None:
    post.sandbox.faults.set(Fault.REFUSE, times=1)
    row, then = post.try_once(post.place())
    assert (row.state, then) == ("rejected", Next.TAKE_ANSWER)
    assert "Nội dung không thuộc thẩm quyền" in (row.error or "")


def test_an_incomplete_order_never_leaves(post: Post) -> None:
    row, then = post.try_once(post.place(payload={"name": "Nguyễn Thị Mẫu", "phone": "0900 000 000"}))
    assert (row.state, row.error, then) == ("rejected", "Thiếu “Địa chỉ”.", Next.TAKE_ANSWER)
    assert post.wire.sent == []


@pytest.mark.parametrize("values", [{"connector": "telegraph"}, {"operation": "sing"}])
def test_what_is_not_installed_waits_for_a_person(post: Post, values: dict[str, str]) -> None:
    row, then = post.try_once(post.place(**values))
    assert (row.state, then) == ("dead", Next.STOP)
    assert next(iter(values.values())) in (row.error or "")


@pytest.mark.parametrize("fault", [Fault.LOST_REPLY, Fault.WRONG_BODY, Fault.HALF_BODY, Fault.SLOW])
def test_a_reply_lost_after_the_effect_is_one_effect(post: Post, fault: Fault) -> None:
    delivery_id = post.place()
    post.sandbox.faults.set(fault, times=1, hang_seconds=1)
    assert post.deliver(delivery_id).state == "pending"
    assert post.deliver(delivery_id, NOW + timedelta(minutes=1)).state == "sent"
    assert post.sandbox.ledger.count() == 1


def test_a_worker_killed_between_send_and_record_is_one_effect(post: Post) -> None:
    delivery_id = post.place()
    post.wire.dies_after_send = True
    with pytest.raises(Killed):
        post.deliver(delivery_id)
    post.wire.dies_after_send = False
    assert post.try_once(delivery_id, NOW + timedelta(seconds=1))[1] is Next.RETRY
    assert post.sweep(NOW + timedelta(seconds=1)) == []
    assert post.sweep(NOW + post.pace.lease) == [delivery_id]
    assert post.deliver(delivery_id, NOW + post.pace.lease).state == "sent"
    assert post.sandbox.ledger.count() == 1


def test_an_order_that_kills_every_worker_ends_dead(post: Post) -> None:
    post.pace = Pace(attempts=2)
    delivery_id = post.place()
    post.wire.dies_after_send = True
    for day in range(2):
        with pytest.raises(Killed):
            post.deliver(delivery_id, NOW + timedelta(days=day))
    assert post.try_once(delivery_id, NOW + timedelta(days=2))[1] is Next.STOP


def test_cancelled_while_on_its_way_stays_cancelled(post: Post) -> None:
    delivery_id = post.place()
    send = post.wire.inner.send

    def cancel_meanwhile(order: Order) -> Receipt:
        with post.store.transaction(role="worker") as connection:
            connection.execute(update(tables.delivery).values(state="cancelled"))
        return send(order)

    post.wire.inner.send = cancel_meanwhile  # type: ignore[method-assign]
    row, then = post.try_once(delivery_id)
    assert (row.state, then) == ("cancelled", Next.STOP)
    assert row.reference is not None


def test_a_neighbour_down_for_hours_costs_few_tries_and_the_backlog_drains_oldest_first(post: Post) -> None:
    backlog = [post.place(created_at=NOW + timedelta(seconds=n)) for n in range(12)]
    post.wire.down = True
    moment = NOW
    waiting = list(backlog)
    while moment < NOW + timedelta(hours=3):
        for delivery_id in waiting:
            post.deliver(delivery_id, moment)
        moment += timedelta(seconds=20)
        waiting = post.sweep(moment)
    assert len(post.wire.sent) < 60
    post.wire.down = False
    post.wire.sent.clear()
    while not post.wire.sent:
        probes = post.sweep(moment)
        for delivery_id in probes:
            post.deliver(delivery_id, moment)
        moment += timedelta(seconds=20)
        assert moment < NOW + timedelta(hours=4)
    rest = post.sweep(moment)  # the probe woke everything that waited
    for delivery_id in rest:
        post.deliver(delivery_id, moment)
    assert rest == [delivery_id for delivery_id in backlog if delivery_id not in probes]
    assert sorted(post.wire.sent) == sorted(backlog)
    assert post.sandbox.ledger.count() == len(backlog)


@pytest.mark.parametrize("seed", range(3))
def test_through_random_faults_every_order_is_exactly_one_effect(post: Post, seed: int) -> None:
    luck = random.Random(seed)
    troubles = [fault for fault in Fault if fault not in (Fault.REFUSE, Fault.HANG, Fault.SLOW)]
    placed = [post.place(created_at=NOW + timedelta(seconds=n)) for n in range(8)]
    moment, waiting = NOW, list(placed)
    while moment < NOW + timedelta(days=2):
        for delivery_id in waiting:
            post.sandbox.faults.set(luck.choice(troubles) if luck.random() < 0.6 else Fault.NONE, times=1)
            post.wire.dies_after_send = luck.random() < 0.2
            with suppress(Killed):
                post.deliver(delivery_id, moment)
        moment += timedelta(seconds=luck.choice([30, 120, 1800]))
        waiting = post.sweep(moment)
    with post.store.transaction(role="worker") as connection:
        states = set(connection.execute(select(tables.delivery.c.state)).scalars())
    assert states == {"sent"}
    assert post.sandbox.ledger.count() == len(placed)


def test_polling_takes_each_answer_in_once(post: Post) -> None:
    placed = [post.place() for _ in range(3)]
    for delivery_id in placed:
        post.deliver(delivery_id)
    post_office_page = f"{post.sandbox.url}/parcels/"
    for entry in post.sandbox.ledger.entries():
        requests.post(post_office_page + entry.reference, data={"step": "failed"}, timeout=5)
    handed: list[UUID] = []

    def hand_over(_: Connection, row: DeliveryRow) -> None:
        handed.append(row.id)

    registry = Registry([post.wire.inner])
    cursor = poll(post.store, registry, "postal", None, hand_over=hand_over)
    assert sorted(handed) == sorted(placed)
    assert poll(post.store, registry, "postal", cursor, hand_over=hand_over) == cursor
    poll(post.store, registry, "postal", None, hand_over=hand_over)
    assert len(handed) == 3


def test_a_poll_that_cannot_hand_over_records_nothing(post: Post) -> None:
    delivery_id = post.place()
    row = post.deliver(delivery_id)
    requests.post(f"{post.sandbox.url}/parcels/{row.reference}", data={"step": "failed"}, timeout=5)

    def die(_: Connection, row: DeliveryRow) -> None:
        raise Killed

    registry = Registry([post.wire.inner])
    with pytest.raises(Killed):
        poll(post.store, registry, "postal", None, hand_over=die)
    assert post.deliver(delivery_id).state == "sent"
