"""Work in inboxes, timers, forecasts and messages that cases wait for."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from engine.store.tables.base import NOW, Moment, metadata

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
    Index(
        "ix_work_item_free_urgent",
        "unit_code",
        "role",
        "urgent_at",
        "id",
        postgresql_where=text("state = 'open' and assignee is null"),
    ),
    Index(
        "ix_work_item_mine_urgent",
        "assignee",
        "unit_code",
        "role",
        "urgent_at",
        "id",
        postgresql_where=text("state = 'open' and assignee is not null"),
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

subscription = Table(  # where a case listens for a message, as `Instance.subscriptions` says
    "subscription",
    metadata,
    Column("case_id", UUID(as_uuid=True), ForeignKey("cases.id"), primary_key=True),
    Column("address", Text, primary_key=True),
    Column("message", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("since", Moment, nullable=False, server_default=NOW),
    Index(None, "message", "key"),
)
