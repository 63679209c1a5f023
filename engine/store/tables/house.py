"""The house itself: its clock, people, units, calendars."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from engine.store.tables.base import NOW, Moment, metadata

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
