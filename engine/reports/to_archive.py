"""Dossiers that have ended and are not yet put away, the longest waiting first, and which of them must still wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

MOST = 200

TO_ARCHIVE = text(
    """
    SELECT c.id, c.code, c.procedure_name, c.status, c.lead_unit, c.ruleset, c.closed_at, c.explanation,
           c.facts->>'at_fault' AS at_fault, c.facts->>'applicant' AS applicant
    FROM cases c
    WHERE c.closed_at IS NOT NULL AND c.archived_at IS NULL AND c.kind = 'dossier'
    ORDER BY c.closed_at, c.code LIMIT :most
    """
)


def dossiers_to_archive(connection: Connection) -> Sequence[Mapping[str, Any]]:
    """At most 200 of those this reader may see."""
    return [dict(row) for row in connection.execute(TO_ARCHIVE, {"most": MOST}).mappings()]
