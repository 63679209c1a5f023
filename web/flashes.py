"""A sentence for the next page: what has just been done."""

from __future__ import annotations

from flask import flash


def tell(sentence: str, kind: str = "good") -> None:
    """Show a sentence once, on the next page this person sees."""
    flash(sentence, kind)
