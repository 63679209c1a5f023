"""Where on the page a signature shows: the letter's own mark says, the decree says how seal and signature overlap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader

MARK = "signature-signer"
MILLIMETRE = 72 / 25.4
SIGNATURE_WIDTH, SIGNATURE_HEIGHT = 50 * MILLIMETRE, 20 * MILLIMETRE
SEAL_WIDTH = 36 * MILLIMETRE


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle on a page, in points from the lower left corner."""

    page: int
    corners: tuple[int, int, int, int]


def box_for(reader: PdfFileReader, purpose: str) -> Box | None:
    """The place of an officer's signature or of the agency's seal; None when the document marks none."""
    found = _mark(reader)
    if found is None:
        return None
    page, x, y = found
    if purpose == "sign":
        half_width, half_height = SIGNATURE_WIDTH / 2, SIGNATURE_HEIGHT / 2
    else:
        # The seal covers about a third of the signature, on its left (Decree 30/2020/NĐ-CP, appendix I).
        half_width = half_height = SEAL_WIDTH / 2
        x = x - SIGNATURE_WIDTH / 2 + SIGNATURE_WIDTH / 3 - half_width
    corners = (round(x - half_width), round(y - half_height), round(x + half_width), round(y + half_height))
    return Box(page=page, corners=corners)


def _mark(reader: PdfFileReader) -> tuple[int, float, float] | None:
    names = reader.root.get("/Names", {}).get("/Dests")
    for name, target in _entries(names) if names is not None else ():
        if name == MARK:
            destination = target["/D"] if hasattr(target, "keys") else target
            page = destination.raw_get(0)
            for number in range(int(reader.root["/Pages"]["/Count"])):
                found, _ = reader.find_page_for_modification(number)  # type: ignore[no-untyped-call]
                if found == page:
                    return number, float(destination[2]), float(destination[3])
    return None


def _entries(node: Any) -> Iterator[tuple[str, Any]]:
    """Every (name, destination) of a PDF name tree."""
    leaves = node.get("/Names", [])
    for index in range(0, len(leaves), 2):
        name = leaves[index]
        yield (name.decode("latin-1") if isinstance(name, bytes) else str(name)), leaves[index + 1]
    for kid in node.get("/Kids", []):
        yield from _entries(kid)
