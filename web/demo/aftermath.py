"""After the demo's past has been played: which of the letters it left are still to be issued."""

from __future__ import annotations

from sqlalchemy import or_, select, update

from engine.dossier.house import House
from engine.store.queue import keep_only
from engine.store.tables import cases, letter

MOST_LETTERS = 150
REASON = "Văn bản của hồ sơ mẫu đã đóng, không phát hành trong bản trình diễn"


def settle_letters(house: House) -> None:
    """Issue the letters of open and late dossiers in the background, behind other work; void those of the rest.

    Rendering, signing and sealing takes a third of a second of computing a letter, and is an event of today: five
    hundred of them would keep a small machine busy for minutes, and stand in histories that ended weeks ago.
    """
    wanted = (
        select(letter.c.id)
        .join(cases)
        .where(letter.c.state == "approved", or_(cases.c.closed_at.is_(None), cases.c.is_late))
        .order_by(letter.c.created_at.desc())
        .limit(MOST_LETTERS)
    )
    with house.store.transaction(role="worker") as connection:
        kept = connection.execute(wanted).scalars().all()
        keep_only(connection, "letter.issue", "letter_id", [str(one) for one in kept])
        connection.execute(
            update(letter)
            .where(letter.c.state == "approved", letter.c.id.not_in(kept))
            .values(state="voided", void_reason=REASON)
        )
