"""Explain in writing why a dossier was late; owed for every late dossier, and never holds back the citizen's result."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from engine.dossier.actor import Actor
from engine.dossier.command import TaskRef
from engine.dossier.house import House
from engine.errors import FormRefused

SHORTEST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Explain:
    case_id: UUID
    task: TaskRef
    cause: str
    remedy: str = ""


def explain(house: House, actor: Actor, command: Explain) -> None:
    """Give the explanation. It may come after the result was returned: only archiving waits for it."""
    if len(command.cause.strip()) < SHORTEST:
        raise FormRefused(errors={"cause": f"Nêu nguyên nhân chậm, ít nhất {SHORTEST} ký tự."})
    with house.act(actor, command.case_id, "ExplanationGiven", task=command.task) as case:
        case.row["explanation"] = "given"
        case.data = {"cause": command.cause.strip(), "remedy": command.remedy.strip()}
        if case.item is not None:
            case.close_item(UUID(str(case.item["id"])))
