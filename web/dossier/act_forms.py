"""The forms of the further acts: what each asks, what it warns of, and the act of law it calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from engine.deadlines import VIETNAM, Calendar
from engine.dossier import (
    apologise,
    archive,
    confirm_validity,
    correct,
    end_early,
    extend,
    order_pick_up,
    pause,
    reassign,
)
from engine.dossier.actor import Actor
from engine.dossier.command import Person, TaskRef
from engine.reports.dossier import DossierView

if TYPE_CHECKING:
    from engine.dossier.house import House

Values = Mapping[str, Any]
Deed = Callable[["House", Actor, DossierView, Values, TaskRef | None], None]

REASON = {"type": "string", "title": "Lý do", "minLength": 5, "maxLength": 2000, "x-widget": "textarea"}


def schema(title: str, properties: Mapping[str, Any], required: list[str]) -> dict[str, Any]:
    """A small form."""
    return {"type": "object", "title": title, "properties": dict(properties), "required": required}


@dataclass(frozen=True, slots=True, kw_only=True)
class ActForm:
    """One act as a page offers it."""

    title: str
    submit: str
    form: Mapping[str, Any]
    deed: Deed
    done: str
    consequences: tuple[str, ...] = ()
    warning: str = ""
    tone: str = ""
    needs_task: bool = False


def _extend(house: House, actor: Actor, view: DossierView, values: Values, task: TaskRef | None) -> None:
    extend.extend(
        house,
        actor,
        extend.Extend(
            case_id=view.case["id"],
            by=f"{values['days']}{values['unit']}",
            article=str(values["article"]),
            reason=str(values["reason"]),
        ),
    )


def _confirm_validity(house: House, actor: Actor, view: DossierView, values: Values, task: TaskRef | None) -> None:
    confirm_validity.confirm_validity(house, actor, confirm_validity.ConfirmValidity(case_id=view.case["id"]))


def _pause(house: House, actor: Actor, view: DossierView, values: Values, task: TaskRef | None) -> None:
    pause.pause(
        house,
        actor,
        pause.Pause(case_id=view.case["id"], basis=str(values["basis"]), reason=str(values["reason"])),
    )


def _resume(house: House, actor: Actor, view: DossierView, values: Values, task: TaskRef | None) -> None:
    pause.resume(house, actor, pause.Resume(case_id=view.case["id"], reason=str(values.get("reason", ""))))


def _end(act: Callable[[House, Actor, end_early.EndEarly], None]) -> Deed:
    def deed(house: House, actor: Actor, view: DossierView, values: Values, task: TaskRef | None) -> None:
        act(house, actor, end_early.EndEarly(case_id=view.case["id"], reason=str(values["reason"])))

    return deed


def _reassign(house: House, actor: Actor, view: DossierView, values: Values, task: TaskRef | None) -> None:
    if task is None:
        return
    chosen = str(values.get("officer_id") or "")
    reassign.reassign(
        house,
        actor,
        reassign.Reassign(
            case_id=view.case["id"],
            task=task,
            officer_id=UUID(chosen) if chosen else None,
            reason=str(values.get("reason") or ""),
        ),
    )


def _correct(house: House, actor: Actor, view: DossierView, values: Values, task: TaskRef | None) -> None:
    owner = next((one for one in view.people if one["role"] == values["role"]), None)
    kind: Literal["person", "organisation"] = "organisation" if owner and owner["kind"] == "organisation" else "person"
    person = Person(
        kind=kind, **{name: str(values.get(name) or "") for name in ("name", "identifier", "phone", "email", "address")}
    )
    correct.correct(
        house,
        actor,
        correct.Correct(case_id=view.case["id"], role=str(values["role"]), person=person, reason=str(values["reason"])),
    )


def _pick_up(house: House, actor: Actor, view: DossierView, values: Values, task: TaskRef | None) -> None:
    command = order_pick_up.OrderPickUp(case_id=view.case["id"], what=str(values["what"]))
    order_pick_up.order_pick_up(house, actor, command)


def _archive(house: House, actor: Actor, view: DossierView, values: Values, task: TaskRef | None) -> None:
    archive.archive(house, actor, archive.Archive(case_id=view.case["id"], place=str(values.get("place") or "")))


def _apologise(house: House, actor: Actor, view: DossierView, values: Values, task: TaskRef | None) -> None:
    day = str(values.get("promised_on") or "")
    apologise.draft_apology(
        house,
        actor,
        apologise.DraftApology(
            case_id=view.case["id"],
            cause=str(values["cause"]),
            reason=str(values["reason"]),
            unit_code=str(values["unit"]),
            remedy=str(values.get("remedy") or ""),
            promised_at=end_of_day(house.calendar, date.fromisoformat(day)) if day else None,
        ),
    )


def end_of_day(calendar: Calendar, day: date) -> datetime:
    """The closing of a day; five in the afternoon where nobody works, for the act to refuse."""
    if calendar.is_working_day(day):
        return calendar.closing(day)
    return datetime.combine(day, time(17), tzinfo=VIETNAM)


ACTS: Mapping[str, ActForm] = {
    "archive": ActForm(
        title="Lưu hồ sơ",
        submit="Lưu hồ sơ",
        form=schema(
            "Lưu hồ sơ",
            {"place": {"type": "string", "title": "Nơi lưu hồ sơ giấy (nếu có)", "maxLength": 200}},
            [],
        ),
        deed=_archive,
        done="Đã lưu hồ sơ",
        consequences=("Hồ sơ quá hạn chỉ lưu được khi đã có văn bản giải trình.", "Ai lưu, lúc nào nằm trong lịch sử."),
    ),
    "apology": ActForm(
        title="Soạn văn bản xin lỗi",
        submit="Trình ký",
        form=schema(
            "Soạn văn bản xin lỗi",
            {
                "cause": {
                    "type": "string",
                    "title": "Việc phải xin lỗi",
                    "enum": ["late", "error", "lost_paper", "late_acceptance"],
                    "x-labels": {
                        "late": "Chậm trả kết quả (hẹn lại ngày trả)",
                        "error": "Sai sót trong giải quyết",
                        "lost_paper": "Làm mất, thất lạc, hư hỏng giấy tờ",
                        "late_acceptance": "Tiếp nhận hồ sơ chậm",
                    },
                },
                "unit": {"type": "string", "title": "Đơn vị xin lỗi", "x-widget": "unit"},
                "reason": REASON | {"title": "Lý do in trong văn bản", "minLength": 10},
                "remedy": REASON | {"title": "Biện pháp khắc phục", "minLength": 0},
                "promised_on": {
                    "type": "string",
                    "format": "date",
                    "title": "Ngày hẹn lại",
                    "description": "Bỏ trống nếu ngày hẹn không đổi; chậm trả thì hệ thống tự đề xuất",
                    "x-widget": "date",
                },
            },
            ["cause", "unit", "reason"],
        ),
        deed=_apologise,
        done="Đã trình dự thảo văn bản xin lỗi",
        consequences=("Dự thảo vào hộp việc của người đứng đầu đơn vị; ký rồi mới gửi.",),
        warning="Xin lỗi và hẹn lại không làm hết quá hạn; gia hạn theo luật chuyên ngành là việc khác.",
    ),
    "pick-up": ActForm(
        title="Đặt bưu điện thu gom giấy tờ tại nhà",
        submit="Đặt thu gom",
        form=schema(
            "Thu gom tại nhà",
            {"what": REASON | {"title": "Giấy tờ cần thu gom"}},
            ["what"],
        ),
        deed=_pick_up,
        done="Đã gửi yêu cầu thu gom tới bưu điện",
        consequences=("Bưu điện đến địa chỉ của người nộp; tình trạng hiện ở mục Liên thông của hồ sơ.",),
    ),
    "extend": ActForm(
        title="Gia hạn theo luật chuyên ngành",
        submit="Gia hạn",
        form=schema(
            "Gia hạn thời hạn giải quyết",
            {
                "days": {"type": "integer", "title": "Số ngày gia hạn thêm", "minimum": 1, "maximum": 365},
                "unit": {
                    "type": "string",
                    "title": "Loại ngày",
                    "enum": ["d", "cd"],
                    "x-labels": {"d": "Ngày làm việc", "cd": "Ngày (tính cả ngày nghỉ)"},
                    "default": "d",
                },
                "article": {
                    "type": "string",
                    "title": "Điều, khoản của luật cho phép",
                    "minLength": 3,
                    "maxLength": 300,
                },
                "reason": REASON,
            },
            ["days", "unit", "article", "reason"],
        ),
        deed=_extend,
        done="Đã gia hạn",
        consequences=("Hạn luật định và ngày hẹn trả cùng lùi lại.", "Hồ sơ không bị tính là quá hạn vì được gia hạn."),
        warning="Chỉ gia hạn khi luật chuyên ngành cho phép. Xin lỗi, hẹn lại là việc khác và không làm hết quá hạn.",
    ),
    "pause": ActForm(
        title="Tạm dừng tính hạn",
        submit="Tạm dừng",
        form=schema(
            "Tạm dừng tính hạn",
            {
                "basis": {
                    "type": "string",
                    "title": "Căn cứ",
                    "enum": ["financial_obligation", "applicant_request", "law"],
                    "x-labels": {
                        "financial_obligation": "Chờ thực hiện nghĩa vụ tài chính",
                        "applicant_request": "Người nộp đề nghị",
                        "law": "Luật quy định không tính thời gian này",
                    },
                },
                "reason": REASON,
            },
            ["basis", "reason"],
        ),
        deed=_pause,
        done="Đã tạm dừng tính hạn",
        consequences=("Thời hạn đứng lại từ bây giờ.", "Mọi lần tạm dừng đều ghi vào lịch sử."),
    ),
    "resume": ActForm(
        title="Tiếp tục tính hạn",
        submit="Tiếp tục tính hạn",
        form=schema("Tiếp tục tính hạn", {"reason": REASON}, []),
        deed=_resume,
        done="Thời hạn chạy tiếp",
        consequences=("Ngày hẹn trả lùi đúng bằng thời gian đã tạm dừng.",),
    ),
    "confirm-validity": ActForm(
        title="Xác nhận hồ sơ hợp lệ",
        submit="Xác nhận",
        form=schema("Xác nhận hồ sơ hợp lệ", {}, []),
        deed=_confirm_validity,
        done="Đã xác nhận hợp lệ",
        consequences=("Thời hạn giải quyết tính từ bây giờ.",),
    ),
    "withdraw": ActForm(
        title="Người nộp rút hồ sơ",
        submit="Xác nhận rút hồ sơ",
        form=schema("Rút hồ sơ", {"reason": REASON | {"title": "Lý do, đề nghị của người nộp"}}, ["reason"]),
        deed=_end(end_early.withdraw),
        done="Đã ghi nhận rút hồ sơ",
        consequences=("Mọi việc đang chờ của hồ sơ này khép lại.", "Hồ sơ không mở lại được."),
        tone="bad",
    ),
    "stop": ActForm(
        title="Dừng giải quyết hồ sơ",
        submit="Dừng giải quyết",
        form=schema("Dừng giải quyết", {"reason": REASON | {"title": "Lý do, căn cứ"}}, ["reason"]),
        deed=_end(end_early.stop),
        done="Đã dừng giải quyết",
        consequences=("Thông báo dừng giải quyết được phát hành cho người nộp.", "Hồ sơ không mở lại được."),
        tone="bad",
    ),
    "void": ActForm(
        title="Hủy tiếp nhận nhầm",
        submit="Hủy tiếp nhận",
        form=schema("Hủy tiếp nhận", {"reason": REASON | {"title": "Nhầm ở đâu"}}, ["reason"]),
        deed=_end(end_early.void),
        done="Đã hủy tiếp nhận",
        consequences=("Mã hồ sơ này không dùng lại.", "Việc hủy vẫn nằm trong lịch sử."),
        tone="bad",
    ),
    "reassign": ActForm(
        title="Chuyển việc cho người khác",
        submit="Chuyển việc",
        form=schema(
            "Chuyển việc",
            {
                "officer_id": {"type": "string", "title": "Người nhận việc", "x-widget": "officer"},
                "reason": REASON,
            },
            ["reason"],
        ),
        deed=_reassign,
        done="Đã chuyển việc",
        consequences=("Không chọn ai thì việc trở về danh sách chung của đơn vị.",),
        needs_task=True,
    ),
    "correct": ActForm(
        title="Đính chính thông tin người nộp",
        submit="Đính chính",
        form=schema(
            "Đính chính",
            {
                "role": {
                    "type": "string",
                    "title": "Của ai",
                    "enum": ["owner", "submitter"],
                    "x-labels": {"owner": "Chủ hồ sơ", "submitter": "Người nộp"},
                    "default": "owner",
                },
                "name": {"type": "string", "title": "Họ và tên", "minLength": 1, "maxLength": 200},
                "identifier": {
                    "type": "string",
                    "title": "Số định danh cá nhân hoặc mã số thuế",
                    "pattern": "^([0-9]{12}|[0-9]{10}(-[0-9]{3})?)$",
                    "maxLength": 14,
                    "x-widget": "identifier",
                    "x-error": {"pattern": "Số định danh có 12 chữ số; mã số thuế có 10 hoặc 13 chữ số"},
                },
                "phone": {
                    "type": "string",
                    "title": "Số điện thoại",
                    "pattern": "^0[0-9]{9,10}$",
                    "maxLength": 11,
                    "x-widget": "phone",
                    "x-error": {"pattern": "Số điện thoại gồm 10 hoặc 11 chữ số, bắt đầu bằng 0"},
                },
                "email": {
                    "type": "string",
                    "title": "Thư điện tử",
                    "format": "email",
                    "maxLength": 200,
                    "x-widget": "email",
                },
                "address": {"type": "string", "title": "Địa chỉ", "maxLength": 300},
                "reason": REASON,
            },
            ["role", "name", "reason"],
        ),
        deed=_correct,
        done="Đã đính chính",
        consequences=("Thông tin cũ vẫn nằm trong lịch sử, dưới dạng đã niêm phong.",),
    ),
}
