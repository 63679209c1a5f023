"""The one-stop unit answers a dossier submitted online: receive it, ask for what is missing, decline it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.dossier.command import TaskRef
from engine.dossier.receive_online import (
    AnswerOnline,
    ReceiveOnline,
    ask_supplement_online,
    decline_online,
    receive_online,
)
from engine.dossier.submit_online import FORM
from engine.errors import FormRefused, Refused
from engine.reports.dossier import DossierView
from web.dossier import telling
from web.dossier.views import blueprint, read
from web.flashes import tell
from web.forms import Entry, Form
from web.reading import actor, due, house, revision_of_request


@blueprint.route("/dossier/<code>/acceptance/<uuid:item_id>", methods=["GET", "POST"])
def acceptance(code: str, item_id: UUID) -> ResponseReturnValue:
    """What was submitted, and the three answers."""
    view = read(code)
    item = next((one for one in view.open_items if one["id"] == item_id), None)
    if item is None or item["kind"] != "acceptance":
        tell("Hồ sơ này đã được trả lời.", "info")
        return redirect(url_for("dossier.page", code=code))
    if request.method == "POST":
        try:
            return answer(view, item_id)
        except (FormRefused, Refused) as refused:
            told = getattr(refused, "errors", {}) or {"": refused.message}
            errors = [{"field": "reason" if name else "", "message": text} for name, text in told.items()]
            return page(view, dict(item), errors), 422
    return page(view, dict(item), [])


def answer(view: DossierView, item_id: UUID) -> ResponseReturnValue:
    """One of the three acts."""
    chosen, reason = request.form.get("_act", ""), request.form.get("_reason", "")
    case_id, task = view.case["id"], TaskRef(id=item_id, revision=revision_of_request())
    if chosen == "receive":
        received = receive_online(house(), actor(), ReceiveOnline(case_id=case_id, task=task))
        tell(f"Đã tiếp nhận, mã hồ sơ {received.code}. Giấy hẹn đang được lập.")
        return redirect(url_for("dossier.page", code=received.code), 303)
    asked = AnswerOnline(case_id=case_id, task=task, reason=reason)
    if chosen == "supplement":
        ask_supplement_online(house(), actor(), asked)
        tell("Đã lập phiếu yêu cầu bổ sung; người nộp gửi bổ sung từ trang tra cứu.")
    elif chosen == "decline":
        decline_online(house(), actor(), asked)
        tell("Đã từ chối tiếp nhận và lập phiếu gửi người nộp.")
    else:
        abort(400)
    return redirect(url_for("dossier.page", code=view.case["code"]), 303)


def page(view: DossierView, item: dict[str, Any], errors: list[dict[str, str]]) -> str:
    """Everything that the answer needs."""
    limits = house().ruleset(view.case["ruleset"])
    times_asked = view.case["facts"].get("supplements", {}).get("reception", 0)
    return render_template(
        "dossier/acceptance.html",
        dossier=telling.dossier_summary(view),
        action=url_for("dossier.acceptance", code=view.case["code"], item_id=item["id"]),
        revision=item["revision"],
        due=due(item["due_at"], view.now),
        filled=filled(view),
        asked=asked_before(view),
        papers=papers_sent(view),
        errors=errors,
        reason=request.form.get("_reason", ""),
        may_ask=times_asked < limits.supplement.requests_per_stage,
        basis=limits.acceptance.source,
    )


def filled(view: DossierView) -> Entry | None:
    """The applicant's form as it was sent."""
    sent = next((one for one in view.submissions if one.element_id == FORM), None)
    if sent is None or sent.form_key not in view.version.forms:
        return None
    return Form(view.version.forms[sent.form_key]).filled(sent.values)


def papers_sent(view: DossierView) -> list[dict[str, Any]]:
    """Its papers; of two with one name the later one came with the supplement."""
    told = telling.papers(view)
    for place, one in enumerate(told):
        one["is_supplement"] = one["name"] in {earlier["name"] for earlier in told[:place]}
    return told


def asked_before(view: DossierView) -> dict[str, Any] | None:
    """What was asked for, when the dossier has come back with it."""
    letter = next((one for one in reversed(view.letters) if one["kind"] == "supplement_request"), None)
    return {"at": letter["created_at"], "text": letter["data"].get("reason", "")} if letter is not None else None
