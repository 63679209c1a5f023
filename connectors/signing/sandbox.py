"""A remote signing service to play with: holds the keys of a test authority; a person (or a timer) signs or refuses."""

from __future__ import annotations

import base64
import binascii
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from connectors.neighbour.application import Sandbox, main
from connectors.neighbour.ledger import Entry, Message
from connectors.neighbour.wire import json_body, refusal
from connectors.signing.authority import AUTHORITY, Authority, Holder
from connectors.signing.client import NAME
from connectors.signing.config import PREFIX
from connectors.signing.pades import Prepared
from engine.delivery.signature import check_signature
from engine.errors import NotAllowed, NotFound, Refused

SECRET = PREFIX + "SECRET"
STATES = {
    "open": "Chờ ký",
    "silent": "Để đó",
    "agree": "Đã ký",
    "refuse": "Từ chối ký",
    "revoked": "Chứng thư bị thu hồi",
    "recalled": "Đã bị thu hồi",
}
PURPOSES = {"sign": "Chữ ký của người có thẩm quyền", "seal": "Con dấu của cơ quan"}
_AWAITING = ("open", "silent")
_ANSWERS_AT_ONCE = 20


class SigningService:
    """What the service and the person in front of it do."""

    name = NAME
    title = "Dịch vụ ký số từ xa (mô phỏng)"

    def __init__(self, sandbox: Sandbox, authority: Authority, *, auto_seconds: float | None) -> None:
        self._sandbox = sandbox
        self._ledger = sandbox.ledger
        self._authority = authority
        self._auto = None if auto_seconds is None else timedelta(seconds=auto_seconds)

    def blueprints(self) -> tuple[Blueprint, Blueprint]:
        door = Blueprint("door", __name__)
        door.add_url_rule("/api/sign_hash", view_func=self.take_hash, methods=["POST"])
        door.add_url_rule("/api/recalls", view_func=self.recall, methods=["POST"])
        door.add_url_rule("/api/answers", view_func=self.list_answers)
        door.add_url_rule("/api/status", view_func=self.show_status)
        page = Blueprint("page", __name__, template_folder="templates")
        # The directory of certificates stays up when signing is down: they are two services in life too.
        page.add_url_rule("/api/get_certificate", view_func=self.give_certificate, methods=["POST"])
        page.add_url_rule("/", view_func=self.show_requests)
        page.add_url_rule("/requests/<reference>", view_func=self.show_request)
        page.add_url_rule("/requests/<reference>", endpoint="answer", view_func=self.answer, methods=["POST"])
        page.add_url_rule("/requests/<reference>/document", view_func=self.show_document)
        page.add_url_rule("/certificates", view_func=self.show_certificates)
        page.add_url_rule("/certificates/root.pem", view_func=self.show_root)
        page.add_url_rule("/certificates/<serial>", view_func=self.revoke, methods=["POST"])
        return door, page

    def work(self, now: datetime) -> None:
        """Signs every request that has waited long enough, unless a person let it lie."""
        if self._auto is None:
            return
        for entry in self._ledger.entries():
            if entry.state == "open" and now - entry.received_at >= self._auto:
                self._answer(entry, "agree", "")

    def callback_body(self, message: Message) -> Mapping[str, Any]:
        return message.body

    # --- the business door

    def give_certificate(self) -> Response | tuple[Response, int]:
        self._authenticate()
        asked = json_body()
        holder = Holder(**{name: str(asked.get(key, "")) for name, key in _HOLDER.items()})
        if not (holder.id and holder.name and holder.organisation):
            return jsonify(message="Thiếu thông tin chủ thể chứng thư."), 422
        found = self._authority.credential(holder)
        now = datetime.now(UTC)
        certificate = {"cert_id": found.serial, "cert_data": _text(found.der), "serial_number": found.serial}
        data = {
            "transaction_id": uuid4().hex,
            "user_certificates": [certificate],
            "chain": [_text(self._authority.root.der)],
            "revocation_lists": [_text(self._authority.revocation_list(now - timedelta(seconds=1)))],
        }
        return jsonify(status_code=200, message="", data=data)

    def take_hash(self) -> tuple[Response, int]:
        key = self._authenticate()
        message = json_body()
        wrong = self._objection(message)
        if wrong:
            return jsonify(message=wrong), 422
        entry, is_new = self._ledger.take(
            key,
            kind="sign",
            case_code=str(message["case_code"]),
            body=message,
            callback_url=str(message.get("callback_url", "")),
            state="open",
            reference="KS-{:06d}".format,
        )
        return jsonify(reference=entry.reference, status_code=200), 201 if is_new else 200

    def recall(self) -> Response | tuple[Response, int]:
        self._authenticate()
        entry = self._ledger.find(str(json_body().get("reference", "")))
        if entry is None:
            return jsonify(message="Không có yêu cầu ký này."), 404
        if entry.state in _AWAITING:
            self._ledger.change(entry, "recalled")
        return jsonify(reference=entry.reference, status="recalled")

    def list_answers(self) -> Response:
        self._authenticate()
        after = request.args.get("after", "0")
        messages = self._ledger.messages_after(int(after) if after.isdigit() else 0, limit=_ANSWERS_AT_ONCE)
        answers = [{"message_id": message.id, "message": message.body} for message in messages]
        return jsonify(answers=answers, cursor=str(messages[-1].seq) if messages else after)

    def show_status(self) -> Response:
        self._authenticate()
        return jsonify(authority=AUTHORITY, requests=self._ledger.count())

    def _objection(self, message: dict[str, Any]) -> str:
        """Signs only what it shows: the digest must be that of the document that came with it."""
        try:
            file = message["sign_files"][0]
            prepared = Prepared(
                document=base64.b64decode(file["file_base64"], validate=True),
                attributes=base64.b64decode(file["attributes"], validate=True),
                hole=(int(file["hole"][0]), int(file["hole"][1])),
            )
            is_same = prepared.digest.hex() == file["hash"] and prepared.is_consistent
            self._authority.holder_of(str(message["serial_number"]))
            missing = [name for name in ("order_id", "case_code", "user_id", "context") if not message.get(name)]
        except (KeyError, IndexError, TypeError, ValueError, binascii.Error):
            return "Yêu cầu ký không đúng mẫu."
        except NotFound as unknown:
            return unknown.message
        if missing:
            return f"Thiếu {', '.join(missing)}."
        return "" if is_same else "Mã băm không phải của văn bản gửi kèm."

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

    def show_requests(self) -> str:
        entries = self._ledger.entries()
        return render_template("signing/requests.html", entries=entries, states=STATES, auto=self._auto)

    def show_request(self, reference: str) -> str:
        entry = self._entry(reference)
        return render_template(
            "signing/request.html",
            entry=entry,
            states=STATES,
            purposes=PURPOSES,
            messages=self._ledger.messages_of(reference),
            may_answer=entry.state in _AWAITING,
        )

    def show_document(self, reference: str) -> Response:
        content = base64.b64decode(self._entry(reference).body["sign_files"][0]["file_base64"])
        return Response(
            content, mimetype="application/pdf", headers={"Content-Disposition": f"inline; filename={reference}.pdf"}
        )

    def show_certificates(self) -> str:
        return render_template("signing/certificates.html", holders=self._authority.holders(), authority=AUTHORITY)

    def show_root(self) -> Response:
        return Response(self._authority.root_pem(), mimetype="application/x-pem-file")

    def revoke(self, serial: str) -> AnyResponse:
        try:
            self._authority.revoke(serial, datetime.now(UTC))
        except NotFound:
            abort(404)
        return redirect("/certificates", code=303)

    def answer(self, reference: str) -> AnyResponse:
        entry = self._entry(reference)
        choice = request.form.get("choice", "")
        if choice == "silent":
            if entry.state == "open":
                self._ledger.change(entry, "silent")
        elif choice in ("agree", "refuse"):
            if entry.state in _AWAITING:
                self._answer(entry, choice, request.form.get("content", "").strip())
        else:
            abort(400)
        return redirect(f"/requests/{reference}", code=303)

    def _answer(self, entry: Entry, choice: str, content: str) -> None:
        news: dict[str, Any] = {
            "order_id": entry.body["order_id"],
            "reference": entry.reference,
            "outcome": "answered",
            "answer": choice,
            "content": content,
        }
        if choice == "agree":
            try:
                news |= self._signature(entry)
            except Refused as revoked:
                choice = "revoked"
                news |= {"outcome": "rejected", "answer": None, "content": revoked.message}
        if self._ledger.change(entry, choice, news=news):
            self._sandbox.courier.wake()

    def _signature(self, entry: Entry) -> dict[str, str]:
        digest = bytes.fromhex(entry.body["sign_files"][0]["hash"])
        signature = self._authority.sign_hash(str(entry.body["serial_number"]), digest)
        timestamp = self._authority.timestamp(signature, datetime.now(UTC))
        return {"signature": _text(signature), "timestamp": _text(timestamp), "context": entry.body["context"]}

    def _entry(self, reference: str) -> Entry:
        entry = self._ledger.find(reference)
        if entry is None:
            abort(404)
        return entry


_HOLDER = {"id": "user_id", "name": "name", "organisation": "organisation"}


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def build(data: Path, *, secret: str, port: int = 0, auto_seconds: float | None = None) -> Sandbox:
    """Dịch vụ ký số từ xa, mô phỏng."""
    authority = Authority(data.with_name(f"{data.stem}-authority"), secret)
    authority.prepare()
    return Sandbox(
        data, lambda sandbox: SigningService(sandbox, authority, auto_seconds=auto_seconds), secret=secret, port=port
    )


def connector_environment(url: str, secret: str) -> dict[str, str]:
    """The settings with which the connector talks to this sandbox."""
    return {PREFIX + "URL": url, SECRET: secret}


if __name__ == "__main__":
    sys.exit(main(build, secret_name=SECRET))
