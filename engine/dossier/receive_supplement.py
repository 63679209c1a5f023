"""Take in what the applicant was asked for; the clock of law resumes or restarts as the procedure says."""

from __future__ import annotations

from engine.deadlines import SupplementEffect
from engine.dossier.case import Case
from engine.dossier.command import Filled
from engine.run import Waiting


def before(case: Case, waiting: Waiting, form: Filled) -> None:
    """End the pause. The effect is data: resume the term, restart it, or restart that of the phase."""
    case.event_type = "SupplementReceived"
    effect = SupplementEffect(case.version.manifest.supplement.effect or case.ruleset.supplement.effect)
    case.ledger = case.ledger.resume(case.now, effect)
    case.disarm("supplement")
    for name in ("supplement_due", "supplement_limit", "supplement_asked_at"):
        case.facts.pop(name, None)
    case.data["effect"] = effect.value
