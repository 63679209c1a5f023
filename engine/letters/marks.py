"""The two machine-readable marks of a letter: CODE128 of the dossier code, and a QR. Both as SVG."""

from __future__ import annotations

import io

import barcode
import segno
from barcode.writer import SVGWriter

from engine.errors import InputError


def code128(text: str) -> str:
    """CODE128 bars without the text under them: the letter prints the code itself."""
    if not text.isascii() or not text.isprintable():
        raise InputError(f"Mã “{text}” không in được thành mã vạch.")
    out = io.BytesIO()
    writer = SVGWriter()
    drawn = barcode.get("code128", text, writer=writer)
    drawn.write(out, {"write_text": False, "module_width": 0.25, "module_height": 9.0, "quiet_zone": 2.5})
    return out.getvalue().decode("utf-8")


def qr(text: str) -> str:
    """A QR of medium error correction, four modules of silence around it."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=4, xmldecl=False)
    return out.getvalue().decode("utf-8")
