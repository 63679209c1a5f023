"""What is done to a demo dossier beside its tasks: an apology signed, a withdrawal, an answer from a neighbour."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from engine.delivery import Callback, Outcome, Receipt
from engine.delivery.orders import mark_sent, record_callback
from engine.dossier.apologise import Apologise, apologise_and_reappoint
from engine.dossier.correct import Correct, correct
from engine.dossier.end_early import EndEarly, stop, void, withdraw
from engine.dossier.explain import Explain, explain
from engine.dossier.extend import Extend, extend
from engine.dossier.pause import Pause, pause
from engine.dossier.reassign import Reassign, reassign
from engine.dossier.take_answer import TakeAnswer, take_answer
from engine.store.tables import cases, letter
from web.demo.paperwork import one_of_words as _words
from web.demo.scenes import Play
from web.demo.timing import Row, task_ref

if TYPE_CHECKING:
    from web.demo.theatre import Theatre


def sign_apology(theatre: Theatre, play: Play, item: Row) -> None:
    """The head approves the drafted apology with the date that was proposed."""
    letter_id = UUID(str(item["address"]).split("#")[1])
    with theatre.house.store.transaction(role="worker") as connection:
        told = connection.execute(select(letter.c.data).where(letter.c.id == letter_id)).scalar_one()
    apologise_and_reappoint(
        theatre.house,
        theatre.head_of(item["unit_code"], play),
        Apologise(
            case_id=play.case_id,
            task=task_ref(item),
            reason=_words(play.chance, "apology", "reason"),
            promised_at=datetime.fromisoformat(told["promised_at"]),
        ),
    )


def give_explanation(theatre: Theatre, play: Play, item: Row) -> None:
    """The head of the unit at fault explains."""
    explain(
        theatre.house,
        theatre.head_of(item["unit_code"], play),
        Explain(
            case_id=play.case_id,
            task=task_ref(item),
            cause=_words(play.chance, "explanation", "cause"),
            remedy=_words(play.chance, "explanation", "remedy"),
        ),
    )


def answer(theatre: Theatre, play: Play, order: Row) -> None:
    """The neighbour answers, as its connector would bring it."""
    unit = theatre.house.directory[order["target_unit"]]
    reference = f"YK-{play.number:03d}-{len(play.planned):02d}"
    content = {
        "answer": "agree",
        "answer_content": _words(play.chance, "answer", "tax" if unit.kind == "external.tax" else "agree"),
        "answer_document": f"{play.chance.randint(20, 900)}/XN",
        "answer_signed_by": unit.name,
        "answered_on": f"{theatre.house.calendar.local(theatre.now):%Y-%m-%d}",
    }
    with theatre.house.store.transaction(role="worker") as connection:
        now = theatre.house.clock.now(connection) - theatre.house.clock.offset(connection)
        mark_sent(connection, order["id"], Receipt(reference=reference, payload={"status": "01"}), now=now)
        callback = Callback(
            connector=order["connector"],
            message_id=reference,
            order_id=order["id"],
            reference=reference,
            outcome=Outcome.ANSWERED,
            payload=content,
        )
        record_callback(connection, callback)
    take_answer(theatre.house, TakeAnswer(delivery_id=order["id"], outcome="agree", content=content))


def _lead_unit(theatre: Theatre, play: Play) -> str:
    with theatre.house.store.transaction(role="worker") as connection:
        return str(connection.execute(select(cases.c.lead_unit).where(cases.c.id == play.case_id)).scalar_one())


def _withdraw(theatre: Theatre, play: Play) -> None:
    clerk = theatre.staff.someone(play.receiving_unit, "counter_officer", None, play.chance)
    withdraw(theatre.house, clerk, EndEarly(case_id=play.case_id, reason=_words(play.chance, "end", "withdraw")))


def _stop(theatre: Theatre, play: Play) -> None:
    head = theatre.head_of(_lead_unit(theatre, play), play)
    stop(theatre.house, head, EndEarly(case_id=play.case_id, reason=_words(play.chance, "end", "stop")))


def _void(theatre: Theatre, play: Play) -> None:
    clerk = theatre.staff.someone(play.receiving_unit, "counter_officer", None, play.chance)
    void(theatre.house, clerk, EndEarly(case_id=play.case_id, reason=_words(play.chance, "end", "void")))


def _extend(theatre: Theatre, play: Play) -> None:
    head = theatre.head_of(_lead_unit(theatre, play), play)
    given = Extend(
        case_id=play.case_id,
        by="10d",
        article=_words(play.chance, "extend", "article"),
        reason=_words(play.chance, "extend", "reason"),
    )
    extend(theatre.house, head, given)


def _reassign(theatre: Theatre, play: Play) -> None:
    for item in theatre.open_items(play):
        others = [one for one in theatre.staff.holders(item["unit_code"], item["role"]) if one.id != item["assignee"]]
        if item["kind"] == "task" and others:
            chosen = play.chance.choice(others)
            told = Reassign(
                case_id=play.case_id,
                task=task_ref(item),
                officer_id=chosen.id,
                reason=_words(play.chance, "reassign", "reason"),
            )
            reassign(theatre.house, theatre.head_of(item["unit_code"], play), told)
            return


def _correct(theatre: Theatre, play: Play) -> None:
    clerk = theatre.staff.someone(play.receiving_unit, "counter_officer", None, play.chance)
    play.owner = replace(play.owner, phone=f"09{play.chance.randrange(100_000_000):08d}")
    reason = _words(play.chance, "correct", "reason")
    correct(theatre.house, clerk, Correct(case_id=play.case_id, role="owner", person=play.owner, reason=reason))


def _pause(theatre: Theatre, play: Play) -> None:
    head = theatre.head_of(_lead_unit(theatre, play), play)
    reason = _words(play.chance, "pause", "reason")
    pause(theatre.house, head, Pause(case_id=play.case_id, basis="applicant_request", reason=reason))


DEEDS: Mapping[str, Callable[[Theatre, Play], None]] = {
    "withdraw": _withdraw,
    "stop": _stop,
    "void": _void,
    "extend": _extend,
    "reassign": _reassign,
    "correct": _correct,
    "pause": _pause,
}
