"""Files by content."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from engine.errors import NotFound
from engine.store.blobs import LocalBlobStore


def test_what_was_put_is_got_by_its_hash(blobs: LocalBlobStore) -> None:
    digest = blobs.put(b"noi dung")
    assert digest == hashlib.sha256(b"noi dung").digest()
    assert blobs.has(digest)
    assert blobs.get(digest) == b"noi dung"
    assert blobs.put(b"noi dung") == digest


def test_absent_and_damaged_files_are_not_found(blobs: LocalBlobStore, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        blobs.get(b"\0" * 32)
    digest = blobs.put(b"noi dung")
    (found,) = (tmp_path / "blobs").glob("sha256/*/*")
    found.write_bytes(b"noi dunG")
    with pytest.raises(NotFound, match="hỏng"):
        blobs.get(digest)


def test_putting_again_saves_a_file_from_the_sweep(blobs: LocalBlobStore, tmp_path: Path) -> None:
    old, reused = blobs.put(b"cu"), blobs.put(b"dung lai")
    for path in (tmp_path / "blobs").glob("sha256/*/*"):
        os.utime(path, (1, 1))
    blobs.put(b"dung lai")
    assert list(blobs.untouched_for(3600)) == [old]
    blobs.delete(old)
    blobs.delete(old)
    assert not blobs.has(old)
    assert blobs.has(reused)


def test_a_write_killed_half_way_leaves_nothing_that_counts(blobs: LocalBlobStore, tmp_path: Path) -> None:
    digest = blobs.put(b"x")
    folder = tmp_path / "blobs" / "sha256" / digest.hex()[:2]
    half = folder / ".0123"
    half.write_bytes(b"hal")
    os.utime(half, (1, 1))
    assert list(blobs.untouched_for(3600)) == []
    assert not half.exists()


@pytest.mark.parametrize("digest", [b"", b"short", b"../../../etc/passwd............."[:31]])
def test_a_name_is_a_hash_and_nothing_else(blobs: LocalBlobStore, digest: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        blobs.get(digest)
