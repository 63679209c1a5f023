"""The HTTP calls of the consultation exchange; every request is signed for its method and path."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import orjson

from connectors.consultation.config import ConsultationConfig
from connectors.http import Door
from engine.delivery.signature import sign

NAME = "consultation"


class ConsultationClient:
    """Calls of one exchange; safe between threads."""

    def __init__(self, config: ConsultationConfig) -> None:
        self._config = config
        self._door = Door(base_url=config.base_url, timeout_seconds=config.timeout_seconds)

    def send_document(self, key: str, message: Mapping[str, Any]) -> dict[str, Any]:
        return self._call("POST", "/api/documents", key=key, body=orjson.dumps(message))

    def recall_document(self, key: str, message: Mapping[str, Any]) -> dict[str, Any]:
        return self._call("POST", "/api/recalls", key=key, body=orjson.dumps(message))

    def fetch_answers(self, cursor: str) -> dict[str, Any]:
        return self._call("GET", "/api/answers?" + urlencode({"after": cursor}), key=uuid4().hex)

    def fetch_status(self) -> dict[str, Any]:
        return self._call("GET", "/api/status", key=uuid4().hex)

    def _call(self, method: str, path: str, *, key: str, body: bytes = b"") -> dict[str, Any]:
        purpose = f"{NAME} {method} {path}"
        headers = sign(self._config.secret, purpose, key, body, at=datetime.now(UTC))
        headers["Idempotency-Key"] = key
        headers["X-Organisation"] = self._config.organisation
        return self._door.call(method, path, body=body, headers=headers)
