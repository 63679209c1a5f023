"""The HTTP calls of the postal service, in the shape that public clients of VNPost use."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import orjson

from connectors.http import Bearer, Door
from connectors.postal.config import PostalConfig
from engine.errors import DeliveryRejected, DeliveryRetryable, KeyRefused

_EARLY_SECONDS = 30
_SUCCESS = "success"


class PostalClient:
    """Fetches an access token when needed and keeps it until shortly before it ends. Safe between threads."""

    def __init__(self, config: PostalConfig) -> None:
        self._config = config
        self._door = Door(base_url=config.base_url, timeout_seconds=config.timeout_seconds)
        self._lock = threading.Lock()
        self._token = ""
        self._token_ends = 0.0

    def create_order(self, key: str, order: Mapping[str, Any]) -> dict[str, Any]:
        return self._ask("POST", "/api/orders", order, key=key)

    def cancel_order(self, key: str, number: str) -> dict[str, Any]:
        order = {"customerCode": self._config.customer_code, "orderNumber": number}
        return self._ask("POST", "/api/orders/cancel", order, key=key)

    def fetch_tracking(self, last_id: str, *, page_size: int = 50) -> dict[str, Any]:
        return self._call("GET", "/api/tracking?" + urlencode({"pagesize": page_size, "lastId": last_id}))

    def check_token(self) -> None:
        """Asks for a fresh token, to see whether address and account are right."""
        self._fresh_token()

    def _ask(self, method: str, path: str, message: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """A reply `{Status, Message}`: the post says no with 200 too."""
        reply = self._call(method, path, body=orjson.dumps(message), key=key)
        status = reply.get("Status")
        if not isinstance(status, str):
            raise DeliveryRetryable("Bưu điện trả lời nhưng không đúng mẫu.")
        if status != _SUCCESS:
            raise DeliveryRejected(f"Bưu điện từ chối: {str(reply.get('Message', ''))[:300]}")
        return reply

    def _call(self, method: str, path: str, *, body: bytes = b"", key: str = "") -> dict[str, Any]:
        headers = {"Idempotency-Key": key} if key else {}
        try:
            return self._door.call(method, path, body=body, headers=headers, auth=Bearer(self._kept_token()))
        except KeyRefused:  # the token ended early: one new token, one more try
            return self._door.call(method, path, body=body, headers=headers, auth=Bearer(self._fresh_token()))

    def _kept_token(self) -> str:
        with self._lock:
            if self._token and time.monotonic() < self._token_ends:
                return self._token
        return self._fresh_token()

    def _fresh_token(self) -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._config.customer_key,
            "client_secret": self._config.secret,
        }
        reply = self._door.call(
            "POST", "/api/token", body=urlencode(form).encode(), content_type="application/x-www-form-urlencoded"
        )
        token, seconds = reply.get("access_token"), reply.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(seconds, int | float):
            raise DeliveryRetryable("Bưu điện trả lời nhưng không cấp mã truy cập.")
        with self._lock:
            self._token, self._token_ends = token, time.monotonic() + max(seconds - _EARLY_SECONDS, 0)
        return token
