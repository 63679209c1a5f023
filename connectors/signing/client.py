"""The HTTP calls of the signing service; shapes after the public client code of a remote signing hub (NEAC).

`sign_hash` and the callback are ours: the hub's clients were seen to send whole files and to wait for the answer.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import orjson

from connectors.http import Door
from connectors.signing.config import SigningConfig
from connectors.signing.pades import Signer
from engine.delivery.signature import sign
from engine.errors import DeliveryRetryable

NAME = "signing"
CERTIFICATE_SECONDS = 15.0  # a first certificate may have to be made


class SigningClient:
    """Calls of one service; safe between threads."""

    def __init__(self, config: SigningConfig) -> None:
        self._config = config
        self._door = Door(base_url=config.base_url, timeout_seconds=config.timeout_seconds)
        self._directory = Door(base_url=config.base_url, timeout_seconds=CERTIFICATE_SECONDS)

    def fetch_signer(self, holder: Mapping[str, str]) -> tuple[Signer, str, str]:
        """The holder's certificate with its chain and revocation list; its serial number; the transaction."""
        body = {"user_id": holder["id"], "name": holder["name"], "organisation": holder["organisation"]}
        reply = self._call(self._directory, "POST", "/api/get_certificate", key=uuid4().hex, message=body)
        try:
            data = reply["data"]
            certificate = data["user_certificates"][0]
            signer = Signer(
                certificate=_bytes(certificate["cert_data"]),
                chain=tuple(_bytes(one) for one in data["chain"]),
                revocation_lists=tuple(_bytes(one) for one in data["revocation_lists"]),
            )
            return signer, str(certificate["serial_number"]), str(data["transaction_id"])
        except (KeyError, IndexError, TypeError, binascii.Error):
            raise DeliveryRetryable("Dịch vụ ký số trả lời nhưng không có chứng thư.") from None

    def send_hash(self, key: str, message: Mapping[str, Any]) -> dict[str, Any]:
        return self._call(self._door, "POST", "/api/sign_hash", key=key, message=message)

    def recall(self, key: str, message: Mapping[str, Any]) -> dict[str, Any]:
        return self._call(self._door, "POST", "/api/recalls", key=key, message=message)

    def fetch_answers(self, cursor: str) -> dict[str, Any]:
        return self._call(self._door, "GET", "/api/answers?" + urlencode({"after": cursor}), key=uuid4().hex)

    def fetch_status(self) -> dict[str, Any]:
        return self._call(self._door, "GET", "/api/status", key=uuid4().hex)

    def _call(
        self, door: Door, method: str, path: str, *, key: str, message: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        body = b"" if message is None else orjson.dumps(message)
        headers = sign(self._config.secret, f"{NAME} {method} {path}", key, body, at=datetime.now(UTC))
        headers["Idempotency-Key"] = key
        return door.call(method, path, body=body, headers=headers)


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
