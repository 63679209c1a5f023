"""What one act writes, gathered while it runs and written as a single statement before its one commit.

Twelve plain statements became one. Each list travels as a JSON array; an empty list has no part in the statement, for
planning and starting all eighteen parts cost more than the writing itself. Few combinations occur: each is prepared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, Table

from engine.history.canonical import moment_text
from engine.store import tables
from engine.store.direct import execute_direct

Row = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Record:
    """The rows of one act. Lists hold whole rows, by column name."""

    cases: list[Row] = field(default_factory=list)  # the case itself, unless it is new
    events: list[Row] = field(default_factory=list)
    personal_values: list[Row] = field(default_factory=list)
    parties: list[Row] = field(default_factory=list)
    papers: list[Row] = field(default_factory=list)
    forms: list[Row] = field(default_factory=list)
    opened_items: list[Row] = field(default_factory=list)
    closed_items: list[Row] = field(default_factory=list)  # id, state
    changed_items: list[Row] = field(default_factory=list)  # id, assignee, unit_code, role, taken_at, due_at, is_paused
    moved_dues: list[Row] = field(default_factory=list)  # case_legal_due_at, sort_at where the item has no due moment
    moved_steps: list[Row] = field(default_factory=list)  # id, due_at, sort_at, case_legal_due_at
    date_moves: list[Row] = field(default_factory=list)
    armed_timers: list[Row] = field(default_factory=list)
    cancelled_timers: list[Row] = field(default_factory=list)  # kind, address
    acted_timers: list[UUID] = field(default_factory=list)
    subscriptions: list[Row] = field(default_factory=list)
    ended_subscriptions: list[Row] = field(default_factory=list)  # address, message, key
    messages: list[Row] = field(default_factory=list)
    taken_messages: list[Row] = field(default_factory=list)  # id, taken_by, taken_at
    deliveries: list[Row] = field(default_factory=list)
    ended_deliveries: list[Row] = field(default_factory=list)  # id, state, answer
    letters: list[Row] = field(default_factory=list)
    changed_letters: list[Row] = field(default_factory=list)  # id, state, data to add, signer, void_reason, unit_code

    def open_case(self, connection: Connection, row: Row) -> None:
        """Write a new case before what hangs on it: the wall lets nobody write to a case that they do not see."""
        execute_direct(connection, OPEN, {"cases": _json([row])})

    def write(self, connection: Connection, case_id: UUID) -> None:
        """Send everything in one statement."""
        parameters: dict[str, Any] = {"case_id": case_id}
        filled = tuple(name for name in PARTS if getattr(self, FOLLOWS.get(name, name)))
        for name in filled:
            if name not in FOLLOWS:
                parameters[name] = _json(getattr(self, name))
        if "moved_dues" in filled:
            others = (*self.closed_items, *self.changed_items, *self.moved_steps)
            parameters["touched"] = [str(one["id"]) for one in others]
        if "cancelled_timers" in filled:
            parameters["acting"] = self.acted_timers  # one statement changes a row once: what acts is not cancelled
        execute_direct(connection, _statement(filled), parameters)


CASE_FIELDS = tuple(
    str(column.name)
    for column in tables.cases.columns
    if column.name not in {"id", "kind", "parent_id", "procedure_code", "data_key", "channel", "submission_code"}
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


def _rows(table: str, source: str) -> str:
    return f"jsonb_populate_recordset(NULL::{table}, CAST(%({source})s AS jsonb))"


def _insert(table: Table, source: str, *, conflict: str = "") -> str:
    names = ", ".join(column.name for column in table.columns if column.identity is None)
    return f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {_rows(table.name, source)} {conflict}"


def _overwrite(*names: str) -> str:
    return ", ".join(f"{name} = excluded.{name}" for name in names)


PARTS: Mapping[str, str] = {
    "personal_values": _insert(tables.personal_value, "personal_values"),
    "parties": _insert(
        tables.party,
        "parties",
        conflict="ON CONFLICT (case_id, role) DO UPDATE SET "
        + _overwrite("name", "name_search", "sort_key", "identifier", "phone", "email", "address"),
    ),
    "papers": _insert(
        tables.paper,
        "papers",
        conflict="ON CONFLICT (case_id, ordinal) DO UPDATE SET "
        + _overwrite("is_received", "blob", "file_name", "mime", "digitised", "originals", "certified", "copies"),
    ),
    "forms": _insert(tables.form_submission, "forms"),
    "closed_items": f"""UPDATE work_item SET state = new.state, closed_at = new.closed_at,
        revision = work_item.revision + 1
        FROM {_rows("work_item", "closed_items")} AS new WHERE work_item.id = new.id AND work_item.state = 'open'""",
    "changed_items": f"""UPDATE work_item SET assignee = new.assignee, unit_code = new.unit_code, role = new.role,
        taken_at = new.taken_at, due_at = new.due_at, sort_at = new.sort_at, is_paused = new.is_paused,
        revision = work_item.revision + 1, case_legal_due_at = new.case_legal_due_at
        FROM {_rows("work_item", "changed_items")} AS new WHERE work_item.id = new.id AND work_item.state = 'open'""",
    "moved_steps": f"""UPDATE work_item SET due_at = new.due_at, sort_at = new.sort_at,
        case_legal_due_at = new.case_legal_due_at
        FROM {_rows("work_item", "moved_steps")} AS new WHERE work_item.id = new.id AND work_item.state = 'open'""",
    "date_moves": _insert(tables.date_move, "date_moves"),
    "moved_dues": f"""UPDATE work_item SET case_legal_due_at = new.case_legal_due_at,
        sort_at = coalesce(work_item.due_at, new.sort_at)
        FROM {_rows("work_item", "moved_dues")} AS new
        WHERE work_item.case_id = %(case_id)s AND work_item.state = 'open'
            AND work_item.id <> ALL (CAST(%(touched)s AS uuid[]))""",
    "dropped_drafts": f"""DELETE FROM draft USING {_rows("work_item", "closed_items")} AS new
        WHERE draft.work_item_id = new.id""",
    "opened_items": _insert(tables.work_item, "opened_items"),
    "cancelled_timers": f"""UPDATE timer SET cancelled_at = clock_timestamp()
        FROM {_rows("timer", "cancelled_timers")} AS old
        WHERE timer.case_id = %(case_id)s AND timer.kind = old.kind AND timer.address = old.address
            AND timer.acted_at IS NULL AND timer.cancelled_at IS NULL
            AND timer.id <> ALL (CAST(%(acting)s AS uuid[]))""",
    "acted_timers": """UPDATE timer SET acted_at = clock_timestamp() WHERE timer.id
        IN (SELECT CAST(value AS uuid) FROM jsonb_array_elements_text(CAST(%(acted_timers)s AS jsonb)))""",
    "armed_timers": _insert(tables.timer, "armed_timers"),
    "ended_subscriptions": f"""DELETE FROM subscription USING {_rows("subscription", "ended_subscriptions")} AS old
        WHERE subscription.case_id = %(case_id)s AND subscription.address = old.address
            AND subscription.message = old.message AND subscription.key = old.key""",
    "subscriptions": _insert(tables.subscription, "subscriptions", conflict="ON CONFLICT DO NOTHING"),
    "taken_messages": f"""UPDATE message SET taken_by = new.taken_by, taken_at = new.taken_at
        FROM {_rows("message", "taken_messages")} AS new WHERE message.id = new.id""",
    "messages": _insert(tables.message, "messages"),
    "ended_deliveries": f"""UPDATE delivery SET state = new.state, answer = new.answer, answered_at = new.answered_at
        FROM {_rows("delivery", "ended_deliveries")} AS new WHERE delivery.id = new.id""",
    "deliveries": _insert(tables.delivery, "deliveries"),
    "changed_letters": f"""UPDATE letter SET state = new.state, data = letter.data || new.data, signer = new.signer,
        void_reason = new.void_reason, unit_code = coalesce(new.unit_code, letter.unit_code)
        FROM {_rows("letter", "changed_letters")} AS new WHERE letter.id = new.id""",
    "letters": _insert(tables.letter, "letters"),
    "events": _insert(tables.event, "events"),
    "cases": f"""UPDATE cases SET {", ".join(f"{name} = new.{name}" for name in CASE_FIELDS)}
        FROM {_rows("cases", "cases")} AS new WHERE cases.id = %(case_id)s""",
}
"""What writes each list of a record."""

FOLLOWS: Mapping[str, str] = {"dropped_drafts": "closed_items"}
"""Parts that read another part's list: what was typed and not sent goes with the task it was typed for."""


OPEN = " ".join(_insert(tables.cases, "cases").split())
PENDING = f"""INSERT INTO seal_pending (case_id, seq, hash)
    SELECT case_id, seq, hash FROM {_rows("event", "events")} ORDER BY seq"""
"""What the sealer will find of these events."""


@cache
def _statement(filled: tuple[str, ...]) -> str:
    """The statement that writes these lists. One space between words: a long text is prepared anew each time."""
    *others, last = (PARTS[name] for name in filled)
    parts = ", ".join(f"part_{number} AS ({sql})" for number, sql in enumerate([PENDING, *others]))
    return " ".join(f"WITH {parts} {last}".split())
