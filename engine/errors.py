"""Every error the house raises on purpose. A class's docstring is its default message, for the person who reads it.

MotCuaError
├── InputError                 what was given cannot be used (HTTP 422, exit 2)
│   ├── UnreadableFile         a file that is not what it should be
│   ├── ModelRefused           a BPMN model that must not run, with findings
│   └── FormRefused            a form with field errors
├── Refused                    understood, and not allowed by a rule (HTTP 409, exit 1)
│   ├── NotAllowed             this person may not (HTTP 403)
│   ├── NotFound               nothing there that this person may see (HTTP 404)
│   ├── StaleTask              somebody else was faster
│   ├── MigrationRefused       a case cannot go to another version of its process, with reasons
│   ├── CalendarMoved          somebody else has edited the draft of the calendar
│   └── CaseBusy               another act holds the case; try again
├── ExpressionError            a CEL expression that does not compile or evaluate
├── RunawayProcess             a process that never comes to rest within one step
├── ReplayMismatch             recorded history and recomputed state differ
├── DeliveryFailed             a neighbour did not take or answer
│   ├── DeliveryRetryable      try again later
│   │   └── KeyRefused         our key to the neighbour is wrong or has ended
│   └── DeliveryRejected       trying again will not help
├── RenderingFailed            a letter could not be made from its template
└── NotConfigured              the installation lacks something (exit 2)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class MotCuaError(Exception):
    """Có lỗi xảy ra."""

    def __init__(self, message: str = "") -> None:
        self.message = message or (type(self).__doc__ or "").strip()
        super().__init__(self.message)


class InputError(MotCuaError):
    """Dữ liệu đưa vào không dùng được."""


class UnreadableFile(InputError):
    """Tệp không đọc được."""


class ModelRefused(InputError):
    """Sơ đồ quy trình có lỗi nên không thể chạy."""

    def __init__(self, message: str = "", findings: Sequence[Any] = ()) -> None:
        super().__init__(message)
        self.findings = tuple(findings)


class FormRefused(InputError):
    """Biểu mẫu còn thiếu hoặc sai thông tin."""

    def __init__(self, message: str = "", errors: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.errors = dict(errors or {})


class Refused(MotCuaError):
    """Quy định không cho phép thao tác này."""


class NotAllowed(Refused):
    """Bạn không có quyền thực hiện thao tác này."""


class NotFound(Refused):
    """Không tìm thấy, hoặc bạn không có quyền xem."""


class StaleTask(Refused):
    """Việc này đã được người khác xử lý. Hãy tải lại trang để xem tình trạng mới."""


class MigrationRefused(Refused):
    """Hồ sơ không chuyển sang phiên bản khác được."""

    def __init__(self, message: str = "", reasons: Sequence[str] = ()) -> None:
        self.reasons = tuple(reasons)
        super().__init__(message or " ".join(["Hồ sơ không chuyển sang phiên bản khác được.", *self.reasons]))


class CalendarMoved(Refused):
    """Bản lịch đang sửa vừa được người khác thay đổi. Xem lại rồi sửa tiếp."""


class CaseBusy(Refused):
    """Hồ sơ đang được xử lý ở nơi khác. Hãy thử lại sau ít giây."""


class ExpressionError(MotCuaError):
    """Biểu thức không hợp lệ."""

    def __init__(self, message: str = "", element_id: str | None = None) -> None:
        super().__init__(message)
        self.element_id = element_id


class RunawayProcess(MotCuaError):
    """Quy trình chạy mãi mà không dừng chờ ai."""


class ReplayMismatch(MotCuaError):
    """Lịch sử ghi lại và trạng thái tính lại không khớp."""


class DeliveryFailed(MotCuaError):
    """Không gửi được tới cơ quan khác."""


class DeliveryRetryable(DeliveryFailed):
    """Cơ quan nhận tạm thời không trả lời; hệ thống sẽ gửi lại."""

    def __init__(self, message: str = "", retry_after_seconds: int | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class KeyRefused(DeliveryRetryable):
    """Khóa kết nối bị cơ quan nhận từ chối. Hãy kiểm tra cấu hình kết nối."""


class DeliveryRejected(DeliveryFailed):
    """Cơ quan nhận từ chối; gửi lại cũng không được."""


class RenderingFailed(MotCuaError):
    """Không tạo được văn bản từ mẫu."""


class NotConfigured(MotCuaError):
    """Hệ thống thiếu cấu hình."""
