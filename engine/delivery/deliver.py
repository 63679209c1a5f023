"""Sends one order: claim in a transaction, call the neighbour outside any, record in a second transaction.

A crash between the call and the record is safe: the lease runs out, the order is sent again under the same idempotency
key, and the neighbour answers as it did before.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from engine.delivery import orders
from engine.delivery.contract import Order, Receipt
from engine.delivery.health import Breaker
from engine.delivery.orders import DeliveryRow, Pace
from engine.delivery.registry import Registry
from engine.errors import DeliveryRejected, DeliveryRetryable, NotConfigured
from engine.store.database import Store


class Next(StrEnum):
    """What the caller does after a try."""

    WAIT = "wait"  # sent; the answer comes by callback or poll
    TAKE_ANSWER = "take_answer"  # `row` is answered or rejected: hand it to the act that takes answers
    RETRY = "retry"  # the sweep takes it up at `next_at`
    STOP = "stop"  # dead or cancelled: nothing to do without a person


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What became of one try."""

    row: DeliveryRow
    next: Next

    @property
    def next_at(self) -> datetime | None:
        return self.row.next_at


_NEXT = {
    "pending": Next.RETRY,
    "sent": Next.WAIT,
    "answered": Next.TAKE_ANSWER,
    "rejected": Next.TAKE_ANSWER,
    "dead": Next.STOP,
    "cancelled": Next.STOP,
}

_breaker = Breaker()


def deliver(
    store: Store,
    registry: Registry,
    delivery_id: UUID,
    now: datetime,
    *,
    pace: Pace | None = None,
    breaker: Breaker = _breaker,
    spread: Callable[[], float] = random.random,
) -> Tried:
    """Tries one order once. `now` is real time. Safe to call again at any moment, for an order in any state.

    A job that died between the record and the act finds the same answer again here, so the act must itself check that
    its task still waits.
    """
    pace = pace or Pace()
    with store.transaction(role="worker") as connection:
        row = orders.get_delivery(connection, delivery_id)
        if row.state != "pending" or (row.next_at is not None and row.next_at > now):
            return _tried(row)
        if row.attempts >= pace.attempts:  # every try killed its worker before it could report
            return _tried(orders.mark_dead(connection, delivery_id, row.error or "Gửi nhiều lần không có kết quả."))
        resting = breaker.rests_until(row.connector, now)
        if resting is not None:
            orders.postpone(connection, delivery_id, until=resting + pace.first_wait * spread())
            return _tried(orders.get_delivery(connection, delivery_id))
        claimed = orders.claim(connection, delivery_id, now=now, pace=pace)
    if claimed is None:
        with store.transaction(role="worker") as connection:
            return _tried(orders.get_delivery(connection, delivery_id))
    return _send(store, registry, claimed, now, pace=pace, breaker=breaker, spread=spread)


def _send(
    store: Store,
    registry: Registry,
    row: DeliveryRow,
    now: datetime,
    *,
    pace: Pace,
    breaker: Breaker,
    spread: Callable[[], float],
) -> Tried:
    try:
        receipt = _call(registry, row)
    except DeliveryRetryable as failure:
        breaker.failed(row.connector, now)
        asked = None if failure.retry_after_seconds is None else timedelta(seconds=failure.retry_after_seconds)
        with store.transaction(role="worker") as connection:
            failed = orders.mark_failed(
                connection, row.id, failure.message, now=now, pace=pace, spread=spread(), retry_after=asked
            )
        return _tried(failed)
    except DeliveryRejected as refusal:
        is_back = breaker.succeeded(row.connector)
        with store.transaction(role="worker") as connection:
            if is_back:
                orders.wake_waiting(connection, row.connector, now=now)
            return _tried(orders.mark_rejected(connection, row.id, refusal.message, now=now))
    except NotConfigured as missing:
        with store.transaction(role="worker") as connection:
            return _tried(orders.mark_dead(connection, row.id, missing.message))
    is_back = breaker.succeeded(row.connector)
    with store.transaction(role="worker") as connection:
        if is_back:
            orders.wake_waiting(connection, row.connector, now=now)
        return _tried(orders.mark_sent(connection, row.id, receipt, now=now))


def _call(registry: Registry, row: DeliveryRow) -> Receipt:
    operation = registry.operation(row.connector, row.operation)
    objections = operation.objections(row.payload)
    if objections:
        raise DeliveryRejected(" ".join(objections))
    order = Order(
        id=row.id,
        operation=row.operation,
        case_code=row.case_code,
        payload=row.payload,
        callback_url=registry.callback_url(row.connector),
        target_unit=row.target_unit,
        ordered_at=row.created_at,
    )
    return registry.get(row.connector).send(order)


def _tried(row: DeliveryRow) -> Tried:
    return Tried(row=row, next=_NEXT[row.state])
