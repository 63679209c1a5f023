"""The history: append-only events, personal values that they commit to, seals."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Identity, Integer, LargeBinary, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from engine.store.tables.base import NOW, Moment, metadata

event = Table(
    "event",
    metadata,
    Column("case_id", UUID(as_uuid=True), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("recorded_at", Moment, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("type", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),  # the very bytes that were hashed
    Column("hash", LargeBinary, nullable=False),
    postgresql_partition_by="RANGE (recorded_at)",
)

personal_value = Table(
    "personal_value",
    metadata,
    Column("case_id", UUID(as_uuid=True), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("value", Text, nullable=False),
)

seal_pending = Table(
    "seal_pending",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", UUID(as_uuid=True), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

seal_leaf = Table(
    "seal_leaf",
    metadata,
    Column("position", BigInteger, primary_key=True),
    Column("case_id", UUID(as_uuid=True), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("hash", LargeBinary, nullable=False),  # leaf hash: SHA-256(0x00 || event hash)
    UniqueConstraint("case_id", "seq"),
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("size", BigInteger, primary_key=True),
    Column("root", LargeBinary, nullable=False),
    Column("frontier", ARRAY(LargeBinary), nullable=False),
    Column("note", Text, nullable=False),  # signed note, C2SP format
    Column("sealed_at", Moment, nullable=False, server_default=NOW),
)
