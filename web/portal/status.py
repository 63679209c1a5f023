"""What an applicant is told of a dossier: how it stands, what is asked for, the letters. No inner note."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, text

from engine.dossier.status import Status
from engine.reports.dossier import DossierView
from engine.store.tables import cases
from web.dossier import telling
from web.reading import house

SENTENCES = {
    Status.SUBMITTED: "Hồ sơ đã gửi, đang chờ Bộ phận Một cửa xem xét tiếp nhận.",
    Status.RECEIVED: "Hồ sơ đã được tiếp nhận, đang chuyển tới bộ phận giải quyết.",
    Status.NOT_ACCEPTED: "Hồ sơ không được tiếp nhận, giải quyết.",
    Status.IN_PROGRESS: "Hồ sơ đang được giải quyết.",
    Status.SUPPLEMENT_REQUIRED: "Bạn cần bổ sung giấy tờ. Thời hạn tạm dừng cho tới khi bổ sung đủ.",
    Status.FINANCIAL_OBLIGATION: "Bạn cần thực hiện nghĩa vụ tài chính rồi nộp biên lai tại nơi tiếp nhận.",
    Status.WITHDRAWN: "Bạn đã rút hồ sơ này.",
    Status.STOPPED: "Hồ sơ đã dừng giải quyết.",
    Status.DECIDED: "Đã có kết quả. Mời bạn tới nhận.",
    Status.RETURNED: "Đã trả kết quả.",
}
GIVING_REASONS = {
    Status.SUPPLEMENT_REQUIRED: ("supplement_request", "Cần bổ sung"),
    Status.NOT_ACCEPTED: ("refusal", "Lý do"),
    Status.STOPPED: ("stop_notice", "Lý do"),
}
"""Which letter says what the applicant must know now, and what that is called."""
TO_APPLICANT = frozenset(
    {
        "receipt",
        "supplement_request",
        "refusal",
        "apology",
        "stop_notice",
        "extension_notice",
        "fee_receipt",
        "result_hand_over",
    }
)
BEING_ISSUED = frozenset({"approved", "numbered", "rendered", "signed"})
ISSUED = frozenset({"sealed", "sent"})
WITHOUT_RESULT = frozenset({Status.NOT_ACCEPTED, Status.WITHDRAWN, Status.STOPPED})


def status_context(view: DossierView, factor: str) -> dict[str, Any]:
    """The page of one dossier, for who gave its code and this second factor."""
    row, names = view.case, house().directory
    receiving = names[row["receiving_unit"]]
    summary = telling.dossier_summary(view)
    status, is_received = Status(row["status"]), summary["is_received"]
    has_due = summary["due"]["state"] != "none" and status not in WITHOUT_RESULT
    fee = view.version.manifest.fee.amount
    return {
        "dossier": summary
        | {
            "sentence": SENTENCES.get(status, ""),
            "due": summary["due"] if has_due else None,
            "submission_code": row["submission_code"] if is_received else None,
            "phone": receiving.phone,
            "return_way": _return_way(view, receiving.name) if status not in WITHOUT_RESULT else "",
        },
        "factor": factor,
        "steps": [{"name": one["name"], "state": one["state"], "at": one["at"]} for one in telling.steps(view)]
        if is_received and status not in WITHOUT_RESULT
        else [],
        "notices": _notices(view),
        "reason": _reason(view),
        "fee": {"amount": fee, "is_paid": bool(row["facts"].get("fee_paid")), "pay_url": None} if fee else None,
        "letters": letters_to_applicant(view),
        "receipt": _receipt(view) if is_received else None,
        "rating_url": None,
        "asked_for": asked_for(view),
    }


def _return_way(view: DossierView, receiving: str) -> str:
    by_post = view.case["facts"].get("result_delivery") == "post"
    return "Gửi qua bưu chính công ích" if by_post else f"Tại {receiving}"


def _notices(view: DossierView) -> list[dict[str, str]]:
    row, notices = view.case, []
    if row["apology"] == "issued":
        notices.append({"kind": "warn", "text": "Cơ quan xin lỗi vì chậm giải quyết và đã hẹn lại ngày trả kết quả."})
    due = telling.moment_of(row["facts"].get("supplement_due") or "")
    if due is not None:
        notices.append({"kind": "warn", "text": f"Hạn bổ sung: {house().calendar.local(due):%d/%m/%Y}."})
    return notices


def _reason(view: DossierView) -> dict[str, Any] | None:
    """What is missing, or why it ended without a result: as the letter says it, one line each."""
    kind, title = GIVING_REASONS.get(Status(view.case["status"]), ("", ""))
    told: Mapping[str, Any] = next((one["data"] for one in reversed(view.letters) if one["kind"] == kind), {})
    lines = [line.strip() for line in str(told.get("reason") or "").splitlines() if line.strip()]
    return {"title": title, "lines": lines} if lines else None


def letters_to_applicant(view: DossierView) -> list[dict[str, Any]]:
    """The letters that are the applicant's own to read, newest first; drafts and voided ones are nobody's."""
    return [
        {
            "id": one["id"],
            "title": telling.LETTER_TITLES[one["kind"]],
            "at": one["issued_at"] or one["created_at"],
            "is_issued": one["state"] in ISSUED,
        }
        for one in reversed(view.letters)
        if one["kind"] in TO_APPLICANT and one["state"] in ISSUED | BEING_ISSUED
    ]


def asked_for(view: DossierView) -> dict[str, Any] | None:
    """Papers that the applicant may send from here: asked for before the dossier is received."""
    row = view.case
    is_asked = row["status"] == Status.SUPPLEMENT_REQUIRED and row["code"] == row["submission_code"]
    if not is_asked:
        return None
    names = [one.name for one in view.version.manifest.papers]
    return {"code": row["code"], "papers": [{"ordinal": n, "name": name} for n, name in enumerate(names, start=1)]}


def _receipt(view: DossierView) -> Mapping[str, Any]:
    with house().store.transaction(units=("*",)) as connection:
        size = connection.execute(text("SELECT max(size) FROM checkpoint")).scalar()
        head = connection.execute(select(cases.c.head_hash).where(cases.c.id == view.case["id"])).scalar_one()
    return {"seq": view.case["revision"], "hash": bytes(head).hex(), "checkpoint": size}
