"""Files by content: named by their SHA-256, written once, never rewritten (a signed PDF stays what was signed)."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from engine.errors import NotFound

HASH_BYTES = 32


class BlobStore(Protocol):
    """Where files live. The database row (hash, size, mime, verdict) is written after the blob, in the act."""

    def put(self, content: bytes) -> bytes:
        """Keep the bytes durably and return their SHA-256; again is free and touches the blob."""

    def get(self, digest: bytes) -> bytes:
        """The bytes, checked against their name; NotFound when absent or damaged."""

    def has(self, digest: bytes) -> bool:
        """Whether the blob is there."""

    def delete(self, digest: bytes) -> None:
        """Forget a blob; absent is no error. Only the orphan sweep and lawful erasure call it."""

    def untouched_for(self, seconds: float) -> Iterator[bytes]:
        """Hashes of blobs neither written nor put again for so long: candidates of the orphan sweep."""


class LocalBlobStore:
    """A folder: sha256/ab/<hash in hex>, written beside, synced, renamed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "sha256"

    def put(self, content: bytes) -> bytes:
        digest = hashlib.sha256(content).digest()
        path = self._path(digest)
        if path.exists():
            os.utime(path)
            return digest
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.parent.mkdir(exist_ok=True)
        fresh = path.with_name(f".{secrets.token_hex(8)}")
        try:
            with fresh.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            fresh.rename(path)
        finally:
            fresh.unlink(missing_ok=True)
        for folder in (path.parent, self._folder):
            _sync_folder(folder)
        return digest

    def get(self, digest: bytes) -> bytes:
        try:
            content = self._path(digest).read_bytes()
        except FileNotFoundError:
            raise NotFound("Không tìm thấy tệp trong kho.") from None
        if hashlib.sha256(content).digest() != digest:
            raise NotFound("Tệp trong kho đã hỏng: nội dung không còn khớp mã băm. Hãy khôi phục từ bản sao lưu.")
        return content

    def has(self, digest: bytes) -> bool:
        return self._path(digest).exists()

    def delete(self, digest: bytes) -> None:
        self._path(digest).unlink(missing_ok=True)

    def untouched_for(self, seconds: float) -> Iterator[bytes]:
        limit = time.time() - seconds
        for path in sorted(self._folder.glob("??/*")):
            if path.stat().st_mtime < limit:
                if path.name.startswith("."):  # a write that was killed half-way
                    path.unlink(missing_ok=True)
                else:
                    yield bytes.fromhex(path.name)

    def _path(self, digest: bytes) -> Path:
        if len(digest) != HASH_BYTES:
            raise ValueError("a blob is named by 32 bytes")
        name = digest.hex()
        return self._folder / name[:2] / name


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
