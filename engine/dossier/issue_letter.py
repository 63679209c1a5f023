"""Issue a letter: number reserved, rendered, signed, sealed by the agency, sent. Never in another order.

Each stage is its own transaction and leaves the letter in a state from which the next one starts, so that a job killed
anywhere is simply run again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from engine.dossier.actor import SYSTEM
from engine.dossier.house import House
from engine.dossier.letter_data import letter_data, read_source
from engine.errors import NotFound, Refused
from engine.letters import load_form, preview, render
from engine.letters.numbering import notation, numbered_by, reserve_number, void_number
from engine.store.queue import enqueue
from engine.store.tables import delivery, letter

SIGNED_BY_PERSON = frozenset({"unit_at_fault", "lead_unit", "one_stop_head"})
"""Signers of forms that sign in person; the rest bear the agency's seal alone."""


def issue_letter(house: House, letter_id: UUID) -> str:
    """Move a letter as far as it goes without waiting for others; returns the state it rests in."""
    with house.store.transaction(role="worker") as connection:
        state = str(_locked(connection, letter_id)["state"])
    while (step := STEPS.get(state)) is not None:
        before, state = state, step(house, letter_id)
        if state == before:  # a signature is waited for, or a number of the clerk's
            break
    return state


def preview_letter(house: House, letter_id: UUID, changes: Mapping[str, Any] | None = None) -> bytes:
    """The letter as it would be rendered now, marked as a preview. For the signer's eyes.

    `changes`: what its row would say after the signature (`data` is added to what it says, `signer`, `unit_code`).
    """
    with house.store.transaction(role="worker") as connection:
        source = read_source(house, connection, letter_id, changes or {})
        now = house.clock.now(connection)
    return preview(source.letter["form"], letter_data(source, now), calendar=house.calendar)


def _reserve(house: House, letter_id: UUID) -> str:
    with house.store.transaction(role="worker") as connection:
        row = _locked(connection, letter_id)
        if row["state"] != "approved":
            return str(row["state"])
        form, unit = load_form(row["form"]), house.directory[row["unit_code"]]
        changes: dict[str, Any] = {"state": "numbered"}
        authority = numbered_by(form.series, unit.letterhead)
        if authority == "document_system" and not row["notation"]:
            return "approved"  # the clerk writes its number down
        if authority == "unit":
            number = reserve_number(connection, unit.code, row["year"], form.series.code)
            printed = notation(number, form.series.code, unit.letterhead.get("notation", unit.code))
            changes |= {"number": number, "notation": printed}
        connection.execute(update(letter).where(letter.c.id == letter_id).values(changes))
    return "numbered"


def _render(house: House, letter_id: UUID) -> str:
    with house.store.transaction(role="worker") as connection:
        source = read_source(house, connection, letter_id)
        now = house.clock.now(connection)
    pdf = house.blobs.put(render(source.letter["form"], letter_data(source, now), calendar=house.calendar))
    with house.store.transaction(role="worker") as connection:
        connection.execute(
            update(letter)
            .where(letter.c.id == letter_id, letter.c.state == "numbered")
            .values(state="rendered", pdf=pdf)
        )
    return "rendered"


def _ask_signature(house: House, letter_id: UUID) -> str:
    with house.store.transaction(role="worker") as connection:
        row = _locked(connection, letter_id)
        by_person = load_form(row["form"]).signer in SIGNED_BY_PERSON and row["signer"]
        purpose = "sign" if row["state"] == "rendered" and by_person else "seal"
        if "signing" not in house.registry:
            connection.execute(update(letter).where(letter.c.id == letter_id).values(state="sealed"))
            return "sealed"
        unit = house.directory[row["unit_code"]]
        signer = {"id": unit.code, "name": unit.name, "organisation": unit.name}
        if purpose == "sign":
            signer |= {"id": str(row["signer"].get("id")), "name": str(row["signer"].get("name"))}
        order_id = uuid5(letter_id, purpose)
        made = connection.execute(
            insert(delivery)
            .values(
                id=order_id,
                case_id=row["case_id"],
                address=None,
                connector="signing",
                operation="sign",
                target_unit=row["unit_code"],
                payload={
                    "letter": str(letter_id),
                    "purpose": purpose,
                    "signer": signer,
                    "blob": bytes(row["pdf"]).hex(),
                    "title": load_form(row["form"]).title,
                },
                state="pending",
                attempts=0,
            )
            .on_conflict_do_nothing()
        )
        if made.rowcount:
            enqueue(connection, "delivery.send", delivery_id=str(order_id))
    return str(row["state"])


def take_signature(house: House, letter_id: UUID, purpose: str, answer: Mapping[str, Any]) -> None:
    """A signed file has come back: it must be the letter that was sent; keep it, and go on with the next stage.

    A signer who refuses voids the letter, and its number with the reason.
    """
    before, after = (("rendered",), "signed") if purpose == "sign" else (("rendered", "signed"), "sealed")
    with house.store.transaction(role="worker") as connection:
        row = _locked(connection, letter_id)
        if row["state"] not in before:
            return  # told twice
        if not answer.get("signed_blob"):
            reason = str(answer.get("reason") or answer.get("answer_content") or "Người ký từ chối ký.")
            if row["number"] is not None:
                void_number(connection, letter_id, reason)
            else:
                gone = {"state": "voided", "void_reason": reason}
                connection.execute(update(letter).where(letter.c.id == letter_id).values(gone))
            return
        if bytes.fromhex(str(answer["source_sha256"])) != bytes(row["pdf"]):
            raise Refused("Tệp được ký không phải văn bản đã gửi đi ký.")
        signed = bytes.fromhex(str(answer["signed_blob"]))
        house.blobs.get(signed)
        connection.execute(update(letter).where(letter.c.id == letter_id).values(state=after, pdf=signed))
        enqueue(connection, "letter.issue", letter_id=str(letter_id))


def _send(house: House, letter_id: UUID) -> str:
    """The letter is out: an event with the hash of its file, so that a replaced file is found."""
    with house.store.transaction(role="worker") as connection:
        case_id = _locked(connection, letter_id)["case_id"]
    with house.act(SYSTEM, case_id, "LetterIssued") as case:
        row = _locked(case.connection, letter_id)
        if row["state"] != "sealed":
            case.is_void = True
            return str(row["state"])
        case.connection.execute(update(letter).where(letter.c.id == letter_id).values(state="sent", issued_at=case.now))
        case.data = {
            "letter": str(letter_id),
            "kind": row["kind"],
            "number": row["notation"],
            "unit": row["unit_code"],
            "pdf": bytes(row["pdf"]).hex(),
        }
    return "sent"


STEPS: Mapping[str, Callable[[House, UUID], str]] = {
    "approved": _reserve,
    "numbered": _render,
    "rendered": _ask_signature,
    "signed": _ask_signature,
    "sealed": _send,
}


def _locked(connection: Connection, letter_id: UUID) -> Mapping[str, Any]:
    row = connection.execute(select(letter).where(letter.c.id == letter_id).with_for_update()).mappings().one_or_none()
    if row is None:
        raise NotFound("Không tìm thấy văn bản.")
    return dict(row)
