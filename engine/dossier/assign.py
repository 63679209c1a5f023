"""Assign the handling of a dossier to an officer of the unit (phân công thụ lý)."""

from __future__ import annotations

from uuid import UUID

from engine.dossier.case import Case
from engine.dossier.command import Filled
from engine.errors import FormRefused
from engine.run import Waiting


def before(case: Case, waiting: Waiting, form: Filled) -> None:
    """Whoever is named gets this unit's handling tasks of the case, in every lap; else the unit shares them."""
    chosen = str(form.values.get("assignee") or "")
    if not chosen:
        return
    try:
        officer = str(UUID(chosen))
    except ValueError:
        raise FormRefused(errors={"assignee": "Chọn một cán bộ trong danh sách."}) from None
    unit_code = case.item["unit_code"] if case.item else ""
    case.facts.setdefault("handlers", {})[f"{unit_code}|case_officer"] = officer
    case.data["assignee"] = officer
