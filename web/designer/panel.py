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

TASKS = ["bpmn:UserTask", "bpmn:ManualTask", "=bpmn:Task"]
WORK = [*TASKS, "bpmn:ServiceTask", "bpmn:ReceiveTask"]
NAMED = ["bpmn:FlowElement", "bpmn:Lane", "bpmn:Participant", "bpmn:Group", "bpmn:Process"]


def _field(
    name: str, title: str, elements: list[str], *, kind: str = "text", hint: str = "", **more: Any
) -> dict[str, Any]:
    return {"name": name, "title": title, "elements": elements, "kind": kind, "hint": hint, **more}


def _text(name: str, title: str, elements: list[str], hint: str = "") -> dict[str, Any]:
    return _field(name, title, elements, hint=hint)


def _choice(name: str, title: str, elements: list[str], words: dict[str, str]) -> dict[str, Any]:
    return _field(name, title, elements, kind="choice", options=list(words.items()))


GENERAL = {"title": "Chung", "fields": [
    _text("@name", "Tên", NAMED),
    _field("@documentation", "Ghi chú cho cán bộ", ["bpmn:Activity", "bpmn:Process"], kind="long"),
]}  # fmt: skip

TIME = {"title": "Thời gian", "fields": [
    _text("step", "Bước số", [*WORK, "bpmn:Group"], "Thứ tự trong quy trình nội bộ"),
    _text("step_name", "Tên bước", [*WORK, "bpmn:Group"]),
    _text("limit", "Thời hạn của bước", ["bpmn:Group"], "Như thời hạn ghi ở các việc của bước"),
    _text("step_limit", "Thời hạn của bước", WORK, "Ví dụ 4h, 0.5d, 3d (ngày làm việc), 5cd (ngày thường)"),
    _text("limit", "Thời hạn riêng của việc này", WORK, "Chỉ khi ràng buộc; thường để trống"),
    _choice("clock", "Đồng hồ của hồ sơ", WORK, {"paused": "Tạm dừng khi chờ việc này"}),
    _choice("clock_owner", "Ai đang giữ hồ sơ", WORK, CLOCK_OWNERS),
    _choice("clock_basis", "Lý do tạm dừng", WORK, CLOCK_BASES),
    _choice("phase", "Giai đoạn", WORK, {"1": "Giai đoạn 1", "2": "Giai đoạn 2"}),
    _field("biz_done", "Xong việc này là đã giải quyết xong (không tính trễ nữa)", WORK, kind="flag"),
]}  # fmt: skip

TIMERS = {"title": "Hẹn giờ", "fields": [
    _choice("@timer-kind", "Loại hẹn giờ", ["timer"],
            {"timeDuration": "Sau một khoảng", "timeDate": "Vào một thời điểm", "timeCycle": "Lặp lại"}),
    _text("@timer", "Giá trị", ["timer"], "ISO 8601, ví dụ PT4H, P1D (8 giờ làm việc)"),
    _choice("calendar", "Tính theo", ["timer"], {"working": "Giờ làm việc", "plain": "Giờ đồng hồ"}),
]}  # fmt: skip

EVENTS = {"title": "Thông điệp và sự kiện", "fields": [
    _text("@message", "Tên thông điệp", ["message"], "Nơi gửi và nơi nhận trong tệp ghi cùng một tên"),
    _text("correlation", "Khóa ghép thông điệp", ["message"],
          "Biểu thức CEL, ví dụ case_code, parent_code; bắt buộc khi nơi kia là hồ sơ hoặc cơ quan khác"),
    _text("inputs", "Dữ liệu gửi đi", ["message-throw"], "Tên các trường, cách nhau bằng dấu phẩy"),
    _text("outputs", "Dữ liệu được nhận vào", ["message-catch"], "Chỉ nhận các trường này"),
    _text("@signal", "Tên tín hiệu", ["signal"]),
    _text("@error", "Mã lỗi", ["error"], "Để trống: bắt mọi lỗi"),
    _text("@escalation", "Mã báo cấp trên", ["escalation"]),
    _text("@link", "Tên điểm nối", ["link"], "Điểm nối đi và điểm nối đến ghi cùng một tên"),
    _field("@event-condition", "Chờ tới khi", ["conditional"], kind="long", hint="Biểu thức CEL"),
]}  # fmt: skip

REPEATS = {"title": "Lặp lại", "fields": [
    _text("@loop-condition", "Lặp trong khi", ["loop"], "Biểu thức CEL"),
    _text("@loop-maximum", "Nhiều nhất (lần)", ["loop"]),
    _text("@cardinality", "Số lần", ["instances"], "Số, hoặc biểu thức CEL"),
    _text("@collection", "Hoặc cho mỗi phần tử của", ["instances"], "Tên biến chứa danh sách"),
    _text("@item", "Biến của mỗi lần", ["instances"]),
    _text("@instances-done", "Xong sớm khi", ["instances"], "Biểu thức CEL"),
]}  # fmt: skip

CALCULATIONS = {"title": "Tính toán và gọi", "fields": [
    _field("@script", "Phép tính", ["bpmn:ScriptTask"], kind="long",
           hint="Mỗi dòng một phép: tên = biểu thức CEL"),
    _text("@called", "Mã quy trình được gọi", ["bpmn:CallActivity"], "Một quy trình có trong tệp này"),
    _text("@completion", "Xong khi", ["bpmn:AdHocSubProcess"], "Biểu thức CEL; để trống: làm hết mọi việc"),
    _text("@activation", "Mở khi", ["bpmn:ComplexGateway"], "Biểu thức CEL, ví dụ activationCount >= 2"),
]}  # fmt: skip

CONDITIONS = {"title": "Điều kiện rẽ nhánh", "fields": [
    _field("@condition", "Đi theo luồng này khi", ["conditional-flow"], kind="long",
           hint='Biểu thức CEL, ví dụ decision == "forward"'),
    _field("@default", "Luồng mặc định khi không luồng nào thỏa", ["conditional-flow"], kind="flag"),
]}  # fmt: skip


def panel_schema(
    forms: Iterable[str] = (),
    connectors: Mapping[str, tuple[str, Mapping[str, str]]] | None = None,
    decisions: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Groups of fields; a name with @ is BPMN's own, any other a camunda property. `elements`: BPMN types, "=" for that
    very type, or a part that an element has. `connectors`: titles by name, and those of their operations; `decisions`:
    the names of the version's decision tables.
    """
    titles = {name: title for name, (title, _) in sorted((connectors or {}).items())}
    operations = [[key, word, of] for of, (_, one) in sorted((connectors or {}).items()) for key, word in one.items()]
    return {
        "groups": [
            GENERAL,
            {"title": "Người thực hiện", "fields": [
                _field("unit", "Đơn vị", ["bpmn:Lane"], suggestions=list(UNIT_SEATS.items()),
                       hint="Vị trí trong cơ cấu, hoặc mã của một đơn vị cụ thể"),
                _choice("role", "Vai trò thực hiện", WORK, ROLES),
                _choice("act", "Hoàn thành nghĩa là", WORK, ACTS),
                _choice("form", "Biểu mẫu", TASKS, {key: key for key in forms}),
            ]},
            TIME,
            TIMERS,
            {"title": "Liên thông", "fields": [
                _choice("connector", "Kết nối", ["bpmn:ServiceTask"], titles),
                _field("operation", "Nghiệp vụ", ["bpmn:ServiceTask"], kind="choice", options=operations,
                       follows="connector"),
                _field("target_unit", "Đơn vị được hỏi", ["bpmn:ServiceTask"], suggestions=list(UNIT_SEATS.items())),
                _text("inputs", "Dữ liệu gửi đi", ["bpmn:ServiceTask"], "Tên các trường, cách nhau bằng dấu phẩy"),
            ]},
            EVENTS,
            REPEATS,
            CALCULATIONS,
            {"title": "Bảng quyết định", "fields": [
                _choice("decision", "Bảng được hỏi", ["bpmn:BusinessRuleTask"], dict(decisions or {})),
                _text("result", "Biến nhận kết quả", ["bpmn:BusinessRuleTask"], "Để trống: mỗi cột kết quả một biến"),
            ]},
            CONDITIONS,
        ]
    }  # fmt: skip
