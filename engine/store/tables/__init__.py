"""Every table of the house, as SQLAlchemy Core. Migrations create them; statements elsewhere use these names.

Personal values live in `party`, `personal_value` and the encrypted `form_submission` only, so that they can be erased
without touching a history (Law 91/2025/QH15).
"""

from __future__ import annotations

from engine.store.tables.base import NOW, Moment, metadata
from engine.store.tables.cases import cases, draft, form_submission, paper, party
from engine.store.tables.catalogue import migration_case, migration_run, procedure, process_version
from engine.store.tables.history import checkpoint, event, personal_value, seal_leaf, seal_pending
from engine.store.tables.house import (
    authorisation,
    calendar_draft,
    calendar_version,
    clock_offset,
    officer,
    officer_role,
    sign_in_attempt,
    unit,
    web_session,
)
from engine.store.tables.post import blob, delivery, dossier_number, inbound, letter, letter_number, message
from engine.store.tables.work import date_move, forecast, forecast_run, subscription, timer, work_item

CASE_TABLES = (
    party, paper, form_submission, event, personal_value, work_item, timer, date_move, forecast, subscription, delivery,
    letter,
)  # fmt: skip
"""Tables with a case_id, behind the row-level policy by participation."""

__all__ = [
    "CASE_TABLES",
    "NOW",
    "Moment",
    "authorisation",
    "blob",
    "calendar_draft",
    "calendar_version",
    "cases",
    "checkpoint",
    "clock_offset",
    "date_move",
    "delivery",
    "dossier_number",
    "draft",
    "event",
    "forecast",
    "forecast_run",
    "form_submission",
    "inbound",
    "letter",
    "letter_number",
    "message",
    "metadata",
    "migration_case",
    "migration_run",
    "officer",
    "officer_role",
    "paper",
    "party",
    "personal_value",
    "procedure",
    "process_version",
    "seal_leaf",
    "seal_pending",
    "sign_in_attempt",
    "subscription",
    "timer",
    "unit",
    "web_session",
    "work_item",
]
