"""The written reason that the law asks for when an officer sends a dossier anywhere but forward."""

from __future__ import annotations

from engine.dossier.command import Filled
from engine.errors import FormRefused

SHORTEST = 5
REASON_FIELDS = ("reason", "opinion", "note")


def reason_in(form: Filled, what: str) -> str:
    """The reason given in a form; raises FormRefused naming `what` lacks one."""
    for name in REASON_FIELDS:
        words = str(form.values.get(name) or "").strip()
        if len(words) >= SHORTEST:
            return words
    field = next((name for name in REASON_FIELDS if name in form.values), REASON_FIELDS[1])
    raise FormRefused(f"{what} phải ghi rõ lý do.", errors={field: f"Ghi rõ lý do: {what.lower()}."})
