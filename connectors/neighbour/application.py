"""The Flask application around a sandbox neighbour: its page, its switches, its courier, its command line."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from flask import Blueprint, Flask, Response, abort, redirect, request
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Response as AnyResponse

from connectors.neighbour.courier import Courier
from connectors.neighbour.faults import LABELS, Fault, FaultSwitch
from connectors.neighbour.ledger import Ledger, Message

VIETNAM = timezone(timedelta(hours=7))
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


class Play(Protocol):
    """What a kind of neighbour adds: its business door, its page, and its automatic officer."""

    name: str
    title: str

    def blueprints(self) -> tuple[Blueprint, Blueprint]:
        """The business door (faults apply) and the page with what else must stay reachable."""
        ...

    def work(self, now: datetime) -> None:
        """One turn of the automatic officer."""
        ...

    def callback_body(self, message: Message) -> Mapping[str, Any]:
        """The message as it goes over the wire."""
        ...


class Sandbox:
    """A neighbour being played: `serve()` blocks; as a context manager it runs in the background (tests, demos)."""

    def __init__(self, data: Path, play: Callable[[Sandbox], Play], *, secret: str, port: int = 0) -> None:
        self.ledger = Ledger(data)
        self.secret = secret
        self.faults = FaultSwitch(self.ledger)
        self.play = play(self)
        self.courier = Courier(
            self.ledger,
            secret=secret,
            purpose=f"{self.play.name} callback",
            before_round=self.play.work,
            body_of=self.play.callback_body,
        )
        self._server = make_server(
            "127.0.0.1", port, create_application(self), threaded=True, request_handler=_QuietHandler
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def serve(self) -> None:
        self.courier.start()
        self._server.serve_forever()

    def __enter__(self) -> Self:
        self.courier.start()
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.courier.stop()
        self._server.shutdown()
        self._server.server_close()
        self.ledger.close()


class _QuietHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Says nothing: the page shows what came and went."""


def create_application(sandbox: Sandbox) -> Flask:
    """The WSGI application of one sandbox."""
    app = Flask("connectors.neighbour", static_url_path="/static")
    app.config["TRUSTED_HOSTS"] = ["127.0.0.1", "localhost"]
    app.config["MAX_CONTENT_LENGTH"] = 8 * 1024 * 1024
    door, page = sandbox.play.blueprints()
    sandbox.faults.guard(door)
    app.register_blueprint(door)
    app.register_blueprint(page)
    app.add_template_filter(_moment, "moment")
    app.add_template_filter(_day, "day")
    app.context_processor(
        lambda: {
            "title": sandbox.play.title,
            "faults": LABELS,
            "fault": sandbox.faults.current,
        }
    )

    @app.before_request
    def same_site() -> None:
        """A page of another site must not press this page's buttons."""
        origin = request.headers.get("Origin")
        if request.method == "POST" and origin not in (None, request.host_url.rstrip("/")):
            abort(403)

    @app.post("/switch")
    def switch() -> AnyResponse:
        try:
            fault = Fault(request.form["fault"])
            times = request.form.get("times", "")
            sandbox.faults.set(
                fault,
                times=int(times) if times else None,
                hang_seconds=float(request.form.get("hang_seconds") or "30"),
            )
        except ValueError:
            abort(400)
        return redirect("/", code=303)

    @app.after_request
    def protect(reply: Response) -> Response:
        reply.headers["Content-Security-Policy"] = _POLICY
        reply.headers["X-Content-Type-Options"] = "nosniff"
        reply.headers["Referrer-Policy"] = "same-origin"
        return reply

    return app


def _moment(value: datetime) -> str:
    return value.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M")


def _day(value: str | None) -> str:
    return f"{date.fromisoformat(value):%d/%m/%Y}" if value else ""


def main(
    build: Callable[..., Sandbox],
    *,
    secret_name: str,
    arguments: list[str] | None = None,
    environment: Mapping[str, str] = os.environ,
) -> int:
    """The command line that every sandbox shares: --port, --data, --auto. The secret comes from the environment."""
    parser = argparse.ArgumentParser(description=(build.__doc__ or "").split("\n")[0])
    parser.add_argument("--port", type=int, required=True, help="cổng trên 127.0.0.1 (0: tự chọn)")
    parser.add_argument("--data", type=Path, required=True, help="tệp dữ liệu, giữ nguyên qua các lần chạy")
    parser.add_argument("--auto", type=float, help="tự trả lời sau số giây này")
    options = parser.parse_args(arguments)
    secret = environment.get(secret_name, "")
    if not secret:
        sys.stderr.write(f"Thiếu biến môi trường {secret_name} (khóa dùng chung với hệ thống một cửa).\n")
        return 2
    sandbox = build(options.data, secret=secret, port=options.port, auto_seconds=options.auto)
    sys.stderr.write(f"{sandbox.play.title}: {sandbox.url}\n")
    sys.stderr.flush()
    sandbox.serve()
    return 0
