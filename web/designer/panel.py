"""What the designer's panel asks about each element, as data for the browser."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from web.words import ROLES

UNIT_SEATS = {
    "one_stop": "Bộ phận Một cửa nhận hồ sơ",
    "lead": "Cơ quan chủ trì của thủ tục",
    "commune.one_stop": "Trung tâm Phục vụ hành chính công xã",
    "commune.leader": "Lãnh đạo UBND xã",
    "commune.economy": "Phòng Kinh tế của xã",
    "commune.culture_society": "Phòng Văn hóa - Xã hội của xã",
    "commune.office": "Văn phòng HĐND và UBND xã",
    "commune.police": "Công an xã",
    "province.one_stop": "Trung tâm Phục vụ hành chính công tỉnh",
    "province.leader": "Lãnh đạo UBND tỉnh",
    "province.office": "Văn phòng UBND tỉnh",
}

ACTS = {
    "receive": "Tiếp nhận hồ sơ",
    "hand_over": "Bàn giao",
    "assign": "Phân công thụ lý",
    "handle": "Thụ lý",
    "review": "Xét duyệt",
    "sign": "Ký duyệt",
    "pay": "Thu phí, lệ phí",
    "return_result": "Trả kết quả",
    "consult": "Lấy ý kiến",
    "forward": "Chuyển tiếp",
    "tax_notice": "Thông báo nghĩa vụ tài chính",
    "phase_receive": "Tiếp nhận giai đoạn sau",
}

CLOCK_OWNERS = {"applicant": "Người nộp", "payment": "Nghĩa vụ tài chính"}
CLOCK_BASES = {
    "financial_obligation": "Thực hiện nghĩa vụ tài chính",
    "supplement": "Bổ sung hồ sơ",
    "phase": "Chờ giai đoạn sau",
}

TASKS = ["bpmn:UserTask", "bpmn:ManualTask"]
WORK = [*TASKS, "bpmn:ServiceTask", "bpmn:ReceiveTask"]
NAMED = ["bpmn:FlowElement", "bpmn:Lane", "bpmn:Participant", "bpmn:Group", "bpmn:Process"]


def panel_schema(
    forms: Iterable[str] = (), operations: Iterable[tuple[str, str]] = (), decisions: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Groups of fields; a name with @ is BPMN's own, any other a camunda property. `operations`: (connector, operation)
    pairs; `decisions`: the names of the version's decision tables.
    """
    pairs = sorted(operations)
    connectors = {name: name for name in sorted({one for one, _ in pairs})}
    return {
        "groups": [
            {"title": "Chung", "fields": [
                _text("@name", "Tên", NAMED),
                _field("@documentation", "Ghi chú cho cán bộ", ["bpmn:Activity", "bpmn:Process"], kind="long"),
            ]},
            {"title": "Người thực hiện", "fields": [
                _field("unit", "Đơn vị", ["bpmn:Lane"], suggestions=list(UNIT_SEATS.items()),
                       hint="Vị trí trong cơ cấu, hoặc mã của một đơn vị cụ thể"),
                _choice("role", "Vai trò thực hiện", WORK, ROLES),
                _choice("act", "Hoàn thành nghĩa là", WORK, ACTS),
                _choice("form", "Biểu mẫu", TASKS, {key: key for key in forms}),
            ]},
            {"title": "Thời gian", "fields": [
                _text("step", "Bước số", WORK, "Thứ tự trong quy trình nội bộ"),
                _text("step_name", "Tên bước", WORK),
                _text("step_limit", "Thời hạn của bước", WORK, "Ví dụ 4h, 0.5d, 3d (ngày làm việc), 5cd (ngày thường)"),
                _text("limit", "Thời hạn riêng của việc này", WORK, "Chỉ khi ràng buộc; thường để trống"),
                _choice("clock", "Đồng hồ của hồ sơ", WORK, {"paused": "Tạm dừng khi chờ việc này"}),
                _choice("clock_owner", "Ai đang giữ hồ sơ", WORK, CLOCK_OWNERS),
                _choice("clock_basis", "Lý do tạm dừng", WORK, CLOCK_BASES),
                _choice("phase", "Giai đoạn", WORK, {"1": "Giai đoạn 1", "2": "Giai đoạn 2"}),
                _field("biz_done", "Xong việc này là đã giải quyết xong (không tính trễ nữa)", WORK, kind="flag"),
            ]},
            {"title": "Hẹn giờ", "fields": [
                _choice("@timer-kind", "Loại hẹn giờ", ["timer"],
                        {"timeDuration": "Sau một khoảng", "timeDate": "Vào một thời điểm", "timeCycle": "Lặp lại"}),
                _text("@timer", "Giá trị", ["timer"], "ISO 8601, ví dụ PT4H, P1D (8 giờ làm việc)"),
                _choice("calendar", "Tính theo", ["timer"], {"working": "Giờ làm việc", "plain": "Giờ đồng hồ"}),
            ]},
            {"title": "Liên thông", "fields": [
                _choice("connector", "Kết nối", ["bpmn:ServiceTask"], connectors),
                _choice("operation", "Nghiệp vụ", ["bpmn:ServiceTask"], {two: f"{one}: {two}" for one, two in pairs}),
                _field("target_unit", "Đơn vị được hỏi", ["bpmn:ServiceTask"], suggestions=list(UNIT_SEATS.items())),
                _text("inputs", "Dữ liệu gửi đi", ["bpmn:ServiceTask"], "Tên các trường, cách nhau bằng dấu phẩy"),
            ]},
            {"title": "Bảng quyết định", "fields": [
                _choice("decision", "Bảng được hỏi", ["bpmn:BusinessRuleTask"], dict(decisions or {})),
                _text("result", "Biến nhận kết quả", ["bpmn:BusinessRuleTask"], "Để trống: mỗi cột kết quả một biến"),
            ]},
            {"title": "Điều kiện rẽ nhánh", "fields": [
                _field("@condition", "Đi theo luồng này khi", ["conditional-flow"], kind="long",
                       hint='Biểu thức CEL, ví dụ decision == "forward"'),
                _field("@default", "Luồng mặc định khi không luồng nào thỏa", ["conditional-flow"], kind="flag"),
            ]},
        ]
    }  # fmt: skip


def _field(
    name: str, title: str, elements: list[str], *, kind: str = "text", hint: str = "", **more: Any
) -> dict[str, Any]:
    return {"name": name, "title": title, "elements": elements, "kind": kind, "hint": hint, **more}


def _text(name: str, title: str, elements: list[str], hint: str = "") -> dict[str, Any]:
    return _field(name, title, elements, hint=hint)


def _choice(name: str, title: str, elements: list[str], words: dict[str, str]) -> dict[str, Any]:
    return _field(name, title, elements, kind="choice", options=list(words.items()))
