"""Delivery rows on a real database: what the sweep takes, what a callback changes, what a person may retry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, update

from engine.delivery import Callback, Outcome, Pace, Receipt, connector_health, orders
from engine.errors import NotFound, Refused
from engine.store import tables
from engine.store.database import Store

if TYPE_CHECKING:
    from conftest import CaseMaker

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
PACE = Pace(attempts=3)
Place = Callable[..., UUID]


@pytest.fixture
def case_id(cases: CaseMaker) -> UUID:
    return cases.open("H01-261121-0001", ["H01"], "Nguyễn Thị Mẫu")


@pytest.fixture
def place(store: Store, case_id: UUID) -> Place:
    """Writes a delivery row as an act would."""

    def write(**values: Any) -> UUID:
        row = {
            "id": uuid4(),
            "case_id": case_id,
            "connector": "postal",
            "operation": "deliver_result",
            "payload": {},
            "state": "pending",
            "created_at": NOW,
            **values,
        }
        with store.transaction(role="worker") as connection:
            connection.execute(insert(tables.delivery).values(**row))
        return UUID(str(row["id"]))

    return write


def state_of(store: Store, delivery_id: UUID) -> orders.DeliveryRow:
    with store.transaction(role="worker") as connection:
        return orders.get_delivery(connection, delivery_id)


def tell(store: Store, callback: Callback) -> orders.DeliveryRow | None:
    with store.transaction(units=["*"]) as connection:
        return orders.record_callback(connection, callback)


def news(delivery_id: UUID | None, outcome: Outcome = Outcome.ANSWERED, **values: Any) -> Callback:
    given: dict[str, Any] = {"connector": "postal", "message_id": uuid4().hex, "payload": {"answer": "delivered"}}
    return Callback(**{**given, "order_id": delivery_id, "outcome": outcome, **values})


def test_a_claim_leases_the_row_and_counts(store: Store, place: Place) -> None:
    delivery_id = place()
    with store.transaction(role="worker") as connection:
        claimed = orders.claim(connection, delivery_id, now=NOW, pace=PACE)
        assert claimed is not None
        assert (claimed.attempts, claimed.next_at, claimed.case_code) == (1, NOW + PACE.lease, "H01-261121-0001")
        assert orders.claim(connection, delivery_id, now=NOW, pace=PACE) is None
        assert orders.claim(connection, delivery_id, now=NOW + PACE.lease, pace=PACE) is not None


def test_the_sweep_takes_due_orders_oldest_first_and_once(store: Store, place: Place) -> None:
    place()  # its job is in the queue already
    place(next_at=NOW + timedelta(seconds=1))
    place(next_at=NOW, state="dead")
    younger = place(next_at=NOW, created_at=NOW - timedelta(minutes=1))
    older = place(next_at=NOW, created_at=NOW - timedelta(minutes=2))
    with store.transaction(role="worker") as connection:
        assert orders.requeue_due(connection, now=NOW) == [older, younger]
        assert orders.requeue_due(connection, now=NOW) == []


def test_two_sweeps_at_once_share_the_work(store: Store, place: Place) -> None:
    all_due = {place(next_at=NOW) for _ in range(4)}
    with store.transaction(role="worker") as first, store.transaction(role="worker") as second:
        taken = set(orders.requeue_due(first, now=NOW, limit=2))
        taken_too = set(orders.requeue_due(second, now=NOW, limit=4))
    assert taken | taken_too == all_due
    assert not taken & taken_too


def test_an_order_whose_job_vanished_becomes_due_again(store: Store, place: Place) -> None:
    lost = place(created_at=NOW - timedelta(hours=2))
    place()
    with store.transaction(role="worker") as connection:
        assert orders.wake_lost(connection, now=NOW) == 1
        assert orders.requeue_due(connection, now=NOW) == [lost]


def test_failures_back_off_and_end_dead(store: Store, place: Place) -> None:
    delivery_id = place()
    waits = []
    with store.transaction(role="worker") as connection:
        for _ in range(PACE.attempts):
            orders.claim(connection, delivery_id, now=NOW + timedelta(days=len(waits)), pace=PACE)
            row = orders.mark_failed(connection, delivery_id, "bận", now=NOW, pace=PACE, spread=0)
            waits.append(None if row.next_at is None else (row.next_at - NOW).total_seconds())
            connection.execute(update(tables.delivery).values(next_at=None))
    assert waits == [5, 10, None]
    assert (row.state, row.error) == ("dead", "bận")


def test_the_neighbours_own_wait_is_respected(store: Store, place: Place) -> None:
    delivery_id = place()
    with store.transaction(role="worker") as connection:
        orders.claim(connection, delivery_id, now=NOW, pace=PACE)
        asked = timedelta(minutes=9)
        row = orders.mark_failed(connection, delivery_id, "", now=NOW, pace=PACE, spread=0.9, retry_after=asked)
    assert row.next_at == NOW + asked


def test_a_person_retries_a_dead_order_under_the_same_key(store: Store, place: Place) -> None:
    delivery_id = place(state="dead", attempts=24)
    with store.transaction(role="worker") as connection:
        assert [row.id for row in orders.list_troubles(connection)] == [delivery_id]
        orders.retry_dead(connection, delivery_id, now=NOW)
        assert orders.list_troubles(connection) == []
        assert orders.requeue_due(connection, now=NOW) == [delivery_id]
    assert state_of(store, delivery_id).attempts == 0


@pytest.mark.parametrize("state", ["pending", "sent", "answered", "rejected", "cancelled"])
def test_only_dead_orders_are_retried(store: Store, place: Place, state: str) -> None:
    delivery_id = place(state=state)
    with pytest.raises(Refused), store.transaction(role="worker") as connection:
        orders.retry_dead(connection, delivery_id, now=NOW)


def test_troubles_come_in_pages_newest_first(store: Store, place: Place) -> None:
    placed = [place(state="dead", created_at=NOW + timedelta(minutes=n)) for n in range(3)]
    place(state="dead", connector="consultation")
    with store.transaction(role="worker") as connection:
        page = orders.list_troubles(connection, connector="postal", limit=2)
        last = page[-1]
        rest = orders.list_troubles(connection, connector="postal", before=(last.created_at, last.id))
    assert [row.id for row in [*page, *rest]] == placed[::-1]


def test_an_answer_is_recorded_once(store: Store, place: Place) -> None:
    callback = news(place(state="sent"))
    row = tell(store, callback)
    assert row is not None
    assert (row.state, row.answer) == ("answered", {"answer": "delivered"})
    assert tell(store, callback) is None


def test_an_answer_may_name_the_neighbours_reference(store: Store, place: Place) -> None:
    delivery_id = place(state="sent", reference="VN-1")
    row = tell(store, news(None, reference="VN-1"))
    assert row is not None
    assert row.id == delivery_id


def test_an_unknown_order_is_not_found_and_may_be_told_again(store: Store, place: Place) -> None:
    callback = news(uuid4(), order_id=None, reference="VN-1")
    with pytest.raises(NotFound):
        tell(store, callback)
    place(state="sent", reference="VN-1")
    assert tell(store, callback) is not None


def test_a_neighbour_cannot_answer_for_another(store: Store, place: Place) -> None:
    delivery_id = place(connector="consultation", state="sent")
    with pytest.raises(NotFound):
        tell(store, news(delivery_id))
    assert state_of(store, delivery_id).state == "sent"


def test_progress_is_kept_and_decides_nothing(store: Store, place: Place) -> None:
    delivery_id = place(state="sent")
    assert tell(store, news(delivery_id, Outcome.PROGRESS, payload={"answer": "in_transit"})) is None
    row = state_of(store, delivery_id)
    assert row.state == "sent"
    assert row.receipt is not None
    assert [line["answer"] for line in row.receipt["news"]] == ["in_transit"]


def test_late_progress_does_not_undo_an_answer(store: Store, place: Place) -> None:
    delivery_id = place(state="sent")
    tell(store, news(delivery_id))
    assert tell(store, news(delivery_id, Outcome.PROGRESS, payload={"answer": "in_transit"})) is None
    assert state_of(store, delivery_id).answer == {"answer": "delivered"}


@pytest.mark.parametrize("state", ["answered", "rejected", "cancelled"])
def test_a_second_or_late_answer_is_kept_and_decides_nothing(store: Store, place: Place, state: str) -> None:
    delivery_id = place(state=state)
    assert tell(store, news(delivery_id)) is None
    row = state_of(store, delivery_id)
    assert (row.state, row.answer) == (state, None)
    assert row.receipt is not None
    assert len(row.receipt["news"]) == 1


def test_an_answer_may_come_for_an_order_given_up_for_dead(store: Store, place: Place) -> None:
    row = tell(store, news(place(state="dead")))
    assert row is not None
    assert row.state == "answered"


def test_a_refusal_says_why(store: Store, place: Place) -> None:
    payload = {"answer": None, "answer_content": "Không thuộc thẩm quyền."}
    row = tell(store, news(place(state="sent"), Outcome.REJECTED, payload=payload))
    assert row is not None
    assert (row.state, row.error) == ("rejected", "Không thuộc thẩm quyền.")


def test_an_answer_faster_than_the_receipt_stands(store: Store, place: Place) -> None:
    delivery_id = place()
    with store.transaction(role="worker") as connection:
        orders.claim(connection, delivery_id, now=NOW, pace=PACE)
    tell(store, news(delivery_id))
    with store.transaction(role="worker") as connection:
        row = orders.mark_sent(connection, delivery_id, Receipt(reference="VN-1"), now=NOW)
    assert (row.state, row.answer, row.reference) == ("answered", {"answer": "delivered"}, "VN-1")


def test_a_final_receipt_is_the_answer(store: Store, place: Place) -> None:
    delivery_id = place()
    with store.transaction(role="worker") as connection:
        orders.claim(connection, delivery_id, now=NOW, pace=PACE)
        receipt = Receipt(reference="VN-1", is_final=True, answer={"answer": "done"})
        row = orders.mark_sent(connection, delivery_id, receipt, now=NOW)
    assert (row.state, row.answer, row.answered_at) == ("answered", {"answer": "done"}, NOW)


def test_cancelling_leaves_what_is_over(store: Store, place: Place, case_id: UUID) -> None:
    waiting, other = place(state="sent", address="ask#1"), place(state="sent", address="ask#2")
    over = place(state="answered", address="ask#1")
    with store.transaction(role="worker") as connection:
        assert orders.cancel(connection, case_id, addresses=["ask#1"]) == [waiting]
        assert orders.cancel(connection, case_id) == [other]
    assert state_of(store, over).state == "answered"


def test_waking_spares_the_order_that_is_on_its_way(store: Store, place: Place) -> None:
    tried = place(attempts=2, error="bận", next_at=NOW + timedelta(hours=1))
    held_back = place(next_at=NOW + timedelta(minutes=1))
    place(attempts=1, next_at=NOW + PACE.lease)
    with store.transaction(role="worker") as connection:
        orders.wake_waiting(connection, "postal", now=NOW)
        assert set(orders.requeue_due(connection, now=NOW)) == {tried, held_back}


def test_health_counts_per_connector(store: Store, place: Place) -> None:
    place()
    place(error="bận")
    place(state="dead", connector="consultation")
    with store.transaction(role="worker") as connection:
        first, second = connector_health(connection)
    assert (first.connector, first.dead, first.waiting) == ("consultation", 1, 0)
    assert (second.connector, second.waiting, second.failing, second.oldest_waiting_at) == ("postal", 2, 1, NOW)
