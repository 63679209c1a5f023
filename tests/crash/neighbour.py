"""A neighbour outside whoever calls it: what it was asked is lines of a file, which no SIGKILL takes back."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from engine.delivery.contract import Callback, Operation, Order, Receipt
from tests.crash.killing import at_neighbour

NAMES = {"request": "Xin ý kiến", "deliver_result": "Chuyển kết quả", "sign": "Ký số"}


class Neighbour:
    """Takes every order; one that it knows has no second effect. `answers` sends the answer with the receipt."""

    def __init__(self, name: str, book: Path, *, answers: bool = False) -> None:
        self.name = self.title = name
        self.operations: Mapping[str, Operation] = {
            one: Operation(name=one, title=title) for one, title in NAMES.items()
        }
        self._book, self._answers = book, answers

    def send(self, order: Order) -> Receipt:
        at_neighbour()
        line = f"{order.id} {order.case_code} {order.operation} {order.payload.get('letter', '')}\n"
        descriptor = os.open(self._book, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(descriptor, line.encode())
        os.close(descriptor)
        at_neighbour()
        if not self._answers:
            return Receipt(reference=f"REF-{order.id}")
        blob = order.payload.get("blob")
        answer = {"signed_blob": blob, "source_sha256": blob} if blob else {"answer": "agree", "content": "Đồng ý"}
        return Receipt(reference=f"REF-{order.id}", is_final=True, answer=answer)

    def parse_callback(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Callback:
        raise NotImplementedError

    def check_config(self) -> list[str]:
        return []

    def effects(self) -> Counter[tuple[str, str, str]]:
        """How often each thing was really done, by case, operation and letter: once an order, however often it came."""
        lines = self._book.read_text().splitlines() if self._book.exists() else []
        return Counter(tuple(line.split(" ")[1:]) for line in dict.fromkeys(lines))  # type: ignore[misc]
