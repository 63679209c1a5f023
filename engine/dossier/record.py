"""What one act writes, gathered while it runs and written as a single statement before its one commit.

Twelve plain statements became one: each list travels as a JSON array and an empty list writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, Table, text

from engine.history.canonical import moment_text
from engine.store import tables

Row = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Record:
    """The rows of one act. Lists hold whole rows, by column name."""

    case: Row = field(default_factory=dict)
    events: list[Row] = field(default_factory=list)
    personal_values: list[Row] = field(default_factory=list)
    parties: list[Row] = field(default_factory=list)
    papers: list[Row] = field(default_factory=list)
    forms: list[Row] = field(default_factory=list)
    opened_items: list[Row] = field(default_factory=list)
    closed_items: list[Row] = field(default_factory=list)  # id, state
    changed_items: list[Row] = field(default_factory=list)  # id, assignee, unit_code, role, taken_at, due_at, is_paused
    moved_dues: list[Row] = field(default_factory=list)  # case_legal_due_at, sort_at where the item has no due moment
    armed_timers: list[Row] = field(default_factory=list)
    cancelled_timers: list[Row] = field(default_factory=list)  # kind, address
    acted_timers: list[UUID] = field(default_factory=list)
    subscriptions: list[Row] = field(default_factory=list)
    ended_subscriptions: list[str] = field(default_factory=list)  # addresses
    deliveries: list[Row] = field(default_factory=list)
    ended_deliveries: list[Row] = field(default_factory=list)  # id, state, answer
    letters: list[Row] = field(default_factory=list)
    changed_letters: list[Row] = field(default_factory=list)  # id, state, data, signer, void_reason

    def write(self, connection: Connection, case_id: UUID) -> None:
        """Send everything in one statement."""
        parameters: dict[str, Any] = {"case_id": case_id, "case_row": _json([self.case])}
        for name in LISTS:
            rows = getattr(self, name)
            parameters[name] = _json(rows) if rows else "[]"
        connection.execute(WRITE, parameters)


LISTS = (
    "events",
    "personal_values",
    "parties",
    "papers",
    "forms",
    "opened_items",
    "closed_items",
    "changed_items",
    "moved_dues",
    "armed_timers",
    "cancelled_timers",
    "acted_timers",
    "subscriptions",
    "ended_subscriptions",
    "deliveries",
    "ended_deliveries",
    "letters",
    "changed_letters",
)

CASE_FIELDS = tuple(
    column.name
    for column in tables.cases.columns
    if column.name
    not in {"id", "kind", "code", "parent_id", "procedure_code", "ruleset", "data_key", "received_at", "channel"}
)
"""What an act may change of a case; the rest is fixed when the case is opened."""


def _json(rows: Any) -> str:
    return orjson.dumps(rows, default=_plain).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return "\\x" + bytes(value).hex()
    if isinstance(value, datetime):
        return moment_text(value)
    raise TypeError(f"{type(value).__name__} cannot be written")


def _insert(table: Table, source: str, *, conflict: str = "") -> str:
    names = ", ".join(column.name for column in table.columns if column.identity is None)
    return (
        f"INSERT INTO {table.name} ({names}) SELECT {names} "
        f"FROM jsonb_populate_recordset(NULL::{table.name}, CAST(:{source} AS jsonb)) {conflict}"
    )


def _set(names: tuple[str, ...]) -> str:
    return ", ".join(f"{name} = new.{name}" for name in names)


WRITE = text(
    f"""
WITH the_case AS (
    UPDATE cases SET {_set(CASE_FIELDS)}
    FROM jsonb_populate_recordset(NULL::cases, CAST(:case_row AS jsonb)) AS new
    WHERE cases.id = :case_id
), the_events AS (
    {_insert(tables.event, "events")}
), pending AS (
    INSERT INTO seal_pending (case_id, seq, hash) SELECT case_id, seq, hash
    FROM jsonb_populate_recordset(NULL::event, CAST(:events AS jsonb)) ORDER BY seq
), the_personal_values AS (
    {_insert(tables.personal_value, "personal_values")}
), the_parties AS (
    {
        _insert(
            tables.party,
            "parties",
            conflict='''ON CONFLICT (case_id, role) DO UPDATE SET name = excluded.name,
      name_search = excluded.name_search, sort_key = excluded.sort_key, identifier = excluded.identifier,
      phone = excluded.phone, email = excluded.email, address = excluded.address''',
        )
    }
), the_papers AS (
    {
        _insert(
            tables.paper,
            "papers",
            conflict='''ON CONFLICT (case_id, ordinal) DO UPDATE SET
      is_received = excluded.is_received, blob = excluded.blob, file_name = excluded.file_name, mime = excluded.mime,
      digitised = excluded.digitised, originals = excluded.originals, certified = excluded.certified,
      copies = excluded.copies''',
        )
    }
), the_forms AS (
    {_insert(tables.form_submission, "forms")}
), closed AS (
    UPDATE work_item SET state = new.state, closed_at = new.closed_at, revision = work_item.revision + 1
    FROM jsonb_populate_recordset(NULL::work_item, CAST(:closed_items AS jsonb)) AS new
    WHERE work_item.id = new.id AND work_item.state = 'open'
), changed AS (
    UPDATE work_item SET assignee = new.assignee, unit_code = new.unit_code, role = new.role, taken_at = new.taken_at,
        due_at = new.due_at, sort_at = new.sort_at, is_paused = new.is_paused, revision = work_item.revision + 1,
        case_legal_due_at = new.case_legal_due_at
    FROM jsonb_populate_recordset(NULL::work_item, CAST(:changed_items AS jsonb)) AS new
    WHERE work_item.id = new.id AND work_item.state = 'open'
), moved AS (
    UPDATE work_item SET case_legal_due_at = new.case_legal_due_at, sort_at = coalesce(work_item.due_at, new.sort_at)
    FROM jsonb_populate_recordset(NULL::work_item, CAST(:moved_dues AS jsonb)) AS new
    WHERE work_item.case_id = :case_id AND work_item.state = 'open' AND work_item.id NOT IN (
        SELECT touched.id FROM jsonb_populate_recordset(
            NULL::work_item, CAST(:closed_items AS jsonb) || CAST(:changed_items AS jsonb)
        ) AS touched
    )
), opened AS (
    {_insert(tables.work_item, "opened_items")}
), cancelled AS (
    UPDATE timer SET cancelled_at = clock_timestamp()
    FROM jsonb_populate_recordset(NULL::timer, CAST(:cancelled_timers AS jsonb)) AS old
    WHERE timer.case_id = :case_id AND timer.kind = old.kind AND timer.address = old.address
        AND timer.acted_at IS NULL AND timer.cancelled_at IS NULL
), acted AS (
    UPDATE timer SET acted_at = clock_timestamp()
    WHERE timer.id IN (SELECT CAST(value AS uuid) FROM jsonb_array_elements_text(CAST(:acted_timers AS jsonb)))
), armed AS (
    {_insert(tables.timer, "armed_timers")}
), unsubscribed AS (
    DELETE FROM subscription WHERE case_id = :case_id
        AND address IN (SELECT value FROM jsonb_array_elements_text(CAST(:ended_subscriptions AS jsonb)))
), subscribed AS (
    {_insert(tables.subscription, "subscriptions", conflict="ON CONFLICT DO NOTHING")}
), ended_deliveries AS (
    UPDATE delivery SET state = new.state, answer = new.answer, answered_at = new.answered_at
    FROM jsonb_populate_recordset(NULL::delivery, CAST(:ended_deliveries AS jsonb)) AS new WHERE delivery.id = new.id
), delivered AS (
    {_insert(tables.delivery, "deliveries")}
), changed_letters AS (
    UPDATE letter SET state = new.state, data = new.data, signer = new.signer, void_reason = new.void_reason
    FROM jsonb_populate_recordset(NULL::letter, CAST(:changed_letters AS jsonb)) AS new WHERE letter.id = new.id
)
{_insert(tables.letter, "letters")}
"""
)
