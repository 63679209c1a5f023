"""Drafted apologies that wait for a signature: cause, proposed date, and the dossier each belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from engine.dossier.apologise import LATE, drafted

MOST = 200
"""Shown on one page; nobody signs more in one go."""

WAITING = text(
    """
    SELECT w.id, w.revision, w.address, w.kind, w.unit_code, c.id AS case_id, c.code, c.procedure_name, c.facts,
        c.legal_due_at, c.promised_at, c.is_late, w.applicant
    FROM work_item w JOIN cases c ON c.id = w.case_id
    WHERE w.state = 'open' AND w.role = 'unit_head' AND w.kind IN ('letter', 'escalation')
        AND w.unit_code = ANY (:units)
    ORDER BY c.legal_due_at NULLS LAST, c.code, w.kind DESC
    LIMIT :most
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingApology:
    """One drafted apology before whoever signs it."""

    item_id: UUID
    revision: int
    letter_id: UUID
    case_id: UUID
    code: str
    procedure: str
    applicant: str
    unit_code: str  # in whose name it would be signed
    unit_at_fault: str
    cause: str
    reason: str
    remedy: str
    proposed_at: datetime | None
    promised_at: datetime | None
    legal_due_at: datetime | None
    is_late: bool
    is_escalated: bool


def waiting_apologies(connection: Connection, units: Sequence[str]) -> list[WaitingApology]:
    """What waits for a signature in the name of these units, the nearest limit of law first."""
    found: dict[UUID, WaitingApology] = {}
    for row in connection.execute(WAITING, {"units": list(units), "most": MOST}):
        told = drafted(row.facts, row.address)
        if told is None or UUID(told["letter"]) in found:
            continue
        found[UUID(told["letter"])] = WaitingApology(
            item_id=row.id,
            revision=row.revision,
            letter_id=UUID(told["letter"]),
            case_id=row.case_id,
            code=row.code,
            procedure=row.procedure_name,
            applicant=row.applicant,
            unit_code=row.unit_code,
            unit_at_fault=told["unit"],
            cause=told.get("cause", LATE),
            reason=told["reason"],
            remedy=told.get("remedy", ""),
            proposed_at=datetime.fromisoformat(told["date"]) if told.get("date") else None,
            promised_at=row.promised_at,
            legal_due_at=row.legal_due_at,
            is_late=row.is_late,
            is_escalated=row.kind == "escalation",
        )
    return list(found.values())
