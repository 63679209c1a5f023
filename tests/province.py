"""A small government on which acts are tried: one province, one commune, and the procedures that ship."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from sqlalchemy import text

from engine.catalogue.folder import load_folder
from engine.catalogue.publishing import Decision, approve, import_folder, publish
from engine.deadlines import VIETNAM
from engine.delivery.registry import Registry
from engine.dossier.act_on_timer import act_on_timer
from engine.dossier.actor import Actor, Seat
from engine.dossier.command import Filled, PaperGiven, Person, TaskRef
from engine.dossier.complete import Completed, CompleteTask, complete_task
from engine.dossier.house import House
from engine.dossier.receive import Received, ReceiveDossier, receive
from engine.dossier.take_answer import TakeAnswer, take_answer
from engine.store.database import Store
from engine.store.settings import Settings
from engine.store.tables import officer, officer_role, unit

BPMN = Path(__file__).parents[1] / "bpmn"
COMMUNE = "H27.50"
DOSSIERS = tuple(
    sorted(
        path.parent.name
        for path in BPMN.glob("*/procedure.toml")
        if tomllib.loads(path.read_text(encoding="utf-8")).get("kind", "dossier") == "dossier"
    )
)
"""Procedures that applicants apply for; the others that ship are the house's own."""

UNITS = (
    ("H27.01", "Trung tâm Phục vụ hành chính công tỉnh", "province.one_stop", None),
    ("H27.02", "Lãnh đạo UBND tỉnh", "province.leader", None),
    ("H27.03", "Sở Tư pháp", "department.justice", None),
    ("H27.04", "Sở Khoa học và Công nghệ", "department.science_technology", None),
    ("H27.05", "Văn phòng UBND tỉnh", "province.office", None),
    ("H27.06", "Sở Nông nghiệp và Môi trường", "department.agriculture_environment", None),
    ("H27.07", "Văn phòng Đăng ký đất đai", "department.land_registry", None),
    ("H27.20", "Chi nhánh Văn phòng Đăng ký đất đai khu vực I", "department.land_registry_branch", None),
    ("H27.90", "Thuế cơ sở 1", "external.tax", None),
    (f"{COMMUNE}.01", "Trung tâm Phục vụ hành chính công xã", "commune.one_stop", COMMUNE),
    (f"{COMMUNE}.02", "Lãnh đạo UBND xã", "commune.leader", COMMUNE),
    (f"{COMMUNE}.03", "Phòng Kinh tế", "commune.economy", COMMUNE),
    (f"{COMMUNE}.04", "Phòng Văn hóa - Xã hội", "commune.culture_society", COMMUNE),
    (f"{COMMUNE}.05", "Văn phòng HĐND và UBND", "commune.office", COMMUNE),
    (f"{COMMUNE}.06", "Công an xã", "commune.police", COMMUNE),
)
ROLES = ("counter_officer", "returner", "cashier", "case_officer", "unit_head", "signer", "clerk", "digitiser")
MONDAY = datetime(2026, 10, 5, 8, 0, tzinfo=VIETNAM)


@dataclass
class Province:
    """The house, its people, and shorthand for what they do."""

    house: House
    people: dict[tuple[str, str], Actor] = field(default_factory=dict)

    def actor(self, unit_code: str, role: str) -> Actor:
        return self.people[unit_code, role]

    @property
    def counter(self) -> Actor:
        return self.actor(f"{COMMUNE}.01", "counter_officer")

    def receive(self, procedure_code: str, **more: Any) -> Received:
        """A dossier of somebody, with every required paper."""
        command = self.reception(procedure_code, **more)
        return receive(self.house, self.actor(command.receiving_unit, "counter_officer"), command)

    def reception(self, procedure_code: str, **more: Any) -> ReceiveDossier:
        """What the counter would write down of it."""
        with self.house.store.transaction(role="worker") as connection:
            version = self.house.versions.published(connection, procedure_code, date(2026, 12, 31))
        papers = tuple(PaperGiven(name=one.name, originals=1) for one in version.manifest.papers if one.required)
        return ReceiveDossier(
            **{
                "id": uuid4(),
                "procedure_code": procedure_code,
                "receiving_unit": f"{COMMUNE}.01" if version.manifest.level == "commune" else "H27.01",
                "locality": COMMUNE,
                "channel": version.manifest.channels[0],
                "owner": Person(
                    name="Nguyễn Thị Ngọc Hường",
                    identifier="042185000017",
                    phone="0912000017",
                    address="Thôn Thượng, xã Ví Dụ",
                ),
                "form": Filled(key="reception", values={"owner_name": "Nguyễn Thị Ngọc Hường"}),
                "papers": papers,
            }
            | more
        )

    def items(self, case_id: UUID, *, kind: str | None = None) -> list[Any]:
        with self.house.store.transaction(role="worker") as connection:
            return list(
                connection.execute(
                    text(
                        "SELECT * FROM work_item WHERE case_id = :id AND state = 'open'"
                        " AND (CAST(:kind AS text) IS NULL OR kind = :kind) ORDER BY opened_at, id"
                    ),
                    {"id": case_id, "kind": kind},
                )
            )

    def task(self, case_id: UUID, element_id: str | None = None) -> Any:
        """The (only) open task, or the one of this element."""
        found = [one for one in self.items(case_id, kind="task") if element_id in (None, one.element_id)]
        assert len(found) == 1, [one.element_id for one in self.items(case_id)]
        return found[0]

    def complete_item(self, item: Any, **values: Any) -> Completed:
        """The right officer does what this line of the inbox says."""
        return complete_task(
            self.house,
            self.actor(item.unit_code, item.role),
            CompleteTask(
                case_id=item.case_id,
                task=TaskRef(id=item.id, revision=item.revision),
                form=Filled(key=item.form_key or "", values=values),
            ),
        )

    def complete(self, case_id: UUID, element_id: str | None = None, **values: Any) -> Completed:
        """The right officer does the (only) open task."""
        return self.complete_item(self.task(case_id, element_id), **values)

    def row(self, case_id: UUID) -> Any:
        with self.house.store.transaction(role="worker") as connection:
            return connection.execute(text("SELECT * FROM cases WHERE id = :id"), {"id": case_id}).one()

    def events(self, case_id: UUID) -> list[Any]:
        with self.house.store.transaction(role="worker") as connection:
            return list(
                connection.execute(text("SELECT * FROM event WHERE case_id = :id ORDER BY seq"), {"id": case_id})
            )

    def answer(self, case_id: UUID, outcome: str = "agree", content: str = "Đồng ý") -> bool:
        """The neighbour answers the newest question of a case."""
        with self.house.store.transaction(role="worker") as connection:
            order_id = connection.execute(
                text(
                    "SELECT id FROM delivery WHERE case_id = :id AND address IS NOT NULL"
                    " ORDER BY created_at DESC LIMIT 1"
                ),
                {"id": case_id},
            ).scalar_one()
        return take_answer(self.house, TakeAnswer(delivery_id=order_id, outcome=outcome, content={"content": content}))

    def advance_to(self, moment: datetime) -> int:
        """Move business time on, acting on each timer at its own due moment; returns how many acted."""
        acted = 0
        while True:
            with self.house.store.transaction(role="owner") as connection:
                due = connection.execute(
                    text(
                        "SELECT id, due_at FROM timer WHERE acted_at IS NULL AND cancelled_at IS NULL AND due_at <= :to"
                        " ORDER BY due_at, id LIMIT 1"
                    ),
                    {"to": moment},
                ).first()
                now = self.house.clock.now(connection)
            self.go_to(max(due.due_at, now) if due else moment)
            if due is None:
                return acted
            acted += act_on_timer(self.house, due.id)

    def go_to(self, moment: datetime) -> None:
        """Set business time, forward or (before the first dossier) back."""
        with self.house.store.transaction(role="owner") as connection:
            real = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
            seconds = round((moment - real) / timedelta(seconds=1))
            connection.execute(
                text(
                    'INSERT INTO clock_offset (offset_seconds) VALUES (:s) ON CONFLICT ("only")'
                    " DO UPDATE SET offset_seconds = :s"
                ),
                {"s": seconds},
            )


def found_province(settings: Settings, store: Store, registry: Registry | None = None) -> Province:
    """A commune on Monday 05/10/2026 at eight in the morning; without a registry it has no neighbours."""
    house = House.open(settings, store, registry or Registry())
    found = Province(house=house)
    seats = {(code, role): uuid5(NAMESPACE_URL, f"{code}/{role}") for code, *_ in UNITS for role in ROLES}
    with store.transaction(role="owner") as connection:
        connection.execute(unit.insert(), [_unit(*one) for one in UNITS])
        connection.execute(
            officer.insert(),
            [
                {"id": one, "login": f"{code}.{role}", "name": f"{role} {code}", "title": "Chuyên viên"}
                for (code, role), one in seats.items()
            ],
        )
        connection.execute(
            officer_role.insert(),
            [{"officer_id": one, "unit_code": code, "role": role} for (code, role), one in seats.items()],
        )
    for (code, role), officer_id in seats.items():
        found.people[code, role] = Actor(
            kind="officer",
            name=f"{role} {code}",
            id=officer_id,
            unit_code=code,
            seats=frozenset({Seat(unit_code=code, role=role)}),
        )
    found.go_to(MONDAY)
    return found


def _unit(code: str, name: str, kind: str, locality: str | None) -> dict[str, Any]:
    return {
        "code": code,
        "name": name,
        "kind": kind,
        "level": "external" if kind.startswith("external") else kind.partition(".")[0],
        "locality": locality,
        "is_external": kind.startswith("external"),
        "letterhead": {"superior": "UBND xã Ví Dụ", "agency": name, "place": "Ví Dụ", "notation": "VD"},
        "phone": "02393999100",
    }


def ship_procedures(province: Province, *codes: str) -> Province:
    """Publish procedures that ship, by code."""
    with province.house.store.transaction(role="owner") as connection:
        for code in codes:
            folder = load_folder(BPMN / code)
            imported = import_folder(connection, folder)
            decision = Decision(number="1/QĐ-UBND", on=date(2026, 1, 5), by="Chủ tịch UBND tỉnh")
            approve(connection, imported.version_id, folder.content_hash, decision)
            publish(connection, imported.version_id, date(2026, 1, 6))
    return province
