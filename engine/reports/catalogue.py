"""The procedures that may be received, and the versions of their internal processes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

from engine.store.text import search_key

MOST = 200


def published_procedures(
    connection: Connection, *, query: str = "", field: str = "", level: str = ""
) -> list[dict[str, Any]]:
    """Procedures with a version in force. A level's own procedures come first; none is hidden."""
    words = search_key(query).split()
    conditions = " ".join(f"AND p.name_search LIKE :word{number}" for number in range(len(words)))
    rows = connection.execute(
        text(
            "SELECT p.code, p.name, p.field_name, p.level, v.manifest->>'limit' AS limit,"
            " CAST(v.manifest->'fee'->>'amount' AS bigint) AS fee, true AS is_published,"
            " CAST(v.manifest->>'adapted' AS boolean) AS is_adapted"
            " FROM procedure p JOIN process_version v ON v.procedure_code = p.code AND v.state = 'published'"
            f" WHERE p.kind = 'dossier' {conditions} AND (:field = '' OR p.field = :field)"
            f" ORDER BY p.level <> :level, p.name LIMIT {MOST}"
        ),
        {"field": field, "level": level} | {f"word{number}": f"%{word}%" for number, word in enumerate(words)},
    ).mappings()
    return [dict(row) for row in rows]
