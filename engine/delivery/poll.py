"""Asking neighbours that cannot call us what is new. Each answer is taken in exactly as its callback would be."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlalchemy import Connection

from engine.delivery.contract import AnswersByPolling
from engine.delivery.orders import DeliveryRow, record_callback
from engine.delivery.registry import Registry
from engine.errors import NotFound
from engine.store.database import Store

log = logging.getLogger(__name__)


def poll(
    store: Store,
    registry: Registry,
    name: str,
    cursor: str | None,
    *,
    hand_over: Callable[[Connection, DeliveryRow], None],
    pages: int = 20,
) -> str | None:
    """Takes in what `name` has for us after `cursor`; the new cursor. Raises DeliveryFailed.

    `hand_over` enqueues the act in the transaction that records the answer. A lost cursor costs time, not correctness:
    starting from None again finds the same messages, each already known by its id.
    """
    connector = registry.get(name)
    if not isinstance(connector, AnswersByPolling):
        return cursor
    for _ in range(pages):
        callbacks, following = connector.fetch_answers(cursor)
        for callback in callbacks:
            try:
                with store.transaction(role="worker") as connection:
                    row = record_callback(connection, callback)
                    if row is not None:
                        hand_over(connection, row)
            except NotFound:
                log.warning("answer %s of %s is for no order of ours", callback.message_id, name)
        if following == cursor or not callbacks:
            return following
        cursor = following
    return cursor
