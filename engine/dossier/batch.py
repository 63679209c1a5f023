"""Several acts asked for at once: each is its own transaction, and what one refuses does not hold up the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from engine.errors import FormRefused, InputError, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one of them; `refusal` is empty when it was done."""

    name: str
    refusal: str = ""

    @property
    def is_done(self) -> bool:
        return not self.refusal


def do_each(deeds: Iterable[tuple[str, Callable[[], object]]]) -> list[Outcome]:
    """Do them one after the other. A kill leaves the done ones done: asked for again, they are refused as stale."""
    return [_try(name, deed) for name, deed in deeds]


def _try(name: str, deed: Callable[[], object]) -> Outcome:
    try:
        deed()
    except FormRefused as refused:
        return Outcome(name=name, refusal=" ".join(refused.errors.values()) or refused.message)
    except (Refused, InputError) as refused:
        return Outcome(name=name, refusal=refused.message)
    return Outcome(name=name)
