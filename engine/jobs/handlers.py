"""The handlers of the queue: each calls one act or one try, which check again under the lock that there is work."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from engine.catalogue.calendars import SPREAD
from engine.delivery.deliver import Next, deliver
from engine.delivery.orders import DeliveryRow, requeue_due
from engine.dossier.act_on_timer import act_on_timer
from engine.dossier.correlate import Correlate, correlate
from engine.dossier.issue_letter import issue_letter, take_signature
from engine.dossier.late_list import make_late_list, periods_due
from engine.dossier.late_rows import Period
from engine.dossier.migrate_many import CARRY_OUT, TRY, carry_out_batch, try_batch
from engine.dossier.movement import CORRELATE
from engine.dossier.recompute import recompute
from engine.dossier.take_answer import TakeAnswer, take_answer
from engine.history.seal import BATCH, seal
from engine.jobs.clock import ACT, every
from engine.store.queue import enqueue, enqueue_many, task
from engine.store.tables import cases

if TYPE_CHECKING:
    from engine.dossier.house import House

RECOMPUTE = "calendar.recompute"

log = logging.getLogger(__name__)


@task(ACT)
def act_on_timers(house: House, *, timer_ids: list[str]) -> None:
    """Due moments have come. One that cannot be acted on gets a job of its own, tried again until somebody looks."""
    for one in timer_ids:
        try:
            act_on_timer(house, UUID(one))
        except Exception as error:  # whatever it is, it must not keep the next deadline waiting
            if len(timer_ids) == 1:
                raise
            log.warning("timer %s: %s", one, error)
            with house.store.transaction(role="worker") as connection:
                enqueue(connection, ACT, timer_ids=[one])


@task("delivery.send")
def send_delivery(house: House, *, delivery_id: str) -> None:
    """Try one delivery once; the sweep of deliveries brings it back when it is to be tried again."""
    tried = deliver(house.store, house.registry, UUID(delivery_id), datetime.now(UTC))
    if tried.next is Next.TAKE_ANSWER:
        answer_arrived(house, tried.row)


@task("delivery.answered")
def take_delivery_answer(house: House, *, delivery_id: str) -> None:
    """A callback has brought an answer; give it to whom it concerns."""
    send_delivery(house, delivery_id=delivery_id)


def answer_arrived(house: House, row: DeliveryRow) -> None:
    """Hand a final answer to the waiting step, or to the letter that waits for its signature."""
    answer = dict(row.answer or {})
    if row.connector == "signing":
        refused = {"reason": row.error} if row.state == "rejected" else {}
        take_signature(house, UUID(str(row.payload["letter"])), str(row.payload["purpose"]), answer | refused)
        return
    outcome = str(answer.get("answer") or answer.get("outcome") or ("done" if row.state == "answered" else "rejected"))
    content = answer if row.state == "answered" else {"error": row.error or "Cơ quan nhận từ chối yêu cầu."}
    take_answer(house, TakeAnswer(delivery_id=row.id, outcome=outcome, content=content, state=row.state))


@task(CORRELATE)
def correlate_messages(house: House, *, message: str, key: str, case_id: str | None = None) -> None:
    """A message was sent, or a case has begun to listen: bring the two together."""
    correlate(house, Correlate(message=message, key=key, case_id=UUID(case_id) if case_id else None))


@task("letter.issue")
def issue_a_letter(house: House, *, letter_id: str) -> None:
    """Take a letter through its stages as far as it goes."""
    issue_letter(house, UUID(letter_id))


@task(SPREAD)
def spread_calendar(house: House) -> None:
    """A new version of the calendar: each open case is computed anew by a job of its own."""
    with house.store.transaction(role="worker") as connection:
        newest = house.calendars.newest(connection)
        behind = select(cases.c.id).where(cases.c.closed_at.is_(None), cases.c.calendar_version < newest.version)
        ids = connection.execute(behind).scalars().all()
        enqueue_many(connection, RECOMPUTE, [{"case_id": str(one)} for one in ids])


@task(RECOMPUTE)
def recompute_case(house: House, *, case_id: str) -> None:
    """One open case, by the calendar in force."""
    recompute(house, UUID(case_id))


@task(TRY)
def try_migrations(house: House, *, run_id: str, batch: int) -> None:
    """See which of these dossiers could go to another version of their process."""
    try_batch(house, UUID(run_id), batch)


@task(CARRY_OUT)
def carry_out_migrations(house: House, *, run_id: str, batch: int) -> None:
    """Bring those that can."""
    carry_out_batch(house, UUID(run_id), batch)


@task("late_list.make")
def make_a_late_list(house: House, *, since: str, until: str) -> None:
    """Make the public list of an ended period, unless somebody has."""
    make_late_list(house, Period(since=date.fromisoformat(since), until=date.fromisoformat(until)))


@every(60)
def order_late_lists(house: House) -> None:
    """On the first working day after a period its list is made. Ordered again each minute until it is there."""
    with house.store.transaction(role="worker") as connection:
        due = periods_due(house, connection)
        enqueue_many(
            connection,
            "late_list.make",
            [{"since": one.since.isoformat(), "until": one.until.isoformat()} for one in due],
        )


@every(2)
def seal_history(house: House) -> None:
    """Seal what acts have left pending; the queue of pending rows is what is measured, never a watermark."""
    with house.store.transaction(role="worker") as connection:
        while seal(connection, house.log_key) == BATCH:
            pass


@every(2)
def requeue_deliveries(house: House) -> None:
    """Put deliveries whose back-off is over into the queue again."""
    with house.store.transaction(role="worker") as connection:
        due = requeue_due(connection, now=datetime.now(UTC))
        enqueue_many(connection, "delivery.send", [{"delivery_id": str(one)} for one in due])
