"""A case inside its act: locked, restored, changed by inputs to its process, and written once at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

import orjson
from sqlalchemy import Connection, select

from engine.catalogue.directory import Seating
from engine.catalogue.versions import Version
from engine.deadlines import Calendar, CalendarTime, Ledger, working_time
from engine.dossier import movement
from engine.dossier.actor import Actor
from engine.dossier.command import Filled, PaperGiven, TaskRef
from engine.dossier.record import CASE_FIELDS, Record, Row
from engine.dossier.replay import MIGRATE, START, write_input
from engine.errors import NotAllowed, NotFound, Refused, StaleTask
from engine.history.canonical import canonical_bytes, moment_text
from engine.history.chain import EVENT_FORMAT, next_hash
from engine.history.personal import Commitment, commit
from engine.rulesets import Ruleset
from engine.run import Input, Instance, Step, Waiting
from engine.store.direct import execute_direct
from engine.store.queue import enqueue_many
from engine.store.tables import cases

if TYPE_CHECKING:
    from engine.dossier.house import House

COLUMNS = tuple(str(column.name) for column in cases.columns)
LOAD = f"""
SELECT {", ".join(f"c.{name}" for name in COLUMNS)}, to_jsonb(w),
       greatest(clock_timestamp() + make_interval(secs => coalesce(o.offset_seconds, 0)), c.last_at), clock_timestamp()
FROM cases c
LEFT JOIN clock_offset o ON true
LEFT JOIN work_item w ON w.id = %(task_id)s AND w.case_id = c.id
WHERE c.id = %(case_id)s
FOR UPDATE OF c
"""
"""Lock and read the case, with the task at hand and both times of the moment."""

PAPERS_AN_ACT = 1000
"""Ordinals of papers leave this much room for each act's own."""


class Case:
    """One case in the hands of one act. Nothing reaches the database before `finish`."""

    def __init__(
        self,
        house: House,
        connection: Connection,
        actor: Actor,
        kind: str,
        row: Row,
        item: Row | None,
        version: Version,
    ) -> None:
        self.house = house
        self.connection = connection
        self.actor = actor
        self.event_type = kind
        self.row = row
        self.item = item
        self.version = version
        self.id: UUID = row["id"]
        self.now: datetime = row.pop("now")
        self.real_now: datetime = row.pop("real_now")
        self.facts: Row = row["facts"]
        self.ledger = Ledger.from_json(row["ledger"])
        self.record = Record()
        self.data: Row = {}
        self.personal: list[Commitment] = []
        self.inputs: list[Row] = []
        self.passed: list[Row] = []
        self.flows: list[str] = []
        self.jobs: list[tuple[str, Row]] = []
        self.moved: Row = {}  # the limit of law, the promised date: [before, after]
        self.is_retimed = False  # the calendar has changed: everything computed with it is computed anew
        self.is_void = False  # the act found nothing to do: nothing is written
        self._instance: Instance | None = None

    @classmethod
    def load(
        cls,
        house: House,
        connection: Connection,
        actor: Actor,
        case_id: UUID,
        kind: str,
        task: TaskRef | None,
        *,
        version: Version | None = None,
    ) -> Case:
        """Lock and read the case; with `task`, check that it is still open, unmoved, and this actor's to do.

        `version` is for the act that brings it to another one.
        """
        asked = {"case_id": case_id, "task_id": task.id if task else None}
        found = execute_direct(connection, LOAD, asked).fetchone()
        if found is None:
            raise NotFound("Không tìm thấy hồ sơ, hoặc bạn không có quyền xem hồ sơ này.")
        *fields, item, now, real_now = found
        row = dict(zip(COLUMNS, fields, strict=True)) | {"now": now, "real_now": real_now}
        if task is not None:
            check_task(actor, item, task)
        version = version or house.versions.get(connection, row["version_id"])
        return cls(house, connection, actor, kind, row, item, version)

    @property
    def ruleset(self) -> Ruleset:
        return self.house.ruleset(self.row["ruleset"])

    @property
    def instance(self) -> Instance:
        """The running process, restored at first use."""
        if self._instance is None:
            if self.row["state"] is None:
                raise Refused("Hồ sơ này đã kết thúc.")
            self._instance = Instance.restore(
                self.version.program, bytes(self.row["state"]), working_time=self.working_time
            )
        return self._instance

    @property
    def calendar(self) -> Calendar:
        """The version of the calendar that this case is computed with, in the hours of the unit that received it."""
        known = self.house.calendars.get(self.connection, self.row["calendar_version"])
        return known.for_unit(self.row["receiving_unit"])

    @property
    def working_time(self) -> CalendarTime:
        """How timers of this case's process add working time: in the hours of all units."""
        return working_time(self.calendar.for_unit(None), self.house.calendar_of)

    @property
    def seating(self) -> Seating:
        return Seating(
            receiving_unit=self.row["receiving_unit"], lead_unit=self.row["lead_unit"], locality=self.row["locality"]
        )

    @property
    def seq(self) -> int:
        """The number of this act's event."""
        return int(self.row["revision"]) + 1

    def start(self) -> None:
        """Start the process and follow what it moved."""
        variables = self.own_variables()
        instance, step = Instance.start(
            self.version.program, instance_id=self.id, at=self.now, working_time=self.working_time, variables=variables
        )
        self._instance = instance
        begun: Row = {"kind": START, "calendar": self.row["calendar_version"]}
        self.inputs.append(begun | ({"variables": variables} if variables else {}))
        movement.follow(self, step, {})
        movement.listen(self, (), instance.subscriptions)

    def own_variables(self) -> Row:
        """What the house tells a process of its case, where expressions name it: keys by which messages find it."""
        told: Row = {}
        if "case_code" in self.version.routing:
            told["case_code"] = self.row["code"]
        if "parent_code" in self.version.routing:
            parent = select(cases.c.code).where(cases.c.id == self.row["parent_id"])
            told["parent_code"] = self.connection.execute(parent).scalar() or ""
        return told

    def apply(self, given: Input) -> Step:
        """Give the process one input, and follow what it moved: work, clock, timers, messages, orders."""
        before = {one.address: one for one in self.instance.waiting}
        heard = self.instance.subscriptions
        step = self.instance.apply(given, at=self.now)
        self.inputs.append(write_input(given))
        movement.follow(self, step, before)
        movement.listen(self, heard, self.instance.subscriptions)
        return step

    def go_on_as(self, instance: Instance, told: Row) -> None:
        """From now on the process is this one, made of the inputs so far on the case's new version."""
        self._instance = instance
        self.inputs.append({"kind": MIGRATE, **told})
        movement.listen(self, (), instance.subscriptions)

    def must_be_open(self) -> None:
        """Raise Refused when the case has ended."""
        if self.row["closed_at"] is not None:
            raise Refused("Hồ sơ này đã kết thúc.")

    def routing(self, form: Filled) -> Row:
        """The values of a form that the process may see: those its expressions name, never a personal one."""
        properties = self.version.forms.get(form.key, {}).get("properties", {})
        named = self.version.routing
        return {
            name: value
            for name, value in form.values.items()
            if name in named and value is not None and not properties.get(name, {}).get("x-personal")
        }

    def change_item(self, **changes: Any) -> None:
        """Change the work item of this act."""
        if self.item is None:
            raise StaleTask
        self.item |= changes
        self.record.changed_items.append(self.item)

    def close_item(self, item_id: UUID, state: str = "done") -> None:
        """Take a line out of an inbox; one that this very act put there is written as closed."""
        for row in self.record.opened_items:
            if row["id"] == item_id:
                row |= {"state": state, "closed_at": self.now}
                return
        self.record.closed_items.append({"id": item_id, "state": state, "closed_at": self.now})

    def keep_form(self, element_id: str, form: Filled) -> None:
        """Store a form under the case's own key; the event only commits to it."""
        body = orjson.dumps(dict(form.values), option=orjson.OPT_SORT_KEYS)
        made = commit(f"form.{element_id}", body.decode())
        self.personal.append(made)
        sealed = self.house.keys.encrypt(self.row["data_key"], made.salt + body, b"form")
        self.record.forms.append(
            {
                "case_id": self.id,
                "revision": self.seq,
                "element_id": element_id,
                "form_key": form.key,
                "officer_id": self.actor.id,
                "submitted_at": self.now,
                "body": sealed,
            }
        )

    def close_waiting(self, waiting: Waiting) -> None:
        """End one waiting place of a process that is abandoned."""
        movement.close(self, waiting, is_done=False)

    def drop_letter_work(self, kind: str) -> None:
        """A drafted letter has lost its object: void it and take it out of the inbox."""
        told = self.facts.get(kind)
        if not told or self.row[kind] not in {"drafted", "escalated"}:
            return
        self.close_item(movement.item_id(self.id, f"{kind}#{told['letter']}"), "cancelled")
        self.close_escalation()
        self.row[kind] = "issued" if self.ledger.reappointments else "none"
        self.record.changed_letters.append(
            {
                "id": UUID(told["letter"]),
                "state": "voided",
                "data": {},
                "signer": None,
                "void_reason": "Hồ sơ đã giải quyết xong trước khi ký",
            }
        )

    def close_escalation(self) -> None:
        """The apology was decided on, or has no object any more: the superior need not see to it."""
        address = self.facts.pop("escalation", None)
        if address:
            self.close_item(movement.item_id(self.id, address), "cancelled")

    def forget_supplement(self) -> None:
        """What the applicant was asked for has come, or does not matter any more: its limit, and the head's line."""
        self.disarm("supplement")
        for name in ("supplement_due", "supplement_limit", "supplement_asked_at"):
            self.facts.pop(name, None)
        address = self.facts.pop("expiry", None)
        if address:
            self.close_item(movement.item_id(self.id, address), "cancelled")

    def keep_papers(self, papers: Sequence[PaperGiven], *, kind: str) -> None:
        """Add papers to the dossier; the event names them by the hash of their file."""
        first = self.seq * PAPERS_AN_ACT
        for ordinal, one in enumerate(papers, start=first):
            self.record.papers.append(
                {
                    "case_id": self.id,
                    "ordinal": ordinal,
                    "name": one.name,
                    "originals": one.originals,
                    "certified": one.certified,
                    "copies": one.copies,
                    "is_received": one.is_received,
                    "digitised": 1 if one.blob else 0,
                    "blob": one.blob,
                    "file_name": one.file_name,
                    "mime": one.mime,
                    "kind": kind,
                }
            )
            if one.blob:
                self.data.setdefault("files", []).append({"name": one.name, "sha256": one.blob.hex()})

    def participate(self, unit_code: str) -> None:
        """From now on this unit may see the case."""
        if unit_code and unit_code not in self.row["participants"]:
            self.row["participants"] = [*self.row["participants"], unit_code]

    def new_id(self, name: str) -> UUID:
        """An id that a replay of this act would make again."""
        return uuid5(self.id, f"{self.seq}:{name}")

    def arm(self, kind: str, due_at: datetime, address: str = "") -> None:
        """Arm a timer of the house's own; an armed one of the same kind and address is replaced."""
        self.disarm(kind, address)
        self.record.armed_timers.append(
            {
                "id": self.new_id(f"timer:{kind}:{address}"),
                "case_id": self.id,
                "kind": kind,
                "address": address,
                "due_at": due_at,
            }
        )

    def disarm(self, kind: str, address: str = "") -> None:
        """Cancel an armed timer, if there is one."""
        self.record.cancelled_timers.append({"kind": kind, "address": address})
        self.record.armed_timers = [
            one for one in self.record.armed_timers if (one["kind"], one["address"]) != (kind, address)
        ]

    def defer(self, job: str, **arguments: Any) -> None:
        """Queue a job in this act's own transaction."""
        self.jobs.append((job, arguments))

    def finish(self) -> None:
        """Fold the ledger, seal the event, write everything in one statement, queue the jobs."""
        if self.is_void:
            return
        movement.settle(self)
        body = canonical_bytes(self._event())
        digest = next_hash(bytes(self.row["head_hash"]), body)
        seq, row = self.seq, self.row
        self.record.events.append(
            {
                "case_id": self.id,
                "seq": seq,
                "recorded_at": self.real_now,
                "at": self.now,
                "type": self.event_type,
                "body": body,
                "hash": digest,
            }
        )
        self.record.personal_values += [
            {"case_id": self.id, "seq": seq, "field": one.field, "salt": one.salt, "value": one.value}
            for one in self.personal
            if not one.field.startswith("form.")  # its salt and value lie sealed in form_submission
        ]
        for ordinal, order in enumerate(self.record.deliveries):
            order["id"] = uuid5(self.id, f"{digest.hex()}:{ordinal}")
            self.defer("delivery.send", delivery_id=str(order["id"]))
        row["revision"], row["head_hash"], row["last_at"] = seq, digest, self.now
        row["ledger"] = self.ledger.to_json()
        if self._instance is not None:
            row["state"] = None if self._instance.is_ended else self._instance.dump()
        if seq == 1:
            self.record.open_case(self.connection, row)
        else:
            self.record.cases.append({name: row[name] for name in CASE_FIELDS})
        self.record.write(self.connection, self.id)
        for name in dict.fromkeys(name for name, _ in self.jobs):  # one statement a kind of job, however many there are
            enqueue_many(self.connection, name, [arguments for job, arguments in self.jobs if job == name])

    def _event(self) -> Row:
        event: Row = {
            "v": EVENT_FORMAT,
            "case": str(self.id),
            "seq": self.seq,
            "type": self.event_type,
            "at": moment_text(self.now),
            "recorded_at": moment_text(self.real_now),
            "actor": self.actor.for_event(),
            "version": self.version.content_hash.hex(),
            "semantics": self.version.semantics,
            "calendar": self.row["calendar_version"],
            "status": self.row["status"],
            "data": self.data,
        }
        if self.moved:
            event["dates"] = self.moved
        if self.inputs:
            event |= {"inputs": self.inputs, "passed": self.passed, "flows": self.flows}
            event["waiting"] = [one.address for one in self.instance.waiting]
        if self.record.messages:
            event["sent"] = [{"message": one["name"], "key": one["key"]} for one in self.record.messages]
        if self.personal:
            event["personal"] = {one.field: one.digest.hex() for one in self.personal}
        return event


def check_task(actor: Actor, item: Mapping[str, Any] | None, task: TaskRef) -> None:
    """Raise StaleTask when the work item has moved since it was shown, NotAllowed when it is not this actor's."""
    if item is None or item["state"] != "open" or item["revision"] != task.revision:
        raise StaleTask
    if actor.kind != "officer":
        return
    if item["assignee"] is not None and item["assignee"] != str(actor.id):
        if not actor.holds("unit_head", item["unit_code"]):
            raise NotAllowed("Việc này đã được giao cho người khác.")
    else:
        actor.must_hold(item["role"], item["unit_code"])
