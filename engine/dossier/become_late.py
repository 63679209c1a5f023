"""A dossier passes its limit of law: it is late, stays late, and asks the head at fault for a written explanation."""

from __future__ import annotations

from typing import Any

from engine.deadlines import cause_text
from engine.dossier.apologise import lay_before_head
from engine.dossier.case import Case


def become_late(case: Case) -> None:
    """Called by the timer of the limit. Unsigned at the breach, the apology goes up to the leaders of the level."""
    if case.row["is_late"] or case.row["decided_at"] is not None:
        return
    case.event_type = "DossierBecameLate"
    case.data = ask_explanation(case)
    if case.row["apology"] == "drafted":
        case.row["apology"] = "escalated"
        superior = case.house.directory.superior_of(case.facts["at_fault"])
        case.facts["escalation"] = f"escalation#{case.seq}"
        lay_before_head(
            case,
            address=case.facts["escalation"],
            kind="escalation",
            name="Hồ sơ đã quá hạn mà văn bản xin lỗi chưa được ký",
            unit_code=superior,
            due_at=None,
        )


def judge_end(case: Case) -> None:
    """Called when the matter ends: it is late by its due moment, though no sweep has come by since that passed."""
    if not case.row["is_late"] and case.ledger.is_late(case.calendar, case.now):
        case.data["late"] = ask_explanation(case)


def ask_explanation(case: Case) -> dict[str, Any]:
    """Mark the case late and lay the written explanation before the head of the unit at fault."""
    blamed = case.ledger.blame(case.calendar, case.now)
    worst = case.ledger.at_fault(case.calendar, case.now)
    names = {code: one.name for code, one in case.house.directory.units.items()}
    unit_code = worst.unit if worst and worst.unit else case.row["lead_unit"]
    if case.house.directory[unit_code].is_external:
        unit_code = case.row["lead_unit"]
    told = {"due": case.row["legal_due_at"].isoformat(), "unit": unit_code, "cause": cause_text(blamed, names)}
    case.row["is_late"] = True
    case.row["explanation"] = "owed"
    case.facts["at_fault"] = unit_code
    case.facts["late"] = told
    lay_before_head(
        case,
        address=f"explanation#{case.seq}",
        kind="explanation",
        name="Giải trình bằng văn bản về hồ sơ quá hạn",
        unit_code=unit_code,
        due_at=None,
    )
    return told | {"blame": [{"unit": one.unit, "step": one.step, "label": one.label} for one in blamed]}
