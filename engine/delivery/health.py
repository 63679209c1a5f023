"""Whether a neighbour is worth trying now: a circuit breaker per connector, and figures for the administrator.

The breaker lives in each worker process: every process finds out for itself after a few failures, and a wrong opinion
costs one pause. While a breaker is open no attempt is made and none is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Lock

from sqlalchemy import Connection, func, select

from engine.store.tables import delivery


class BreakerState(StrEnum):
    """Whether a connector is tried."""

    CLOSED = "closed"  # all is well
    OPEN = "open"  # resting
    HALF_OPEN = "half_open"  # one probe is under way


@dataclass(slots=True)
class _Circuit:
    failures: int = 0
    rests: int = 0
    state: BreakerState = BreakerState.CLOSED
    until: datetime | None = None


class Breaker:
    """Counts consecutive failures per connector; after `threshold` of them lets the connector rest, then probes once.

    Each failed probe doubles the rest, up to `longest_rest`. A probe that never reports (a killed thread) is given up
    after the same rest. Safe to share between threads.
    """

    def __init__(
        self,
        *,
        threshold: int = 5,
        rest: timedelta = timedelta(seconds=30),
        longest_rest: timedelta = timedelta(minutes=5),
    ) -> None:
        self._threshold = threshold
        self._rest = rest
        self._longest_rest = longest_rest
        self._circuits: dict[str, _Circuit] = {}
        self._lock = Lock()

    def rests_until(self, connector: str, now: datetime) -> datetime | None:
        """None when an order may be sent now (this may reserve the probe); else the moment to come back."""
        with self._lock:
            circuit = self._circuits.setdefault(connector, _Circuit())
            if circuit.state is BreakerState.CLOSED:
                return None
            if circuit.until is not None and now < circuit.until:
                return circuit.until
            circuit.state = BreakerState.HALF_OPEN
            circuit.until = now + self._rest_after(circuit.rests)
            return None

    def succeeded(self, connector: str) -> bool:
        """True when this success ended a rest, so that the backlog may be woken."""
        with self._lock:
            was_resting = self._circuits.get(connector, _Circuit()).state is not BreakerState.CLOSED
            self._circuits[connector] = _Circuit()
            return was_resting

    def failed(self, connector: str, now: datetime) -> None:
        with self._lock:
            circuit = self._circuits.setdefault(connector, _Circuit())
            circuit.failures += 1
            if circuit.state is BreakerState.HALF_OPEN or circuit.failures >= self._threshold:
                circuit.state = BreakerState.OPEN
                circuit.until = now + self._rest_after(circuit.rests)
                circuit.rests += 1

    def state(self, connector: str) -> BreakerState:
        with self._lock:
            return self._circuits.get(connector, _Circuit()).state

    def _rest_after(self, rests: int) -> timedelta:
        return min(self._rest * (1 << min(rests, 16)), self._longest_rest)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorHealth:
    """One line of the administrator's page, the same for every process."""

    connector: str
    waiting: int
    failing: int  # waiting and tried at least once
    dead: int
    rejected: int
    oldest_waiting_at: datetime | None
    last_sent_at: datetime | None


def connector_health(connection: Connection) -> list[ConnectorHealth]:
    """Figures of every connector that ever had an order."""
    waiting = delivery.c.state == "pending"
    statement = (
        select(
            delivery.c.connector,
            func.count().filter(waiting).label("waiting"),
            func.count().filter(waiting, delivery.c.error.is_not(None)).label("failing"),
            func.count().filter(delivery.c.state == "dead").label("dead"),
            func.count().filter(delivery.c.state == "rejected").label("rejected"),
            func.min(delivery.c.created_at).filter(waiting).label("oldest_waiting_at"),
            func.max(delivery.c.sent_at).label("last_sent_at"),
        )
        .group_by(delivery.c.connector)
        .order_by(delivery.c.connector)
    )
    return [ConnectorHealth(**row) for row in connection.execute(statement).mappings()]
