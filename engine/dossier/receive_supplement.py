"""Take in what the applicant was asked for; the clock of law resumes or restarts as the procedure says."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from engine.deadlines import SupplementEffect
from engine.dossier.case import Case
from engine.dossier.command import Filled
from engine.run import Waiting
from engine.store.tables import paper

PAPERS_FIELD = "papers_received"  # which of the missing papers came in


def before(case: Case, waiting: Waiting, form: Filled) -> None:
    """End the pause. The effect is data: resume the term, restart it, or restart that of the phase."""
    case.event_type = "SupplementReceived"
    effect = SupplementEffect(case.version.manifest.supplement.effect or case.ruleset.supplement.effect)
    case.ledger = case.ledger.resume(case.now, effect)
    case.forget_supplement()
    case.data["effect"] = effect.value
    if names := form.values.get(PAPERS_FIELD):
        _take_papers(case, [str(name) for name in names])


def _take_papers(case: Case, names: Sequence[str]) -> None:
    """Papers that were missing at reception have come in: one original each, counted again by whoever digitises."""
    rows = case.connection.execute(
        select(paper).where(paper.c.case_id == case.id, ~paper.c.is_received, paper.c.name.in_(names))
    ).mappings()
    for row in rows:
        as_it_was = {str(name): value for name, value in row.items()}
        case.record.papers.append(as_it_was | {"is_received": True, "originals": max(row["originals"], 1)})
    case.data["papers"] = list(names)
