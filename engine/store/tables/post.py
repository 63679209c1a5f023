"""What leaves and enters the house: deliveries, letters, their numbers, files."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Index, Integer, LargeBinary, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from engine.store.tables.base import NOW, Moment, metadata

delivery = Table(
    "delivery",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),  # uuid5(event hash, ordinal): the idempotency key
    Column("case_id", UUID(as_uuid=True), ForeignKey("cases.id"), nullable=False),
    Column("address", Text),  # the waiting task, when the process waits for the answer
    Column("connector", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("target_unit", Text),
    Column("payload", JSONB, nullable=False),  # declared inputs only
    Column("state", Text, nullable=False),  # pending | sent | answered | rejected | dead | cancelled
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("created_at", Moment, nullable=False, server_default=NOW),
    Column("next_at", Moment),
    Column("sent_at", Moment),
    Column("answered_at", Moment),
    Column("reference", Text),  # the neighbour's own number
    Column("receipt", JSONB),
    Column("answer", JSONB),
    Column("error", Text),
    Index(None, "case_id"),
    Index(
        "ix_delivery_due", "next_at", postgresql_where=text("state = 'pending' and next_at is not null")
    ),  # the sweep of every other second
    Index("ix_delivery_trouble", "state", "created_at", postgresql_where=text("state in ('dead', 'rejected')")),
    Index("ix_delivery_reference", "connector", "reference", postgresql_where=text("reference is not null")),
)

inbound = Table(
    "inbound",
    metadata,
    Column("connector", Text, primary_key=True),
    Column("message_id", Text, primary_key=True),
    Column("received_at", Moment, nullable=False, server_default=NOW),
)

message = Table(  # from a case or from a neighbour, until a case that listens for it takes it
    "message",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),  # made from what sent it: told twice, it is one message
    Column("name", Text, nullable=False),
    Column("key", Text, nullable=False),  # empty: only for the case that sent it
    Column("payload", JSONB, nullable=False),  # declared inputs only
    Column("sender", Text, nullable=False),  # the case's code, or what the neighbour is called
    Column("case_id", UUID(as_uuid=True), ForeignKey("cases.id")),
    Column("sent_at", Moment, nullable=False),
    Column("taken_by", UUID(as_uuid=True), ForeignKey("cases.id")),
    Column("taken_at", Moment),
    Index("ix_message_waiting", "name", "key", "sent_at", "id", postgresql_where=text("taken_at is null")),
    Index(None, "case_id"),
    Index(None, "taken_by"),
)

letter = Table(
    "letter",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("case_id", UUID(as_uuid=True), ForeignKey("cases.id"), nullable=False),
    Column("kind", Text, nullable=False),  # receipt | supplement_request | refusal | apology | stop_notice | ...
    Column("form", Text, nullable=False),  # folder under engine/letters
    Column("state", Text, nullable=False),  # drafted | approved | numbered | rendered | signed | sealed | sent | voided
    Column("unit_code", Text, nullable=False),
    Column("number", Integer),
    Column("year", Integer),
    Column("notation", Text),  # printed number, e.g. 05/PXL-TTPVHCC
    Column("data", JSONB, nullable=False),  # what the template prints; personal values masked until rendered
    Column("pdf", LargeBinary),  # blob hash
    Column("signer", JSONB),
    Column("created_at", Moment, nullable=False),
    Column("issued_at", Moment),
    Column("void_reason", Text),
    Index(None, "case_id"),
)

letter_number = Table(
    "letter_number",
    metadata,
    Column("unit_code", Text, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("series", Text, primary_key=True),
    Column("last", Integer, nullable=False),
)

dossier_number = Table(
    "dossier_number",
    metadata,
    Column("unit_code", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("last", Integer, nullable=False),
)

blob = Table(
    "blob",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("mime", Text, nullable=False),
    Column("verdict", Text, nullable=False, server_default="quarantined"),  # quarantined | clean | refused
    Column("created_at", Moment, nullable=False, server_default=NOW),
    Column("touched_at", Moment, nullable=False, server_default=NOW),
)
