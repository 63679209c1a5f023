"""Migrate a case to another version of its process: its recorded inputs run again there, or nothing changes.

Accepted only when every open task, due moment, timer, subscription, pending order and draft is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, delete, select, text, update

from engine.catalogue.versions import Version
from engine.deadlines import Calendar
from engine.dossier import movement
from engine.dossier.actor import Actor
from engine.dossier.case import Case
from engine.dossier.house import House
from engine.dossier.migrate_trial import Held, Standing, Target, Trial, try_on
from engine.dossier.replay import START, Given, Recorded, inputs_of, spelled
from engine.errors import InputError, MigrationRefused, NotAllowed, Refused
from engine.history.personal import SALT_BYTES
from engine.run import Waiting
from engine.store.tables import delivery, draft, event, form_submission, process_version, subscription, timer, work_item

ROLES = ("process_designer", "catalogue_manager")
"""Who may bring open dossiers to another version."""

UNCHANGED: Mapping[str, str] = MappingProxyType({})

HELD = text(
    """
    SELECT w.address, w.name, w.unit_code, w.role, w.is_paused, w.form_key, w.step,
           EXISTS (SELECT FROM draft d WHERE d.work_item_id = w.id) AS is_drafted
    FROM work_item w WHERE w.case_id = :case_id AND w.kind = 'task' AND w.state = 'open'
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrate:
    """`mapping` names elements that have another id in the new version: old to new."""

    case_id: UUID
    version_id: UUID
    mapping: Mapping[str, str] = field(default_factory=lambda: UNCHANGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """How it went, or would go. With reasons, nothing has changed."""

    case_id: UUID
    code: str
    from_number: int
    to_number: int
    waiting: tuple[str, ...] = ()  # names of what is open
    reasons: tuple[str, ...] = ()


def try_migration(house: House, actor: Actor, command: Migrate) -> Migration:
    """What `migrate` would do, without doing it. Also to a version that is not in force yet."""
    must_hold_role(actor)
    with house.store.transaction(role="worker") as connection:
        return _Migrating.load(house, connection, actor, command).outcome


def migrate(house: House, actor: Actor, command: Migrate) -> Migration:
    """Bring one case to another version. Raises MigrationRefused with the reasons; the case is then untouched."""
    must_hold_role(actor)
    with house.store.transaction(role="worker") as connection:
        return migrate_in(house, connection, actor, command)


def migrate_in(house: House, connection: Connection, actor: Actor, command: Migrate) -> Migration:
    """The act inside a transaction that notes its result too."""
    migrating = _Migrating.load(house, connection, actor, command)
    must_be_in_force(migrating.case.version, house, migrating.case.now)
    if migrating.outcome.reasons:
        raise MigrationRefused(reasons=migrating.outcome.reasons)
    migrating.carry_out()
    migrating.case.finish()
    return migrating.outcome


def must_hold_role(actor: Actor) -> None:
    """Raises NotAllowed. Whoever migrates sees no form and no applicant: codes and steps only."""
    if not any(actor.has_role(role) for role in ROLES):
        raise NotAllowed("Chỉ người thiết kế quy trình hoặc người quản lý danh mục được chuyển phiên bản hồ sơ.")


def must_be_in_force(version: Version, house: House, now: datetime) -> None:
    """Raises Refused: nobody's dossier runs on what was not approved and published."""
    today = Calendar.local(now).date()
    if version.state != "published" or (version.effective_on is not None and version.effective_on > today):
        raise Refused(f"Chỉ chuyển hồ sơ sang bản đang áp dụng; bản {version.number} thì không.")


class _Migrating:
    """One case, locked, and its trial on the target version."""

    def __init__(self, case: Case, command: Migrate, before: Any) -> None:
        self.case, self.command, self.before = case, command, before
        self.items = list(case.connection.execute(HELD, {"case_id": case.id}).mappings())
        self.heard = case.connection.execute(select(subscription).where(subscription.c.case_id == case.id)).all()
        self.history = _contents(case.connection, case.id)
        events = [Recorded.of(one) for one in self.history]
        self.added = self._added(inputs_of(events))
        body = {"addresses": {}, "variables": self.added}
        self.given = [one.on(body) for one in inputs_of(events)]
        self.trial = self._try(events)

    @classmethod
    def load(cls, house: House, connection: Connection, actor: Actor, command: Migrate) -> _Migrating:
        """Lock the case and try it. Raises NotFound, CaseBusy, Refused for what no mapping would cure."""
        target = house.versions.current(connection, command.version_id)
        case = Case.load(house, connection, actor, command.case_id, "DossierMigrated", None, version=target)
        case.must_be_open()
        if case.row["version_id"] == target.id:
            raise Refused(f"Hồ sơ đã chạy trên bản {target.number}.")
        before = connection.execute(
            select(process_version.c.number, process_version.c.content_hash, process_version.c.semantics,
                   process_version.c.procedure_code, process_version.c.forms)
            .where(process_version.c.id == case.row["version_id"])
        ).one()  # fmt: skip
        if before.procedure_code != target.procedure_code:
            raise Refused("Phiên bản này là của thủ tục khác.")
        unknown = [new for new in command.mapping.values() if new not in target.program.elements]
        if unknown:
            raise InputError(f"Bản {target.number} không có phần tử “{unknown[0]}”.")
        return cls(case, command, before)

    @property
    def outcome(self) -> Migration:
        return Migration(
            case_id=self.case.id,
            code=self.case.row["code"],
            from_number=self.before.number,
            to_number=self.case.version.number,
            waiting=tuple(one["name"] for one in self.items),
            reasons=self.trial.reasons,
        )

    # --- the trial ----------------------------------------------------------------------------------------------------

    def _try(self, events: Sequence[Recorded]) -> Trial:
        if self.case.row["state"] is None:
            return Trial(reasons=("Quy trình của hồ sơ không còn chạy.",))
        house = self.case.house
        missing = () if self._is_readable else sorted(self.case.version.routing - _carried(self.given))
        if missing:
            return Trial(reasons=(f"Bản mới rẽ nhánh theo “{missing[0]}”, mà dữ liệu biểu mẫu của hồ sơ đã xóa.",))
        target = Target(
            version=self.case.version,
            mapping=self.command.mapping,
            working_time=self.case.working_time,
            now=self.case.calendar.local(self.case.now),
            seat=lambda seat: house.directory.resolve(seat, self.case.seating),
        )
        standing = Standing(
            case_id=self.case.id,
            given=self.given,
            passed={one.seq: [step["element"] for step in one.passed] for one in events},
            held=list(self._held(events)),
            timers={address: datetime.fromisoformat(due) for address, due in self.case.facts.get("timers", {}).items()},
            listens=[(one.message, one.key) for one in self.heard],
        )
        return try_on(standing, target)

    def _held(self, events: Sequence[Recorded]) -> Iterable[Held]:
        """Every place where the process waits, with what hangs on it."""
        tasks = {one["address"]: one for one in self.items}
        orders = _newest_orders(self.case.connection, self.case.id)
        messages = {one.address: one for one in self.heard}
        for address in next((one.waiting for one in reversed(events) if one.inputs), ()):
            held = Held(address=address)
            if address in tasks:
                held = _held_task(held, dict(tasks[address]), self.before.forms)
            elif address in self.case.facts.get("orders", {}) and address in orders:
                one = orders[address]
                name = self.case.facts["orders"][address]["name"]
                held = replace(held, kind="service", name=name, connector=one.connector, operation=one.operation)
            elif address in messages:
                one = messages[address]
                held = replace(held, kind="message", name=one.message, message=one.message, key=one.key)
            yield held

    # --- what the old version did not ask of the forms ----------------------------------------------------------------

    @property
    def _is_readable(self) -> bool:
        return self.case.row["data_key"] is not None

    def _added(self, given: Iterable[Given]) -> dict[str, dict[str, Any]]:
        """By input: what only the new version names, of its form or of the case itself. Never a personal value."""
        forms = {one.revision: one for one in _newest_forms(self.case)} if self._is_readable else {}
        outcomes = {one["seq"]: one.get("data", {}).get("outcome") for one in self.history}
        added: dict[str, dict[str, Any]] = {}
        for one in given:
            told: Mapping[str, Any] = {}
            if one.body["kind"] == "complete" and one.seq in forms:
                told = self._routing(forms[one.seq])
            elif one.body["kind"] == "answer" and "answer" in self.case.version.routing:
                told = {"answer": outcomes[one.seq]}
            elif one.body["kind"] == START:
                told = self.case.own_variables()
            new = {name: value for name, value in told.items() if name not in one.body.get("variables", {})}
            if new:
                added[one.key] = new
        return added

    def _routing(self, form: Any) -> Mapping[str, Any]:
        plain = self.case.house.keys.decrypt(bytes(self.case.row["data_key"]), bytes(form.body), b"form")
        values: Mapping[str, Any] = orjson.loads(plain[SALT_BYTES:])
        fields = [
            version.get(form.form_key, {}).get("properties", {})
            for version in (self.before.forms, self.case.version.forms)
        ]
        return {
            name: spelled(value)
            for name, value in values.items()
            if name in self.case.version.routing
            and value is not None
            and not any(one.get(name, {}).get("x-personal") for one in fields)
        }

    # --- the deed -----------------------------------------------------------------------------------------------------

    def carry_out(self) -> None:
        """Put the tried process in the place of the old, and move what hangs on addresses that have changed."""
        case, trial = self.case, self.trial
        if trial.instance is None:
            raise MigrationRefused(reasons=trial.reasons)
        target = case.version
        case.row["version_id"] = target.id
        case.data = {
            "from": {"number": self.before.number, "hash": bytes(self.before.content_hash).hex(),
                     "semantics": self.before.semantics},
            "to": {"number": target.number, "hash": target.content_hash.hex(), "semantics": target.semantics},
            "mapping": dict(self.command.mapping),
        }  # fmt: skip
        case.connection.execute(delete(subscription).where(subscription.c.case_id == case.id))
        case.go_on_as(trial.instance, {"addresses": dict(trial.inputs), "variables": self.added})
        steps = {one["address"]: one["step"] or "" for one in self.items}
        for address, now in trial.places.items():
            self._move(address, now, steps.get(address, ""))
        self._move_timers()

    def _move(self, address: str, now: Waiting, step: str) -> None:
        case = self.case
        self._rename_item(address, now)
        named = now.properties.get("step", "")
        if step and named != step:  # the time of a step is counted from its first task, whatever it is called now
            renamed = (replace(one, step=named) if one.step == step else one for one in case.ledger.intervals)
            case.ledger = replace(case.ledger, intervals=tuple(renamed))
        if address == now.address:
            return
        case.ledger = replace(
            case.ledger,
            intervals=tuple(
                replace(one, address=now.address, element_id=now.element_id)
                if one.is_open and one.address == address
                else one
                for one in case.ledger.intervals
            ),
        )
        orders = case.facts.get("orders", {})
        if address in orders:
            orders[now.address] = orders.pop(address)
        mine = (delivery.c.case_id == case.id, delivery.c.address == address)
        case.connection.execute(update(delivery).where(*mine).values(address=now.address))

    def _rename_item(self, address: str, now: Waiting) -> None:
        """The line of the inbox stays whose it is and due when it was; its words and its form are the new version's."""
        old, told = movement.item_id(self.case.id, address), now.properties
        new = movement.item_id(self.case.id, now.address)
        words = {
            "id": new,
            "address": now.address,
            "element_id": now.element_id,
            "name": now.name,
            "form_key": told.get("form") or None,
            "step": told.get("step") or None,
        }
        changed = [work_item.c[name].is_distinct_from(value) for name, value in words.items()]
        moved = update(work_item).where(work_item.c.id == old, work_item.c.state == "open", _any(changed))
        self.case.connection.execute(moved.values(**words, revision=work_item.c.revision + 1))
        if new != old:
            self.case.connection.execute(update(draft).where(draft.c.work_item_id == old).values(work_item_id=new))

    def _move_timers(self) -> None:
        """Armed timers keep their moment; what only the new version arms is armed now."""
        case = self.case
        dues: dict[str, str] = case.facts.get("timers", {})
        case.facts["timers"] = {now: dues[address] for address, now in self.trial.timers.items()}
        armed = (timer.c.case_id == case.id, timer.c.kind == "process", timer.c.acted_at.is_(None),
                 timer.c.cancelled_at.is_(None))  # fmt: skip
        rows = case.connection.execute(select(timer.c.id, timer.c.address).where(*armed)).all()
        for row in rows:
            now = self.trial.timers[row.address]
            if now != row.address:
                case.connection.execute(update(timer).where(timer.c.id == row.id).values(address=now))
        movement.follow_timers(case)


def _any(conditions: Sequence[Any]) -> Any:
    first, *rest = conditions
    for one in rest:
        first |= one
    return first


def _held_task(held: Held, item: Mapping[str, Any], forms: Mapping[str, Any]) -> Held:
    return replace(
        held,
        kind="task",
        name=item["name"],
        unit_code=item["unit_code"],
        role=item["role"],
        is_paused=item["is_paused"],
        drafted=forms.get(item["form_key"] or "", {}) if item["is_drafted"] else None,
    )


def _contents(connection: Connection, case_id: UUID) -> list[dict[str, Any]]:
    bodies = connection.execute(select(event.c.body).where(event.c.case_id == case_id).order_by(event.c.seq)).scalars()
    return [orjson.loads(bytes(one)) for one in bodies]


def _newest_orders(connection: Connection, case_id: UUID) -> dict[str, Any]:
    """The orders of a case by address; of several, the newest."""
    mine = (delivery.c.case_id == case_id, delivery.c.address.is_not(None))
    rows = connection.execute(select(delivery).where(*mine).order_by(delivery.c.created_at))
    return {row.address: row for row in rows}


def _newest_forms(case: Case) -> Sequence[Any]:
    rows = select(form_submission.c.revision, form_submission.c.form_key, form_submission.c.body)
    return case.connection.execute(rows.where(form_submission.c.case_id == case.id)).all()


def _carried(given: Iterable[Given]) -> set[str]:
    return {name for one in given for name in one.body.get("variables", {})}
