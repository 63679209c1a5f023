"""The sealer: drains what acts left pending into the Merkle log, and signs checkpoints of it (C2SP signed note).

Every act writes its pending row in its own transaction and the sealer deletes what it seals, so a late commit is never
skipped, as it would be by a reader that remembers the highest id it saw.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Connection, select, text

from engine.history.merkle import Frontier, leaf_hash
from engine.store.tables import checkpoint, seal_leaf

LOCK = 0x6D6F7463  # one sealer at a time
BATCH = 1000
ED25519_NOTE = b"\x01"

DRAIN = text(
    """
    DELETE FROM seal_pending WHERE id IN (SELECT id FROM seal_pending ORDER BY id LIMIT :batch)
    RETURNING id, case_id, seq, hash
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKey:
    """The key that signs checkpoints, and the log's name. It lies outside the database."""

    origin: str
    private: Ed25519PrivateKey

    @classmethod
    def of(cls, seed: bytes, origin: str) -> LogKey:
        """The key made of these 32 secret bytes."""
        return cls(origin=origin, private=Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes_raw()


def note_text(origin: str, size: int, root: bytes) -> str:
    """The body of a checkpoint: origin, size, root."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def sign_note(key: LogKey, size: int, root: bytes) -> str:
    """A signed checkpoint, as witnesses and other verifiers of the format read it."""
    body = note_text(key.origin, size, root)
    signature = base64.b64encode(key_id(key.origin, key.public) + key.private.sign(body.encode())).decode()
    return f"{body}\n— {key.origin} {signature}\n"


def key_id(origin: str, public: bytes) -> bytes:
    """Four bytes that name a key within a note."""
    return sha256(origin.encode() + b"\n" + ED25519_NOTE + public).digest()[:4]


def verify_note(note: str, public: bytes) -> tuple[str, int, bytes] | None:
    """(origin, size, root) of a note that this key signed, else None."""
    body, _, signatures = note.partition("\n\n")
    try:
        origin, size, root = body.split("\n")
        for line in signatures.splitlines():
            _, name, encoded = line.split(" ")
            raw = base64.b64decode(encoded)
            if name == origin and raw[:4] == key_id(origin, public):
                Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], f"{body}\n".encode())
                return origin, int(size), base64.b64decode(root)
    except (ValueError, InvalidSignature):
        return None
    return None


def seal(connection: Connection, key: LogKey) -> int:
    """Seal one batch inside the caller's transaction; returns how many events. 0 also while another sealer works."""
    if not connection.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": LOCK}).scalar_one():
        return 0
    pending = sorted(connection.execute(DRAIN, {"batch": BATCH}).all())
    if not pending:
        return 0
    frontier = last_frontier(connection)
    rows = []
    for _, case_id, seq, event_hash in pending:
        leaf = leaf_hash(bytes(event_hash))
        rows.append({"position": frontier.size, "case_id": case_id, "seq": seq, "hash": leaf})
        frontier.append(leaf)
    connection.execute(seal_leaf.insert(), rows)
    root = frontier.root()
    connection.execute(
        checkpoint.insert().values(
            size=frontier.size, root=root, frontier=frontier.nodes, note=sign_note(key, frontier.size, root)
        )
    )
    return len(rows)


def last_frontier(connection: Connection) -> Frontier:
    """Where the log stands."""
    last = connection.execute(
        select(checkpoint.c.size, checkpoint.c.frontier).order_by(checkpoint.c.size.desc()).limit(1)
    ).one_or_none()
    if last is None:
        return Frontier()
    nodes: Sequence[bytes] = [bytes(node) for node in last.frontier]
    return Frontier(last.size, nodes)
