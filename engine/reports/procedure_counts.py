"""How many procedures there are, where they are received and how many have an internal process: form II.07b."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

COUNTS = text(
    """
    SELECT coalesce(nullif(p.field_name, ''), 'Lĩnh vực khác') AS field,
        count(*) FILTER (WHERE p.level = 'province') AS province,
        count(*) FILTER (WHERE p.level <> 'province') AS commune,
        count(*) FILTER (WHERE v.id IS NOT NULL) AS received,
        count(*) FILTER (WHERE v.id IS NOT NULL AND v.manifest->'channels' @> '["online"]') AS online,
        count(*) FILTER (WHERE v.decision_number IS NOT NULL) AS processes
    FROM procedure p LEFT JOIN process_version v ON v.procedure_code = p.code AND v.state = 'published'
    WHERE p.kind = 'dossier' GROUP BY 1 ORDER BY 1
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCounts:
    """One field's procedures. `received`: at a one-stop unit; `processes`: with an internal process that was issued."""

    field: str
    province: int
    commune: int
    received: int
    online: int
    processes: int

    @property
    def total(self) -> int:
        return self.province + self.commune


def procedure_counts(connection: Connection) -> Sequence[FieldCounts]:
    """Procedures of today's catalogue by field; no case is read."""
    return [FieldCounts(**row) for row in connection.execute(COUNTS).mappings()]
