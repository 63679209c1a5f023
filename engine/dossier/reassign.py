"""Reassign a task to another officer of the unit, or transfer a dossier's lead to another unit (chuyển thẩm quyền)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from engine.dossier.actor import Actor
from engine.dossier.command import TaskRef
from engine.dossier.house import House
from engine.errors import FormRefused, NotAllowed
from engine.store.tables import officer, officer_role


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassign:
    """`officer_id` None gives the task back to the whole unit."""

    case_id: UUID
    task: TaskRef
    officer_id: UUID | None
    reason: str = ""


def reassign(house: House, actor: Actor, command: Reassign) -> None:
    """Give a task to somebody else of the same unit who holds its role. Heads only, or its present holder."""
    with house.act(actor, command.case_id, "TaskReassigned", task=command.task) as case:
        item = case.item or {}
        if not (actor.holds("unit_head", item["unit_code"]) or item["assignee"] == str(actor.id)):
            raise NotAllowed("Chỉ trưởng đơn vị hoặc người đang giữ việc mới được chuyển việc cho người khác.")
        name = None
        if command.officer_id is not None:
            name = case.connection.execute(
                select(officer.c.name)
                .join(officer_role, officer_role.c.officer_id == officer.c.id)
                .where(
                    officer.c.id == command.officer_id,
                    ~officer.c.is_disabled,
                    officer_role.c.unit_code == item["unit_code"],
                )
                .limit(1)
            ).scalar()
            if name is None:
                raise FormRefused(errors={"officer_id": "Người được chọn không thuộc đơn vị này."})
        handlers = case.facts.setdefault("handlers", {})
        key = f"{item['unit_code']}|{item['role']}"
        case.data = {"task": item["name"], "from": item["assignee"], "to": name, "reason": command.reason.strip()}
        handlers.pop(key, None)
        if command.officer_id is not None:
            handlers[key] = str(command.officer_id)
        case.change_item(assignee=command.officer_id, taken_at=None)
