"""The procedures that may be received, and the versions of their internal processes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, RowMapping, text

from engine.store.text import search_key, vietnamese_sort_key

MOST = 200


def published_procedures(
    connection: Connection, *, query: str = "", field: str = "", level: str = "", channel: str = ""
) -> list[dict[str, Any]]:
    """Procedures with a version in force, by name, code or field. A level's own come first; `channel` leaves out those
    that are not received that way.
    """
    words = search_key(query).split()
    rows = connection.execute(
        text(
            "SELECT p.code, p.name, p.field_name, p.level, v.manifest->>'limit' AS limit,"
            " CAST(v.manifest->'fee'->>'amount' AS bigint) AS fee, true AS is_published,"
            " CAST(v.manifest->>'adapted' AS boolean) AS is_adapted"
            " FROM procedure p JOIN process_version v ON v.procedure_code = p.code AND v.state = 'published'"
            " WHERE p.kind = 'dossier' AND (:field = '' OR p.field = :field)"
            " AND (:channel = '' OR v.manifest->'channels' @> to_jsonb(CAST(:channel AS text)))"
        ),
        {"field": field, "channel": channel},
    ).mappings()
    found = [dict(row) for row in rows if all(word in _searched(row) for word in words)]
    return sorted(found, key=lambda row: (row["level"] != level, vietnamese_sort_key(row["name"])))[:MOST]


def _searched(row: RowMapping) -> str:
    return search_key(f"{row['name']} {row['code']} {row['field_name']}")
