"""Empties every table, schema kept: for a demo whose building was killed half-way. Never in production."""

from __future__ import annotations

from sqlalchemy import Connection, text

from engine.store.tables import metadata

QUEUE_TABLES = ("procrastinate_jobs", "procrastinate_events", "procrastinate_periodic_defers")


def empty_every_table(connection: Connection) -> None:
    """Forget everything, the queue included. The connection must be the owner's."""
    names = [*(table.name for table in metadata.sorted_tables), *QUEUE_TABLES]
    connection.execute(text(f"TRUNCATE {', '.join(names)} RESTART IDENTITY"))
