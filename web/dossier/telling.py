"""A dossier in the words and shapes that pages show: summaries, steps, letters, acts, marks on the diagram."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import url_for

from engine.deadlines import Calendar, Owner, duration_in_words, working_time_between
from engine.dossier import confirm_validity
from engine.dossier.actor import Actor
from engine.dossier.apologise import ROLES as APOLOGISING
from engine.dossier.archive import ARCHIVISTS
from engine.dossier.status import Status, status_key
from engine.dossier.submit_online import FORM
from engine.reports.dossier import DossierView, Submission, steps_of
from engine.reports.forecasts import ToldForecast
from engine.reports.hand_overs import HandOver
from engine.reports.messages import MessageState
from web.forms.wording import lower_first
from web.reading import due, house

LETTER_TITLES = {
    "receipt": "Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
    "supplement_request": "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ",
    "refusal": "Phiếu từ chối tiếp nhận giải quyết hồ sơ",
    "apology": "Văn bản xin lỗi",
    "stop_notice": "Thông báo dừng giải quyết hồ sơ",
    "extension_notice": "Thông báo gia hạn thời hạn giải quyết",
    "control_slip": "Phiếu kiểm soát quá trình giải quyết hồ sơ",
    "result_hand_over": "Giấy biên nhận trả kết quả",
    "fee_receipt": "Biên lai thu phí, lệ phí",
    "late_list": "Danh sách hồ sơ chậm muộn",
    "non_reply_statement": "Văn bản xác nhận không trả lời",
}
LETTER_STATES = {
    "drafted": ("Dự thảo, chờ ký", "warn"),
    "approved": ("Đang phát hành", "info"),
    "numbered": ("Đang phát hành", "info"),
    "rendered": ("Chờ ký số", "info"),
    "signed": ("Chờ đóng dấu", "info"),
    "sealed": ("Đã ký, đóng dấu", "good"),
    "sent": ("Đã phát hành", "good"),
    "voided": ("Đã hủy", "calm"),
}
PARTY_ROLES = {"owner": "Chủ hồ sơ", "submitter": "Người nộp"}
NOTE_FIELDS = {
    "summary": "Nội dung trình: ",
    "opinion": "",
    "supplement_content": "Cần bổ sung: ",
    "received_papers": "Đã bổ sung: ",
    "return_reason": "Trả lại: ",
    "refusal_reason": "Từ chối: ",
    "reason": "",
    "note": "",
}
OUTCOMES = {
    "refused": "Hồ sơ bị từ chối giải quyết.",
    "withdrawn": "Người nộp đã rút hồ sơ.",
    "stopped": "Hồ sơ đã dừng giải quyết.",
    "voided": "Đã hủy tiếp nhận (nhận nhầm).",
    "supplement_expired": "Hồ sơ đóng lại vì quá hạn bổ sung.",
}


def moment_of(text: str) -> datetime | None:
    """An aware moment in a URL, else None."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def case_due(view: DossierView) -> dict[str, Any]:
    """How the case stands against the law."""
    row = view.case
    if row["decided_at"] is not None and row["legal_due_at"] is not None:
        return due(row["legal_due_at"], view.now, done_at=row["decided_at"])
    if row["closed_at"] is not None:
        return {"state": "done", "words": "Đã kết thúc", "at": None}
    return due(row["legal_due_at"], view.now, is_paused=view.ledger.is_paused)


def dossier_summary(view: DossierView) -> dict[str, Any]:
    """What every page about a dossier says of it."""
    row, names, manifest = view.case, house().directory, view.version.manifest
    owner: Mapping[str, Any] = next((one for one in view.people if one["role"] == "owner"), {})
    state = house().ruleset(row["ruleset"]).status(status_key(row))
    is_received = row["code"] != row["submission_code"]
    return {
        "code": row["code"],
        "url": url_for("dossier.page", code=row["code"]),
        "procedure": row["procedure_name"],
        "procedure_code": row["procedure_code"],
        "status": state.code,
        "status_detail": state.detail,
        "applicant": owner.get("name", ""),
        "place": owner.get("address", ""),
        "phone": owner.get("phone", ""),
        "channel": row["channel"],
        "title": row["title"],
        "is_received": is_received,
        "has_due": is_received and (row["closed_at"] is None or row["decided_at"] is not None),
        "received_at": row["received_at"],
        "receiving_unit": names.name(row["receiving_unit"]),
        "lead_unit": names.name(row["lead_unit"]),
        "due": case_due(view),
        "promised": row["promised_at"],
        "closed_at": row["closed_at"],
        "version": view.version.number,
        "ruleset": house().ruleset(row["ruleset"]).title,
        "explanation": row["explanation"],
        "apology": row["apology"],
        "is_adapted": manifest.adapted,
    }


def tabs(code: str, current: str) -> list[dict[str, Any]]:
    """The pages about one dossier."""
    pages = (
        ("Hồ sơ", "dossier.page"),
        ("Phiếu kiểm soát", "dossier.slip_page"),
        ("Lịch sử và bằng chứng", "audit.history"),
    )
    return [{"title": title, "url": url_for(page, code=code), "is_current": page == current} for title, page in pages]


def steps(view: DossierView) -> list[dict[str, Any]]:
    """The internal process's steps, each with its state and its due moment."""
    told = []
    for one in steps_of(view):
        line = {"name": one["name"], "state": one["state"], "at": one.get("at")}
        if one["state"] in {"now", "late"}:
            line["due"] = due(one.get("due_at"), view.now)
        told.append(line)
    return told


def calendar_of(view: DossierView) -> Calendar:
    """The calendar that this case's dates are computed with."""
    return house().calendar_of(view.case["calendar_version"], view.case["receiving_unit"])


def papers(view: DossierView) -> list[dict[str, Any]]:
    """The dossier's papers, with a link where there is a file."""
    return [
        dict(one)
        | {
            "url": url_for("dossier.paper", code=view.case["code"], ordinal=one["ordinal"]) if one["blob"] else None,
        }
        for one in view.papers
    ]


RESULTS = {
    "early": ("Trước hạn", "good"),
    "on_time": ("Đúng hạn", "good"),
    "late": ("Quá hạn", "bad"),
    "open": ("", ""),
}


def hand_over(one: HandOver) -> dict[str, Any]:
    """A hand-over as a page shows it."""
    names = house().directory
    words, tone = RESULTS[one.result]
    return {
        "at": one.at,
        "from_unit": names.name(one.from_unit),
        "to_unit": names.name(one.to_unit),
        "given_by": one.given_by,
        "taken_by": one.taken_by or "",
        "taken_at": one.taken_at,
        "step": one.step,
        "result": words,
        "tone": tone,
        "counts": one.counts,
    }


def letters(view: DossierView) -> list[dict[str, Any]]:
    """The dossier's letters; a draft links to its preview."""
    told = []
    for one in view.letters:
        state, tone = LETTER_STATES[one["state"]]
        told.append(
            {
                "title": LETTER_TITLES.get(one["kind"], one["kind"]),
                "number": one["notation"],
                "state": state,
                "tone": tone,
                "at": one["issued_at"] or one["created_at"],
                "url": url_for("dossier.letter", code=view.case["code"], letter_id=one["id"])
                if one["state"] != "voided"
                else None,
            }
        )
    return told


def deliveries(view: DossierView) -> list[dict[str, Any]]:
    """Orders to neighbours, signing aside."""
    names = house().directory
    titles = {"consultation": "Lấy ý kiến", "postal": "Bưu chính"}
    return [
        {
            "title": f"{titles.get(one['connector'], one['connector'])} {names.name(one['target_unit'])}".strip(),
            "state": one["state"],
            "at": one["answered_at"] or one["sent_at"] or one["created_at"],
            "answer": answer_words(one["answer"]),
            "url": url_for("dossier.answer", code=view.case["code"], address=one["address"])
            if one["address"] and one["state"] in {"pending", "sent", "dead"} and view.case["closed_at"] is None
            else None,
        }
        for one in view.deliveries
        if one["connector"] != "signing"
    ]


def messages(view: DossierView) -> list[dict[str, Any]]:
    """Messages that this dossier waits for, has sent or has taken; `about` is what a person is told of one."""
    own = view.case["code"]
    told = []
    for one in view.messages:
        title = MESSAGE_TITLES[one.state].format(one.name, one.other or "một hồ sơ khác")
        told.append({"title": title, "key": "" if one.key in {"", own} else one.key, "at": one.at})
    return told


MESSAGE_TITLES = {
    MessageState.AWAITED: "Đang chờ thông điệp “{0}”",
    MessageState.UNTAKEN: "Đã gửi thông điệp “{0}”, chưa nơi nào nhận",
    MessageState.SENT: "Đã gửi thông điệp “{0}”, {1} đã nhận",
    MessageState.TAKEN: "Đã nhận thông điệp “{0}” từ {1}",
}


def answer_words(answer: Mapping[str, Any] | None) -> str:
    """A neighbour's answer in one line."""
    if not answer:
        return ""
    outcome = {"agree": "Đồng ý", "refuse": "Không đồng ý", "done": "Đã làm", "delivered": "Đã phát"}.get(
        str(answer.get("answer") or answer.get("outcome")), ""
    )
    content = str(answer.get("content") or answer.get("error") or "")
    return ": ".join(part for part in (outcome, content) if part)


def notes(view: DossierView) -> list[dict[str, Any]]:
    """Opinions and reasons that officers wrote, newest first."""
    told = []
    for one in view.submissions:
        said = [f"{lead}{str(one.values[name]).strip()}" for name, lead in NOTE_FIELDS.items() if one.values.get(name)]
        if said:
            told.append({"at": one.at, "by": author(one), "text": "\n".join(said)})
    return told


def author(one: Submission) -> str:
    """Who filled in a form."""
    return one.officer or ("Người nộp" if one.element_id == FORM else "Cơ quan phối hợp")


def diagram(view: DossierView) -> dict[str, Any]:
    """Where the case stands on its own version of the diagram."""
    return {
        "source": url_for("dossier.source", code=view.case["code"]),
        "marks": {element: asdict(mark) for element, mark in view.marks.items()},
    }


def ledger(view: DossierView) -> list[dict[str, Any]]:
    """Who held the case for how long, with each interval's share of the whole in percent."""
    calendar, names = calendar_of(view), house().directory
    spans = [
        (one, working_time_between(one.started_at, one.ended_at or view.now, calendar)) for one in view.ledger.intervals
    ]
    whole = sum((span.total_seconds() for _, span in spans), 0.0) or 1.0
    allowed = {(one.unit, one.step): one.allowed for one in view.ledger.blame(calendar, view.now) if one.over}
    used: dict[tuple[str | None, str], timedelta] = {}
    late = set()
    for place, (one, span) in enumerate(spans):
        if one.is_running and (one.unit, one.step) in allowed:
            used[one.unit, one.step] = used.get((one.unit, one.step), timedelta()) + span
            if used[one.unit, one.step] > (allowed[one.unit, one.step] or timedelta()):
                late.add(place)
    return [
        {
            "label": one.label,
            "task": task_name(view, one.element_id, one.label),
            "unit": names.name(one.unit) if one.unit else WITHOUT_A_UNIT.get(one.owner, ""),
            "owner": "",
            "is_running": one.is_running,
            "is_late": place in late,
            "spent": duration_in_words(span) if span >= timedelta(minutes=1) else "dưới 1 phút",
            "started_at": one.started_at,
            "ended_at": one.ended_at,
            "share": round(100 * span.total_seconds() / whole),
        }
        for place, (one, span) in enumerate(spans)
    ]


WITHOUT_A_UNIT = {Owner.applicant: "Người nộp", Owner.payment: "Người nộp", Owner.consulted: "Nơi gửi thông điệp"}
"""Who held the case, of an interval that no unit answers for."""


def task_name(view: DossierView, element_id: str | None, label: str) -> str:
    """Which task of a step held the case, where it is not called like the step."""
    element = view.version.program.elements.get(element_id or "")
    return element.name if element is not None and element.name != label else ""


def notices(view: DossierView, forecast: ToldForecast | None = None) -> list[dict[str, str]]:
    """What somebody opening this dossier should know first."""
    row, told = view.case, []
    if row["facts"].get("outcome") in OUTCOMES:
        told.append({"kind": "warn", "text": OUTCOMES[row["facts"]["outcome"]]})
    if row["is_late"]:
        told.append({"kind": "bad", "text": "Hồ sơ đã quá hạn luật định; xin lỗi và hẹn lại không làm hết quá hạn."})
    elif forecast is not None and forecast.outlook != "fine" and row["decided_at"] is None and not row["is_suspended"]:
        told.append({"kind": "warn", "text": f"Dự báo đêm qua: {lower_first(forecast.sentence)}."})
    held = {one.address: one.label for one in view.ledger.open_intervals}
    told += [
        {"kind": "info", "text": f"Bước “{held[one.address]}” đang chờ thông điệp “{one.name}” từ nơi khác."}
        for one in view.messages
        if one.address in held and one.state is MessageState.AWAITED
    ]
    if row["status"] == Status.SUPPLEMENT_REQUIRED:
        told.append({"kind": "info", "text": _awaited(row)})
    if row["apology"] == "drafted":
        told.append({"kind": "warn", "text": "Có dự thảo văn bản xin lỗi đang chờ người đứng đầu đơn vị ký."})
    if row["archived_at"] is not None:
        kept = row["facts"].get("archived", {})
        place = f", tại {kept['place']}" if kept.get("place") else ""
        day = house().calendar.local(row["archived_at"])
        told.append({"kind": "info", "text": f"Hồ sơ đã được {kept.get('by', '')} lưu ngày {day:%d/%m/%Y}{place}."})
    if row["explanation"] == "owed":
        told.append({"kind": "warn", "text": "Còn thiếu văn bản giải trình của đơn vị để quá hạn."})
    if view.version.manifest.adapted:
        told.append(
            {"kind": "info", "text": "Quy trình chuyển đổi từ cấp huyện trước 01/7/2025 sang chính quyền hai cấp."}
        )
    return told


def _awaited(row: Mapping[str, Any]) -> str:
    until = moment_of(row["facts"].get("supplement_due") or "")
    where = ", gửi từ trang tra cứu" if row["code"] == row["submission_code"] else ""
    limit = f", hạn {house().calendar.local(until):%d/%m/%Y}" if until is not None else ""
    return f"Đang chờ người nộp bổ sung giấy tờ{where}{limit}."


@dataclass(slots=True, kw_only=True)
class Offers:
    """The further acts a page offers to one person, in order; the acts themselves check again."""

    view: DossierView
    person: Actor
    item: Mapping[str, Any] | None
    told: list[dict[str, str]] = field(default_factory=list)

    def holds(self, *roles: str) -> bool:
        units: Sequence[str] = self.view.case["participants"]
        return any(self.person.holds(role, unit) for role in roles for unit in units)

    def offer(self, title: str, name: str, tone: str = "") -> None:
        item = self.item["id"] if self.item is not None else None
        url = url_for("dossier.act", code=self.view.case["code"], name=name, item=item)
        self.told.append({"title": title, "url": url, "icon": "", "tone": tone})

    def for_process(self) -> None:
        """The approval of a process: see what is to be decided."""
        subject = self.view.case["facts"].get("subject")
        if subject:
            for title, page in (("Xem bản vẽ", "designer.version"), ("So với bản đang áp dụng", "designer.compare")):
                url = url_for(page, version_id=subject["version"])
                self.told.append({"title": title, "url": url, "icon": "process", "tone": ""})

    def for_heads(self) -> None:
        item, is_decided = self.item, self.view.case["decided_at"] is not None
        if item is not None and (
            self.person.holds("unit_head", item["unit_code"])
            or (item["assignee"] is not None and item["assignee"] == self.person.id)
        ):
            self.offer("Chuyển cho người khác", "reassign")
        is_checked = self.view.ledger.checked_by(calendar_of(self.view)) is not None
        if is_checked and self.holds(*confirm_validity.CHECKERS):
            self.offer("Xác nhận hồ sơ hợp lệ", "confirm-validity")
        if self.holds("unit_head", "signer") and self.view.case["legal_due_at"] is not None and not is_decided:
            self.offer("Gia hạn theo luật", "extend")

    def for_clock(self) -> None:
        if not self.holds("unit_head", "case_officer", "signer") or self.view.case["decided_at"] is not None:
            return
        if any(one.address == "pause" and one.ended_at is None for one in self.view.ledger.intervals):
            self.offer("Tiếp tục tính hạn", "resume")
        elif not self.view.ledger.is_paused:
            self.offer("Tạm dừng tính hạn", "pause")

    def for_submission(self) -> None:
        if self.holds("counter_officer"):
            self.offer("Đính chính thông tin", "correct")
            self.offer("Người nộp rút hồ sơ", "withdraw", "bad")

    def for_apology(self) -> None:
        if self.holds(*APOLOGISING):
            self.offer("Soạn văn bản xin lỗi", "apology")

    def for_counter(self) -> None:
        if not self.holds("counter_officer"):
            return
        self.offer("Đính chính thông tin", "correct")
        self.offer("Đặt bưu điện thu gom tại nhà", "pick-up")
        if self.view.case["status"] == Status.RECEIVED:
            self.offer("Hủy tiếp nhận nhầm", "void", "bad")
        elif self.view.case["decided_at"] is None:
            self.offer("Người nộp rút hồ sơ", "withdraw", "bad")


def acts(view: DossierView, person: Actor, item: Mapping[str, Any] | None = None) -> list[dict[str, str]]:
    """Further acts this person may do here."""
    offers = Offers(view=view, person=person, item=item)
    offers.for_process()
    if view.case["kind"] == "dossier":
        url = url_for("dossier.slip", code=view.case["code"])
        offers.told.append({"title": "In phiếu kiểm soát", "url": url, "icon": "print", "tone": ""})
        url = url_for("dossier.history_pdf", code=view.case["code"])
        offers.told.append({"title": "In quá trình giải quyết", "url": url, "icon": "print", "tone": ""})
        if view.children or view.parent:
            url = url_for("dossier.group_receipt", code=view.case["code"])
            offers.told.append({"title": "In giấy hẹn chung", "url": url, "icon": "print", "tone": ""})
    listed = view.case["facts"].get("late_list")
    if listed:
        url = url_for("reports.late_list", period=listed["period"])
        offers.told.append({"title": "Xem danh sách", "url": url, "icon": "report", "tone": ""})
    if view.case["closed_at"] is not None:
        if view.case["kind"] == "dossier":
            offers.for_apology()
        if view.case["archived_at"] is None and offers.holds(*ARCHIVISTS):
            offers.offer("Lưu hồ sơ", "archive")
        return offers.told
    if view.case["submission_code"] == view.case["code"]:  # nobody has received it yet
        offers.for_submission()
        return offers.told
    offers.for_heads()
    if view.case["kind"] == "dossier":
        offers.for_clock()
        offers.for_counter()
        offers.for_apology()
        if offers.holds("unit_head", "signer") and view.case["decided_at"] is None:
            offers.offer("Dừng giải quyết", "stop", "bad")
    return offers.told
