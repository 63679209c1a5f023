"""Archive a dossier that has ended (lưu hồ sơ): who put it where. A late one waits for its written explanation."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from engine.deadlines import Calendar
from engine.dossier.actor import Actor
from engine.dossier.house import House
from engine.errors import NotAllowed, Refused

ARCHIVISTS = ("clerk", "returner", "counter_officer", "case_officer", "unit_head")
"""Roles that may archive a dossier their unit took part in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """`place` is where the paper lies: a box, a shelf; empty for a dossier without paper."""

    case_id: UUID
    place: str = ""


def archive(house: House, actor: Actor, command: Archive) -> None:
    """Archive one dossier. Raises Refused while it runs, while its explanation is owed, and the second time."""
    with house.act(actor, command.case_id, "DossierArchived") as case:
        if not any(actor.holds(role, unit) for role in ARCHIVISTS for unit in case.row["participants"]):
            raise NotAllowed("Chỉ đơn vị tham gia giải quyết được lưu hồ sơ này.")
        if case.row["archived_at"] is not None:
            day = Calendar.local(case.row["archived_at"])
            raise Refused(f"Hồ sơ đã được lưu ngày {day:%d/%m/%Y}.")
        if case.row["closed_at"] is None:
            raise Refused("Hồ sơ chưa kết thúc nên chưa lưu được.")
        if "archive" in case.ruleset.explanation.blocks and case.row["explanation"] == "owed":
            unit = house.directory.name(case.facts.get("at_fault") or case.row["lead_unit"])
            raise Refused(f"Chưa lưu được hồ sơ: {unit} còn thiếu văn bản giải trình hồ sơ quá hạn.")
        case.row["archived_at"] = case.now
        case.facts["archived"] = {"by": actor.name, "unit": actor.unit_code, "place": command.place.strip()}
        case.data = {"place": command.place.strip(), "explanation": case.row["explanation"]}
