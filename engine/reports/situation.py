"""How dossiers stand in a period: form II.06 (TT 01/2020/TT-VPCP; domain facts 3.9), by unit or by field.

Every figure is of the period's end: what was still open then counts as open, and as late only if its due moment had
passed by then, whatever became of it since. Dossiers paused at the end count as in time: no due moment passes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, text

Rows = Literal["unit", "field"]
FIGURES = ("online", "other", "carried", "early", "on_time", "late", "open_in_time", "open_late", "owed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One unit's or field's figures; (3) = (4) + (5) + (6) = (7) + (11), numbers as the form numbers its columns."""

    key: str  # the unit's code, or the field's name
    online: int  # (4) received online
    other: int  # (5) received at the counter or by post
    carried: int  # (6) from before the period
    early: int  # (8)
    on_time: int  # (9)
    late: int  # (10)
    open_in_time: int  # (12)
    open_late: int  # (13)
    owed: int = 0  # late dossiers of this line whose written explanation is still owed

    @property
    def received(self) -> int:
        return self.online + self.other + self.carried

    @property
    def resolved(self) -> int:
        return self.early + self.on_time + self.late

    @property
    def being_resolved(self) -> int:
        return self.open_in_time + self.open_late

    @property
    def on_time_share(self) -> float | None:
        """Share of the resolved that were early or on time, in percent."""
        return 100 * (self.early + self.on_time) / self.resolved if self.resolved else None


SITUATION = """
WITH counted AS (
    SELECT {key} AS key, c.channel, c.received_at, c.explanation, coalesce(c.decided_at, c.closed_at) AS done_at,
           c.is_late, c.legal_due_at,
           CASE WHEN c.is_late
               THEN coalesce(CAST(c.facts->'late'->>'due' AS timestamptz), c.legal_due_at) END AS missed_at
    FROM cases c JOIN procedure p ON p.code = c.procedure_code JOIN unit u ON u.code = c.lead_unit
    WHERE c.kind = 'dossier' AND c.received_at < :until AND c.facts->>'outcome' IS DISTINCT FROM 'voided'
      AND c.facts->>'outcome' IS DISTINCT FROM 'declined'
      AND (c.received_at >= :since OR coalesce(c.decided_at, c.closed_at) IS NULL
           OR coalesce(c.decided_at, c.closed_at) >= :since)
      AND (:unit = '' OR c.lead_unit = :unit) AND (:level = '' OR u.level = :level)
), judged AS (
    SELECT *, coalesce(done_at < :until, false) AS is_done,
        CASE WHEN done_at < :until THEN is_late ELSE coalesce(missed_at < :until, false) END AS was_late,
        legal_due_at IS NOT NULL AND CAST(done_at AT TIME ZONE 'Asia/Ho_Chi_Minh' AS date)
            < CAST(legal_due_at AT TIME ZONE 'Asia/Ho_Chi_Minh' AS date) AS is_early
    FROM counted
)
SELECT key,
    count(*) FILTER (WHERE received_at >= :since AND channel = 2) AS online,
    count(*) FILTER (WHERE received_at >= :since AND channel <> 2) AS other,
    count(*) FILTER (WHERE received_at < :since) AS carried,
    count(*) FILTER (WHERE is_done AND NOT was_late AND is_early) AS early,
    count(*) FILTER (WHERE is_done AND NOT was_late AND NOT is_early) AS on_time,
    count(*) FILTER (WHERE is_done AND was_late) AS late,
    count(*) FILTER (WHERE NOT is_done AND NOT was_late) AS open_in_time,
    count(*) FILTER (WHERE NOT is_done AND was_late) AS open_late,
    count(*) FILTER (WHERE was_late AND explanation = 'owed') AS owed
FROM judged GROUP BY key ORDER BY key
"""
KEYS: dict[Rows, str] = {"unit": "c.lead_unit", "field": "coalesce(nullif(p.field_name, ''), 'Lĩnh vực khác')"}


def situation(
    connection: Connection,
    since: datetime,
    until: datetime,
    *,
    rows: Rows = "unit",
    unit_code: str = "",
    level: str = "",
) -> Sequence[Line]:
    """Figures of the dossiers this reader may see, from `since` until before `until`.

    `unit_code` and `level` (province, commune) narrow it to what one unit, or the units of one level, lead.
    """
    parameters = {"since": since, "until": until, "unit": unit_code, "level": level}
    found = connection.execute(text(SITUATION.format(key=KEYS[rows])), parameters).mappings()
    return [Line(**row) for row in found]


def total_of(lines: Sequence[Line]) -> Line:
    """The last line of the form."""
    return Line(key="", **{name: sum(getattr(line, name) for line in lines) for name in FIGURES})


def named(line: Line, name: str) -> Line:
    """The line under the name it is printed with."""
    return replace(line, key=name)
