"""What a step of the process means for the case: work items, the clock's intervals, timers, messages, orders, status.

An act gives the process an input; this module follows what moved. Nothing here decides anything of law.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from engine.deadlines import Interval, Limit, Owner, operational_due, parse_limit
from engine.dossier.orders import payload_for
from engine.dossier.replay import written_passage
from engine.dossier.status import Status
from engine.history.canonical import moment_text
from engine.run import Step, Subscription, Waiting

if TYPE_CHECKING:
    from engine.dossier.case import Case

FAR_FUTURE = datetime(9999, 1, 1, tzinfo=UTC)
"""Where work without a due moment sorts: last."""

CORRELATE = "message.correlate"
"""The job that brings waiting messages to the cases that listen for them."""

OWNERS = {"one_stop": Owner.one_stop, "signer": Owner.signer, "applicant": Owner.applicant, "payment": Owner.payment}


def item_id(case_id: UUID, address: str) -> UUID:
    """A work item's id: the same task of the same case always has the same one."""
    return uuid5(case_id, address)


def follow(case: Case, step: Step, before: Mapping[str, Waiting]) -> None:
    """Record what one input completed, closed and opened; `before` is what waited until now, by address."""
    completed = {f"{one.element_id}#{one.lap}" for one in step.completed}
    closed = [before[address] for address in step.closed if address in before]
    case.passed += written_passage(step)
    case.flows += step.flows
    for gone in closed:
        close(case, gone, is_done=gone.address in completed)
    for waiting in step.opened:
        _open(case, waiting)
    follow_timers(case)
    _send(case, step)
    if step.is_ended:
        case.row["closed_at"] = case.now
        case.facts["end"] = step.end_event or ""
        case.ledger = case.ledger.close(case.now)
        case.drop_letter_work("apology")  # the result is out; the explanation is still owed


def close(case: Case, gone: Waiting, *, is_done: bool) -> None:
    """One place of the process waits no more: its interval ends, its line leaves the inbox."""
    case.ledger = case.ledger.close(case.now, address=gone.address)
    if gone.kind == "task":
        case.close_item(item_id(case.id, gone.address), "done" if is_done else "cancelled")
    elif gone.kind == "service":
        case.facts.setdefault("orders", {}).pop(gone.address, None)


def _open(case: Case, waiting: Waiting) -> None:
    if waiting.kind == "task":
        _open_task(case, waiting)
    elif waiting.kind == "service":
        _open_order(case, waiting)
    elif waiting.kind == "message":
        _open_message(case, waiting)


def _open_task(case: Case, waiting: Waiting) -> None:
    told = waiting.properties
    unit_code = case.house.directory.resolve(waiting.unit_seat, case.seating)
    role = told.get("role") or "case_officer"
    is_paused = told.get("clock") == "paused"
    assignee = None if is_paused else case.facts.get("handlers", {}).get(f"{unit_code}|{role}")
    case.participate(unit_code)
    held = Interval(
        owner=_owner(told, role),
        basis=told.get("clock_basis") or "step",
        started_at=case.now,
        unit=unit_code,
        officer=assignee,
        is_running=not is_paused,
        element_id=waiting.element_id,
        address=waiting.address,
        step=told.get("step", ""),
        label=told.get("step_name") or waiting.name,
        limit=_limit(told),
        hand_over=case.ruleset.hand_over.cutoff if _is_first_hand_over(case, told) else None,
    )
    case.ledger = case.ledger.open(held)
    case.record.opened_items.append(
        work_item(
            case,
            address=waiting.address,
            element_id=waiting.element_id,
            kind="task",
            name=waiting.name,
            unit_code=unit_code,
            role=role,
            assignee=assignee,
            form_key=told.get("form") or None,
            step=told.get("step") or None,
            due_at=case.ledger.due_of_step(held, case.calendar),
            is_paused=is_paused,
        )
    )


def _is_first_hand_over(case: Case, told: Mapping[str, str]) -> bool:
    """From the counter to the unit that handles, right after the reception: the ruleset says until when."""
    is_reception = bool(case.ledger.terms) and case.ledger.terms[-1].started_at == case.now
    return told.get("act") == "hand_over" and is_reception


def work_item(
    case: Case, *, address: str, kind: str, name: str, unit_code: str, role: str, **more: Any
) -> dict[str, Any]:
    """A new line for somebody's inbox, denormalised so that a list page reads one table."""
    row = {
        "id": item_id(case.id, address),
        "case_id": case.id,
        "address": address,
        "element_id": "",
        "kind": kind,
        "name": name,
        "unit_code": unit_code,
        "role": role,
        "assignee": None,
        "form_key": None,
        "step": None,
        "state": "open",
        "is_paused": False,
        "revision": 1,
        "opened_at": case.now,
        "taken_at": None,
        "closed_at": None,
        "due_at": None,
        "case_code": case.row["code"],
        "case_legal_due_at": case.row["legal_due_at"],
        "procedure_code": case.row["procedure_code"],
        "procedure_name": case.row["procedure_name"],
        "applicant": case.facts.get("applicant", ""),
        "applicant_key": case.facts.get("applicant_key", ""),
        **more,
    }
    row["sort_at"] = row["urgent_at"] = row["due_at"] or row["case_legal_due_at"] or FAR_FUTURE
    return row


def _open_order(case: Case, waiting: Waiting) -> None:
    """A service task: an order to a neighbour, and an interval that the neighbour answers for."""
    told = waiting.properties
    target = told.get("target_unit") or waiting.unit_seat
    unit_code = case.house.directory.resolve(target, case.seating)
    limit = _limit(told)
    due = operational_due(case.now, limit, case.calendar.for_unit(unit_code)) if limit else None
    case.ledger = case.ledger.open(
        Interval(
            owner=Owner.post if told.get("connector") == "postal" else Owner.consulted,
            basis=told.get("clock_basis") or "consultation",
            started_at=case.now,
            unit=unit_code,
            is_running=not _stops_clock(case, told),
            element_id=waiting.element_id,
            address=waiting.address,
            step=told.get("step", ""),
            label=told.get("step_name") or waiting.name,
            limit=limit,
        )
    )
    case.facts.setdefault("orders", {})[waiting.address] = {
        "unit": unit_code,
        "name": waiting.name,
        "asked_at": case.now.isoformat(),
    }
    case.record.deliveries.append(
        order(
            case,
            connector=told.get("connector", ""),
            operation=told.get("operation", ""),
            target_unit=unit_code,
            address=waiting.address,
            payload=payload_for(case, waiting, unit_code, due),
        )
    )


def _stops_clock(case: Case, told: Mapping[str, str]) -> bool:
    """Waiting for another agency does not stop the clock of law, unless the process or the ruleset says so."""
    if told.get("clock") or told.get("connector") == "postal":
        return told.get("clock") == "paused"
    return case.ruleset.consultation.pauses_limit


def order(
    case: Case,
    *,
    connector: str,
    operation: str,
    target_unit: str | None,
    address: str | None,
    payload: Mapping[str, Any],
) -> dict[str, Any]:
    """A delivery row; its id comes from the event's hash when the act finishes."""
    empty = dict.fromkeys(("next_at", "sent_at", "answered_at", "reference", "receipt", "answer", "error"))
    return empty | {
        "case_id": case.id,
        "address": address,
        "connector": connector,
        "operation": operation,
        "target_unit": target_unit,
        "payload": dict(payload),
        "state": "pending",
        "attempts": 0,
        "created_at": case.real_now,
    }


def _open_message(case: Case, waiting: Waiting) -> None:
    """The case waits for a message: an interval that somebody answers for. What it listens for is told elsewhere."""
    case.ledger = case.ledger.open(
        Interval(
            owner=OWNERS.get(waiting.properties.get("clock_owner", ""), Owner.consulted),
            basis=waiting.properties.get("clock_basis") or "message",
            started_at=case.now,
            is_running=waiting.properties.get("clock") != "paused",
            element_id=waiting.element_id,
            address=waiting.address,
            step=waiting.properties.get("step", ""),
            label=waiting.name,
        )
    )


def listen(case: Case, before: Collection[Subscription], now: Collection[Subscription]) -> None:
    """Make the stored subscriptions those of the process; what waits for a new one is looked for after this act."""
    opened, ended = case.record.subscriptions, case.record.ended_subscriptions
    for one in dict.fromkeys(before):
        if one not in now:
            _undo_or_add(opened, ended, _listening(case, one))
    for one in dict.fromkeys(now):
        if one not in before:
            _undo_or_add(ended, opened, _listening(case, one) | {"since": case.now})
            case.defer(CORRELATE, case_id=str(case.id), message=one.message, key=one.key)


def _listening(case: Case, one: Subscription) -> dict[str, Any]:
    return {"case_id": case.id, "address": one.address, "message": one.message, "key": one.key}


def _undo_or_add(others: list[dict[str, Any]], mine: list[dict[str, Any]], row: dict[str, Any]) -> None:
    """One statement touches a row once: what this very act began and ended again was never there."""
    where = ("address", "message", "key")
    for other in others:
        if all(other[name] == row[name] for name in where):
            others.remove(other)
            return
    mine.append(row)


def _send(case: Case, step: Step) -> None:
    """Messages that nobody in the case itself was waiting for leave it with this act, and find their way after it."""
    for sent in step.sent:
        number = len(case.record.messages)
        case.record.messages.append(
            {
                "id": case.new_id(f"message:{number}"),
                "name": sent.message,
                "key": sent.key,
                "payload": dict(sent.payload),
                "sender": case.row["code"],
                "case_id": case.id,
                "sent_at": case.now,
                "taken_by": None,
                "taken_at": None,
            }
        )
        case.defer(CORRELATE, case_id=str(case.id), message=sent.message, key=sent.key)


def follow_timers(case: Case) -> None:
    """Arm and disarm so that the armed timers are those of the process."""
    armed: dict[str, str] = case.facts.get("timers", {})
    now_armed = {one.address: one for one in case.instance.timers}
    for address in armed.keys() - now_armed.keys():
        case.disarm("process", address)
    for address, one in now_armed.items():
        if armed.get(address) != one.due.isoformat():
            case.arm("process", one.due, address)
    case.facts["timers"] = {address: one.due.isoformat() for address, one in now_armed.items()}


def _owner(told: Mapping[str, str], role: str) -> Owner:
    if told.get("clock_owner"):
        return OWNERS.get(told["clock_owner"], Owner.unit)
    if role in {"counter_officer", "returner", "cashier", "digitiser"}:
        return Owner.one_stop
    return Owner.signer if role == "signer" else Owner.unit


def _limit(told: Mapping[str, str]) -> Limit | None:
    words = told.get("step_limit") or told.get("limit") or ""
    return parse_limit(words) if words else None


def settle(case: Case) -> None:
    """After all inputs of an act: fold the ledger into the case's dates, re-arm its deadlines, name its status."""
    _settle_status(case)
    _settle_dates(case)


def _settle_status(case: Case) -> None:
    row = case.row
    if row["status"] in {*Status.FINAL, Status.SUBMITTED}:
        return
    bases = {one.basis for one in case.ledger.open_intervals if not one.is_running}
    row["is_suspended"] = bool(bases)
    if "supplement" in bases:
        row["status"] = int(Status.SUPPLEMENT_REQUIRED)
    elif "financial_obligation" in bases:
        row["status"] = int(Status.FINANCIAL_OBLIGATION)
    elif row["decided_at"] is not None:
        row["status"] = int(Status.DECIDED)
    elif row["status"] != Status.RECEIVED or _has_left_counter(case):
        row["status"] = int(Status.IN_PROGRESS)


def _has_left_counter(case: Case) -> bool:
    return case.row["receiving_unit"] not in {one.unit for one in case.ledger.open_intervals}


def _settle_dates(case: Case) -> None:
    row, ledger = case.row, case.ledger
    due, promised = ledger.due_of_law(case.calendar), ledger.promised(case.calendar)
    has_moved, was_counting = due != row["legal_due_at"], case.facts.get("is_counting", False)
    if case.seq > 1:
        _record_move(case, {"legal_due": (row["legal_due_at"], due), "promised": (row["promised_at"], promised)})
    row["legal_due_at"], row["promised_at"] = due, promised
    is_counting = due is not None and ledger.done_at is None and not ledger.is_paused and row["closed_at"] is None
    if has_moved or case.is_retimed or is_counting > was_counting:
        _move_items(case, due)
    for item in (*case.record.opened_items, *case.record.changed_items):
        item["case_legal_due_at"] = due
        item["sort_at"] = item["due_at"] or due or FAR_FUTURE
    for item in case.record.opened_items:
        item["urgent_at"] = item["sort_at"]
    if has_moved or case.is_retimed or is_counting != was_counting:
        case.facts["is_counting"] = is_counting
        for kind in ("apology", "legal_limit"):
            if was_counting:
                case.disarm(kind)
        if is_counting and due is not None:
            _arm_deadlines(case, due)


def _move_items(case: Case, due: datetime | None) -> None:
    """Lines of inboxes are a cache of the ledger: the limit of law of the case, the moment each step is due."""
    case.record.moved_dues.append({"case_legal_due_at": due, "sort_at": due or FAR_FUTURE})
    steps = {
        str(item_id(case.id, one.address)): case.ledger.due_of_step(one, case.calendar)
        for one in case.ledger.intervals
        if one.is_open and one.address and (one.limit is not None or one.hand_over is not None)
    }
    for item in (*case.record.opened_items, *case.record.changed_items):
        if str(item["id"]) in steps:
            item["due_at"] = steps.pop(str(item["id"]))
    case.record.moved_steps += [
        {"id": one, "due_at": at, "sort_at": at or due or FAR_FUTURE, "case_legal_due_at": due}
        for one, at in steps.items()
    ]


def _record_move(case: Case, dates: Mapping[str, tuple[datetime | None, datetime | None]]) -> None:
    """Every moved date is part of the event that moved it, and a line of the auditors' list."""
    case.moved = {
        name: [moment_text(one) if one else None for one in pair] for name, pair in dates.items() if pair[0] != pair[1]
    }
    if case.moved:
        (legal_from, legal_to), (promised_from, promised_to) = dates.values()
        case.record.date_moves.append(
            {
                "case_id": case.id,
                "seq": case.seq,
                "at": case.now,
                "type": case.event_type,
                "unit_code": case.row["lead_unit"],
                "by": case.data.get("published_by") or case.actor.name,
                "reason": str(case.data.get("article") or case.data.get("reason") or case.data.get("basis") or ""),
                "legal_from": legal_from,
                "legal_to": legal_to,
                "promised_from": promised_from,
                "promised_to": promised_to,
                "calendar_version": case.row["calendar_version"],
            }
        )


def _arm_deadlines(case: Case, due: datetime) -> None:
    if not case.row["is_late"]:
        case.arm("legal_limit", due)
    moment = case.ledger.apology_due_at(case.calendar, case.ruleset.apology.timing)
    if moment is not None and case.row["apology"] == "none":
        case.arm("apology", max(moment, case.now))
