"""The written reason that the law asks for when an officer sends a dossier anywhere but forward."""

from __future__ import annotations

from engine.dossier.command import Filled
from engine.errors import FormRefused

SHORTEST = 5


def reason_in(form: Filled, what: str, *fields: str) -> str:
    """The reason in the first of these fields that has one; raises FormRefused saying that `what` lacks it."""
    for name in fields:
        words = str(form.values.get(name) or "").strip()
        if len(words) >= SHORTEST:
            return words
    raise FormRefused(f"{what} phải ghi rõ lý do.", errors={fields[0]: f"Ghi rõ lý do: {what.lower()}."})
