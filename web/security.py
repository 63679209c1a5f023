"""Checks before every view and headers after it: size, clean input, sign-in, role, CSRF, content policy."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections import Counter
from urllib.parse import urlsplit

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.exceptions import BadRequest, Forbidden, Unauthorized
from werkzeug.wrappers import Response as AnyResponse

from engine.errors import NotAllowed
from web.auth.sessions import me
from web.cookies import VISIT, read_cookie, set_cookie
from web.doors import PAGE_BYTES, said

CONTENT_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CONTROL = re.compile(r"[\x00\x0b\x0c]")


def install(app: Flask) -> None:
    """Hang the checks and headers on the application."""
    app.before_request(limit_body)
    app.before_request(refuse_unclean_input)
    app.before_request(ask_to_sign_in)
    app.before_request(check_csrf)
    app.after_request(add_headers)
    app.jinja_env.globals["csrf_token"] = csrf_token


def limit_body() -> None:
    """A body is small unless its view says it takes uploads."""
    request.max_content_length = said("body_bytes", PAGE_BYTES)
    request.max_form_memory_size = PAGE_BYTES
    request.max_form_parts = 2000


def refuse_unclean_input() -> None:
    """400 for NUL and other unprintable characters, and for a name given twice (lists are named `name[]`)."""
    sources = [request.args]
    if request.method not in SAFE_METHODS and not said("is_for_machines", False):
        sources.append(request.form)
    if "\x00" in request.path:
        raise BadRequest
    for source in sources:
        pairs = list(source.items(multi=True))
        if any(CONTROL.search(name) or CONTROL.search(value) for name, value in pairs):
            raise BadRequest("Dữ liệu gửi lên có ký tự không hợp lệ.")
        for name, times in Counter(name for name, _ in pairs).items():
            if times > 1 and not name.endswith("[]"):
                raise BadRequest("Dữ liệu gửi lên có trường bị lặp.")


def ask_to_sign_in() -> AnyResponse | None:
    """Everything is for signed-in officers, in the right role, unless its view says otherwise."""
    if request.endpoint is None or request.endpoint == "static" or said("is_public", False):
        return None
    if me() is None:
        if said("keeps_typed", False) and request.method == "POST" and is_same_origin():
            return typed_again()
        if request.method not in SAFE_METHODS or "HX-Request" in request.headers:
            raise Unauthorized
        return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")))
    roles: frozenset[str] = said("roles", frozenset())
    if roles and not roles & {seat.role for seat in me().seats}:  # type: ignore[union-attr]
        raise NotAllowed
    return None


def check_csrf() -> None:
    """A POST comes from our own page: same origin, and the token that page was given."""
    if request.method in SAFE_METHODS or request.endpoint is None or said("is_for_machines", False):
        return
    if not is_same_origin():
        raise Forbidden("Yêu cầu không đến từ trang của hệ thống.")
    given = request.headers.get("X-CSRF-Token") or request.form.get("_csrf", "")
    if not hmac.compare_digest(given.encode(), csrf_token().encode()):
        if said("keeps_typed", False) and me() is not None:
            g.is_page_old = True
            return
        raise Forbidden("Trang này mở đã lâu nên không gửi được. Hãy tải lại trang rồi làm lại.")


def typed_again() -> AnyResponse:
    """The session has ended: sign in beside this page, then send what was typed from here again."""
    typed = [(name, value) for name, value in request.form.items(multi=True) if name != "_csrf"]
    return make_response(render_template("auth/again.html", action=request.full_path.rstrip("?"), typed=typed), 401)


def is_same_origin() -> bool:
    """Whether the browser says the request comes from a page of this very host."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return False
    source = request.headers.get("Origin") or request.headers.get("Referer")
    return source is None or urlsplit(source).netloc == request.host


def csrf_token() -> str:
    """The token for the forms of this page: the session's, or one bound to the visitor's cookie."""
    person = me()
    if person is not None:
        return person.csrf
    visit = g.get("visit") or read_cookie(VISIT)
    if not visit:
        visit = secrets.token_urlsafe(32)
    g.visit = visit
    return hmac.new(current_app.config["SECRET_KEY"], visit.encode(), hashlib.sha256).hexdigest()


def add_headers(response: Response) -> Response:
    """On every response, errors and files included."""
    if response.mimetype == "application/xml":
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"  # a drawing opened by itself
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
        response.vary.add("HX-Request")
        response.vary.add("Cookie")
    if "visit" in g and read_cookie(VISIT) != g.visit:
        set_cookie(response, VISIT, g.visit)
    return response


def require_json_object() -> dict[str, object]:
    """The body as a JSON object; 400 otherwise."""
    if not request.is_json:
        abort(415)
    body = request.get_json()
    if not isinstance(body, dict):
        raise BadRequest("Dữ liệu JSON phải là một đối tượng.")
    return body
