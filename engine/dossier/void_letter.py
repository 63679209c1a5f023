"""Void a letter that was numbered and never sent: its number stays taken, and the book says why. Acts of the clerk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from engine.dossier.actor import Actor
from engine.dossier.case import Case
from engine.dossier.house import House
from engine.errors import FormRefused, NotAllowed, NotFound, Refused
from engine.letters.numbering import void_number
from engine.store.tables import letter

SHORTEST_REASON = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidLetter:
    case_id: UUID
    letter_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveNumber:
    """The number that the document-management system gave to a letter of a type that it numbers: 15/SNV-VP."""

    case_id: UUID
    letter_id: UUID
    notation: str


def void_letter(house: House, actor: Actor, command: VoidLetter) -> None:
    """Void a numbered letter. Only the clerk or the head of the unit that issues it, and never one that was sent."""
    if len(command.reason.strip()) < SHORTEST_REASON:
        raise FormRefused(errors={"reason": "Hủy số văn bản phải ghi lý do."})
    with house.act(actor, command.case_id, "LetterVoided") as case:
        row = _letter_of(case, command.letter_id)
        void_number(case.connection, command.letter_id, command.reason)
        case.data = {
            "letter": str(command.letter_id),
            "kind": row["kind"],
            "number": row["notation"],
            "reason": command.reason.strip(),
        }


def give_number(house: House, actor: Actor, command: GiveNumber) -> None:
    """Write down the number given elsewhere; the letter goes on to be rendered and signed."""
    notation = command.notation.strip()
    if not notation or len(notation) > 60:
        raise FormRefused(errors={"notation": "Ghi số, ký hiệu do hệ thống quản lý văn bản cấp."})
    with house.act(actor, command.case_id, "LetterNumbered") as case:
        row = _letter_of(case, command.letter_id)
        if row["state"] != "approved" or row["notation"]:
            raise Refused("Văn bản này không chờ cấp số.")
        case.connection.execute(update(letter).where(letter.c.id == command.letter_id).values(notation=notation))
        case.data = {"letter": str(command.letter_id), "kind": row["kind"], "number": notation}
        case.defer("letter.issue", letter_id=str(command.letter_id))


def _letter_of(case: Case, letter_id: UUID) -> dict[str, Any]:
    found = case.connection.execute(select(letter).where(letter.c.id == letter_id, letter.c.case_id == case.id))
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound("Không tìm thấy văn bản này.")
    if not any(case.actor.holds(role, row["unit_code"]) for role in ("clerk", "unit_head")):
        raise NotAllowed("Chỉ văn thư hoặc người đứng đầu đơn vị ban hành được làm việc này.")
    return dict(row)
