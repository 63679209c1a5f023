"""A post office to play with: takes orders, and a person (or a timer) moves each parcel on its way."""

from __future__ import annotations

import hmac
import secrets
import sys
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from connectors.neighbour.application import Sandbox, main
from connectors.neighbour.ledger import Entry, Message
from connectors.neighbour.wire import json_body, refusal
from connectors.postal.config import PREFIX
from connectors.postal.connector import NAME
from connectors.postal.tracking import CODES, LABELS, Tracking

SECRET = PREFIX + "SECRET"
CUSTOMER_KEY = "motcua"
CUSTOMER_CODE = "KH-MOTCUA"
TOKEN_SECONDS = 600
NEXT_STEPS = {
    Tracking.ACCEPTED: (Tracking.IN_TRANSIT, Tracking.FAILED, Tracking.CANCELLED),
    Tracking.IN_TRANSIT: (Tracking.DELIVERED, Tracking.RETURNED, Tracking.FAILED),
}
_CODE_OF = {tracking: code for code, tracking in CODES.items()}
_REQUIRED = (
    "OrderNumber",
    "SenderName",
    "SenderAddress",
    "SenderTel",
    "ReceiverName",
    "ReceiverAddress",
    "ReceiverTel",
)


class PostOffice:
    """What the post office's clerk sees and does."""

    name = NAME
    title = "Bưu điện (mô phỏng)"

    def __init__(self, sandbox: Sandbox, *, auto_seconds: float | None) -> None:
        self._sandbox = sandbox
        self._ledger = sandbox.ledger
        self._auto = None if auto_seconds is None else timedelta(seconds=auto_seconds)
        self._tokens: dict[str, float] = {}
        self._lock = threading.Lock()

    def blueprints(self) -> tuple[Blueprint, Blueprint]:
        door = Blueprint("door", __name__)
        door.add_url_rule("/api/orders", view_func=self.create_order, methods=["POST"])
        door.add_url_rule("/api/orders/cancel", view_func=self.cancel_order, methods=["POST"])
        door.add_url_rule("/api/tracking", view_func=self.list_tracking)
        page = Blueprint("page", __name__, template_folder="templates")
        page.add_url_rule("/api/token", view_func=self.issue_token, methods=["POST"])
        page.add_url_rule("/", view_func=self.show_parcels)
        page.add_url_rule("/parcels/<reference>", view_func=self.show_parcel)
        page.add_url_rule("/parcels/<reference>", endpoint="advance", view_func=self.advance, methods=["POST"])
        return door, page

    def work(self, now: datetime) -> None:
        """Moves each parcel on: half of the time until it is on its way, the other half until it is delivered."""
        if self._auto is None:
            return
        for entry in self._ledger.entries():
            steps = {"accepted": Tracking.IN_TRANSIT, "in_transit": Tracking.DELIVERED}
            if entry.state in steps and now - entry.changed_at >= self._auto / 2:
                self._move(entry, steps[entry.state])

    def callback_body(self, message: Message) -> Mapping[str, Any]:
        return {**message.body, "_id": {"$oid": message.id}}

    # --- the business door

    def issue_token(self) -> Response | tuple[Response, int]:
        form = request.form
        is_known = hmac.compare_digest(form.get("client_id", "").encode(), CUSTOMER_KEY.encode())
        is_proved = hmac.compare_digest(form.get("client_secret", "").encode(), self._sandbox.secret.encode())
        if form.get("grant_type") != "client_credentials" or not (is_known and is_proved):
            return jsonify(error="invalid_client", message="Sai khóa khách hàng."), 401
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._tokens = {known: ends for known, ends in self._tokens.items() if ends > time.monotonic()}
            self._tokens[token] = time.monotonic() + TOKEN_SECONDS
        return jsonify({"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS, "scope": "orders"})

    def forget_tokens(self) -> None:
        """As a restart would: every client must ask for a new token."""
        with self._lock:
            self._tokens.clear()

    def create_order(self) -> Response | tuple[Response, int]:
        self._authenticate()
        order = json_body()
        missing = [name for name in _REQUIRED if not order.get(name)]
        if missing or order.get("CustomerCode") != CUSTOMER_CODE:
            return jsonify(Status="error", Message=f"Thiếu {', '.join(missing)}." if missing else "Sai mã khách hàng.")
        number = str(order["OrderNumber"])
        _, is_new = self._ledger.take(
            number,
            kind="pick_up" if order.get("FlagConfig") == "1" else "deliver_result",
            case_code=number.rpartition(".")[0] or number,
            body=order,
            callback_url=str(order.get("CallbackUrl", "")),
            state=Tracking.ACCEPTED.value,
            reference=lambda _: number,
            news=_news(number, Tracking.ACCEPTED),
        )
        if is_new:
            self._sandbox.courier.wake()
        return jsonify(Status="success", Message="Đã tiếp nhận" if is_new else "Đơn đã có")

    def cancel_order(self) -> Response | tuple[Response, int]:
        self._authenticate()
        entry = self._ledger.find(str(json_body().get("orderNumber", "")))
        if entry is None:
            return jsonify(Status="error", Message="Không có đơn này.")
        if entry.state == Tracking.CANCELLED:
            return jsonify(Status="success", Message="Đơn đã hủy")
        if entry.state != Tracking.ACCEPTED or not self._move(entry, Tracking.CANCELLED):
            return jsonify(Status="error", Message="Bưu gửi đã đi, không hủy được.")
        return jsonify(Status="success", Message="Đã hủy")

    def list_tracking(self) -> Response | tuple[Response, int]:
        self._authenticate()
        last = self._ledger.message(request.args.get("lastId", ""))
        size = min(int(request.args.get("pagesize", "50")), 200)
        messages = self._ledger.messages_after(last.seq if last else 0, limit=size)
        return jsonify(
            _embedded={"rh:doc": [self.callback_body(message) for message in messages]}, _returned=len(messages)
        )

    def _authenticate(self) -> None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        with self._lock:
            is_valid = self._tokens.get(token, 0.0) > time.monotonic()
        if not is_valid:
            abort(refusal("Mã truy cập không đúng hoặc đã hết hạn.", 401))

    # --- the page

    def show_parcels(self) -> str:
        return render_template("postal/parcels.html", entries=self._ledger.entries(), labels=LABELS, auto=self._auto)

    def show_parcel(self, reference: str) -> str:
        entry = self._entry(reference)
        return render_template(
            "postal/parcel.html",
            entry=entry,
            labels=LABELS,
            messages=self._ledger.messages_of(reference),
            next_steps=NEXT_STEPS.get(Tracking(entry.state), ()),
        )

    def advance(self, reference: str) -> AnyResponse:
        entry = self._entry(reference)
        try:
            step = Tracking(request.form["step"])
        except (KeyError, ValueError):
            abort(400)
        if step in NEXT_STEPS.get(Tracking(entry.state), ()):
            self._move(entry, step, spoken=request.form.get("message", "").strip())
        return redirect(f"/parcels/{reference}", code=303)

    def _move(self, entry: Entry, step: Tracking, *, spoken: str = "") -> bool:
        is_moved = self._ledger.change(entry, step.value, news=_news(entry.reference, step, spoken))
        if is_moved:
            self._sandbox.courier.wake()
        return is_moved

    def _entry(self, reference: str) -> Entry:
        entry = self._ledger.find(reference)
        if entry is None:
            abort(404)
        return entry


def _news(number: str, step: Tracking, spoken: str = "") -> dict[str, Any]:
    return {
        "orderNumber": number,
        "statusCode": _CODE_OF[step],
        "statusMessage": spoken or LABELS[step],
        "createdAt": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def build(data: Path, *, secret: str, port: int = 0, auto_seconds: float | None = None) -> Sandbox:
    """Bưu điện, mô phỏng."""
    return Sandbox(data, lambda sandbox: PostOffice(sandbox, auto_seconds=auto_seconds), secret=secret, port=port)


def connector_environment(url: str, secret: str) -> dict[str, str]:
    """The settings with which the connector talks to this sandbox."""
    return {
        PREFIX + "URL": url,
        PREFIX + "CUSTOMER_CODE": CUSTOMER_CODE,
        PREFIX + "CUSTOMER_KEY": CUSTOMER_KEY,
        PREFIX + "OFFICE_NAME": "Trung tâm Phục vụ hành chính công tỉnh",
        PREFIX + "OFFICE_ADDRESS": "Số 1 đường Mẫu, phường Mẫu",
        PREFIX + "OFFICE_PHONE": "0239 000 000",
        SECRET: secret,
    }


if __name__ == "__main__":
    sys.exit(main(build, secret_name=SECRET))
