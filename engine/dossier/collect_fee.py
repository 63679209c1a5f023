"""Collect a fee at the counter and write its receipt (biên lai thu phí, lệ phí)."""

from __future__ import annotations

from engine.dossier.case import Case
from engine.dossier.command import Filled
from engine.dossier.letters import draft_letter
from engine.run import Waiting

METHODS = {"cash": "tiền mặt", "transfer": "chuyển khoản", "online": "thanh toán trực tuyến"}
"""How the money came, as the receipt prints it."""


def after(case: Case, waiting: Waiting, form: Filled) -> None:
    """The amount is what the officer took, else what the procedure says; đồng. Nothing taken, no receipt.

    An officer who wrote down the number of another receipt (pre-printed, or of the payment portal) has given that one.
    """
    case.event_type = "FeeCollected"
    values = form.values
    amount = int(values["amount"] if values.get("amount") is not None else case.version.manifest.fee.amount)
    case.data["amount"] = case.facts["fee_paid"] = amount
    given = str(values.get("receipt_number") or "").strip()
    if given:
        case.data["receipt"] = given
    elif amount > 0:
        method = METHODS.get(str(values.get("method")), METHODS["cash"])
        unit_code = case.item["unit_code"] if case.item else case.row["receiving_unit"]
        draft_letter(case, "fee_receipt", unit_code=unit_code, data={"amount": amount, "method": method})
