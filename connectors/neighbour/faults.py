"""The ways in which a real neighbour misbehaves, switched on from the page or by a test, for ever or N times."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from enum import StrEnum

from flask import Blueprint, Response, current_app, g, jsonify, request

from connectors.neighbour.ledger import Ledger


class Fault(StrEnum):
    """Before the work is done (until HANG) or after it (from SLOW on)."""

    NONE = "none"
    UNAVAILABLE = "unavailable"
    SERVER_ERROR = "server_error"
    TOO_MANY = "too_many"
    REFUSE = "refuse"
    HANG = "hang"
    SLOW = "slow"
    LOST_REPLY = "lost_reply"
    WRONG_BODY = "wrong_body"
    HALF_BODY = "half_body"


LABELS = {
    Fault.NONE: "Hoạt động bình thường",
    Fault.UNAVAILABLE: "Ngừng phục vụ (503)",
    Fault.SERVER_ERROR: "Lỗi hệ thống (500)",
    Fault.TOO_MANY: "Quá tải, hẹn gửi lại (429)",
    Fault.REFUSE: "Từ chối mọi yêu cầu (422)",
    Fault.HANG: "Treo, không làm gì",
    Fault.SLOW: "Làm xong nhưng trả lời quá chậm",
    Fault.LOST_REPLY: "Làm xong nhưng mất trả lời",
    Fault.WRONG_BODY: "Làm xong nhưng trả lời sai mẫu",
    Fault.HALF_BODY: "Làm xong nhưng trả lời đứt đoạn",
}
RETRY_AFTER_SECONDS = 7


class FaultSwitch:
    """The current fault, kept in the ledger so that it survives a restart."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def set(self, fault: Fault, *, times: int | None = None, hang_seconds: float = 30) -> None:
        self._ledger.set_switch("fault", fault.value)
        self._ledger.set_switch("fault_times", "" if times is None else str(times))
        self._ledger.set_switch("hang_seconds", str(hang_seconds))

    @property
    def current(self) -> Fault:
        return Fault(self._ledger.switch("fault", Fault.NONE.value))

    @property
    def hang_seconds(self) -> float:
        return float(self._ledger.switch("hang_seconds", "30"))

    def next(self) -> Fault:
        """The fault for this request; one that was set N times goes back to none by itself."""
        fault = self.current
        left = self._ledger.count_down("fault_times")
        if left is not None and left <= 1:
            self._ledger.set_switch("fault", Fault.NONE.value)
            self._ledger.set_switch("fault_times", "")
        return Fault.NONE if left == 0 else fault

    def guard(self, door: Blueprint) -> None:
        """Puts the faults in front of and behind every route of the neighbour's business door."""
        door.before_request(self._before)
        door.after_request(self._after)

    def _before(self) -> Response | tuple[Response, int] | None:
        g.fault = self.next()
        match g.fault:
            case Fault.UNAVAILABLE:
                return jsonify(message="Hệ thống đang bảo trì."), 503
            case Fault.SERVER_ERROR:
                return jsonify(message="Lỗi hệ thống."), 500
            case Fault.TOO_MANY:
                reply = jsonify(message="Quá nhiều yêu cầu.")
                reply.status_code = 429
                reply.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
                return reply
            case Fault.REFUSE:
                return jsonify(message="Nội dung không thuộc thẩm quyền."), 422
            case Fault.HANG:
                time.sleep(self.hang_seconds)
                return jsonify(message="Hết thời gian."), 503
        return None

    def _after(self, reply: Response) -> Response:
        match g.get("fault", Fault.NONE):
            case Fault.SLOW:
                time.sleep(self.hang_seconds)
            case Fault.LOST_REPLY:
                _hang_up()
            case Fault.WRONG_BODY:
                return current_app.response_class("<html><body>Cổng thông tin</body></html>", mimetype="text/html")
            case Fault.HALF_BODY:
                whole = reply.get_data()
                reply.set_data(whole[: len(whole) // 2])
                reply.headers["Content-Length"] = str(len(whole))
        return reply


def _hang_up() -> None:
    """Cuts the line after the work was done and before a word was said."""
    line: socket.socket | None = request.environ.get("werkzeug.socket")
    if line is not None:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
