"""Hand a dossier over: who gave, who took, when. The control slip is read from these events."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from engine.dossier.actor import Actor
from engine.dossier.case import Case
from engine.dossier.command import Filled, TaskRef
from engine.dossier.house import House
from engine.errors import Refused
from engine.run import Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOver:
    """The receiving side confirms that it has the dossier; the work becomes theirs."""

    case_id: UUID
    task: TaskRef


def after(case: Case, waiting: Waiting, form: Filled) -> None:
    """The giving side."""
    case.event_type = "HandOverGiven"
    case.data["to"] = sorted({one["unit_code"] for one in case.record.opened_items})


def take_over(house: House, actor: Actor, command: TakeOver) -> None:
    """Confirm a hand-over and take the task. Raises StaleTask, NotAllowed, Refused when it was taken already."""
    with house.act(actor, command.case_id, "HandOverTaken", task=command.task) as case:
        item = case.item or {}
        if item["taken_at"] is not None and item["assignee"] == str(actor.id):
            raise Refused("Bạn đã nhận việc này rồi.")
        case.change_item(assignee=actor.id, taken_at=case.now)
        case.facts.setdefault("handlers", {})[f"{item['unit_code']}|{item['role']}"] = str(actor.id)
        case.data = {"task": item["name"], "element": item["element_id"], "unit": item["unit_code"]}
