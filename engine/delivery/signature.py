"""HMAC-SHA256 signatures on requests and callbacks: who sent it, for what purpose, when, and which message it is.

The purpose ("consultation:callback") is signed too, so that one of our own requests cannot be reflected back at us as
an answer. The message id is what replay protection remembers (table inbound).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from engine.errors import NotAllowed

TIMESTAMP_HEADER = "Motcua-Timestamp"
MESSAGE_HEADER = "Motcua-Message-Id"
SIGNATURE_HEADER = "Motcua-Signature"
WINDOW = timedelta(minutes=5)

_MESSAGE_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


def sign(secret: str, purpose: str, message_id: str, body: bytes, *, at: datetime) -> dict[str, str]:
    """Headers that prove `body`. `message_id` stays the same when the same message is sent again."""
    timestamp = str(int(at.timestamp()))
    return {
        TIMESTAMP_HEADER: timestamp,
        MESSAGE_HEADER: message_id,
        SIGNATURE_HEADER: _digest(secret, purpose, timestamp, message_id, body),
    }


def check_signature(secret: str, purpose: str, headers: Mapping[str, str], body: bytes, *, now: datetime) -> str:
    """The message id of an authentic, recent message; NotAllowed otherwise. `now` is real time, not the demo clock."""
    given = {name.lower(): value for name, value in headers.items()}
    timestamp = given.get(TIMESTAMP_HEADER.lower(), "")
    message_id = given.get(MESSAGE_HEADER.lower(), "")
    signature = given.get(SIGNATURE_HEADER.lower(), "")
    if not secret or not _TIMESTAMP.fullmatch(timestamp) or not _MESSAGE_ID.fullmatch(message_id):
        raise NotAllowed("Thông điệp không có chữ ký hợp lệ.")
    expected = _digest(secret, purpose, timestamp, message_id, body)
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise NotAllowed("Chữ ký của thông điệp không đúng.")
    if abs(now.timestamp() - int(timestamp)) > WINDOW.total_seconds():
        raise NotAllowed("Thông điệp đã quá thời hạn nhận (5 phút).")
    return message_id


def _digest(secret: str, purpose: str, timestamp: str, message_id: str, body: bytes) -> str:
    signed = f"v1\n{purpose}\n{timestamp}\n{message_id}\n".encode() + body
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
