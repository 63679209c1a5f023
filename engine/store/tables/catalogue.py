"""Procedures, the versions of their processes, and runs that bring cases to another version."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from engine.store.tables.base import NOW, Moment, metadata

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
