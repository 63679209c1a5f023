"""Sign: the competent leader decides. Lateness is judged by this moment, never by when the result was picked up."""

from __future__ import annotations

from engine.dossier.authority import authority_to_sign
from engine.dossier.become_late import judge_end
from engine.dossier.case import Case
from engine.dossier.command import Filled
from engine.run import Waiting


def before(case: Case, waiting: Waiting, form: Filled) -> None:
    """A signature is an event of its own kind, and says by what right it was given."""
    case.event_type = "DecisionSigned"
    unit_code = case.item["unit_code"] if case.item else case.row["lead_unit"]
    case.data["authority"] = authority_to_sign(case, "result", unit_code).for_event()


def decide(case: Case) -> None:
    """The matter is settled: the term of law ends here, and a drafted apology has no object any more."""
    row = case.row
    row["decided_at"] = case.now
    case.ledger = case.ledger.finish(case.now)
    judge_end(case)
    if row["apology"] == "drafted" and not row["is_late"]:
        case.drop_letter_work("apology")
