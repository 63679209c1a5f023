"""What to remember between sending a digest and receiving its signature: it travels with the order and comes back.

So no machine of ours keeps a half-signed letter, and a callback can be taken by any of them.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
import zstandard

from connectors.signing.pades import Prepared, Signer
from engine.errors import InputError

LARGEST = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """`source` names the document as the order did: {"blob": hash} or {"pdf": base64}."""

    order_id: UUID
    source: Mapping[str, str]
    purpose: str
    suffix: bytes  # what preparing added to the document
    attributes: bytes
    hole: tuple[int, int]
    signer: Signer

    def prepared(self, original: bytes) -> Prepared:
        return Prepared(document=original + self.suffix, attributes=self.attributes, hole=self.hole)

    def to_text(self) -> str:
        body = {
            "order_id": str(self.order_id),
            "source": dict(self.source),
            "purpose": self.purpose,
            "suffix": _text(self.suffix),
            "attributes": _text(self.attributes),
            "hole": list(self.hole),
            "certificate": _text(self.signer.certificate),
            "chain": [_text(one) for one in self.signer.chain],
        }
        return _text(zstandard.ZstdCompressor(level=9).compress(orjson.dumps(body)))

    @classmethod
    def from_text(cls, text: str) -> Context:
        """InputError when it is not one of ours."""
        try:
            body: Any = orjson.loads(zstandard.ZstdDecompressor().decompress(_bytes(text), max_output_size=LARGEST))
            start, end = body["hole"]
            return cls(
                order_id=UUID(body["order_id"]),
                source=body["source"],
                purpose=body["purpose"],
                suffix=_bytes(body["suffix"]),
                attributes=_bytes(body["attributes"]),
                hole=(int(start), int(end)),
                signer=Signer(
                    certificate=_bytes(body["certificate"]), chain=tuple(_bytes(one) for one in body["chain"])
                ),
            )
        except (zstandard.ZstdError, orjson.JSONDecodeError, binascii.Error, KeyError, TypeError, ValueError):
            raise InputError("Thông điệp trả lời không mang đúng ngữ cảnh của lệnh ký.") from None


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(value: str) -> bytes:
    return base64.b64decode(value, validate=True)
