"""Every table of the house, as SQLAlchemy Core. Migrations create them; statements elsewhere use these names.

Personal values live in `party`, `personal_value` and the encrypted `form_submission` only, so that they can be erased
without touching a history (Law 91/2025/QH15).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP, UUID

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Moment = TIMESTAMP(timezone=True)
NOW = text("clock_timestamp()")

# --- the house itself: clock, people, units ---------------------------------------------------------------------------

clock_offset = Table(
    "clock_offset",
    metadata,
    Column("only", Boolean, primary_key=True, server_default=text("true")),
    Column("offset_seconds", BigInteger, nullable=False, server_default=text("0")),
    CheckConstraint('"only"', name="single_row"),
)

unit = Table(
    "unit",
    metadata,
    Column("code", Text, primary_key=True),  # org identifier, QĐ 20/2020 style, e.g. H27.12
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),  # province.one_stop, province.leader, department, commune.one_stop, ...
    Column("level", Text, nullable=False),  # province | commune | external
    Column("parent_code", Text, ForeignKey("unit.code")),
    Column("locality", Text),  # the commune's code for commune units, else null: seats resolve within it
    Column("is_external", Boolean, nullable=False, server_default=text("false")),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    Column("is_remote", Boolean, nullable=False, server_default=text("false")),  # a mountainous, remote area
    Column("address", Text, nullable=False, server_default=""),
    Column("phone", Text, nullable=False, server_default=""),
    Column("letterhead", JSONB, nullable=False, server_default=text("'{}'")),  # lines, place, notation of its letters
    Column("sort_key", Text, nullable=False, server_default=""),
)

officer = Table(
    "officer",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("title", Text, nullable=False, server_default=""),
    Column("sort_key", Text, nullable=False, server_default=""),
    Column("password_hash", Text),
    Column("is_demo", Boolean, nullable=False, server_default=text("false")),
    Column("is_disabled", Boolean, nullable=False, server_default=text("false")),
)

officer_role = Table(
    "officer_role",
    metadata,
    Column("officer_id", UUID(as_uuid=True), ForeignKey("officer.id"), primary_key=True),
    Column("unit_code", Text, ForeignKey("unit.code"), primary_key=True),
    Column("role", Text, primary_key=True),
    Index(None, "unit_code", "role"),
)

authorisation = Table(
    "authorisation",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("officer_id", UUID(as_uuid=True), ForeignKey("officer.id"), nullable=False),  # who signs
    Column("unit_code", Text, ForeignKey("unit.code"), nullable=False),  # in whose name
    Column("capacity", Text, nullable=False),  # KT | TL | TUQ | TM | Q, or empty: as the head
    Column("on_behalf_of", Text, nullable=False, server_default=""),  # printed after the capacity: Chủ tịch
    Column("title", Text, nullable=False),  # printed below it: Phó Chủ tịch
    Column("kinds", ARRAY(Text), nullable=False, server_default=text("'{}'")),  # kinds of documents; none: every kind
    Column("from_on", Date, nullable=False),
    Column("until_on", Date),  # the last day
    Column("basis", Text, nullable=False, server_default=""),  # the written assignment or authorisation
    Column("created_at", Moment, nullable=False, server_default=NOW),
    Column("created_by", UUID(as_uuid=True)),
    Column("withdrawn_at", Moment),
    Column("withdrawn_by", UUID(as_uuid=True)),
    Column("withdrawal_reason", Text),
    Index(None, "officer_id", "unit_code"),
)

web_session = Table(
    "web_session",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("officer_id", UUID(as_uuid=True), ForeignKey("officer.id"), nullable=False),
    Column("csrf", Text, nullable=False),
    Column("created_at", Moment, nullable=False, server_default=NOW),
    Column("seen_at", Moment, nullable=False, server_default=NOW),
)

sign_in_attempt = Table(
    "sign_in_attempt",
    metadata,
    Column("key", Text, primary_key=True),  # login or dossier code + address, hashed
    Column("failures", Integer, nullable=False),
    Column("since", Moment, nullable=False, server_default=NOW),
)

calendar_version = Table(
    "calendar_version",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("body", JSONB, nullable=False),
    Column("created_at", Moment, nullable=False, server_default=NOW),
    Column("published_at", Moment, nullable=False, server_default=NOW),  # business moment
    Column("published_by", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),  # why, and the act it rests on
    Column("superseded_at", Moment),  # the only column that ever changes
)

calendar_draft = Table(
    "calendar_draft",
    metadata,
    Column("name", Text, primary_key=True),
    Column("body", JSONB, nullable=False),  # the next version as edited so far
    Column("revision", Integer, nullable=False),
    Column("edited_by", Text, nullable=False),
    Column("edited_at", Moment, nullable=False, server_default=NOW),
)

# --- procedures and their processes -----------------------------------------------------------------------------------

procedure = Table(
    "procedure",
    metadata,
    Column("code", Text, primary_key=True),
    Column("national_code", Text),
    Column("name", Text, nullable=False),
    Column("name_search", Text, nullable=False),
    Column("field", Text, nullable=False, server_default=""),
    Column("field_name", Text, nullable=False, server_default=""),
    Column("level", Text, nullable=False),
    Column("kind", Text, nullable=False, server_default="dossier"),  # dossier | approval | petition | ...
)

process_version = Table(
    "process_version",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("procedure_code", Text, ForeignKey("procedure.code"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", Text, nullable=False),  # draft | appraising | appraised | approved | published | retired
    Column("content_hash", LargeBinary, nullable=False),  # of manifest + source + forms + decisions
    Column("semantics", Integer, nullable=False),
    Column("source", LargeBinary, nullable=False),  # the BPMN as uploaded, byte for byte
    Column("spec", LargeBinary),  # lowered and frozen, zstd
    Column("manifest", JSONB, nullable=False),  # procedure.toml
    Column("forms", JSONB, nullable=False),  # {form key: JSON Schema}
    Column("decisions", JSONB, nullable=False, server_default=text("'{}'")),  # {.dmn file: its bytes in base64}
    Column("findings", JSONB, nullable=False, server_default=text("'[]'")),
    Column("revision", Integer, nullable=False, server_default=text("0")),  # saves of a draft
    Column("created_at", Moment, nullable=False, server_default=NOW),
    Column("created_by", UUID(as_uuid=True)),
    Column("approval_case_id", UUID(as_uuid=True)),
    Column("decision_number", Text),
    Column("decision_on", Date),
    Column("decided_by", Text),
    Column("effective_on", Date),
    UniqueConstraint("procedure_code", "number"),
    Index(
        "ix_process_version_published",
        "procedure_code",
        unique=True,
        postgresql_where=text("state = 'published'"),
    ),
)

migration_run = Table(  # the open cases of a procedure brought to one version: tried, then carried out
    "migration_run",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("procedure_code", Text, ForeignKey("procedure.code"), nullable=False),
    Column("version_id", UUID(as_uuid=True), ForeignKey("process_version.id"), nullable=False),
    Column("mapping", JSONB, nullable=False),  # {element of older versions: element of this one}
    Column("state", Text, nullable=False),  # tried | carried_out
    Column("actor", JSONB, nullable=False),
    Column("created_at", Moment, nullable=False, server_default=NOW),
    Index(None, "version_id", "created_at"),
)

migration_case = Table(  # what came of each; codes and steps only, nothing personal
    "migration_case",
    metadata,
    Column("run_id", UUID(as_uuid=True), ForeignKey("migration_run.id"), primary_key=True),
    Column("case_id", UUID(as_uuid=True), primary_key=True),
    Column("case_code", Text, nullable=False),
    Column("batch", Integer, nullable=False),
    Column("from_number", Integer, nullable=False),
    Column("state", Text, nullable=False),  # waiting | able | unable | migrated | refused
    Column("waiting", JSONB, nullable=False),  # names of its open tasks
    Column("reasons", JSONB, nullable=False),
    Index(None, "run_id", "batch"),
    Index("ix_migration_case_page", "run_id", "state", "case_code"),
)

# --- cases ------------------------------------------------------------------------------------------------------------

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

# --- history ----------------------------------------------------------------------------------------------------------

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

# --- work, time, messages ---------------------------------------------------------------------------------------------

work_item = Table(
    "work_item",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),  # uuid5 of case and address
    Column("case_id", UUID(as_uuid=True), ForeignKey("cases.id"), nullable=False),
    Column("address", Text, nullable=False),  # element and lap, engine.run
    Column("element_id", Text, nullable=False),
    Column("kind", Text, nullable=False),  # task | letter | explanation | escalation | acceptance | expiry
    Column("name", Text, nullable=False),
    Column("unit_code", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("assignee", UUID(as_uuid=True)),
    Column("form_key", Text),
    Column("step", Text),  # the step of the internal process it belongs to
    Column("state", Text, nullable=False),  # open | done | cancelled
    Column("is_paused", Boolean, nullable=False, server_default=text("false")),
    Column("revision", Integer, nullable=False, server_default=text("1")),
    Column("opened_at", Moment, nullable=False),
    Column("taken_at", Moment),  # the receiving side of a hand-over acknowledged
    Column("closed_at", Moment),
    Column("due_at", Moment),  # operational limit of the step; cache
    Column("sort_at", Moment, nullable=False),  # due_at, or far future when there is none: keyset order
    # when work must go on for the case to be in time, by last night's forecast; sort_at until there is one
    Column("urgent_at", Moment, nullable=False, server_default=text("'9999-01-01 00:00+00'")),
    Column("case_code", Text, nullable=False),
    Column("case_legal_due_at", Moment),
    Column("procedure_code", Text, nullable=False),
    Column("procedure_name", Text, nullable=False),
    Column("applicant", Text, nullable=False, server_default=""),
    Column("applicant_key", Text, nullable=False, server_default=""),
    Index("ix_work_item_case", "case_id", "state"),
    # the inbox: each of its lists is a stretch of one of these
    Index("ix_work_item_unit", "unit_code", "sort_at", "id", postgresql_where=text("state = 'open'")),
    Index(
        "ix_work_item_free",
        "unit_code",
        "role",
        "sort_at",
        "id",
        postgresql_where=text("state = 'open' and assignee is null"),
    ),
    Index(
        "ix_work_item_mine",
        "assignee",
        "unit_code",
        "role",
        "sort_at",
        "id",
        postgresql_where=text("state = 'open' and assignee is not null"),
    ),
    Index(
        "ix_work_item_procedure",
        "unit_code",
        "procedure_code",
        "sort_at",
        "id",
        postgresql_where=text("state = 'open'"),
    ),
    Index("ix_work_item_urgent", "unit_code", "urgent_at", "id", postgresql_where=text("state = 'open'")),
    Index(
        "ix_work_item_without_due",
        "unit_code",
        "is_paused",
        "sort_at",
        "id",
        postgresql_where=text("state = 'open' and due_at is null"),
    ),
)

timer = Table(
    "timer",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("case_id", UUID(as_uuid=True), ForeignKey("cases.id"), nullable=False),
    Column("kind", Text, nullable=False),  # process | apology | legal_limit | supplement | acceptance
    Column("address", Text, nullable=False, server_default=""),
    Column("due_at", Moment, nullable=False),
    Column("queued_at", Moment),
    Column("acted_at", Moment),
    Column("cancelled_at", Moment),
    Index(
        "ix_timer_due",
        "due_at",
        postgresql_where=text("queued_at is null and acted_at is null and cancelled_at is null"),
    ),
    Index("ix_timer_case", "case_id", postgresql_where=text("acted_at is null and cancelled_at is null")),
)

date_move = Table(  # every moved date, for auditors; the event of the same number is the evidence
    "date_move",
    metadata,
    Column("case_id", UUID(as_uuid=True), ForeignKey("cases.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("type", Text, nullable=False),  # of the event
    Column("unit_code", Text, nullable=False),  # the lead unit
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("legal_from", Moment),
    Column("legal_to", Moment),
    Column("promised_from", Moment),
    Column("promised_to", Moment),
    Column("calendar_version", Integer, nullable=False),
    Index(None, "at", "case_id"),
)

forecast = Table(  # last night's estimate of each open case; what is shown is worded from it at the moment of reading
    "forecast",
    metadata,
    Column("case_id", UUID(as_uuid=True), ForeignKey("cases.id"), primary_key=True),
    Column("made_on", Date, nullable=False),
    Column("target_at", Moment, nullable=False),  # the limit of law, or a later promise once it has passed
    Column("usual_seconds", Integer, nullable=False),  # working time left until the decision
    Column("cautious_seconds", Integer, nullable=False),
    Column("cases", Integer, nullable=False),  # finished ones it rests on; 0: the steps' limits
    Column("start_by", Moment, nullable=False),
)

forecast_run = Table(
    "forecast_run",
    metadata,
    Column("day", Date, primary_key=True),
    Column("queued_at", Moment, nullable=False, server_default=NOW),
    Column("finished_at", Moment),
    Column("figures", JSONB, nullable=False, server_default=text("'{}'")),
)

subscription = Table(
    "subscription",
    metadata,
    Column("case_id", UUID(as_uuid=True), ForeignKey("cases.id"), primary_key=True),
    Column("address", Text, primary_key=True),
    Column("message", Text, nullable=False),
    Column("key", Text, nullable=False),
    Index(None, "message", "key"),
)

# --- what leaves and enters the house ---------------------------------------------------------------------------------

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

CASE_TABLES = (
    party, paper, form_submission, event, personal_value, work_item, timer, date_move, forecast, subscription, delivery,
    letter,
)  # fmt: skip
"""Tables with a case_id, behind the row-level policy by participation."""
