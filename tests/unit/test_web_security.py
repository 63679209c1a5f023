"""The guards of every page: headers, CSRF, clean input, strict JSON, sizes, errors."""

from __future__ import annotations

import logging
import re
from io import BytesIO
from typing import Any

import pytest
from flask import Flask, jsonify, request
from flask.testing import FlaskClient
from werkzeug.exceptions import NotFound as PageNotFound

import engine.errors
from engine.errors import (
    CaseBusy,
    DeliveryRejected,
    FormRefused,
    MotCuaError,
    NotAllowed,
    NotConfigured,
    NotFound,
    Refused,
    ReplayMismatch,
    StaleTask,
    UnreadableFile,
)
from tests.unit.web_samples import OFFICER, make_app
from web.doors import for_machines, for_roles, public, takes_uploads
from web.errors import status_of
from web.security import require_json_object

SECRET_INSIDE = "the password of the database"
RAISED: dict[str, Exception] = {
    "not-found": NotFound(),
    "not-allowed": NotAllowed(),
    "refused": Refused("Hồ sơ đã kết thúc."),
    "stale": StaleTask(),
    "busy": CaseBusy(),
    "unreadable": UnreadableFile(),
    "form": FormRefused(errors={"name": "Nhập họ và tên"}),
    "not-configured": NotConfigured(),
    "delivery": DeliveryRejected(),
    "replay": ReplayMismatch(),
    "defect": ZeroDivisionError(SECRET_INSIDE),
    "page": PageNotFound(),
}


def build(*, signed_in: bool = True) -> Flask:
    app = make_app(signed_in=signed_in)

    @app.route("/officers", methods=["GET", "POST"])
    def officers() -> str:
        return "in"

    @app.get("/auditors")
    @for_roles("auditor")
    def auditors() -> str:
        return "in"

    @app.get("/nobodies")
    @for_roles("nobody")
    def nobodies() -> str:
        return "in"

    @app.route("/open", methods=["GET", "POST"])
    @public
    def open_to_all() -> str:
        return "in"

    @app.post("/upload")
    @takes_uploads
    def upload() -> str:
        with request.files["file"].stream as stream:
            return str(len(stream.read()))

    @app.post("/api/machine")
    @for_machines
    def machine() -> str:
        return str(len(request.get_data()))

    @app.post("/json")
    def strict() -> Any:
        return jsonify(require_json_object())

    @app.get("/raise/<name>")
    @app.get("/api/raise/<name>", endpoint="api_raiser")
    def raiser(name: str) -> str:
        raise RAISED[name]

    return app


APP = build()
OUTSIDE = build(signed_in=False)


@pytest.fixture
def client() -> FlaskClient:
    return APP.test_client()


@pytest.fixture
def outsider() -> FlaskClient:
    return OUTSIDE.test_client()


TOKEN = {"X-CSRF-Token": OFFICER.csrf}


@pytest.mark.parametrize(
    "path",
    ["/officers", "/no-such-page", "/raise/defect", "/raise/refused", "/static/icon.svg", "/static/none", "/nobodies"],
)
def test_every_response_carries_the_security_headers(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_pages_are_never_stored_and_built_files_are(client: FlaskClient) -> None:
    assert client.get("/officers").headers["Cache-Control"] == "no-store"
    assert "HX-Request" in client.get("/officers").headers["Vary"]
    with client.get("/static/icon.svg") as icon:
        assert "max-age=31536000" in icon.headers["Cache-Control"]


def test_hsts_only_where_the_connection_is_secure(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/officers").headers
    assert "Strict-Transport-Security" in client.get("/officers", base_url="https://localhost").headers


def test_visitors_cookie_is_bound_to_the_host_when_secure(outsider: FlaskClient) -> None:
    secure = outsider.get("/sign-in", base_url="https://localhost", headers={"Accept": "text/html"})
    plain = OUTSIDE.test_client().get("/")
    assert re.match(r"__Host-motcua_visit=\S+; Secure; HttpOnly; Path=/; SameSite=Lax", secure.headers["Set-Cookie"])
    assert re.match(r"motcua_visit=\S+; HttpOnly; Path=/; SameSite=Lax", plain.headers["Set-Cookie"])


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-CSRF-Token": "wrong"},
        TOKEN | {"Origin": "http://evil.example"},
        TOKEN | {"Origin": "null"},
        TOKEN | {"Referer": "http://evil.example/page"},
        TOKEN | {"Sec-Fetch-Site": "cross-site"},
        TOKEN | {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_post_without_our_token_or_from_elsewhere_is_refused(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.post("/officers", headers=headers).status_code == 403


def test_a_post_of_our_own_page_is_taken(client: FlaskClient) -> None:
    assert client.post("/officers", headers=TOKEN | {"Origin": "http://localhost"}).status_code == 200
    assert client.post("/officers", data={"_csrf": OFFICER.csrf}).status_code == 200


def test_a_visitors_token_belongs_to_their_cookie(outsider: FlaskClient) -> None:
    token = re.search(r'name="_csrf" value="(\w+)"', outsider.get("/").text)
    assert token is not None
    assert outsider.post("/open", data={"_csrf": token[1]}).status_code == 200
    assert OUTSIDE.test_client().post("/open", data={"_csrf": token[1]}).status_code == 403


def test_machines_need_no_token(outsider: FlaskClient) -> None:
    assert outsider.post("/api/machine", data=b"{}").status_code == 200


def test_what_says_nothing_is_for_officers(outsider: FlaskClient) -> None:
    answer = outsider.get("/officers?a=1")
    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/officers?a%3D1")
    assert outsider.post("/officers").status_code == 401
    assert outsider.get("/officers", headers={"HX-Request": "true"}).status_code == 401
    assert outsider.get("/open").status_code == 200


def test_roles_open_doors(client: FlaskClient) -> None:
    assert client.get("/auditors").status_code == 200
    assert client.get("/nobodies").status_code == 403


@pytest.mark.parametrize(
    "path", ["/officers?q=%00", "/officers?%00=1", "/officers?q=1&q=2", "/officers%00", "/officers?q=%0B"]
)
def test_unclean_queries_are_refused(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code in {400, 404}


def test_unclean_fields_are_refused_and_lists_are_not(client: FlaskClient) -> None:
    def status(body: str) -> int:
        return client.post(
            "/officers", data=body, headers=TOKEN, content_type="application/x-www-form-urlencoded"
        ).status_code

    assert status("name=a%00b") == 400
    assert status("name=a&name=b") == 400
    assert status("item%5B%5D=a&item%5B%5D=b") == 200


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": NaN}', b'{"a": Infinity}', b'{"a": 1, "a": 2}', b'{"a": "\\u0000"}', b'{"a": ["x\\u0000"]}',
        b'{"a": "\\ud800"}', b'{"a": "\xff"}', b"[" * 100_000, b'{"a":' * 5000 + b"1" + b"}" * 5000, b"", b"[1]",
        b'"text"', b'{"a": 1' + b"0" * 5000 + b"}",
    ],
)  # fmt: skip
def test_json_with_more_than_one_meaning_is_refused(client: FlaskClient, body: bytes) -> None:
    assert client.post("/json", data=body, headers=TOKEN, content_type="application/json").status_code == 400


def test_plain_json_is_read_and_written(client: FlaskClient) -> None:
    answer = client.post("/json", json={"tên": "Hòa", "n": [1, 2.5, None]}, headers=TOKEN)
    assert answer.json == {"tên": "Hòa", "n": [1, 2.5, None]}


def test_bodies_are_small_unless_a_view_takes_uploads(client: FlaskClient) -> None:
    large = b"x" * (1024 * 1024 + 1)
    assert client.post("/officers", data={"a": large}, headers=TOKEN).status_code == 413
    assert client.post("/json", data=large, headers=TOKEN, content_type="application/json").status_code == 413
    answer = client.post("/upload", data={"file": (BytesIO(large), "a.pdf"), "_csrf": OFFICER.csrf})
    answer.request.environ["wsgi.input"].close()
    assert answer.text == str(len(large))


@pytest.mark.parametrize(
    ("name", "status", "sentence"),
    [
        ("not-found", 404, "Không tìm thấy"),
        ("not-allowed", 403, "không có quyền"),
        ("refused", 409, "Hồ sơ đã kết thúc."),
        ("stale", 409, "đã được người khác xử lý"),
        ("busy", 409, "thử lại sau ít giây"),
        ("unreadable", 422, "Tệp không đọc được"),
        ("form", 422, "Nhập họ và tên"),
        ("not-configured", 503, "thiếu cấu hình"),
        ("delivery", 502, "từ chối"),
        ("page", 404, "Địa chỉ này không có"),
    ],
)
def test_expected_errors_are_a_status_and_a_sentence(
    client: FlaskClient, name: str, status: int, sentence: str
) -> None:
    page, told = client.get(f"/raise/{name}"), client.get(f"/api/raise/{name}")
    assert (page.status_code, told.status_code) == (status, status)
    assert sentence in page.text
    assert sentence in told.json["message"] + "".join(told.json["details"])  # type: ignore[index]


def test_htmx_gets_the_sentence_without_the_page(client: FlaskClient) -> None:
    assert "<html" not in client.get("/raise/stale", headers={"HX-Request": "true"}).text


@pytest.mark.parametrize("name", ["defect", "replay"])
def test_defects_are_logged_under_a_number_and_not_shown(
    client: FlaskClient, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, logger="motcua.web"):
        answer = client.get(f"/raise/{name}")
    incident = re.search(r"<strong class=\"code\">(\w{8})</strong>", answer.text)
    assert answer.status_code == 500
    assert incident is not None
    assert incident[1] in caplog.text
    assert SECRET_INSIDE not in answer.text
    assert "Traceback" not in answer.text


def test_only_defects_are_the_servers_fault() -> None:
    families = [one for one in vars(engine.errors).values() if isinstance(one, type) and issubclass(one, MotCuaError)]
    assert {one.__name__ for one in families if status_of(one) == 500} == {"MotCuaError", "ReplayMismatch"}


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "\\/evil", "/a\r\nX: 1"],
)
def test_after_sign_in_nobody_is_sent_elsewhere(client: FlaskClient, wanted: str) -> None:
    assert client.get("/sign-in", query_string={"next": wanted}).location == "/"


def test_after_sign_in_people_go_on_where_they_were(client: FlaskClient) -> None:
    assert client.get("/sign-in?next=/inbox?due=late").location == "/inbox?due=late"
