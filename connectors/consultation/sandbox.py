"""A consulted agency to play with: shows the questions it got and lets a person (or a timer) answer them."""

from __future__ import annotations

import base64
import binascii
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from connectors.consultation.client import NAME
from connectors.consultation.config import PREFIX
from connectors.consultation.edxml import objections, read, text_of
from connectors.neighbour.application import VIETNAM, Sandbox, main
from connectors.neighbour.ledger import Entry, Message
from connectors.neighbour.wire import json_body, refusal
from engine.delivery.signature import check_signature
from engine.errors import NotAllowed, UnreadableFile

SECRET = PREFIX + "SECRET"
STATES = {
    "open": "Chờ trả lời",
    "silent": "Giữ im lặng",
    "agree": "Đồng ý",
    "refuse": "Không đồng ý",
    "declined": "Từ chối tiếp nhận",
    "recalled": "Đã bị thu hồi",
}
_AWAITING = ("open", "silent")


class ConsultedAgency:
    """What the agency's clerk sees and does."""

    name = NAME
    title = "Cơ quan được lấy ý kiến (mô phỏng)"

    def __init__(self, sandbox: Sandbox, *, auto_seconds: float | None) -> None:
        self._sandbox = sandbox
        self._ledger = sandbox.ledger
        self._auto = None if auto_seconds is None else timedelta(seconds=auto_seconds)

    def blueprints(self) -> tuple[Blueprint, Blueprint]:
        door = Blueprint("door", __name__)
        door.add_url_rule("/api/documents", view_func=self.take_document, methods=["POST"])
        door.add_url_rule("/api/recalls", view_func=self.recall_document, methods=["POST"])
        door.add_url_rule("/api/answers", view_func=self.list_answers)
        door.add_url_rule("/api/status", view_func=self.show_status)
        page = Blueprint("page", __name__, template_folder="templates")
        page.add_url_rule("/", view_func=self.show_questions)
        page.add_url_rule("/questions/<reference>", view_func=self.show_question)
        page.add_url_rule("/questions/<reference>", endpoint="answer", view_func=self.answer, methods=["POST"])
        page.add_url_rule("/questions/<reference>/edxml", view_func=self.show_edxml)
        return door, page

    def work(self, now: datetime) -> None:
        """Agrees to every question that has waited long enough, unless a person chose silence."""
        if self._auto is None:
            return
        for entry in self._ledger.entries():
            if entry.state == "open" and entry.kind == "request" and now - entry.received_at >= self._auto:
                self._answer(entry, "agree", content="Nhất trí với đề nghị của cơ quan chủ trì.")

    def callback_body(self, message: Message) -> Mapping[str, Any]:
        return message.body

    # --- the business door

    def take_document(self) -> tuple[Response, int]:
        key = self._authenticate()
        message = json_body()
        wrong = _objections(message)
        if wrong:
            return jsonify(message=" ".join(wrong)), 422
        entry, is_new = self._ledger.take(
            key,
            kind="request",
            case_code=str(message["case_code"]),
            body=message,
            callback_url=str(message.get("callback_url", "")),
            state="open",
            reference="YK-{:06d}".format,
        )
        return jsonify(reference=entry.reference, status="01"), 201 if is_new else 200

    def recall_document(self) -> Response | tuple[Response, int]:
        self._authenticate()
        entry = self._ledger.find(str(json_body().get("reference", "")))
        if entry is None:
            return jsonify(message="Không có văn bản này."), 404
        if entry.state in _AWAITING:
            self._ledger.change(entry, "recalled")
        return jsonify(reference=entry.reference, status="13")

    def list_answers(self) -> Response:
        self._authenticate()
        after = request.args.get("after", "0")
        messages = self._ledger.messages_after(int(after) if after.isdigit() else 0)
        answers = [{"message_id": message.id, "message": message.body} for message in messages]
        return jsonify(answers=answers, cursor=str(messages[-1].seq) if messages else after)

    def show_status(self) -> Response:
        self._authenticate()
        return jsonify(organisation=request.headers.get("X-Organisation", ""), questions=self._ledger.count())

    def _authenticate(self) -> str:
        """The idempotency key of a signed request."""
        path = request.full_path if request.query_string else request.path
        purpose = f"{NAME} {request.method} {path}"
        try:
            return check_signature(
                self._sandbox.secret, purpose, dict(request.headers), request.get_data(), now=datetime.now(UTC)
            )
        except NotAllowed as reason:
            abort(refusal(reason.message, 401))

    # --- the page

    def show_questions(self) -> str:
        entries = self._ledger.entries()
        return render_template("consultation/questions.html", entries=entries, states=STATES, auto=self._auto)

    def show_question(self, reference: str) -> str:
        entry = self._entry(reference)
        return render_template(
            "consultation/question.html",
            entry=entry,
            states=STATES,
            messages=self._ledger.messages_of(reference),
            may_answer=entry.state in _AWAITING,
        )

    def show_edxml(self, reference: str) -> Response:
        content = base64.b64decode(self._entry(reference).body["edxml"])
        return Response(
            content, mimetype="text/xml", headers={"Content-Disposition": f"inline; filename={reference}.edxml"}
        )

    def answer(self, reference: str) -> AnyResponse:
        entry = self._entry(reference)
        choice = request.form.get("choice", "")
        if choice == "silent":
            if entry.state == "open":
                self._ledger.change(entry, "silent")
        elif choice in ("agree", "refuse", "declined"):
            form = {name: request.form.get(name, "").strip() for name in ("content", "document_number", "signed_by")}
            if entry.state in _AWAITING:
                self._answer(entry, choice, **form)
        else:
            abort(400)
        return redirect(f"/questions/{reference}", code=303)

    def _answer(self, entry: Entry, choice: str, **form: str) -> None:
        news = {
            "order_id": entry.body["order_id"],
            "reference": entry.reference,
            "outcome": "rejected" if choice == "declined" else "answered",
            "answer": None if choice == "declined" else choice,
            "status": "02" if choice == "declined" else "06",
            "answered_on": datetime.now(VIETNAM).date().isoformat(),
            **form,
        }
        if self._ledger.change(entry, choice, news=news):
            self._sandbox.courier.wake()

    def _entry(self, reference: str) -> Entry:
        entry = self._ledger.find(reference)
        if entry is None:
            abort(404)
        return entry


def _objections(message: dict[str, Any]) -> list[str]:
    """The JSON must be complete, and the edXML document in it valid and about the same thing."""
    missing = [name for name in ("order_id", "from", "to", "subject", "case_code", "edxml") if not message.get(name)]
    if missing:
        return [f"Thiếu {', '.join(missing)}."]
    try:
        root = read(base64.b64decode(str(message["edxml"]), validate=True))
    except (UnreadableFile, binascii.Error):
        return ["Văn bản edXML không đọc được."]
    wrong = objections(root)
    if not wrong and text_of(root, "MessageHeader/DocumentId") != message.get("document_id"):
        return ["Văn bản edXML không khớp với thông điệp."]
    return wrong


def build(data: Path, *, secret: str, port: int = 0, auto_seconds: float | None = None) -> Sandbox:
    """Cơ quan được lấy ý kiến, mô phỏng."""
    return Sandbox(data, lambda sandbox: ConsultedAgency(sandbox, auto_seconds=auto_seconds), secret=secret, port=port)


def connector_environment(url: str, secret: str) -> dict[str, str]:
    """The settings with which the connector talks to this sandbox."""
    return {
        PREFIX + "URL": url,
        PREFIX + "ORGANISATION": "H27",
        PREFIX + "ORGANISATION_NAME": "Trung tâm Phục vụ hành chính công tỉnh",
        SECRET: secret,
    }


if __name__ == "__main__":
    sys.exit(main(build, secret_name=SECRET))
