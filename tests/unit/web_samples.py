"""A sample context for every page template, and an application without a database to render them in."""

# ruff: noqa: E501 - sample data reads best as wide rows

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from flask import Flask, g

from web.admin.calendar_forms import DAY, HOURS, TypedForm
from web.auth.sessions import HeldSeat, SignedIn
from web.designer.panel import panel_schema
from web.forms import Form
from web.frame import create_frame
from web.words import ROLES

CODE = "H29.12-261123-0037"
CASE = "0191d2a0-0000-7000-8000-000000000037"
NOW = datetime(2026, 11, 26, 9, 30, tzinfo=UTC) - timedelta(hours=7)


@dataclass
class FakeSettings:
    mode: str = "demo"
    base_url: str = ""
    is_production: bool = False

    def key(self, name: str) -> bytes:
        return sha256(name.encode()).digest()


class NoStore:
    """A store that no rendered page may need."""

    @contextmanager
    def transaction(self, **_: object) -> Iterator[None]:
        raise AssertionError("a page asked the database")
        yield


@dataclass
class FakeHouse:
    settings: FakeSettings = field(default_factory=FakeSettings)
    store: NoStore = field(default_factory=NoStore)


OFFICER = SignedIn(
    id=UUID(int=7),
    login="hoa.nt",
    name="Nguyễn Thị Hòa",
    title="Chuyên viên",
    csrf="csrf-of-hoa",
    seats=tuple(
        HeldSeat(
            unit_code="H29.12",
            unit_name="Trung tâm Phục vụ hành chính công xã Sơn Trung",
            unit_kind="commune.one_stop",
            role=role,
        )
        for role in ROLES
    ),
    seat=None,
)


def make_app(*, signed_in: bool = True) -> Flask:
    """The real frame over a house without a database."""
    app = create_frame(FakeHouse())  # type: ignore[arg-type]

    @app.before_request
    def sign_in() -> None:
        g.me = OFFICER if signed_in else None

    app.before_request_funcs[None].insert(0, app.before_request_funcs[None].pop())
    return app


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """A moment of November 2026, Vietnamese time."""
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC) - timedelta(hours=7)


def due(state: str, words: str, moment: datetime | None = None) -> dict[str, Any]:
    return {"state": state, "words": words, "at": moment}


LATE = due("late", "quá 1 ngày 2 giờ", at(24, 15, 30))
SOON = due("soon", "còn 2 giờ", at(26, 11, 30))
FINE = due("on-time", "còn 3 ngày 4 giờ", at(30, 17))
PAUSED = due("paused", "tạm dừng, còn 5 ngày")
DONE = due("done", "xong trước hạn 1 ngày", at(25, 17))
NONE = due("none", "không quy định hạn")

COUNTERS = [
    {"key": key, "title": title, "count": count, "is_more": more, "url": f"/inbox?due={key}", "is_current": key == "all"}
    for key, title, count, more in [
        ("all", "Tất cả", 1000, True), ("late", "Quá hạn", 37, False), ("soon", "Sắp đến hạn", 142, False),
        ("on-time", "Còn hạn", 1000, True), ("paused", "Tạm dừng", 12, False),
    ]
]  # fmt: skip

PEOPLE = [
    ("H29.12-261110-0012", "Trần Thị Uyên", "Cấp giấy phép xây dựng nhà ở riêng lẻ", "Thụ lý", LATE, []),
    ("H29.12-261116-0004", "Công ty TNHH Thương mại và Dịch vụ Đại Việt", "Đăng ký thành lập hộ kinh doanh", "Xét duyệt", LATE,
     [{"text": "Đã xin lỗi", "tone": "warn"}]),
    ("H29.12-261123-0037", "Lê Thu Thủy", "Chứng thực bản sao từ bản chính giấy tờ, văn bản", "Tiếp nhận hồ sơ", SOON,
     [{"text": "Trả lại", "tone": "bad"}]),
    ("H29.12-261124-0019", "Phạm Hữu Sơn", "Đăng ký biến động quyền sử dụng đất, quyền sở hữu nhà ở và tài sản khác gắn liền với đất",
     "Lấy ý kiến", PAUSED, []),
    ("H29.12-261125-0002", "Nguyễn Ngọc Trang", "Cấp bản sao trích lục hộ tịch", "Trả kết quả", FINE, []),
    ("H29.12-261125-0008", "Đặng Ngọc Hòa", "Xác nhận tình trạng hôn nhân", "Ký duyệt", FINE, []),
    ("H29.12-261126-0001", "Vừ A Dính", "Trợ cấp xã hội hằng tháng", "Thụ lý", NONE, [{"text": "Mới", "tone": "info"}]),
]  # fmt: skip

ITEMS = [
    {
        "id": UUID(int=number), "revision": 1, "url": f"/task/{number}", "code": code, "procedure": procedure, "applicant": name,
        "place": "Xã Sơn Trung", "step": step, "unit": "Phòng Kinh tế", "assignee": "Nguyễn Thị Hòa" if number % 2 else "",
        "due": state, "case_due": due("on-time", "còn 6 ngày", at(30, 17)) if number % 3 else None, "flags": flags,
        "forecast": {"sentence": "Còn 2 ngày, các bước còn lại thường mất 3 ngày: dễ trễ hạn", "tone": "bad"} if number % 2 else None,
    }
    for number, (code, name, procedure, step, state, flags) in enumerate(PEOPLE, 1)
]  # fmt: skip

INBOX_ROWS: dict[str, Any] = {
    "orders": [{"title": "Theo hạn xử lý", "url": "/inbox", "is_current": True}, {"title": "Theo dự báo", "url": "/inbox?order=forecast", "is_current": False}],
    "forecast_note": "Dự báo lập đêm 26/11/2026.", "counter_values": COUNTERS, "items": ITEMS, "first_url": None, "next_url": "/inbox?after=abc",
    "batch": [{"act": "take", "title": "Nhận việc"}, {"act": "assign", "title": "Phân công…"}, {"act": "slip", "title": "In phiếu kiểm soát"}],
    "batch_url": "/inbox/batch", "back": "/inbox", "is_filtered": False, "all_url": "/inbox", "whole_unit": None,
}  # fmt: skip

STEPS = [
    {
        "name": "Tiếp nhận hồ sơ",
        "state": "done",
        "by": "Nguyễn Thị Hòa, Trung tâm Phục vụ hành chính công",
        "at": at(23, 9, 12),
    },
    {"name": "Thẩm định", "state": "done", "by": "Lê Quốc Bảo, Phòng Kinh tế", "at": at(25, 15, 40)},
    {"name": "Lấy ý kiến cơ quan thuế", "state": "now", "note": "Thuế cơ sở đang trả lời", "due": SOON},
    {"name": "Ký duyệt kết quả", "state": "ahead", "note": "Dự kiến 27/11/2026"},
    {"name": "Trả kết quả", "state": "ahead", "note": "Dự kiến 30/11/2026"},
]

DECISION_FORM = Form(
    {
        "title": "Ý kiến xử lý", "type": "object", "required": ["decision"],
        "properties": {
            "decision": {"enum": ["forward", "return", "supplement", "refuse"], "title": "Quyết định", "x-widget": "radio",
                         "x-labels": {"forward": "Đồng ý, chuyển bước tiếp theo", "return": "Trả lại bước trước",
                                      "supplement": "Yêu cầu bổ sung hồ sơ", "refuse": "Từ chối giải quyết"}},
            "area": {"type": "number", "title": "Diện tích sàn xây dựng", "x-unit": "m²", "minimum": 1, "description": "Theo bản vẽ đã thẩm định"},
            "inspected_on": {"type": "string", "format": "date", "title": "Ngày kiểm tra thực địa"},
            "fee": {"type": "integer", "title": "Lệ phí phải thu", "x-widget": "money"},
            "note": {"type": "string", "title": "Ý kiến", "maxLength": 2000},
        },
        "if": {"properties": {"decision": {"const": "return"}}, "required": ["decision"]},
        "then": {"properties": {"reason": {"type": "string", "title": "Lý do trả lại", "minLength": 3}}, "required": ["reason"]},
    }
)  # fmt: skip

DOSSIER = {
    "code": CODE, "url": f"/dossier/{CODE}", "procedure": "Cấp giấy phép xây dựng nhà ở riêng lẻ", "procedure_code": "DT01", "status": 4,
    "channel": 1, "title": "", "received_at": at(23, 9, 12), "receiving_unit": "Trung tâm Phục vụ hành chính công xã Sơn Trung",
    "lead_unit": "Phòng Kinh tế xã Sơn Trung", "due": SOON, "promised": at(30, 17), "closed_at": None, "version": 3,
    "ruleset": "Nghị định 118/2025/NĐ-CP", "explanation": "none", "apology": "none", "is_adapted": True, "applicant": "Lê Thu Thủy",
    "place": "Thôn 3, xã Sơn Trung", "phone": "0912 345 678", "is_received": True, "has_due": True,
}  # fmt: skip
DIAGRAM = {
    "source": "/sample.bpmn",
    "marks": {
        "submitted": {"state": "done"}, "step1_receive": {"state": "done"}, "step1_hand_over": {"state": "done"},
        "step2_assign": {"state": "done"}, "step2_handle": {"state": "late", "visits": 2, "is_open": True},
    },
}  # fmt: skip
PAPERS = [
    {"name": "Đơn đề nghị cấp giấy phép xây dựng", "originals": 1, "certified": 0, "copies": 0, "is_received": True, "digitised": 1,
     "url": "/blob/1", "kind": "component"},
    {"name": "Giấy chứng nhận quyền sử dụng đất", "originals": 0, "certified": 1, "copies": 1, "is_received": True, "digitised": 2,
     "url": "", "kind": "component"},
    {"name": "Bản vẽ thiết kế", "originals": 0, "certified": 0, "copies": 0, "is_received": False, "digitised": 0, "url": "",
     "kind": "component"},
]  # fmt: skip
LETTERS = [
    {
        "title": "Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
        "number": "37/TN",
        "state": "Đã gửi",
        "tone": "good",
        "at": at(23, 9, 13),
        "url": "/letter/1",
    }
]
DELIVERIES = [{"title": "Lấy ý kiến Thuế cơ sở", "state": "sent", "at": at(25, 15, 41), "answer": "", "url": ""}]
ACTS = [
    {"title": "Trả lại bước trước", "url": "/x", "icon": "back", "tone": ""},
    {"title": "Chuyển người khác", "url": "/x", "icon": "person", "tone": ""},
    {"title": "Hủy hồ sơ tiếp nhận nhầm", "url": "/x", "icon": "cross", "tone": "bad"},
]
TABS = [
    {"title": "Hồ sơ", "url": f"/dossier/{CODE}", "is_current": True},
    {"title": "Lịch sử", "url": f"/dossier/{CODE}/history", "is_current": False},
    {"title": "Phiếu kiểm soát", "url": f"/dossier/{CODE}/slip", "is_current": False},
]

TASK_PAGE: dict[str, Any] = {
    "task": {"id": UUID(int=3), "revision": 2, "name": "Thụ lý hồ sơ", "step": "2", "step_name": "Thẩm định", "unit": "Phòng Kinh tế",
             "role": "case_officer", "assignee": "Nguyễn Thị Hòa", "opened_at": at(25, 8), "taken_at": at(25, 8, 5), "due": SOON,
             "case_due": FINE, "instruction": "Kiểm tra thực địa trước khi đề xuất.", "can_work": True, "can_take": False},
    "dossier": DOSSIER, "entry": DECISION_FORM.filled({"fee": 75000, "area": 120.5}), "action": "/task/3", "take_url": "/task/3/take",
    "autosave_url": "/task/3/draft", "saved_at": at(26, 9, 20), "drop_url": "/task/3/draft/drop", "submit": "Hoàn thành", "stale": "", "acts": ACTS, "papers": PAPERS,
    "steps": STEPS, "notes": [{"at": at(25, 8), "by": "Lê Quốc Bảo", "text": "Đề nghị kiểm tra chỉ giới."}], "deliveries": DELIVERIES,
    "letters": LETTERS, "diagram": DIAGRAM,
}  # fmt: skip

DOSSIER_PAGE: dict[str, Any] = {
    "dossier": DOSSIER, "tabs": TABS, "acts": ACTS, "notices": [{"kind": "warn", "text": "Hồ sơ sắp đến hạn. Đã dự thảo thư xin lỗi."}],
    "parties": [{"role": "Chủ hồ sơ", "name": "Lê Thu Thủy", "identifier": "042190001234", "phone": "0912 345 678", "email": "",
                 "address": "Thôn 3, xã Sơn Trung"}],
    "papers": PAPERS, "open_tasks": [{"name": "Thụ lý", "url": "/task/3", "unit": "Phòng Kinh tế", "assignee": "", "due": SOON}],
    "steps": STEPS,
    "ledger": [
        {"label": "Tiếp nhận", "task": "Bàn giao hồ sơ", "unit": "Trung tâm PVHCC", "owner": "Nguyễn Thị Hòa", "is_running": True, "is_late": False, "spent": "2 giờ",
         "started_at": at(23, 9, 12), "ended_at": at(23, 11, 12), "share": 12},
        {"label": "Thẩm định", "task": "", "unit": "Phòng Kinh tế", "owner": "Lê Quốc Bảo", "is_running": True, "is_late": True, "spent": "1 ngày 4 giờ",
         "started_at": at(23, 11, 12), "ended_at": at(25, 8), "share": 50},
        {"label": "Chờ nộp thuế", "task": "", "unit": "Người nộp", "owner": "", "is_running": False, "is_late": False, "spent": "1 ngày",
         "started_at": at(25, 8), "ended_at": None, "share": 38},
    ],
    "submissions": [{"title": "Ý kiến thẩm định", "by": "Lê Quốc Bảo", "at": at(25, 8),
                     "entry": DECISION_FORM.filled({"decision": "forward", "area": 120.5, "inspected_on": "2026-11-24"})}],
    "letters": LETTERS, "deliveries": DELIVERIES, "messages": [{"title": "Đang chờ thông điệp “da-nop-thue”", "key": "", "at": at(25, 8)}], "children": [{"code": "H29.12-261123-0038", "url": "/x", "procedure": "Cấp biển số nhà", "status": 2}],
    "parent": None, "diagram": DIAGRAM,
}  # fmt: skip


def chain(count: int) -> list[dict[str, Any]]:
    """Evidence: a real chain."""
    previous, made = bytes(32), []
    for seq in range(1, count + 1):
        body = orjson.dumps({"case": CASE, "seq": seq, "name": "Thụ lý"}, option=orjson.OPT_SORT_KEYS)
        previous = sha256(previous + body).digest()
        made.append({"seq": seq, "body": base64.b64encode(body).decode(), "hash": previous.hex()})
    return made


def replay_event(seq: int, title: str, moment: datetime, by: str, **more: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "seq": seq, "title": title, "at": moment, "recorded_at": moment, "by": by, "unit": "", "note": "", "hash": "", "sealed": True,
        "enter": [], "leave": [], "flows": [], "late": [], "paused": [], "is_correction": False, "is_migration": False,
    }  # fmt: skip
    return plain | more


EVENTS = [
    replay_event(1, "Tiếp nhận hồ sơ", at(23, 9, 12, 4), "Nguyễn Thị Hòa", unit="Trung tâm Phục vụ hành chính công",
                 enter=["submitted", "step1_receive"], leave=["submitted"]),
    replay_event(2, "Hoàn thành: Tiếp nhận hồ sơ", at(23, 9, 20, 31), "Nguyễn Thị Hòa", leave=["step1_receive"], enter=["step1_hand_over"]),
    replay_event(3, "Bàn giao hồ sơ", at(23, 10, 2), "Nguyễn Thị Hòa", leave=["step1_hand_over"], enter=["step2_assign"]),
    replay_event(4, "Phân công thụ lý", at(23, 14, 5), "Lê Quốc Bảo", leave=["step2_assign"], enter=["step2_handle_join", "step2_handle"]),
    replay_event(5, "Quá hạn bước Thụ lý", at(25, 17), "Hệ thống", late=["step2_handle"], note="Hạn của bước: 17:00 25/11/2026"),
    replay_event(6, "Yêu cầu bổ sung hồ sơ", at(26, 8, 10), "Nguyễn Thị Hòa", leave=["step2_handle", "step2_handle_decision"],
                 enter=["step2_handle_decision", "step2_handle_supplement"], paused=["step2_handle_supplement"]),
    replay_event(7, "Đính chính tên người nộp", at(26, 8, 40), "Nguyễn Thị Hòa", is_correction=True, paused=["step2_handle_supplement"]),
    replay_event(8, "Tiếp nhận bổ sung", at(26, 9, 10), "Nguyễn Thị Hòa", leave=["step2_handle_supplement"], enter=["step2_handle"]),
]  # fmt: skip
EVIDENCE = chain(len(EVENTS))
for _event, _proof in zip(EVENTS, EVIDENCE, strict=True):
    _event["hash"] = _proof["hash"]

HISTORY_PAGE: dict[str, Any] = {
    "dossier": DOSSIER, "tabs": TABS, "events": EVENTS, "evidence": EVIDENCE, "head": EVIDENCE[-1]["hash"],
    "diagrams": [{"url": "/sample.bpmn", "number": 2, "from": 1}],
    "case_id": CASE, "exports": [{"title": "Gói bằng chứng", "url": "/x"}, {"title": "XES", "url": "/x"}],
    "verdict": {"is_whole": True, "length": 8, "broken_at": None, "reason": "", "checkpoint_size": 1200, "sealed_at": at(26, 9, 11)},
    "first_url": None, "next_url": None,
}  # fmt: skip

APPLICANT_FORM = DECISION_FORM
PROCEDURE_ROW = {
    "code": "DT01", "name": "Cấp giấy phép xây dựng nhà ở riêng lẻ", "field_name": "Xây dựng", "level": "commune", "limit": "15 ngày làm việc",
    "fee": "75.000 đồng", "url": "/counter/DT01", "is_published": True, "is_adapted": True,
}  # fmt: skip
VERSION_ROWS = [
    {"number": 3, "state": "draft", "created_at": at(20, 8), "by": "Phan Văn Đức", "decision": "", "effective_on": None, "url": "/designer/3",
     "compare_url": "/designer/3/compare", "open_cases": 0},
    {"number": 2, "state": "published", "created_at": at(1, 8), "by": "Phan Văn Đức", "decision": "Quyết định 2156/QĐ-UBND",
     "effective_on": at(3, 0), "url": "/designer/2", "compare_url": "", "open_cases": 1284},
]  # fmt: skip
DESIGN_STEPS = [
    {
        "id": "step1_receive",
        "step": "1",
        "name": "Tiếp nhận hồ sơ",
        "unit": "Một cửa",
        "role": "counter_officer",
        "limit": "4 giờ",
        "next": ["Bàn giao"],
    },
    {
        "id": "step2_handle",
        "step": "2",
        "name": "Thụ lý",
        "unit": "Phòng Kinh tế",
        "role": "case_officer",
        "limit": "3 ngày",
        "next": ["Xét duyệt"],
    },
]


PERIOD = {
    "since": {"title": "Từ ngày", "text": "32/13/2026", "error": "Không có ngày này trong lịch."},
    "until": {"title": "Đến ngày", "text": "28/11/2026", "error": ""},
}
BOOK: dict[str, Any] = {
    "tabs": TABS, "since": at(1, 9).date(), "until": at(28, 9).date(), "period": PERIOD, "unit": "H27.1",
    "units": [{"code": "H27.1", "name": "Trung tâm Phục vụ hành chính công"}],
}  # fmt: skip
HAND_OVER: dict[str, Any] = {
    "at": at(24, 9), "from_unit": "Một cửa", "to_unit": "Phòng Kinh tế", "given_by": "Phạm Văn An", "taken_by": "", "taken_at": None,
    "step": "Tiếp nhận", "result": "Đúng hạn", "tone": "good", "counts": False,
}  # fmt: skip


CALENDAR_PAGE = {
    "year": 2026, "years": (2025, 2027),
    "months": [{"title": f"Tháng {month}", "weeks": [[None, None, *(
        {"day": day, "kind": kind, "is_open_question": day == 4, "is_changed": day == 5, "is_today": day == 3, "words": f"0{day}/11/2026: ngày làm việc"}
        for day, kind in enumerate(("work", "work", "holiday", "makeup", "off"), 1)
    )]]} for month in range(1, 13)],
    "days": [{"on": NOW.date(), "kind": "Nghỉ", "is_in_force": False, "hours": "", "name": "Ngày Văn hóa Việt Nam", "status": "Chưa có quyết định", "is_sure": False, "source": "",
              "edit_url": "?day=2026-11-24#day-form"}],
    "day_form": TypedForm(values=DAY | {"on": "31/2/2026"}, errors={"on": "Ngày phải ở dạng dd/mm/yyyy, ví dụ 24/11/2026."}, is_open=True),
    "hours_form": TypedForm(values=HOURS, message="Bản lịch đang sửa vừa được người khác thay đổi.", is_open=True),
    "hours": [{"unit": "", "name": "Mọi đơn vị", "since": None, "hours": [{"title": "Thứ Hai tới thứ Sáu", "sessions": "07:00-11:30, 13:30-17:00"}], "cutoff": "", "source": "QĐ 5/QĐ-UBND"}],
    "units": [{"code": "H29.12", "name": "Phòng Kinh tế"}], "statuses": {"seen": "Đã đối chiếu văn bản"},
    "draft": {"revision": 2, "version": 3, "by": "Quản trị viên", "changes": [{"how": "Thêm", "what": "ngày nghỉ 24/11/2026", "why": "Công điện 12"}]},
    "versions": [{"version": 2, "published_at": at(20, 8), "by": "Quản trị viên", "note": "Công điện 11", "is_current": True}], "is_editor": True,
}  # fmt: skip


def pages() -> dict[str, dict[str, Any]]:
    """Template -> context, every page of the house."""
    title = {"code": CODE, "url": f"/dossier/{CODE}", "procedure": DOSSIER["procedure"]}
    return {
        "home.html": {"counter_values": COUNTERS, "calendar_note": "Hôm nay là ngày làm việc bù cho 02/01/2026."},
        "auth/sign_in.html": {
            "starters": [{"login": "hoa.nt", "name": "Nguyễn Thị Hòa", "unit": "Trung tâm PVHCC", "part": "Tiếp nhận hồ sơ"}],
            "login": "hoa", "error": "Tên đăng nhập hoặc mật khẩu không đúng.", "next": "/inbox",
            "groups": [{"unit": "Trung tâm Phục vụ hành chính công xã Sơn Trung", "people": [
                {"login": "hoa.nt", "name": "Nguyễn Thị Hòa", "title": "Chuyên viên", "roles": ["Tiếp nhận hồ sơ", "Trả kết quả"]},
                {"login": "an.pv", "name": "Phạm Văn An", "title": "Giám đốc", "roles": ["Lãnh đạo đơn vị"]}]}],
        },
        "errors/page.html": {"status": 409, "title": "Chưa thực hiện được", "message": "Việc này đã được người khác xử lý.", "details": ["một"], "incident": ""},
        "inbox/list.html": {
            "title": "Hộp việc của tôi", "filters": {"q": "", "procedure": "", "due": "", "mine": False, "order": "", "box": ""},
            "boxes": [{"title": "Việc của tôi", "url": "/inbox", "is_current": True, "count": 12, "is_more": False},
                      {"title": "Việc của đơn vị", "url": "/inbox?box=unit", "is_current": False, "count": 1000, "is_more": True}],
            "procedures": [{"code": "DT01", "name": "Cấp giấy phép xây dựng"}], "fresh_url": "/inbox/fresh?since=1", **INBOX_ROWS,
        },
        "inbox/rows.html": INBOX_ROWS,
        "inbox/fresh.html": {"count": 3, "url": "/inbox"},
        "inbox/task.html": TASK_PAGE,
        "inbox/batch.html": {
            "title": "Giao cho cán bộ…", "act": "assign", "chosen": [{"value": "1.1", "name": f"{CODE}, Phân công thụ lý"}],
            "people": [{"id": "1", "name": "Lê Quốc Bảo, Chuyên viên"}], "refused": [], "back": "/inbox", "action": "/inbox/batch",
        },
        "inbox/lost.html": {"task": {"name": "Thụ lý hồ sơ"}, "dossier": title, "entry": DECISION_FORM.filled({"note": "Đủ điều kiện"})},
        "auth/again.html": {"action": "/inbox/3", "typed": [("note", "Đủ điều kiện"), ("_revision", "2")]},
        "dossier/page.html": DOSSIER_PAGE,
        "dossier/search.html": {
            "q": "Thủy", "status": "4", "late": False, "asked": True, "first_url": None, "next_url": None,
            "dossiers": [{"code": CODE, "url": "/x", "procedure": "Cấp giấy phép", "applicant": "Lê Thu Thủy", "place": "Xã Sơn Trung",
                          "unit": "Phòng Kinh tế", "status": 4, "received_at": at(23, 9), "due": LATE}],
        },
        "dossier/act.html": {
            "title": "Trả lại bước trước", "lead": "Hồ sơ trở về người đã chuyển.", "dossier": title, "entry": DECISION_FORM.filled(),
            "action": "/x", "revision": 4, "submit": "Trả lại", "tone": "bad", "warning": "Hồ sơ đang quá hạn bước.",
            "consequences": ["Bước Tiếp nhận mở lại."],
        },
        "audit/history.html": HISTORY_PAGE,
        "counter/choose.html": {"q": "", "field": "", "fields": [{"code": "XD", "name": "Xây dựng"}], "procedures": [PROCEDURE_ROW] * 4,
                                "first_url": None, "next_url": None},
        "counter/receive.html": {
            "procedure": PROCEDURE_ROW | {"result": "Giấy phép xây dựng", "basis": "Quyết định 2156/QĐ-UBND"}, "action": "/counter/DT01", "case_id": CASE,
            "entry": APPLICANT_FORM.filled(), "extra": None, "errors": [{"field": "field-note", "message": "Nhập họ và tên"}],
            "papers": [{"ordinal": 1, "name": "Đơn đề nghị", "required": True, "originals": 1, "copies": 0, "is_verified": False,
                        "given": {"originals": "1", "certified": "", "copies": ""}, "error": ""},
                       {"ordinal": 2, "name": "Bản vẽ thiết kế", "required": False, "originals": 2, "copies": 1, "is_verified": True,
                        "given": {"originals": "x", "certified": "", "copies": ""}, "error": "Ghi số bản bằng chữ số"}],
            "promised": {"at": at(30, 17)}, "scans_lost": True, "reason": "Không thuộc thẩm quyền", "is_declined": True,
        },
        "counter/done.html": {"code": CODE, "procedure": "Cấp giấy phép xây dựng", "applicant": "Lê Thu Thủy", "promised": at(30, 17),
                              "limit": "05 ngày làm việc", "receipt_url": "/r", "tracking_url": "example.vn/tracking", "dossier_url": "/d",
                              "second_factor": "4 số cuối điện thoại", "next_url": "/counter/DT01", "qr": ""},
        "portal/home.html": {"code": CODE, "error": "Không tìm thấy hồ sơ với mã và 4 số này."},
        "portal/status.html": {
            "dossier": DOSSIER | {"sentence": "Hồ sơ đang ở bước 3 trên 5: lấy ý kiến cơ quan thuế.", "return_way": "Bưu điện, tại nhà",
                                  "submission_code": "DK-261126-ABCDEFGH"},
            "factor": "0017", "reason": {"title": "Cần bổ sung", "lines": ["Bản vẽ có chữ ký", "Giấy ủy quyền"]},
            "asked_for": {"code": "DK-261126-ABCDEFGH", "papers": [{"ordinal": 1, "name": "Bản vẽ thiết kế"}]}, "wrong": "Tệp quá 20 MB.",
            "steps": STEPS, "notices": [{"kind": "warn", "text": "Cần bổ sung bản vẽ trước 30/11/2026."}],
            "fee": {"amount": 75000, "is_paid": False, "pay_url": "/pay"}, "letters": [{"id": CASE, "title": "Giấy hẹn", "at": at(23, 9), "is_issued": True}, {"id": CASE, "title": "Văn bản xin lỗi", "at": at(26, 9), "is_issued": False}],
            "receipt": {"seq": 1, "hash": EVIDENCE[0]["hash"], "checkpoint": 1200}, "rating_url": "/rate",
        },
        "designer/list.html": {
            "q": "", "field": "", "state": "", "fields": [], "can_draft": True, "draft_url": "/designer/new", "first_url": None, "next_url": None,
            "procedures": [PROCEDURE_ROW | {"published": 2, "effective_on": at(3, 0), "newest": {"number": 3, "state": "draft"}, "errors": 2,
                                            "warnings": 1, "open_cases": 1284}],
        },
        "designer/procedure.html": {
            "procedure": PROCEDURE_ROW | {"national_code": "1.009994", "agency": "Phòng Kinh tế", "source": "e-PAR", "verified": False,
                                          "papers": [{"name": "Đơn", "required": True}]},
            "versions": VERSION_ROWS, "diagram": {"source": "/sample.bpmn", "title": "Sơ đồ đang áp dụng"}, "steps": DESIGN_STEPS, "acts": ACTS[:1],
            "decisions": ["Lệ phí cấp phép"], "decisions_url": "/designer/2/decisions",
        },
        "designer/page.html": {
            "procedure": {"code": "DT01", "name": "Cấp giấy phép xây dựng nhà ở riêng lẻ"}, "source": "/sample.bpmn",
            "version": {"id": "v3", "number": 3, "state": "draft", "revision": 1}, "lint_url": "/designer/lint", "save_url": "/designer/3",
            "file_name": "DT01.bpmn", "panel": panel_schema(["receive", "handle"], {"consultation": ("Lấy ý kiến", {"request": "Gửi yêu cầu"}), "postal": ("Bưu chính", {"pick_up": "Thu gom"})}),
            "steps": DESIGN_STEPS, "acts": [], "links": [{"title": "So với bản trước", "url": "/designer/3/compare"}],
        },
        "designer/new.html": {
            "code": "DT99", "errors": {"file": "Tệp bang.xls là định dạng .xls; hãy lưu lại thành .xlsx hoặc .csv.", "code": "Tệp không có thủ tục mã DT99."},
            "made": None,
        },
        "designer/decisions.html": {
            "procedure": {"code": "DT01", "name": "Cấp giấy phép xây dựng"}, "version": {"number": 3, "state": "draft", "revision": 4, "url": "/designer/3"},
            "error": "Chọn một tệp bảng quyết định có đuôi .dmn.", "action": "/designer/3/decisions",
            "files": [{"name": "phi.dmn", "url": "/designer/3/decisions/phi.dmn", "error": "phi.dmn, dòng 3, bảng “fee”, luật 1, cột “area”: không đọc được.",
                       "tables": [{"id": "fee", "name": "Lệ phí cấp phép", "policy": "chỉ một luật khớp (UNIQUE)", "inputs": ["Diện tích (m²)"],
                                   "outputs": ["fee"], "rows": [{"tests": ["<= 100"], "results": ["75000"]}], "asked_by": ["Tính lệ phí"]}]}],
        },
        "designer/compare.html": {
            "procedure": {"code": "DT01", "name": "Cấp giấy phép xây dựng"}, "left": {"number": 2, "state": "published", "source": "/sample.bpmn"},
            "right": {"number": 3, "state": "appraised", "source": "/sample.bpmn"}, "impact": ["1.284 hồ sơ đang chạy giữ bản 2."],
            "changes": [{"kind": "changed", "element": "step2_handle", "name": "Thụ lý", "what": "thời hạn của bước", "before": "11 ngày",
                         "after": "9 ngày", "is_limit": True},
                        {"kind": "changed", "element": "step2", "name": "Khung của bước 2", "what": "Thời hạn của bước", "before": "11 ngày",
                         "after": "9 ngày", "is_limit": True},
                        {"kind": "added", "element": "step4_pay", "name": "Thu phí", "what": "công việc", "before": "", "after": "", "is_limit": False}],
            "findings": [{"severity": "warning", "message": "Việc Thụ lý không có biểu mẫu.", "element": "step2_handle"}],
            "decision": {"title": "Phê duyệt", "action": "/x", "submit": "Phê duyệt và ban hành", "entry": DECISION_FORM.filled()},
        },
        "migrating/many.html": {
            "procedure": {"code": "DT01", "name": "Cấp giấy phép xây dựng"}, "version": {"number": 3, "state": "published", "url": "/designer/3"},
            "open_cases": 0, "mapping": "step2_handle=handle", "error": "", "new_run": CASE, "action": "/designer/3/migrate",
            "run": {"state": "tried", "by": "Phan Văn Đức", "created_at": at(20, 8), "is_busy": False, "able": 1280,
                    "counts": [{"state": "unable", "count": 4, "url": "?state=unable", "is_current": True},
                               {"state": "able", "count": 1280, "url": "?state=able", "is_current": False}],
                    "rows": [{"case_code": CODE, "from_number": 2, "state": "unable", "waiting": ["Thụ lý"], "url": "/dossier/x/migrate",
                              "reasons": ["Việc “Thụ lý” đang mở; bản mới giao cho vai trò khác."]}],
                    "carry_out_url": "/designer/3/migrate/1", "first_url": None, "next_url": "?after=1"},
        },
        "migrating/single.html": {
            "code": CODE, "procedure": {"code": "DT01", "name": "Cấp giấy phép xây dựng"}, "version": {"id": CASE, "number": 3, "state": "published"},
            "mapping": "", "error": "", "action": "/dossier/x/migrate", "many_url": "/designer/3/migrate",
            "found": {"from_number": 2, "to_number": 3, "waiting": ["Thụ lý"], "reasons": ["Hẹn giờ “nhac” không còn trong bản mới."]},
        },
        "doors.html": {
            "title": "Quản trị", "lead": "",
            "doors": [{"title": "Lịch làm việc", "url": "/admin/calendar", "icon": "clock", "about": "Ngày nghỉ, làm bù, giờ làm việc"}],
        },
        "admin/calendar.html": CALENDAR_PAGE,
        "admin/calendar_preview.html": {
            "draft": CALENDAR_PAGE["draft"], "count": 231, "revision": 2, "note": "QĐ 5", "error": "Ghi căn cứ và lý do thay đổi lịch.", "csv_url": "/admin/calendar/preview?format=csv",
            "moves": [{
                "code": CODE, "url": f"/dossier/{CODE}", "procedure": "Cấp giấy phép xây dựng nhà ở riêng lẻ", "unit": "Phòng Kinh tế xã Sơn Trung",
                "legal_from": at(26, 17), "legal_to": at(27, 17), "promised_from": at(26, 17), "promised_to": at(27, 17), "is_earlier": False,
            }],
        },
        "admin/rulesets.html": {
            "rulesets": [{"title": "Nghị định 118/2025/NĐ-CP", "in_force_from": NOW.date(), "in_force_until": None, "is_shown": True, "url": "/admin/rulesets?name=nd118-2025"}],
            "shown": "Nghị định 118/2025/NĐ-CP, Thông tư 03/2025/TT-VPCP", "acts": [{"number": "118/2025/NĐ-CP", "title": "Cơ chế một cửa"}],
            "groups": [("Mã số", [{"name": "Mã hồ sơ", "says": "<đơn vị>-<năm tháng ngày>-<số>", "source": "TT 03/2025/TT-VPCP", "is_verified": False}])],
            "only_open": True, "counts": {"all": 120, "open": 12}, "other_url": "/admin/rulesets?all=1",
            "days": [{"on": NOW.date(), "name": "Ngày Văn hóa Việt Nam", "status": "Chưa có quyết định"}],
        },
        "audit/moved_dates.html": {
            "period": PERIOD, "unit": "", "units": [{"code": "H29.12", "name": "Phòng Kinh tế"}], "cause": "calendar",
            "causes": [("calendar", "Lịch làm việc thay đổi")], "csv_url": "/audit/moved-dates?format=csv", "first_url": None, "next_url": None,
            "rows": [{
                "at": at(25, 8), "by": "Nguyễn Văn An", "code": CODE, "url": f"/audit/dossier/{CODE}", "unit": "Phòng Kinh tế xã Sơn Trung",
                "what": "Tính lại hạn theo lịch làm việc mới", "reason": "Công điện 12/CĐ-TTg", "legal_from": at(26, 17), "legal_to": at(27, 17),
                "promised_from": None, "promised_to": at(27, 17),
            }],
        },
        "dossier/acceptance.html": {
            "dossier": DOSSIER, "action": f"/dossier/{CODE}/acceptance/7", "revision": 1, "due": SOON, "errors": [], "reason": "", "may_ask": True,
            "filled": DECISION_FORM.filled({"note": "Đăng ký kết hôn"}), "asked": {"at": at(25, 9), "text": "Tờ khai chưa có chữ ký"}, "basis": "NĐ 45/2020/NĐ-CP, Điều 11",
            "papers": [{"name": "Tờ khai theo mẫu", "url": f"/dossier/{CODE}/paper/1", "is_supplement": True}, {"name": "Giấy ủy quyền", "url": None, "is_supplement": False}],
        },
        "portal/procedures.html": {
            "q": "", "procedures": [{"code": "1.001", "name": "Đăng ký kết hôn", "field_name": "Hộ tịch", "limit": "01 ngày làm việc", "fee": "", "url": "/submit/1.001"}],
        },
        "portal/submit.html": {
            "procedure": {"code": "1.001", "name": "Đăng ký kết hôn", "limit": "01 ngày làm việc", "fee": ""}, "action": "/submit/1.001",
            "units": [{"code": "H29.12", "name": "Trung tâm Phục vụ hành chính công xã Sơn Trung"}], "unit": "", "entry": Form({"type": "object", "properties": {"owner_name": {"type": "string", "title": "Họ và tên"}}}).filled(),
            "papers": [{"ordinal": 1, "name": "Tờ khai theo mẫu", "required": True, "error": "Thiếu Tờ khai theo mẫu."}], "errors": [], "hours": "08 giờ làm việc", "case_id": CASE,
        },
        "portal/submitted.html": {"code": "DK-261126-ABCDEFGH", "hours": "08 giờ làm việc", "tracking_url": "/tracking", "qr": "data:image/svg+xml,"},
        "admin/deliveries.html": {
            "neighbours": [{"name": "tax", "title": "Thuế", "is_well": False, "sentence": "Không trả lời từ 10:05", "pending": 12, "checked_at": at(26, 9)},
                           {"name": "postal", "title": "Bưu chính", "is_well": True, "sentence": "Trả lời trong 120 ms", "pending": 0, "checked_at": None}],
            "trouble": [{"id": "1", "code": CODE, "dossier_url": "/x", "connector": "consultation", "operation": "request", "target": "Thuế cơ sở",
                         "state": "dead", "attempts": 8, "created_at": at(25, 15), "next_at": None, "error": "Kết nối bị từ chối",
                         "retry_url": "/r", "cancel_url": "/c"}],
            "messages": [{"name": "da-nop-thue", "key": CODE, "sender": "Thuế cơ sở 1", "at": at(25, 8)}],
            "state": "", "first_url": None, "next_url": None,
        },
        "admin/authorisations.html": {
            "rows": [{"officer": "Nguyễn Văn An", "unit": "Lãnh đạo UBND xã Sơn Trung", "capacity": "KT. CHỦ TỊCH", "title": "Phó Chủ tịch",
                      "kinds": ["Văn bản xin lỗi"], "from_on": at(1, 8).date(), "until_on": None, "basis": "12/QĐ-UBND", "state": "Có hiệu lực",
                      "tone": "good", "reason": "", "withdraw_url": "/w"}],
            "entry": DECISION_FORM.filled(), "action": "/admin/authorisations",
        },
        "admin/forms.html": {
            "rulesets": ["NĐ 61/2018/NĐ-CP", "NĐ 118/2025/NĐ-CP"],
            "rows": [{"title": "Thông báo dừng giải quyết hồ sơ", "numbers": ["Không có", "Mẫu số 05"], "signer": "Người đứng đầu đơn vị chủ trì",
                      "is_verified": False, "previews": [{"paper": "A4", "url": "/f?paper=a4"}, {"paper": "A5", "url": "/f?paper=a5"}]}],
        },
        "letters/waiting.html": {
            "rows": [{"id": UUID(int=5), "revision": 1, "code": CODE, "url": "/d", "procedure": "Cấp giấy phép xây dựng", "applicant": "Lê Thu Thủy",
                      "unit": "Phòng Kinh tế", "signed_for": "Lãnh đạo UBND xã Sơn Trung", "cause": "Chậm trả kết quả",
                      "found": "Bước “Thẩm định” tại Phòng Kinh tế vượt thời hạn 1 ngày 2 giờ", "promised": at(30, 17), "due": SOON,
                      "is_escalated": True, "is_dated": True, "typed": {"reason": "Hồ sơ tăng", "date": "02/12/2026"},
                      "sentences": [{"label": "Khối lượng hồ sơ tăng", "text": "Khối lượng hồ sơ tăng cao."}], "preview_url": "/p",
                      "is_chosen": True, "refusal": "Ngày hẹn lại phải là ngày làm việc."}],
            "sentences": [{"key": "workload", "label": "Khối lượng hồ sơ tăng", "text": "Khối lượng hồ sơ tăng cao.", "cause": "Chậm trả kết quả"}],
            "refused": [{"code": CODE, "refusal": "Ngày hẹn lại phải là ngày làm việc."}], "action": "/letters",
        },
        "reports/situation.html": {
            "tabs": TABS, "period": PERIOD, "rows": "field", "unit": "H27.1", "level": "",
            "units": [{"code": "H27.1", "name": "Phòng Kinh tế"}], "levels": {"": "Mọi cấp", "commune": "Cấp xã"},
            "periods": [{"title": "Quý IV/2026", "url": "/reports?since=1"}], "pdf_url": "/p", "csv_url": "/c",
            "lines": [{"name": "Đất đai", "figures": [12, 2, 8, 2, 9, 5, 3, 1, 3, 2, 1], "share": 88.9,
                       "note": "Chưa chốt: còn 1 giải trình", "is_final": False}],
            "total": {"name": "Tổng số", "figures": [12, 2, 8, 2, 9, 5, 3, 1, 3, 2, 1], "share": None, "note": "Đã đủ giải trình", "is_final": True},
        },
        "reports/causes.html": {
            "tabs": TABS, "period": PERIOD, "csv_url": "/c",
            "causes": [{"unit": "Phòng Kinh tế", "step": "Thẩm định", "finished": 2, "open": 1, "over": "3 ngày 4 giờ"}],
            "fields": [{"name": "Đất đai", "figures": [3, 1, 2, 3, 2, 3]}], "total": [3, 1, 2, 3, 2, 3],
        },
        "reports/register.html": BOOK | {
            "form_number": "07", "count": 250, "pdf_url": "/p", "csv_url": "/c",
            "entries": [{"number": 1, "code": CODE, "url": "/x", "procedure": "Cấp giấy phép", "sets": 2, "owner": "Lê Thu Thủy", "contact": "Xã Sơn Trung",
                         "lead_unit": "Phòng Kinh tế", "received_at": at(23, 9), "received_by": "Phạm Văn An", "promised_at": at(30, 17),
                         "returned_at": None, "returned_by": "", "way": "", "note": "Hẹn lại 01 lần; Quá hạn"}],
        },
        "reports/hand_overs.html": BOOK | {
            "count": 1, "csv_url": "/c", "list_url": "/l", "result_url": "/r", "partners": [{"code": "H27.2", "name": "Phòng Kinh tế"}],
            "lines": [HAND_OVER | {"code": CODE, "url": "/x", "procedure": "Cấp giấy phép"}],
        },
        "reports/explanations.html": {
            "tabs": TABS, "unit": "", "units": [{"code": "H27.1", "name": "Phòng Kinh tế"}], "csv_url": "/c",
            "owed": [{"code": CODE, "url": "/x", "procedure": "Cấp giấy phép", "unit": "Phòng Kinh tế", "head": "Đỗ Văn Ưởng", "asked_at": at(24, 17),
                      "age": "1 ngày 4 giờ", "due_at": at(24, 17), "decided_at": None, "cause": "Bước “Thẩm định” vượt thời hạn 2 giờ", "act_url": "/e"}],
        },
        "reports/to_archive.html": {
            "tabs": TABS, "can_archive": True,
            "dossiers": [{"id": CASE, "code": CODE, "url": "/x", "procedure": "Cấp giấy phép", "applicant": "Lê Thu Thủy", "status": 10, "unit": "Phòng Kinh tế",
                          "closed_at": at(25, 9), "waits_for": ""},
                         {"id": "2", "code": "H29.12-261110-0002", "url": "/y", "procedure": "Cấp giấy phép", "applicant": "Tạ Thị Ửng", "status": 10,
                          "unit": "Phòng Kinh tế", "closed_at": at(25, 9), "waits_for": "Phòng Kinh tế"}],
        },
        "reports/numbers.html": {
            "tabs": TABS, "books": [{"title": "Phòng Kinh tế, 2026, VBXL", "url": "/b", "last": 3, "is_current": True}],
            "book": {"unit": "Phòng Kinh tế", "year": 2026, "series": "VBXL"}, "voided": 1, "missing": 1, "pdf_url": "/p", "csv_url": "/c",
            "lines": [{"notation": "02/VBXL-KT", "state": "Đã hủy", "tone": "calm", "title": "Văn bản xin lỗi", "url": "/x", "dated": None, "signer": "",
                       "addressee": "Lê Thu Thủy", "reason": "Hồ sơ đã xong trước khi ký", "void_url": None},
                      {"notation": "03/VBXL-KT", "state": "Đang phát hành", "tone": "info", "title": "Văn bản xin lỗi", "url": "/x", "dated": None,
                       "signer": "Đỗ Văn Ưởng", "addressee": "", "reason": "", "void_url": "/v"}],
            "waiting": [{"title": "Thông báo dừng giải quyết hồ sơ", "code": CODE, "action": "/n"}],
            "authorities": [{"title": "Văn bản xin lỗi", "series": "VBXL", "authority": "Phần mềm này cấp số"}],
        },
        "reports/late_lists.html": {
            "tabs": TABS, "sees_all": False, "rule": {"objections": "01 ngày làm việc", "source": "Kế hoạch 2024", "is_verified": False, "procedure": "CKCM"},
            "lists": [{"name": "tháng 10 năm 2026", "url": "/l", "count": 4, "withdrawn": 1, "objections": 2, "until": at(3, 17),
                       "state": ("Đang nhận phản hồi", "warn"), "made_at": at(2, 7)}],
        },
        "reports/late_list.html": {
            "tabs": TABS, "name": "tháng 10 năm 2026", "state": ("Đang nhận phản hồi", "warn"), "until": at(3, 17), "is_open": True,
            "dossier_url": "/d", "history_url": "/h", "public_url": "/p", "objection_url": "/o", "judge_url": "/j",
            "units": [{"code": "H27.1", "name": "Phòng Kinh tế", "finished": 1, "open": 1, "officers": ["Đặng Quang Huy (Chuyên viên)"]}],
            "rows": [{"row": 1, "code": CODE, "url": "/x", "procedure": "Cấp giấy phép", "lead_unit": "Phòng Kinh tế", "units": ["Phòng Kinh tế"],
                      "officers": ["Đặng Quang Huy (Chuyên viên)"], "due": at(19, 17), "done": None, "over": "3 ngày 5 giờ", "cause": "Bước “Thẩm định”",
                      "is_withdrawn": False, "may_object": False,
                      "objections": [{"number": 1, "by": "Đỗ Văn Ưởng", "unit": "Phòng Kinh tế", "at": at(2, 9), "reason": "Chờ cơ quan thuế",
                                      "state": "open", "words": ("Chưa giải quyết", "warn")}]},
                     {"row": 2, "code": "H29.12-261110-0002", "url": "/y", "procedure": "Cấp giấy phép", "lead_unit": "Phòng Kinh tế", "units": ["Phòng Kinh tế"],
                      "officers": [], "due": at(19, 17), "done": at(20, 9), "over": "1 giờ", "cause": "", "is_withdrawn": False, "may_object": True,
                      "objections": [{"number": 2, "by": "Đỗ Văn Ưởng", "unit": "Phòng Kinh tế", "at": at(2, 9), "reason": "Không đúng", "state": "rejected",
                                      "words": ("Không chấp nhận", "calm"), "answer": "Chưa có căn cứ", "judged_by": "Hoàng Văn Dũng"}]}],
        },
        "portal/late_lists.html": {"lists": [{"name": "tháng 10 năm 2026", "url": "/late-lists/2026-10", "published_at": at(4, 9)}]},
        "portal/late_list.html": {
            "name": "tháng 10 năm 2026", "since": at(1, 9).date(), "last": at(28, 9).date(), "published_at": at(4, 9), "signed_by": "Cao Xuân Bách",
            "number": "01/DSCM-UBND", "hash": "ab" * 32, "files": [{"title": "Bảng tính (CSV)", "url": "/late-lists/2026-10.csv"}],
            "units": [{"name": "Phòng Kinh tế", "finished": 1, "open": 0, "officers": ["Đặng Quang Huy (Chuyên viên)"]}],
            "rows": [{"code": CODE, "procedure": "Cấp giấy phép", "lead_unit": "Phòng Kinh tế", "units": ["Phòng Kinh tế"], "officers": ["Đặng Quang Huy"],
                      "due": at(19, 17), "done": None, "over": "3 ngày 5 giờ", "cause": "Bước “Thẩm định”"}],
        },
        "dossier/slip.html": {
            "dossier": {"code": CODE, "url": "/x", "procedure": "Cấp giấy phép", "status": 4}, "tabs": TABS, "form": {"number": "06", "title": "Phiếu kiểm soát"},
            "owner": "Lê Thu Thủy", "received_at": at(23, 9), "first_due": at(30, 17), "new_due": None, "lead_unit": "Phòng Kinh tế", "co_units": ("Thuế",),
            "rows": [HAND_OVER], "files": [{"title": "In PDF (A4)", "url": "/p"}, {"title": "CSV", "url": "/c"}],
        },
        "admin/clock.html": {"now": at(28, 9), "real": at(26, 9), "offset": "2 ngày", "jumps": [{"seconds": 3600, "title": "1 giờ", "to": at(28, 10)}]},
    }  # fmt: skip
