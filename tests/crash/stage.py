"""The stage on which deeds are killed: a province with neighbours, dossiers brought to where a deed begins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from engine.catalogue.folder import load_folder
from engine.catalogue.publishing import Decision, approve, import_folder, publish
from engine.dossier.house import House
from engine.jobs.clock import ACT
from tests.crash.neighbour import Neighbour
from tests.province import BPMN, COMMUNE, MONDAY, Province

TP01: tuple[tuple[str, dict[str, Any]], ...] = (
    ("step1_hand_over", {}),
    ("step2_assign", {}),
    ("step2_handle", {"decision": "forward"}),
    ("step2_review", {"decision": "forward"}),
    ("step3_sign", {"decision": "forward"}),
    ("step4_pay", {"amount": 10_000}),
    ("step5_return_result", {"method": "counter"}),
)
TN02: tuple[tuple[str, dict[str, Any]], ...] = (
    ("step1_hand_over", {}),
    ("step2_assign", {}),
    ("step2_consult_request", {"consult_question": "Xác nhận nguồn gốc sử dụng đất"}),
)


@dataclass
class Stage:
    """`post` stands for each neighbour that only takes orders, `consultation` for one that answers at once."""

    province: Province
    post: Neighbour

    @property
    def house(self) -> House:
        return self.province.house

    def dossier(self, code: str = "TP01", *, until: str = "", **more: Any) -> UUID:
        """A dossier received on Monday morning, moved on until this task is open."""
        self.province.go_to(MONDAY)
        case_id = self.province.receive(code, **more).case_id
        for element_id, values in TP01 if code == "TP01" else TN02:
            if until in ("", element_id):
                break
            self.province.complete(case_id, element_id, **values)
        return case_id

    def timer(self, case_id: UUID, kind: str) -> UUID:
        """The armed timer of this kind, a minute after it was due."""
        found = self._one(
            "SELECT id, due_at FROM timer WHERE case_id = :id AND kind = :kind AND acted_at IS NULL"
            " AND cancelled_at IS NULL",
            id=case_id,
            kind=kind,
        )
        self.province.go_to(found["due_at"] + timedelta(minutes=1))
        return UUID(str(found["id"]))

    def letter(self, case_id: UUID, kind: str = "receipt") -> UUID:
        return UUID(
            str(self._one("SELECT id FROM letter WHERE case_id = :id AND kind = :kind", id=case_id, kind=kind)["id"])
        )

    def delivery(self, case_id: UUID) -> UUID:
        return UUID(str(self._one("SELECT id FROM delivery WHERE case_id = :id", id=case_id)["id"]))

    def events(self, *cases: UUID) -> int:
        """How many events these cases have; a case that is not there has none."""
        return int(self._one("SELECT count(*) AS n FROM event WHERE case_id = ANY(:ids)", ids=list(cases))["n"])

    def jobs(self, task_name: str, argument: UUID) -> int:
        """How many jobs of this task are waiting for this thing."""
        sql = "SELECT count(*) AS n FROM procrastinate_jobs WHERE task_name = :task AND args::text LIKE :argument"
        return int(self._one(sql, task=task_name, argument=f"%{argument}%")["n"])

    def finish_job(self, task_name: str, argument: UUID) -> None:
        """The worker has done one of these and takes it out of the queue; of a job for many timers, its part."""
        with self.house.store.transaction(role="worker") as connection:
            one = (
                "SELECT min(id) FROM procrastinate_jobs WHERE task_name = :task AND status = 'todo'"
                " AND args::text LIKE :argument"
            )
            told = {"task": task_name, "argument": f"%{argument}%", "id": str(argument)}
            part = "UPDATE procrastinate_jobs SET args = jsonb_set(args, '{timer_ids}', (args->'timer_ids') - :id)"
            if task_name == ACT:
                connection.execute(text(f"{part} WHERE id = ({one})"), told)
            else:
                connection.execute(text(f"DELETE FROM procrastinate_jobs WHERE id = ({one})"), told)

    def forget_everything(self) -> None:
        """Dossiers on which a fault was built in do not stay for others."""
        with self.house.store.transaction(role="owner") as connection:
            connection.execute(text("TRUNCATE cases, dossier_number, letter_number, procrastinate_jobs CASCADE"))
            connection.execute(text("TRUNCATE event, personal_value, seal_pending, seal_leaf, checkpoint"))

    def knows(self, procedure_code: str) -> bool:
        """Whether this procedure has been published here."""
        sql = "SELECT count(*) AS n FROM procedure WHERE code = :code"
        return bool(self._one(sql, code=procedure_code)["n"])

    def is_ordered(self, order_id: UUID) -> bool:
        """Whether a neighbour is to be sent this order."""
        return bool(self._one("SELECT count(*) AS n FROM delivery WHERE id = :id", id=order_id)["n"])

    def actor(self, unit: str, role: str) -> Any:
        """Somebody of the commune's unit with this number."""
        return self.province.actor(f"{COMMUNE}.{unit}", role)

    def _one(self, sql: str, **parameters: Any) -> dict[str, Any]:
        with self.house.store.transaction(role="worker") as connection:
            return dict(connection.execute(text(sql), parameters).mappings().one())


def publish_with_supplement_limit(province: Province, code: str, limit: str) -> None:
    """A procedure that ships, with a limit for the applicant, so that its timer can come due."""
    folder = load_folder(BPMN / code)
    manifest = replace(folder.manifest, supplement=replace(folder.manifest.supplement, limit=limit))
    folder = replace(folder, manifest=manifest)
    with province.house.store.transaction(role="owner") as connection:
        version = import_folder(connection, folder).version_id
        decision = Decision(number="2/QĐ-UBND", on=date(2026, 1, 5), by="Chủ tịch UBND tỉnh")
        approve(connection, version, folder.content_hash, decision)
        publish(connection, version, date(2026, 1, 6))
