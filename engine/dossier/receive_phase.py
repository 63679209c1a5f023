"""Receive a dossier again for its next phase: a new reception, a new appointment (two-phase procedures)."""

from __future__ import annotations

from engine.dossier.case import Case
from engine.dossier.command import Filled
from engine.dossier.letters import draft_letter
from engine.dossier.limits import begin_term
from engine.run import Waiting


def before(case: Case, waiting: Waiting, form: Filled) -> None:
    """The former phase's term has ended; the next one's begins now."""
    case.event_type = "PhaseReceived"
    phase = int(waiting.properties.get("phase") or 2)
    case.ledger = case.ledger.resume(case.now)
    begin_term(case, phase=phase)
    case.facts["phase"] = phase
    case.row["apology"] = "none"
    case.data["phase"] = phase


def after(case: Case, waiting: Waiting, form: Filled) -> None:
    """A receipt with the new appointment."""
    draft_letter(case, "receipt", unit_code=case.row["receiving_unit"], data={"phase": case.facts["phase"]})
