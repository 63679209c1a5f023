"""The one place where an error becomes an answer: a status and a sentence for the person, never a traceback."""

from __future__ import annotations

import logging
import secrets

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from engine.errors import (
    CaseBusy,
    DeliveryFailed,
    DeliveryRetryable,
    ExpressionError,
    FormRefused,
    InputError,
    ModelRefused,
    MotCuaError,
    NotAllowed,
    NotConfigured,
    NotFound,
    Refused,
    RenderingFailed,
    RunawayProcess,
)

log = logging.getLogger("motcua.web")

STATUSES: dict[type[MotCuaError], int] = {
    NotFound: 404,
    NotAllowed: 403,
    Refused: 409,
    InputError: 422,
    ExpressionError: 422,
    RunawayProcess: 409,
    RenderingFailed: 503,
    DeliveryRetryable: 503,
    DeliveryFailed: 502,
    NotConfigured: 503,
}
"""The nearest class of an error's family decides."""

TITLES = {
    400: "Yêu cầu không hợp lệ",
    401: "Cần đăng nhập",
    403: "Không được phép",
    404: "Không tìm thấy trang",
    405: "Thao tác không được hỗ trợ",
    409: "Chưa thực hiện được",
    413: "Dữ liệu gửi lên quá lớn",
    415: "Kiểu dữ liệu không được hỗ trợ",
    422: "Thông tin chưa dùng được",
    429: "Thử lại sau ít phút",
    500: "Hệ thống gặp sự cố",
    502: "Cơ quan khác chưa tiếp nhận",
    503: "Tạm thời chưa phục vụ được",
}

SENTENCES = {
    400: "Dữ liệu gửi lên không đúng quy cách.",
    401: "Phiên làm việc đã hết hoặc bạn chưa đăng nhập.",
    403: "Bạn không có quyền thực hiện thao tác này.",
    404: "Địa chỉ này không có, hoặc bạn không có quyền xem.",
    405: "Địa chỉ này không nhận thao tác vừa gửi.",
    413: "Tệp hoặc dữ liệu gửi lên vượt quá dung lượng cho phép.",
    415: "Hệ thống không đọc được kiểu dữ liệu này.",
    429: "Bạn thao tác quá nhiều lần. Hãy chờ ít phút rồi thử lại.",
    500: "Sự cố đã được ghi lại. Hãy thử lại; nếu vẫn gặp, báo cho quản trị hệ thống mã sự cố dưới đây.",
    503: "Hãy thử lại sau ít phút.",
}


def install(app: Flask) -> None:
    """Answer every error the application can meet."""
    app.register_error_handler(MotCuaError, answer_ours)
    app.register_error_handler(HTTPException, answer_http)
    app.register_error_handler(Exception, answer_unexpected)


def status_of(kind: type[MotCuaError]) -> int:
    """The HTTP status of one of our kinds of error."""
    for family in kind.__mro__:
        if family in STATUSES:
            return STATUSES[family]
    return 500


def answer_ours(error: MotCuaError) -> ResponseReturnValue:
    """An error raised on purpose: its message was written for the person."""
    status = status_of(type(error))
    if status == 500:
        return answer_unexpected(error)
    details: list[str] = []
    if isinstance(error, FormRefused):
        details = list(error.errors.values())
    elif isinstance(error, ModelRefused):
        details = [str(getattr(finding, "message", finding)) for finding in error.findings]
    response = page(status, error.message, details=details)
    if isinstance(error, CaseBusy):
        response.headers["Retry-After"] = "2"
    return response


def answer_http(error: HTTPException) -> ResponseReturnValue:
    """What Flask and Werkzeug raise: an unknown address, a body too large, and what views abort with."""
    status = error.code or 500
    if error.response is not None:
        return error.response
    own_words = error.description if error.description != type(error).description else ""
    response = page(status, own_words or SENTENCES.get(status, ""))
    response.headers.extend({name: value for name, value in error.get_headers() if name in {"Retry-After", "Allow"}})
    return response


def answer_unexpected(error: Exception) -> ResponseReturnValue:
    """A defect of ours: logged whole under a number, told to the person without its insides."""
    incident = secrets.token_hex(4).upper()
    log.error("incident %s at %s %s", incident, request.method, request.endpoint, exc_info=error)
    return page(500, SENTENCES[500], incident=incident)


def page(status: int, message: str, *, details: list[str] | None = None, incident: str = "") -> Response:
    """The answer as JSON, as a fragment for htmx, or as a page."""
    title = TITLES.get(status, "Chưa thực hiện được")
    told = {"status": status, "title": title, "message": message, "details": details or [], "incident": incident}
    if request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json":
        return make_response(jsonify(told), status)
    template = "errors/fragment.html" if "HX-Request" in request.headers else "errors/page.html"
    return make_response(render_template(template, **told), status)
