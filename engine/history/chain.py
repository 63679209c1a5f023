"""The chain of one case: hash = SHA-256(previous hash || body). The first event follows 32 zero bytes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson

GENESIS = bytes(32)
EVENT_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One recorded event: `body` is the canonical text that was hashed."""

    seq: int
    type: str
    at: datetime
    recorded_at: datetime
    body: bytes
    hash: bytes

    @property
    def content(self) -> dict[str, Any]:
        """The body, parsed."""
        parsed: dict[str, Any] = orjson.loads(self.body)
        return parsed


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainVerdict:
    """Whether a case's events form one unbroken chain; `broken_at` is the first event that does not fit."""

    length: int
    head: bytes
    broken_at: int | None
    reason: str

    @property
    def is_whole(self) -> bool:
        return self.broken_at is None


def next_hash(previous: bytes, body: bytes) -> bytes:
    """The hash that binds a body to all events before it."""
    return sha256(previous + body).digest()


def verify_chain(case_id: str, events: Iterable[tuple[int, bytes, bytes]], head: bytes | None = None) -> ChainVerdict:
    """Recompute a chain from (seq, body, stored hash), in order; with `head`, also that it ends there."""
    previous, length = GENESIS, 0

    def broken(reason: str) -> ChainVerdict:
        return ChainVerdict(length=length, head=previous, broken_at=length + 1, reason=reason)

    for seq, body, stored in events:
        if seq != length + 1:
            return broken(f"thiếu sự kiện {length + 1}")
        content = orjson.loads(body)
        if content.get("case") != case_id or content.get("seq") != seq:
            return broken(f"sự kiện {seq} không thuộc hồ sơ này hoặc sai thứ tự")
        if next_hash(previous, body) != stored:
            return broken(f"nội dung sự kiện {seq} đã bị thay đổi")
        previous, length = stored, seq
    if head is not None and head != previous:
        return broken("các sự kiện cuối đã bị xóa hoặc thay thế")
    return ChainVerdict(length=length, head=previous, broken_at=None, reason="")
