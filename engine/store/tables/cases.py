"""Cases and what was given with them. Personal values live here and nowhere else, so that they can be erased."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, SmallInteger, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from engine.store.tables.base import NOW, Moment, metadata

cases = Table(
    "cases",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("kind", Text, nullable=False),  # dossier | approval | petition | review | inspection
    Column("code", Text, nullable=False, unique=True),
    Column("submission_code", Text),  # what the applicant was given online, before the dossier was received
    Column("parent_id", UUID(as_uuid=True), ForeignKey("cases.id")),
    Column("procedure_code", Text, ForeignKey("procedure.code"), nullable=False),
    Column("procedure_name", Text, nullable=False),
    Column("version_id", UUID(as_uuid=True), ForeignKey("process_version.id"), nullable=False),
    Column("ruleset", Text, nullable=False),
    Column("channel", SmallInteger, nullable=False),  # national code: 1 counter, 2 online, 3 post
    Column("status", SmallInteger, nullable=False),  # national code 1..10
    Column("is_suspended", Boolean, nullable=False, server_default=text("false")),
    Column("is_stopped", Boolean, nullable=False, server_default=text("false")),
    Column("title", Text, nullable=False, server_default=""),
    Column("receiving_unit", Text, ForeignKey("unit.code"), nullable=False),
    Column("lead_unit", Text, ForeignKey("unit.code"), nullable=False),
    Column("locality", Text),
    Column("participants", ARRAY(Text), nullable=False),  # unit codes that may see the case
    Column("received_at", Moment, nullable=False),
    Column("legal_due_at", Moment),  # cache of the ledger's fold; recomputed and checked
    Column("promised_at", Moment),  # the date given to the applicant
    Column("decided_at", Moment),  # business done (signature), what lateness is judged by
    Column("closed_at", Moment),
    Column("archived_at", Moment),  # put away for good; a late dossier only after its explanation
    Column("is_late", Boolean, nullable=False, server_default=text("false")),
    Column("explanation", Text, nullable=False, server_default="none"),  # none | owed | given
    Column("apology", Text, nullable=False, server_default="none"),  # none | drafted | issued | escalated
    Column("data_key", LargeBinary),  # per-case key, wrapped by the key outside the database
    Column("ledger", JSONB, nullable=False, server_default=text("'[]'")),  # intervals, engine.deadlines.ledger
    Column("calendar_version", Integer, nullable=False, server_default=text("1")),  # what its dates are computed with
    Column("facts", JSONB, nullable=False, server_default=text("'{}'")),  # channel, result delivery, phase, limits
    Column("revision", Integer, nullable=False),  # number of acts
    Column("last_at", Moment, nullable=False),  # business moment of the newest event; the next is never before it
    Column("head_hash", LargeBinary, nullable=False),  # hash of the newest event
    Column("state", LargeBinary),  # process state, orjson + zstd; null once closed
    Index(None, "procedure_code", "received_at"),
    Index("ix_cases_parent", "parent_id", postgresql_where=text("parent_id is not null")),
    Index("ix_cases_open_late", "lead_unit", postgresql_where=text("closed_at is null and is_late")),
    Index("ix_cases_submission", "submission_code", unique=True, postgresql_where=text("submission_code is not null")),
    Index("ix_cases_participants", "participants", postgresql_using="gin"),
    Index("ix_cases_to_archive", "closed_at", postgresql_where=text("closed_at is not null and archived_at is null")),
    # a row of 3 kB is rewritten by every act: keep it whole, and its next version on its own page
    postgresql_with={"toast_tuple_target": 8160, "fillfactor": 70},
)

party = Table(
    "party",
    metadata,
    Column("case_id", UUID(as_uuid=True), ForeignKey("cases.id"), primary_key=True),
    Column("role", Text, primary_key=True),  # owner | submitter
    Column("kind", Text, nullable=False, server_default="person"),  # person | organisation
    Column("name", Text, nullable=False),
    Column("name_search", Text, nullable=False),
    Column("sort_key", Text, nullable=False),
    Column("identifier", Text, nullable=False, server_default=""),
    Column("phone", Text, nullable=False, server_default=""),
    Column("email", Text, nullable=False, server_default=""),
    Column("address", Text, nullable=False, server_default=""),
)

paper = Table(
    "paper",
    metadata,
    Column("case_id", UUID(as_uuid=True), ForeignKey("cases.id"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("originals", Integer, nullable=False, server_default=text("0")),
    Column("certified", Integer, nullable=False, server_default=text("0")),
    Column("copies", Integer, nullable=False, server_default=text("0")),
    Column("is_received", Boolean, nullable=False, server_default=text("true")),
    Column("digitised", SmallInteger, nullable=False, server_default=text("0")),  # national code 0..3
    Column("blob", LargeBinary),  # SHA-256 in the blob store
    Column("file_name", Text),
    Column("mime", Text),
    Column("kind", Text, nullable=False, server_default="component"),  # component | result | answer
)

form_submission = Table(
    "form_submission",
    metadata,
    Column("case_id", UUID(as_uuid=True), ForeignKey("cases.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),  # the act that brought it
    Column("element_id", Text, nullable=False),
    Column("form_key", Text, nullable=False),
    Column("officer_id", UUID(as_uuid=True)),
    Column("submitted_at", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False),  # AES-GCM under the case's data key
)

draft = Table(
    "draft",
    metadata,
    Column("work_item_id", UUID(as_uuid=True), primary_key=True),
    Column("officer_id", UUID(as_uuid=True), primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("saved_at", Moment, nullable=False, server_default=NOW),
)
