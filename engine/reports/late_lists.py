"""The monthly public lists: those a reader may see, and those published for everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from engine.dossier.late_list import PROCEDURE
from engine.errors import NotFound

MOST = 60

LISTS = """
SELECT c.id, c.code, c.receiving_unit, c.received_at, c.facts->'late_list' AS told,
       l.pdf, l.notation
FROM cases c LEFT JOIN letter l ON l.case_id = c.id AND l.kind = 'late_list' AND l.state = 'sent'
WHERE c.procedure_code = :procedure AND c.facts ? 'late_list' {condition}
ORDER BY c.facts->'late_list'->>'since' DESC LIMIT :most
"""
NAMED = "AND c.facts->'late_list'->>'period' = :period"
PUBLISHED = "AND c.facts->'late_list'->>'state' = 'published'"


def late_lists(connection: Connection, *, is_published: bool = False) -> Sequence[Mapping[str, Any]]:
    """Lists this reader may see, the newest first; for the public, only those published."""
    return _read(connection, PUBLISHED if is_published else "")


def late_list_named(connection: Connection, period: str, *, is_published: bool = False) -> Mapping[str, Any]:
    """The list of one period (2026-10). Raises NotFound."""
    found = _read(connection, NAMED + (f" {PUBLISHED}" if is_published else ""), period=period)
    if not found:
        raise NotFound("Không có danh sách của kỳ này, hoặc danh sách chưa được công khai.")
    return found[0]


def _read(connection: Connection, condition: str, **more: str) -> Sequence[Mapping[str, Any]]:
    statement = text(LISTS.format(condition=condition))
    rows = connection.execute(statement, {"procedure": PROCEDURE, "most": MOST, **more}).mappings()
    return [dict(row) for row in rows]
