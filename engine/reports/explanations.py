"""Written explanations of late dossiers that are still owed: by whom, since when, for what; and what waits for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

OWED = text(
    """
    SELECT w.id AS item_id, w.unit_code, w.opened_at AS asked_at, c.code, c.procedure_name, c.lead_unit,
           c.legal_due_at, c.decided_at, c.closed_at, coalesce(c.facts->'late'->>'cause', '') AS cause,
           (SELECT string_agg(DISTINCT o.name, ', ') FROM officer_role r JOIN officer o ON o.id = r.officer_id
            WHERE r.unit_code = w.unit_code AND r.role = 'unit_head' AND NOT o.is_disabled) AS head
    FROM work_item w JOIN cases c ON c.id = w.case_id
    WHERE w.kind = 'explanation' AND w.state = 'open' AND (:unit = '' OR w.unit_code = :unit)
    ORDER BY w.opened_at, c.code LIMIT :most
    """
)
MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedExplanation:
    """One late dossier without its explanation."""

    item_id: UUID
    unit_code: str
    asked_at: datetime
    code: str
    procedure_name: str
    lead_unit: str
    legal_due_at: datetime | None
    decided_at: datetime | None
    closed_at: datetime | None
    cause: str
    head: str | None


def owed_explanations(connection: Connection, unit_code: str = "") -> Sequence[OwedExplanation]:
    """Explanations owed by the units this reader may see, the oldest first; at most 1,000."""
    rows = connection.execute(OWED, {"unit": unit_code, "most": MOST}).mappings()
    return [OwedExplanation(**row) for row in rows]
