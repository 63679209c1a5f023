"""Letters of a case begin as drafts: approve, number, render, sign, seal, send, in that order (design section 9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from engine.dossier.authority import Authority, signer_of

if TYPE_CHECKING:
    from engine.dossier.case import Case


def draft_letter(
    case: Case,
    kind: str,
    *,
    unit_code: str,
    data: Mapping[str, Any] | None = None,
    is_approved: bool = True,
    authority: Authority | None = None,
) -> UUID:
    """Put a letter before the house. An approved one is numbered, rendered and sent by a job of this act.

    `authority`: by what right the actor signs it in person. `data` holds no personal values: those are read from the
    parties when the letter is rendered.
    """
    letter_id = case.new_id(f"letter:{kind}:{len(case.record.letters)}")
    case.record.letters.append(
        {
            "id": letter_id,
            "case_id": case.id,
            "kind": kind,
            "form": case.ruleset.forms[kind].letter if kind in case.ruleset.forms else kind,  # else a local form
            "state": "approved" if is_approved else "drafted",
            "unit_code": unit_code,
            "number": None,
            "year": case.calendar.local(case.now).year,
            "notation": None,
            "data": dict(data or {}),
            "pdf": None,
            "signer": signer_of(case.actor, authority) if is_approved else None,
            "created_at": case.now,
            "issued_at": None,
            "void_reason": None,
        }
    )
    case.data.setdefault("letters", []).append({"id": str(letter_id), "kind": kind})
    if is_approved:
        case.defer("letter.issue", letter_id=str(letter_id))
    return letter_id
