"""Return the result: at the counter against a signature, or by the public postal service."""

from __future__ import annotations

from engine.dossier import movement
from engine.dossier.case import Case
from engine.dossier.command import Filled
from engine.dossier.letters import draft_letter
from engine.dossier.orders import postal_payload
from engine.dossier.status import Status
from engine.run import Waiting


def after(case: Case, waiting: Waiting, form: Filled) -> None:
    """Close the books: hand-over slip, status 10, and an order to the post where the applicant chose it."""
    case.event_type = "ResultReturned"
    if case.facts.get("outcome") == "refused":
        return
    chosen = form.values.get("method") or form.values.get("delivery")
    way = str(chosen or case.facts.get("result_delivery") or "counter")
    case.row["status"] = int(Status.RETURNED)
    case.data["delivery"] = way
    if way == "post":
        case.record.deliveries.append(
            movement.order(
                case,
                connector="postal",
                operation="deliver_result",
                target_unit=None,
                address=None,
                payload=postal_payload(case),
            )
        )
    draft_letter(case, "result_hand_over", unit_code=case.row["receiving_unit"], data={"delivery": way})
