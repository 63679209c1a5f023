"""Refuse a dossier, in writing and with the reason (form 03)."""

from __future__ import annotations

from engine.dossier.become_late import judge_end
from engine.dossier.case import Case
from engine.dossier.command import Filled
from engine.dossier.letters import draft_letter
from engine.dossier.reason import reason_in
from engine.dossier.status import Status
from engine.run import Waiting


def before(case: Case, waiting: Waiting, form: Filled) -> None:
    """The reason must be written."""
    case.event_type = "DossierRefused"
    case.data["reason"] = reason_in(form, "Từ chối giải quyết hồ sơ", "refusal_reason", "reason", "opinion")


def after(case: Case, waiting: Waiting, form: Filled) -> None:
    """Write form 03; the decision to refuse ends the term of law."""
    case.facts["outcome"] = "refused"
    case.row["status"] = int(Status.NOT_ACCEPTED)
    case.row["decided_at"] = case.now
    case.ledger = case.ledger.finish(case.now)
    judge_end(case)
    draft_letter(case, "refusal", unit_code=case.row["receiving_unit"], data={"reason": case.data["reason"]})
