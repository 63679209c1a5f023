"""Collect a fee at the counter and write its receipt."""

from __future__ import annotations

from engine.dossier.case import Case
from engine.dossier.command import Filled
from engine.run import Waiting


def after(case: Case, waiting: Waiting, form: Filled) -> None:
    """The amount is what the officer took, else what the procedure says; đồng."""
    case.event_type = "FeeCollected"
    amount = form.values.get("amount")
    case.data["amount"] = int(amount if amount is not None else case.version.manifest.fee.amount)
    case.facts["fee_paid"] = case.data["amount"]
