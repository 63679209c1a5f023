"""Two versions of one small procedure, and a dossier on the way: what the tests of migration stand on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from engine.catalogue.publishing import Decision, approve, import_folder, publish
from engine.dossier.actor import Actor, Seat
from engine.dossier.migrate import Migrate, Migration, migrate, try_migration
from engine.model.procedure import Manifest, ProcedureFolder
from tests.bpmn_models import flows, properties
from tests.province import COMMUNE, Province

CODE = "THU-NGHIEM"
ONE_STOP = f"{COMMUNE}.01"
DESIGNER = Actor(
    kind="officer",
    name="Người thiết kế",
    id=UUID(int=77),
    unit_code="H27.04",
    seats=frozenset({Seat(unit_code="H27.04", role="process_designer")}),
)
DECISIONS = ["forward", "return", "supplement"]
OPINION: dict[str, Any] = {
    "type": "object",
    "properties": {
        "decision": {"type": "string", "enum": DECISIONS},
        "amount": {"type": "integer"},
        "rate": {"type": "number"},
        "note": {"type": "string"},
        "owner_name": {"type": "string", "x-personal": True},
    },
}
RECEPTION: dict[str, Any] = {"type": "object", "properties": {"area": {"type": "integer"}}}
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="file" targetNamespace="http://motcua/test">'
)


def task(task_id: str, *inside: str, kind: str = "userTask", **told: str) -> str:
    """A task of the one-stop unit with the form of an opinion."""
    wanted = {"role": "case_officer", "form": "opinion", "step": task_id} | told
    title = wanted.pop("name", f"Việc {task_id}")
    return f'<{kind} id="{task_id}" name="{title}">{properties(**wanted)}{"".join(inside)}</{kind}>'


def lanes(model: str, units: Mapping[str, str]) -> str:
    """Everything stands in the one-stop unit's lane, but what is named."""
    made = []
    for number, (unit, members) in enumerate(units.items()):
        refs = "".join(f"<flowNodeRef>{one}</flowNodeRef>" for one in members.split())
        made.append(f'<lane id="lane{number}" name="{unit}">{properties(unit=unit)}{refs}</lane>')
    return f'<laneSet id="lanes">{"".join(made)}</laneSet>{model}'


def model(*parts: str, path: str = "", units: Mapping[str, str] | None = None, outside: str = "") -> bytes:
    """A process that begins with the reception `nhan`; `path` holds flows as tests.bpmn_models.flows takes them."""
    body = '<startEvent id="s"/><endEvent id="e"/>' + task("nhan", role="counter_officer", form="reception")
    body = lanes(body + "".join(parts) + flows(*path.split("; ")), units or {})
    return f'{HEAD}{outside}<process id="p" isExecutable="true">{body}</process></definitions>'.encode()


def timer(name: str, at: str, text_: str, *, interrupts: bool = False, kind: str = "Duration") -> str:
    """A boundary timer that leads to an end of its own."""
    event = f"<timerEventDefinition><time{kind}>{text_}</time{kind}></timerEventDefinition>"
    attached = f'attachedToRef="{at}" cancelActivity="{str(interrupts).lower()}"'
    return f'<boundaryEvent id="{name}" {attached}>{event}</boundaryEvent>'


@dataclass
class Versions:
    """The versions of one procedure, published one after the other."""

    province: Province
    code: str = CODE
    ids: list[UUID] = field(default_factory=list)

    def publish(
        self, source: bytes, *, forms: Mapping[str, Any] | None = None, limit: str = "10d", in_force: bool = True
    ) -> UUID:
        """Import, approve and put in force."""
        folder = ProcedureFolder(
            manifest=Manifest(code=self.code, name="Thủ tục thử", level="commune", lead="one_stop", limit=limit),
            source=source,
            forms={"opinion": OPINION, "reception": RECEPTION} | dict(forms or {}),
        )
        with self.province.house.store.transaction(role="owner") as connection:
            made = import_folder(connection, folder)
            assert not made.findings, made.findings
            approve(
                connection, made.version_id, folder.content_hash, Decision(number="1", on=date(2026, 1, 5), by="CT")
            )
            if in_force:
                publish(connection, made.version_id, date(2026, 1, 6))
        self.ids.append(made.version_id)
        return made.version_id

    def open(self, **more: Any) -> UUID:
        """A dossier that has been received."""
        return self.province.receive(self.code, **more).case_id

    def migrate(self, case_id: UUID, *, actor: Actor = DESIGNER, **mapping: str) -> Migration:
        """To the newest version."""
        return migrate(self.province.house, actor, Migrate(case_id=case_id, version_id=self.ids[-1], mapping=mapping))

    def tried(self, case_id: UUID, *, actor: Actor = DESIGNER, **mapping: str) -> Migration:
        command = Migrate(case_id=case_id, version_id=self.ids[-1], mapping=mapping)
        return try_migration(self.province.house, actor, command)


def everything(province: Province, case_id: UUID) -> dict[str, Any]:
    """Every row of a case, to show that nothing moved."""
    with province.house.store.transaction(role="owner") as connection:
        found = {}
        for table in ("cases", "event", "work_item", "timer", "subscription", "delivery", "form_submission", "letter"):
            key = "id" if table == "cases" else "case_id"
            rows = connection.execute(text(f"SELECT * FROM {table} WHERE {key} = :id"), {"id": case_id}).mappings()
            found[table] = sorted(repr(sorted(row.items())) for row in rows)
        drafts = text("SELECT d.* FROM draft d JOIN work_item w ON w.id = d.work_item_id AND w.case_id = :id")
        found["draft"] = sorted(map(repr, connection.execute(drafts, {"id": case_id})))
        return found
