"""How dossiers stand, by unit, in a period: the columns of form II.06a (TT 01/2020/TT-VPCP; domain facts 3.9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One unit's figures; (3) = (4) + (5) + (6) = (7) + (11), numbers as the form numbers its columns."""

    unit_code: str
    online: int  # (4) received online
    other: int  # (5) received at the counter or by post
    carried: int  # (6) from before the period
    early: int  # (8)
    on_time: int  # (9)
    late: int  # (10)
    open_in_time: int  # (12)
    open_late: int  # (13)

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


SITUATION = text(
    """
    WITH counted AS (
        SELECT lead_unit, channel, received_at, is_late, is_suspended, legal_due_at,
               coalesce(decided_at, closed_at) AS done_at
        FROM cases
        WHERE kind = 'dossier' AND received_at < :until AND facts->>'outcome' IS DISTINCT FROM 'voided'
          AND facts->>'outcome' IS DISTINCT FROM 'declined'
          AND (received_at >= :since OR coalesce(decided_at, closed_at) IS NULL
               OR coalesce(decided_at, closed_at) >= :since)
    )
    SELECT lead_unit AS unit_code,
        count(*) FILTER (WHERE received_at >= :since AND channel = 2) AS online,
        count(*) FILTER (WHERE received_at >= :since AND channel <> 2) AS other,
        count(*) FILTER (WHERE received_at < :since) AS carried,
        count(*) FILTER (WHERE done_at < :until AND NOT is_late AND legal_due_at IS NOT NULL
            AND CAST(done_at AT TIME ZONE 'Asia/Ho_Chi_Minh' AS date)
                < CAST(legal_due_at AT TIME ZONE 'Asia/Ho_Chi_Minh' AS date)) AS early,
        count(*) FILTER (WHERE done_at < :until AND NOT is_late AND (legal_due_at IS NULL
            OR CAST(done_at AT TIME ZONE 'Asia/Ho_Chi_Minh' AS date)
                >= CAST(legal_due_at AT TIME ZONE 'Asia/Ho_Chi_Minh' AS date))) AS on_time,
        count(*) FILTER (WHERE done_at < :until AND is_late) AS late,
        count(*) FILTER (WHERE (done_at IS NULL OR done_at >= :until) AND NOT is_late) AS open_in_time,
        count(*) FILTER (WHERE (done_at IS NULL OR done_at >= :until) AND is_late) AS open_late
    FROM counted GROUP BY lead_unit ORDER BY lead_unit
    """
)


def situation(connection: Connection, since: datetime, until: datetime) -> Sequence[Line]:
    """Figures of every lead unit this reader may see. Dossiers paused at the end of the period count as in time."""
    rows = connection.execute(SITUATION, {"since": since, "until": until}).mappings()
    return [Line(**row) for row in rows]


def total_of(lines: Sequence[Line]) -> Line:
    """The last line of the form."""
    names = ("online", "other", "carried", "early", "on_time", "late", "open_in_time", "open_late")
    return Line(unit_code="", **{name: sum(getattr(line, name) for line in lines) for name in names})
