"""What an open dossier that waits costs the beats of every second: nothing, counted in rows that they touch."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, text

from engine.delivery.orders import requeue_due
from engine.history.seal import BATCH, seal
from engine.jobs.clock import claim_due
from web.bench.figures import Figure, median_ms
from web.bench.ground import Ground

TOUCHED = """
SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0) FROM pg_stat_xact_user_tables
WHERE relname IN ('timer', 'cases', 'work_item', 'delivery', 'seal_pending', 'subscription')
"""


def measure(ground: Ground, *, rounds: int) -> list[Figure]:
    """The deadline sweep, the sweep of deliveries and the sealer, with nothing due among a hundred thousand."""

    def beat(connection: Connection) -> None:
        claim_due(connection, ground.house.clock.now(connection))
        requeue_due(connection, now=datetime.now(UTC))
        seal(connection, ground.house.log_key)

    def beat_once() -> None:
        with ground.store.transaction(role="worker") as connection:
            beat(connection)

    with ground.store.transaction(role="worker") as connection:  # what earlier measurements left
        while seal(connection, ground.house.log_key) == BATCH:
            pass
    beat_once()
    with ground.store.transaction(role="worker") as connection:
        before = int(connection.execute(text(TOUCHED)).scalar_one())
        beat(connection)
        touched = int(connection.execute(text(TOUCHED)).scalar_one()) - before
    return [
        Figure(
            name="idle_sweep_rows",
            title="Số dòng phải đọc khi không hồ sơ nào đến hạn",
            value=touched,
            unit="rows",
            goal=0,
        ),
        Figure(
            name="idle_sweep_ms",
            title="Một nhịp của đồng hồ hạn khi không có gì đến hạn",
            value=round(median_ms(beat_once, rounds=rounds), 2),
            unit="ms",
        ),
    ]
