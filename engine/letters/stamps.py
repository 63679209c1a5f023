"""What a digital signature looks like on the page: an officer's in blue, an agency's seal in red. One-page PDFs."""

from __future__ import annotations

from engine.letters.fields import clean
from engine.letters.form import HERE
from engine.letters.pool import shared_pool

STAMPS = HERE / "stamp"


def officer_stamp(name: str, *, caption: str = "Ký số", image: bytes | None = None) -> bytes:
    """50 x 20 mm. `image` is the officer's own signature as PNG; without it the name is written out."""
    data = {"name": clean(name), "caption": clean(caption), "image": _numbers(image)}
    return shared_pool().render(STAMPS / "officer.typ", HERE, data, 0)


def seal_stamp(name: str, superior: str, *, caption: str = "Ký số", image: bytes | None = None) -> bytes:
    """36 x 36 mm. `image` is the agency's seal as PNG; without it a round seal is drawn."""
    data = {"name": clean(name), "superior": clean(superior), "caption": clean(caption), "image": _numbers(image)}
    return shared_pool().render(STAMPS / "seal.typ", HERE, data, 0)


def _numbers(image: bytes | None) -> list[int] | None:
    return None if image is None else list(image)
