"""The thread that carries a neighbour's news to us: signed, oldest first, again and again until we say 200."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
import requests

from connectors.neighbour.ledger import Ledger, Message, later
from engine.delivery.signature import sign

_TICK_SECONDS = 0.5
log = logging.getLogger(__name__)


class Courier(threading.Thread):
    """Also gives the neighbour's automatic officer a turn (`before_round`) each time it wakes."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        secret: str,
        purpose: str,
        before_round: Callable[[datetime], None],
        body_of: Callable[[Message], Mapping[str, Any]],
    ) -> None:
        super().__init__(name="courier", daemon=True)
        self._ledger = ledger
        self._secret = secret
        self._purpose = purpose
        self._before_round = before_round
        self._body_of = body_of
        self._wake = threading.Event()
        self._is_stopping = False

    def wake(self) -> None:
        self._wake.set()

    def stop(self) -> None:
        self._is_stopping = True
        self._wake.set()
        self.join(timeout=10)

    def run(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while not self._is_stopping:
                now = datetime.now(UTC)
                self._before_round(now)
                for message in self._ledger.due_messages(now):
                    if not self._is_stopping:
                        self._carry(session, message)
                self._wake.wait(_TICK_SECONDS)
                self._wake.clear()

    def _carry(self, session: requests.Session, message: Message) -> None:
        body = orjson.dumps(self._body_of(message))
        now = datetime.now(UTC)
        headers = sign(self._secret, self._purpose, message.id, body, at=now)
        headers["Content-Type"] = "application/json"
        try:
            reply = session.post(message.url, data=body, headers=headers, timeout=(3.05, 10), allow_redirects=False)
            error = "" if reply.status_code == 200 else f"HTTP {reply.status_code}"
        except requests.exceptions.RequestException as failure:
            error = type(failure).__name__
        if not error:
            self._ledger.message_taken(message, now)
            return
        log.info("callback not taken: %s", error)
        self._ledger.message_failed(message, error, next_at=now + later(message.attempts))
