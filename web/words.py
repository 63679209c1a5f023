"""What data values are called on pages, in Vietnamese."""

from __future__ import annotations

ROLES = {
    "counter_officer": "Tiếp nhận hồ sơ",
    "returner": "Trả kết quả",
    "cashier": "Thu phí, lệ phí",
    "digitiser": "Số hóa hồ sơ",
    "case_officer": "Thụ lý hồ sơ",
    "unit_head": "Lãnh đạo đơn vị",
    "signer": "Ký duyệt",
    "clerk": "Văn thư",
    "consulted_officer": "Cho ý kiến phối hợp",
    "control_officer": "Kiểm soát thủ tục hành chính",
    "process_designer": "Thiết kế quy trình",
    "iso_appraiser": "Thẩm định quy trình (ISO)",
    "process_approver": "Phê duyệt quy trình",
    "catalogue_manager": "Quản lý danh mục thủ tục",
    "auditor": "Kiểm tra, thanh tra",
    "administrator": "Quản trị hệ thống",
}

STATUSES = {
    1: "Mới đăng ký",
    2: "Được tiếp nhận",
    3: "Không được tiếp nhận",
    4: "Đang xử lý",
    5: "Yêu cầu bổ sung giấy tờ",
    6: "Yêu cầu thực hiện nghĩa vụ tài chính",
    7: "Công dân yêu cầu rút hồ sơ",
    8: "Dừng xử lý",
    9: "Đã xử lý xong",
    10: "Đã trả kết quả",
}
"""National codes of a dossier's status."""

STATUS_TONES = {
    1: "info",
    2: "info",
    3: "bad",
    4: "info",
    5: "warn",
    6: "warn",
    7: "calm",
    8: "calm",
    9: "good",
    10: "good",
}

CHANNELS = {1: "Trực tiếp", 2: "Trực tuyến", 3: "Bưu chính công ích"}
"""National codes of a dossier's channel."""

VERSION_STATES = {
    "draft": "Bản nháp",
    "appraising": "Đang thẩm định",
    "appraised": "Đã thẩm định",
    "approved": "Đã phê duyệt",
    "published": "Đang áp dụng",
    "retired": "Hết hiệu lực",
}
VERSION_TONES = {
    "draft": "calm", "appraising": "warn", "appraised": "info", "approved": "info", "published": "good",
    "retired": "calm",
}  # fmt: skip

MIGRATION_STATES = {
    "waiting": "Đang kiểm tra",
    "able": "Chuyển được",
    "unable": "Không chuyển được",
    "migrated": "Đã chuyển",
    "refused": "Giữ nguyên",
}
MIGRATION_TONES = {"waiting": "calm", "able": "info", "unable": "warn", "migrated": "good", "refused": "bad"}

DELIVERY_STATES = {
    "pending": "Chờ gửi",
    "sent": "Đã gửi",
    "answered": "Đã có trả lời",
    "rejected": "Bị từ chối",
    "dead": "Không gửi được",
    "cancelled": "Đã hủy",
}
DELIVERY_TONES = {
    "pending": "calm", "sent": "info", "answered": "good", "rejected": "bad", "dead": "bad", "cancelled": "calm",
}  # fmt: skip

DUE_STATES = {
    "on-time": "Còn hạn",
    "soon": "Sắp đến hạn",
    "late": "Quá hạn",
    "paused": "Tạm dừng",
    "done": "Đã xong",
    "none": "Không quy định hạn",
}
"""The due badge's states; the words beside them come from engine.deadlines.remaining_in_words."""
