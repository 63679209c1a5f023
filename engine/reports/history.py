"""A case's history as an auditor reads it: each event in words, its hash checked, and whether it is sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text

from engine.errors import NotFound
from engine.history.chain import ChainVerdict, Event, verify_chain
from engine.store.tables import cases, event, process_version

MIGRATED = "DossierMigrated"

TITLES: Mapping[str, str] = {
    "DossierReceived": "Tiếp nhận hồ sơ",
    "DossierSubmitted": "Nộp hồ sơ trực tuyến",
    "AcceptanceOverdue": "Quá hạn tiếp nhận hồ sơ trực tuyến",
    "ValidityConfirmed": "Xác nhận hồ sơ hợp lệ",
    "TaskCompleted": "Hoàn thành việc",
    "HandOverGiven": "Bàn giao hồ sơ",
    "HandOverTaken": "Nhận bàn giao",
    "ReturnedToStep": "Trả lại bước trước",
    "SupplementRequested": "Yêu cầu bổ sung hồ sơ",
    "SupplementReceived": "Nhận hồ sơ bổ sung",
    "SupplementExpired": "Hết hạn bổ sung",
    "DossierRefused": "Từ chối giải quyết",
    "DecisionSigned": "Ký duyệt",
    "FeeCollected": "Thu phí, lệ phí",
    "ResultReturned": "Trả kết quả",
    "PhaseReceived": "Tiếp nhận giai đoạn tiếp theo",
    "AnswerTaken": "Nhận trả lời của cơ quan khác",
    "MessageTaken": "Nhận thông điệp",
    "ConsultationSilent": "Cơ quan được hỏi không trả lời đúng hạn",
    "TimerFired": "Đến hạn đã hẹn",
    "ApologyDrafted": "Dự thảo văn bản xin lỗi",
    "ApologyIssued": "Ký xin lỗi và hẹn lại",
    "DossierBecameLate": "Hồ sơ quá hạn",
    "ExplanationGiven": "Giải trình",
    "LimitExtended": "Gia hạn theo luật",
    "ClockPaused": "Tạm dừng tính hạn",
    "ClockResumed": "Tiếp tục tính hạn",
    "DossierWithdrawn": "Rút hồ sơ",
    "DossierStopped": "Dừng giải quyết",
    "ReceptionVoided": "Hủy tiếp nhận nhầm",
    "DossierCorrected": "Đính chính",
    "CalendarChanged": "Tính lại hạn theo lịch làm việc mới",
    "TaskReassigned": "Chuyển việc cho người khác",
    "LetterIssued": "Phát hành văn bản",
    "PickUpOrdered": "Đặt bưu điện thu gom tại nhà",
    "ReceptionDeclined": "Không tiếp nhận",
    MIGRATED: "Chuyển sang phiên bản quy trình khác",
    "DossierMigrated": "Chuyển sang phiên bản quy trình khác",
    "DossierArchived": "Lưu hồ sơ",
    "LetterVoided": "Hủy số văn bản",
    "LetterNumbered": "Ghi số của hệ thống quản lý văn bản",
    "LateListMade": "Lập danh sách chậm muộn",
    "LateRowObjected": "Phản hồi danh sách chậm muộn",
    "ObjectionAccepted": "Chấp nhận phản hồi, rút dòng khỏi danh sách",
    "ObjectionRejected": "Không chấp nhận phản hồi",
    "ObjectionsEnded": "Hết thời hạn phản hồi",
    "LateListPublished": "Ký, công khai danh sách chậm muộn",
    "ProcessSubmitted": "Trình quy trình",
    "ProcessAppraised": "Thẩm định đạt",
    "ProcessApproved": "Phê duyệt quy trình",
    "ProcessPublished": "Công bố, áp dụng quy trình",
}
"""What an event's type is called; a test holds every type that acts write to this list."""

OUTCOMES: Mapping[str, str] = {
    "agree": "Đồng ý",
    "refuse": "Không đồng ý",
    "rejected": "Từ chối tiếp nhận yêu cầu",
    "done": "Đã làm",
    "delivered": "Đã phát",
    "returned": "Chuyển hoàn",
    "failed": "Phát không thành công",
    "cancelled": "Đã hủy",
}

SEALS = text(
    """
    SELECT l.seq, (SELECT min(c.size) FROM checkpoint c WHERE c.size > l.position) AS size
    FROM seal_leaf l WHERE l.case_id = :case_id
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryView:
    case: Mapping[str, Any]
    events: Sequence[Event]
    verdict: ChainVerdict
    sealed: Mapping[int, int]  # seq -> size of the checkpoint that covers it
    sealed_at: datetime | None


def history_view(connection: Connection, case_id: UUID) -> HistoryView:
    """Read and check one history. The chain is recomputed from the stored bytes each time."""
    case = connection.execute(select(cases).where(cases.c.id == case_id)).mappings().one_or_none()
    if case is None:
        raise NotFound("Không tìm thấy hồ sơ, hoặc bạn không có quyền xem hồ sơ này.")
    rows = connection.execute(select(event).where(event.c.case_id == case_id).order_by(event.c.seq))
    events = [
        Event(
            seq=row.seq,
            type=row.type,
            at=row.at,
            recorded_at=row.recorded_at,
            body=bytes(row.body),
            hash=bytes(row.hash),
        )
        for row in rows
    ]
    verdict = verify_chain(str(case_id), ((one.seq, one.body, one.hash) for one in events), bytes(case["head_hash"]))
    sealed = {row.seq: row.size for row in connection.execute(SEALS, {"case_id": case_id}) if row.size is not None}
    sealed_at = None
    if events and events[-1].seq in sealed:
        sealed_at = connection.execute(
            text("SELECT sealed_at FROM checkpoint WHERE size = :size"), {"size": sealed[events[-1].seq]}
        ).scalar()
    return HistoryView(case=dict(case), events=events, verdict=verdict, sealed=sealed, sealed_at=sealed_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of a history that ran on one version."""

    number: int
    first: int  # the seq of its first event


def versions_run(connection: Connection, view: HistoryView) -> list[Stretch]:
    """The versions that a case ran on, in order; one, unless it was migrated."""
    moves = [one for one in view.events if one.type == MIGRATED]
    if moves:
        first = Stretch(number=moves[0].content["data"]["from"]["number"], first=1)
        return [first, *(Stretch(number=one.content["data"]["to"]["number"], first=one.seq) for one in moves)]
    number = select(process_version.c.number).where(process_version.c.id == view.case["version_id"])
    return [Stretch(number=connection.execute(number).scalar_one(), first=1)]


NAMED_BY_TASK = frozenset({"TaskCompleted", "AnswerTaken", "MessageTaken", "DecisionSigned"})


def title_of(one: Event) -> str:
    """What happened, in words: the kind of event, and the task it was about."""
    title = TITLES.get(one.type, one.type)
    task = one.content.get("data", {}).get("task")
    return f"{title}: {task}" if task and one.type in NAMED_BY_TASK else title


def note_of(one: Event) -> str:
    """The reason, question or number that belongs to an event."""
    data = one.content.get("data", {})
    if one.type == MIGRATED:
        return f"Từ bản {data['from']['number']} sang bản {data['to']['number']}"
    if one.type == "AnswerTaken":
        return OUTCOMES.get(str(data.get("outcome")), "")
    if one.type == "MessageTaken":
        return f"“{data['message']}” từ {data['from']}"
    for name in ("reason", "cause", "number", "article", "outcome"):
        if data.get(name):
            return str(data[name])
    return ""
