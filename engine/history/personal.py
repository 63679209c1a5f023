"""Personal values in events are salted commitments; salt and value lie in an erasable row (Law 91/2025/QH15 art. 14).

An unsalted hash of an identity number is found by trying them all; a 32-byte salt makes the commitment say nothing.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256

SALT_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """A personal value, its salt, and what the event carries in its place."""

    field: str
    salt: bytes
    value: str

    @property
    def digest(self) -> bytes:
        return sha256(b"pii" + self.salt + self.value.encode()).digest()


def commit(field: str, value: str) -> Commitment:
    """Commit to a value under a fresh salt."""
    return Commitment(field=field, salt=secrets.token_bytes(SALT_BYTES), value=value)


def is_opening(digest: bytes, salt: bytes, value: str) -> bool:
    """Whether salt and value open this commitment."""
    return Commitment(field="", salt=salt, value=value).digest == digest
