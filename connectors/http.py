"""One way to talk HTTP to a neighbour: bounded in time and size, and every failure told as retryable or rejected."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
from requests.auth import AuthBase

from engine.errors import DeliveryRejected, DeliveryRetryable, KeyRefused

LARGEST_REPLY = 4 * 1024 * 1024
_CHUNK = 64 * 1024
_LATER = (408, 423, 425, 429)
_NOT_THE_ORDERS_FAULT = (401, 403, 407)


class Bearer(AuthBase):
    """An access token; as an auth object, so that no .netrc entry can replace it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


@dataclass(slots=True, kw_only=True)
class Door:
    """A neighbour's HTTP door. Sessions are per thread; `timeout_seconds` bounds the whole exchange, not one read."""

    base_url: str
    timeout_seconds: float = 10.0
    _threads: threading.local = field(default_factory=threading.local, repr=False)

    def call(
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        content_type: str = "application/json",
        auth: AuthBase | None = None,
    ) -> dict[str, Any]:
        """The JSON object that the neighbour answered with 2xx."""
        sent = {"Accept": "application/json", **(headers or {})}
        if body:
            sent["Content-Type"] = content_type
        deadline = time.monotonic() + self.timeout_seconds
        try:
            with self._session().request(
                method,
                self.base_url.rstrip("/") + path,
                data=body or None,
                headers=sent,
                auth=auth,
                timeout=(min(3.05, self.timeout_seconds), self.timeout_seconds),
                allow_redirects=False,
                stream=True,
            ) as response:
                content = _read(response, deadline)
        except requests.exceptions.SSLError:
            raise DeliveryRetryable("Chứng thư bảo mật của cơ quan nhận không hợp lệ hoặc đã hết hạn.") from None
        except requests.exceptions.Timeout:
            raise DeliveryRetryable("Cơ quan nhận không trả lời trong thời gian chờ.") from None
        except requests.exceptions.RequestException as failure:
            raise DeliveryRetryable(f"Không kết nối được tới cơ quan nhận ({type(failure).__name__}).") from None
        _raise_for_status(response, content)
        return _json_object(content)

    def _session(self) -> requests.Session:
        if not hasattr(self._threads, "session"):
            session = requests.Session()
            session.trust_env = urlsplit(self.base_url).hostname not in ("127.0.0.1", "localhost", "::1")
            self._threads.session = session
        found: requests.Session = self._threads.session
        return found


def _read(response: requests.Response, deadline: float) -> bytes:
    content = bytearray()
    for chunk in response.iter_content(_CHUNK):
        content += chunk
        if time.monotonic() > deadline:
            raise DeliveryRetryable("Cơ quan nhận trả lời quá chậm.")
        if len(content) > LARGEST_REPLY:
            raise DeliveryRetryable("Cơ quan nhận trả lời quá dài, không đọc được.")
    return bytes(content)


def _raise_for_status(response: requests.Response, content: bytes) -> None:
    status = response.status_code
    if 200 <= status < 300:
        return
    if status in _NOT_THE_ORDERS_FAULT:
        raise KeyRefused
    if 400 <= status < 500 and status not in _LATER:
        raise DeliveryRejected(f"Cơ quan nhận từ chối ({status}): {_reason(content)}")
    wait = _retry_after(response.headers.get("Retry-After", ""))
    raise DeliveryRetryable(f"Cơ quan nhận tạm thời không phục vụ ({status}).", retry_after_seconds=wait)


def _retry_after(value: str) -> int | None:
    """Seconds, from either form of the header; at most a day, so that a wrong clock cannot park an order for ever."""
    try:
        seconds = float(value) if value.isdigit() else _seconds_until(value)
    except ValueError:
        return None
    return max(0, min(int(seconds), 86_400))


def _seconds_until(http_date: str) -> float:
    moment = parsedate_to_datetime(http_date)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - datetime.now(UTC)).total_seconds()


def _reason(content: bytes) -> str:
    try:
        reason = orjson.loads(content)["message"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return "không nói rõ lý do."
    return str(reason)[:300]


def _json_object(content: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise DeliveryRetryable("Cơ quan nhận trả lời nhưng nội dung không đọc được.") from None
    if not isinstance(found, dict):
        raise DeliveryRetryable("Cơ quan nhận trả lời nhưng nội dung không đúng mẫu.")
    return found
