"""Per-case data keys, wrapped by a key that lies outside the database and its back-ups: no row, no data."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.errors import NotConfigured

KEY_BYTES = 32
NONCE_BYTES = 12


class KeyRing:
    """Makes, wraps and opens the data keys of cases; encrypts and decrypts what lies under them (AES-256-GCM)."""

    def __init__(self, key_encryption_key: bytes) -> None:
        if len(key_encryption_key) != KEY_BYTES:
            raise NotConfigured("Khóa mã hóa chính phải dài 32 byte.")
        self._wrapping = AESGCM(key_encryption_key)

    def new_key(self) -> bytes:
        """A fresh data key, wrapped: what the case row stores."""
        return _seal(self._wrapping, secrets.token_bytes(KEY_BYTES), b"data key")

    def encrypt(self, wrapped: bytes, plain: bytes, purpose: bytes) -> bytes:
        """Encrypt under a wrapped data key; `purpose` is bound to the result and must be given again."""
        return _seal(self._open(wrapped), plain, purpose)

    def decrypt(self, wrapped: bytes, sealed: bytes, purpose: bytes) -> bytes:
        """The plain bytes; raises NotConfigured when key or purpose do not fit."""
        return _unseal(self._open(wrapped), sealed, purpose)

    def _open(self, wrapped: bytes) -> AESGCM:
        return AESGCM(_unseal(self._wrapping, wrapped, b"data key"))


def _seal(cipher: AESGCM, plain: bytes, purpose: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plain, purpose)


def _unseal(cipher: AESGCM, sealed: bytes, purpose: bytes) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose)
    except InvalidTag:
        raise NotConfigured("Không giải mã được dữ liệu: sai khóa mã hóa chính, hoặc dữ liệu đã bị thay đổi.") from None
