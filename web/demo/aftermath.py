"""After the demo's past has been played: which of the jobs it left are still worth doing."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from engine.dossier.house import House
from engine.store.queue import withdraw_others
from engine.store.tables import cases, letter
from web.demo.scenes import working_back

MOST_LETTERS = 60
A_DAY = timedelta(hours=8)


def calm_queue(house: House) -> None:
    """Keep the orders to neighbours and the newest letters of open dossiers, the rest of the letters' jobs go.

    Issuing a letter is an event of today, also in the history of a dossier that ended weeks ago, and six hundred of
    them would keep a small machine busy through its first minutes. The others stay approved, and can be previewed.
    """
    with house.store.transaction(role="worker") as connection:
        now = house.clock.now(connection)
        kept = connection.execute(
            select(letter.c.id)
            .join(cases)
            .where(letter.c.state == "approved", cases.c.closed_at.is_(None))
            .where(letter.c.created_at >= working_back(now, A_DAY, house.calendar))
            .order_by(letter.c.created_at.desc())
            .limit(MOST_LETTERS)
        ).scalars()
        withdraw_others(connection, "letter.issue", "letter_id", [str(one) for one in kept])
