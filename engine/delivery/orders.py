"""Delivery rows: what must leave the house, what became of it, what came back. SQL only, on the caller's connection.

    pending ──claim──> pending (leased) ──> sent ──> answered
       ^                     │               └─────> rejected
       └── back-off ─────────┼──> rejected
                             └──> dead (too many tries; a person may retry)        any open state ──> cancelled

`next_at` is real time. NULL on a pending row means that a job is queued for it; a moment means "not before", and the
sweep (`requeue_due`) puts it back into the queue. A claim leases the row by moving `next_at`, so that a killed worker's
order is taken up again by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, and_, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from engine.delivery.contract import Callback, Outcome, Receipt
from engine.errors import NotFound, Refused
from engine.store.tables import cases, delivery, inbound

OPEN_STATES = ("pending", "sent", "dead")
"""States in which an answer is still welcome: a dead order may have arrived although its replies were lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How patiently the house tries: 7 to 14 hours until an order is dead, longer while a breaker rests."""

    first_wait: timedelta = timedelta(seconds=5)
    longest_wait: timedelta = timedelta(hours=1)
    attempts: int = 24
    lease: timedelta = timedelta(minutes=2)

    def wait(self, attempts: int, spread: float) -> timedelta:
        """Exponential back-off after `attempts` tries; `spread` in [0, 1) takes away up to half of it (jitter)."""
        full = min(self.first_wait * (1 << min(attempts - 1, 30)), self.longest_wait)
        return full * (1 - spread / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """A row of table delivery, with its case's code."""

    id: UUID
    case_id: UUID
    case_code: str
    address: str | None
    connector: str
    operation: str
    target_unit: str | None
    payload: Mapping[str, Any]
    state: str
    attempts: int
    created_at: datetime
    next_at: datetime | None
    sent_at: datetime | None
    answered_at: datetime | None
    reference: str | None
    receipt: Mapping[str, Any] | None
    answer: Mapping[str, Any] | None
    error: str | None


_COLUMNS = (*delivery.c, cases.c.code.label("case_code"))


def _row(mapping: RowMapping) -> DeliveryRow:
    return DeliveryRow(**mapping)


def get_delivery(connection: Connection, delivery_id: UUID) -> DeliveryRow:
    """One order as it stands; NotFound otherwise."""
    statement = select(*_COLUMNS).join(cases, cases.c.id == delivery.c.case_id).where(delivery.c.id == delivery_id)
    found = connection.execute(statement).mappings().one_or_none()
    if found is None:
        raise NotFound("Không tìm thấy yêu cầu gửi đi này.")
    return _row(found)


def claim(connection: Connection, delivery_id: UUID, *, now: datetime, pace: Pace) -> DeliveryRow | None:
    """Counts one attempt and leases the row; None when it is not (or not yet) to be sent."""
    statement = (
        update(delivery)
        .where(
            delivery.c.id == delivery_id,
            delivery.c.state == "pending",
            or_(delivery.c.next_at.is_(None), delivery.c.next_at <= now),
            cases.c.id == delivery.c.case_id,
        )
        .values(attempts=delivery.c.attempts + 1, next_at=now + pace.lease)
        .returning(*_COLUMNS)
    )
    found = connection.execute(statement).mappings().one_or_none()
    return None if found is None else _row(found)


def postpone(connection: Connection, delivery_id: UUID, *, until: datetime) -> None:
    """Waits without counting an attempt: the neighbour is known to be down."""
    connection.execute(
        update(delivery).where(delivery.c.id == delivery_id, delivery.c.state == "pending").values(next_at=until)
    )


def requeue_due(connection: Connection, *, now: datetime, limit: int = 200) -> list[UUID]:
    """Takes due orders, oldest first; the caller enqueues their jobs in this same transaction."""
    due = (
        select(delivery.c.id)
        .where(delivery.c.state == "pending", delivery.c.next_at <= now)
        .order_by(delivery.c.created_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    statement = (
        update(delivery)
        .where(delivery.c.id == due.c.id)
        .values(next_at=None)
        .returning(delivery.c.id, delivery.c.created_at)
    )
    taken = connection.execute(statement).all()
    return [row.id for row in sorted(taken, key=lambda row: row.created_at)]


def wake_lost(connection: Connection, *, now: datetime, after: timedelta = timedelta(hours=1)) -> int:
    """Makes orders due whose queued job vanished. Harmless when it is only slow: a second job finds nothing to do."""
    lost = and_(delivery.c.state == "pending", delivery.c.next_at.is_(None), delivery.c.created_at < now - after)
    return connection.execute(update(delivery).where(lost).values(next_at=now)).rowcount


def wake_waiting(connection: Connection, connector: str, *, now: datetime) -> int:
    """The neighbour is back: what waits for it (and was tried, or held back) is due now."""
    waiting = and_(delivery.c.connector == connector, delivery.c.state == "pending", delivery.c.next_at > now)
    leased = and_(delivery.c.attempts > 0, delivery.c.error.is_(None))
    return connection.execute(update(delivery).where(waiting, ~leased).values(next_at=now)).rowcount


def mark_sent(connection: Connection, delivery_id: UUID, receipt: Receipt, *, now: datetime) -> DeliveryRow:
    """Records the receipt. An answer that came back faster than the receipt is left as it is."""
    row = _locked(connection, delivery_id)
    values: dict[str, Any] = {"sent_at": row.sent_at or now, "reference": row.reference or receipt.reference}
    if row.state in ("pending", "dead"):
        values |= {"state": "sent", "next_at": None, "error": None}
        values["receipt"] = {**(row.receipt or {}), **receipt.payload}
        if receipt.is_final:
            values |= {"state": "answered", "answered_at": now, "answer": dict(receipt.answer or {})}
    return _change(connection, row, values)


def mark_failed(
    connection: Connection,
    delivery_id: UUID,
    error: str,
    *,
    now: datetime,
    pace: Pace,
    spread: float,
    retry_after: timedelta | None = None,
) -> DeliveryRow:
    """Backs off (never less than the neighbour asked for), or gives up after too many tries."""
    row = _locked(connection, delivery_id)
    if row.state != "pending":
        return row
    if row.attempts >= pace.attempts:
        return _change(connection, row, {"state": "dead", "next_at": None, "error": error})
    wait = max(pace.wait(max(row.attempts, 1), spread), retry_after or timedelta(0))
    return _change(connection, row, {"next_at": now + wait, "error": error})


def mark_dead(connection: Connection, delivery_id: UUID, error: str) -> DeliveryRow:
    """Gives up at once: a person must mend something and retry."""
    return _close_pending(connection, delivery_id, {"state": "dead", "error": error})


def mark_rejected(connection: Connection, delivery_id: UUID, error: str, *, now: datetime) -> DeliveryRow:
    """The neighbour will not do it: the case must go on without."""
    return _close_pending(connection, delivery_id, {"state": "rejected", "error": error, "answered_at": now})


def _close_pending(connection: Connection, delivery_id: UUID, values: dict[str, Any]) -> DeliveryRow:
    row = _locked(connection, delivery_id)
    return row if row.state != "pending" else _change(connection, row, {"next_at": None, **values})


def retry_dead(connection: Connection, delivery_id: UUID, *, now: datetime) -> DeliveryRow:
    """A person tries again: all attempts anew, under the same idempotency key. The sweep queues it."""
    row = _locked(connection, delivery_id)
    if row.state != "dead":
        raise Refused("Chỉ gửi lại được yêu cầu đã ngừng gửi sau nhiều lần lỗi.")
    return _change(connection, row, {"state": "pending", "attempts": 0, "next_at": now})


def cancel(connection: Connection, case_id: UUID, *, addresses: Sequence[str] | None = None) -> list[UUID]:
    """Nobody waits any more (withdrawn, stopped, passed by): all open orders of the case, or of some addresses."""
    statement = update(delivery).where(delivery.c.case_id == case_id, delivery.c.state.in_(OPEN_STATES))
    if addresses is not None:
        statement = statement.where(delivery.c.address.in_(addresses))
    cancelled = statement.values(state="cancelled", next_at=None).returning(delivery.c.id)
    return list(connection.execute(cancelled).scalars())


def list_troubles(
    connection: Connection,
    *,
    connector: str | None = None,
    before: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[DeliveryRow]:
    """Dead and rejected orders, newest first; `before` is (created_at, id) of the last row seen."""
    statement = (
        select(*_COLUMNS)
        .join(cases, cases.c.id == delivery.c.case_id)
        .where(delivery.c.state.in_(("dead", "rejected")))
        .order_by(delivery.c.created_at.desc(), delivery.c.id.desc())
        .limit(limit)
    )
    if connector is not None:
        statement = statement.where(delivery.c.connector == connector)
    if before is not None:
        statement = statement.where(tuple_(delivery.c.created_at, delivery.c.id) < before)
    return [_row(found) for found in connection.execute(statement).mappings()]


def record_callback(connection: Connection, callback: Callback) -> DeliveryRow | None:
    """Takes a callback once. The row when a waiting case must now act on it (answered or rejected); else None.

    NotFound for an order that we do not know (yet): the neighbour tries again later. News for an order that nobody
    waits for any more is kept on the row and changes nothing else.
    """
    row = _order_of(connection, callback)
    first_time = insert(inbound).values(connector=callback.connector, message_id=callback.message_id)
    if connection.execute(first_time.on_conflict_do_nothing()).rowcount == 0:
        return None
    moment = connection.execute(select(func.clock_timestamp())).scalar_one()
    news = {**callback.payload, "outcome": callback.outcome.value, "received_at": moment.isoformat()}
    receipt = {**(row.receipt or {}), "news": [*(row.receipt or {}).get("news", ()), news]}
    values: dict[str, Any] = {"receipt": receipt, "reference": row.reference or callback.reference}
    decides = callback.outcome is not Outcome.PROGRESS and row.state in OPEN_STATES
    if decides:
        values |= {"state": callback.outcome.value, "answered_at": moment, "next_at": None}
        values |= {"sent_at": row.sent_at or moment, "answer": dict(callback.payload), "error": None}
        if callback.outcome is Outcome.REJECTED:
            values["error"] = str(callback.payload.get("answer_content") or "Cơ quan nhận từ chối xử lý.")
    changed = _change(connection, row, values)
    return changed if decides else None


def _order_of(connection: Connection, callback: Callback) -> DeliveryRow:
    named = delivery.c.id == callback.order_id if callback.order_id else delivery.c.reference == callback.reference
    statement = select(delivery.c.id).where(named, delivery.c.connector == callback.connector)
    found = connection.execute(statement.order_by(delivery.c.created_at.desc()).limit(1)).scalar_one_or_none()
    if found is None:
        raise NotFound("Không có yêu cầu nào ứng với thông điệp này.")
    return _locked(connection, found)


def _locked(connection: Connection, delivery_id: UUID) -> DeliveryRow:
    statement = (
        select(*_COLUMNS)
        .join(cases, cases.c.id == delivery.c.case_id)
        .where(delivery.c.id == delivery_id)
        .with_for_update(of=delivery)
    )
    found = connection.execute(statement).mappings().one_or_none()
    if found is None:
        raise NotFound("Không tìm thấy yêu cầu gửi đi này.")
    return _row(found)


def _change(connection: Connection, row: DeliveryRow, values: Mapping[str, Any]) -> DeliveryRow:
    statement = (
        update(delivery)
        .where(delivery.c.id == row.id, cases.c.id == delivery.c.case_id)
        .values(**values)
        .returning(*_COLUMNS)
    )
    return _row(connection.execute(statement).mappings().one())
