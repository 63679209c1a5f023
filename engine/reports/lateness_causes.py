"""Why dossiers were late in a period, by unit and step: form II.07a, from the recorded time of each late dossier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from engine.deadlines import duration_in_words
from engine.dossier.house import House
from engine.dossier.late_rows import Period, late_blames


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One step of one unit that overran: in how many late dossiers, and by how much working time altogether."""

    unit_code: str
    step: str
    finished: int
    open: int
    over: timedelta

    @property
    def over_in_words(self) -> str:
        return duration_in_words(self.over)


def lateness_causes(house: House, connection: Connection, since: date, until: date) -> Sequence[Cause]:
    """Causes of the dossiers finished late in the period or open and late at its end, the most frequent first.

    A dossier counts for each step that overran, so that causes may add up to more than there are dossiers.
    """
    found: dict[tuple[str, str], Cause] = {}
    for kind, blamed in late_blames(house, connection, Period(since=since, until=until)):
        for one in blamed:
            key = (one.unit or "", one.label or one.step)
            before = found.get(key)
            found[key] = Cause(
                unit_code=key[0],
                step=key[1],
                finished=(before.finished if before else 0) + (kind == "finished_late"),
                open=(before.open if before else 0) + (kind == "open_late"),
                over=(before.over if before else timedelta(0)) + one.over,
            )
    return sorted(found.values(), key=lambda one: (-one.finished - one.open, -one.over, one.unit_code, one.step))
