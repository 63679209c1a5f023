"""What applicants see without signing in: tracking a dossier by its code and a second factor."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select, text

from engine.dossier.status import Status
from engine.reports.dossier import DossierView, dossier_view
from engine.store.tables import cases
from web.doors import public
from web.dossier import telling
from web.reading import house
from web.throttle import Guessed, count_try, forgive

blueprint = Blueprint("portal", __name__, url_prefix="/tracking")

WRONG = "Không tìm thấy hồ sơ với mã và 4 số này. Hãy xem lại giấy tiếp nhận hồ sơ."
SENTENCES = {
    Status.SUBMITTED: "Hồ sơ đã gửi, đang chờ Bộ phận Một cửa xem xét tiếp nhận.",
    Status.RECEIVED: "Hồ sơ đã được tiếp nhận, đang chuyển tới bộ phận giải quyết.",
    Status.NOT_ACCEPTED: "Hồ sơ không được tiếp nhận, giải quyết. Xem văn bản trả lời bên dưới.",
    Status.IN_PROGRESS: "Hồ sơ đang được giải quyết.",
    Status.SUPPLEMENT_REQUIRED: "Bạn cần bổ sung giấy tờ. Thời hạn tạm dừng cho tới khi bổ sung đủ.",
    Status.FINANCIAL_OBLIGATION: "Bạn cần thực hiện nghĩa vụ tài chính rồi nộp biên lai tại nơi tiếp nhận.",
    Status.WITHDRAWN: "Bạn đã rút hồ sơ này.",
    Status.STOPPED: "Hồ sơ đã dừng giải quyết.",
    Status.DECIDED: "Đã có kết quả. Mời bạn tới nhận.",
    Status.RETURNED: "Đã trả kết quả.",
}


@blueprint.get("")
@public
def tracking() -> ResponseReturnValue:
    """The form: code and second factor."""
    return render_template("portal/home.html", code=request.args.get("code", "")[:40])


@blueprint.post("")
@public
def found() -> ResponseReturnValue:
    """One dossier, to who knows its code and the last four digits of the applicant's phone or identifier."""
    code = request.form.get("code", "").strip().upper()[:40]
    factor = request.form.get("factor", "").strip()
    guesses = Guessed.of("tracking", code.lower(), request.remote_addr or "")
    count_try(house().store, *guesses)
    view = find_case(code, factor)
    if view is None:
        return render_template("portal/home.html", code=code, error=WRONG), 422
    forgive(house().store, *guesses)
    return render_template("portal/status.html", **status_context(view))


def find_case(code: str, factor: str) -> DossierView | None:
    """The same answer, and about the same work, for a wrong code and a wrong factor."""
    with house().store.transaction(units=("*",)) as connection:
        row = connection.execute(
            text(
                "SELECT c.id, bool_or(right(regexp_replace(p.phone, '[^0-9]', '', 'g'), 4) = :factor"
                " OR right(p.identifier, 4) = :factor) AS is_right"
                " FROM cases c JOIN party p ON p.case_id = c.id"
                " WHERE c.code = :code OR c.submission_code = :code GROUP BY c.id"
            ),
            {"code": code, "factor": factor},
        ).one_or_none()
        if row is None or not row.is_right or len(factor) != 4 or not factor.isdigit():
            return None
        return dossier_view(house(), connection, row.id)


def status_context(view: DossierView) -> dict[str, Any]:
    """What an applicant is told: no officer's opinion, no inner note."""
    row, names = view.case, house().directory
    receiving = names[row["receiving_unit"]]
    notices = []
    if row["apology"] == "issued":
        notices.append({"kind": "warn", "text": "Cơ quan xin lỗi vì chậm giải quyết và đã hẹn lại ngày trả kết quả."})
    if row["facts"].get("supplement_due"):
        due = telling.moment_of(row["facts"]["supplement_due"])
        if due is not None:
            notices.append({"kind": "warn", "text": f"Hạn bổ sung: {house().calendar.local(due):%d/%m/%Y}."})
    fee = view.version.manifest.fee.amount
    return {
        "dossier": telling.dossier_summary(view)
        | {
            "sentence": SENTENCES.get(Status(row["status"]), ""),
            "phone": receiving.phone,
            "return_way": "Gửi qua bưu chính công ích"
            if row["facts"].get("result_delivery") == "post"
            else f"Tại {receiving.name}",
        },
        "steps": [{"name": one["name"], "state": one["state"], "at": one["at"]} for one in telling.steps(view)],
        "notices": notices,
        "fee": {"amount": fee, "is_paid": bool(row["facts"].get("fee_paid")), "pay_url": None} if fee else None,
        "letters": [],
        "receipt": _receipt(view),
        "rating_url": None,
        "asked_for": asked_for(view),
    }


def asked_for(view: DossierView) -> dict[str, Any] | None:
    """Papers that the applicant may send from here: asked for before the dossier is received."""
    row = view.case
    is_asked = row["status"] == Status.SUPPLEMENT_REQUIRED and row["code"] == row["submission_code"]
    if not is_asked:
        return None
    names = [one.name for one in view.version.manifest.papers]
    return {"code": row["code"], "papers": [{"ordinal": n, "name": name} for n, name in enumerate(names, start=1)]}


def _receipt(view: DossierView) -> dict[str, Any]:
    with house().store.transaction(units=("*",)) as connection:
        size = connection.execute(text("SELECT max(size) FROM checkpoint")).scalar()
        head = connection.execute(select(cases.c.head_hash).where(cases.c.id == view.case["id"])).scalar_one()
    return {"seq": view.case["revision"], "hash": bytes(head).hex(), "checkpoint": size}
