"""A due moment has come: the timer's own act, judged again under the case's lock, because the world may have moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text

from engine.dossier import apologise
from engine.dossier.actor import SYSTEM
from engine.dossier.become_late import become_late
from engine.dossier.case import Case
from engine.dossier.end_early import abandon
from engine.dossier.house import House
from engine.dossier.late_list import objections_over
from engine.dossier.letters import draft_letter
from engine.dossier.status import Status
from engine.dossier.submit_online import ADDRESS as ACCEPTANCE
from engine.run import Fire
from engine.store.tables import timer

DUE_SO_FAR = text(
    """
    SELECT t.id, t.case_id FROM timer t JOIN timer mine ON mine.case_id = t.case_id AND mine.id = :id
    WHERE t.acted_at IS NULL AND t.cancelled_at IS NULL AND t.due_at <= least(mine.due_at, :now)
        AND mine.due_at <= :now
    ORDER BY t.due_at, t.kind, t.id
    """
)


def act_on_timer(house: House, timer_id: UUID) -> bool:
    """Act once on a timer that is due and still armed; False when there is nothing to do (any more).

    Timers of the same case that were due before it go first: after a stop, or a jump of the demo's clock, moments come
    in the order in which they were due, whatever job is fetched first.
    """
    with house.store.transaction(role="worker") as connection:
        due = connection.execute(DUE_SO_FAR, {"id": timer_id, "now": house.clock.now(connection)}).all()
    acted = {one.id: _act(house, one.case_id, one.id) for one in due}
    return acted.get(timer_id, False)


def _act(house: House, case_id: UUID, timer_id: UUID) -> bool:
    with house.act(SYSTEM, case_id, "TimerFired") as case:
        row = case.connection.execute(select(timer).where(timer.c.id == timer_id)).one()
        if row.acted_at is not None or row.cancelled_at is not None or row.due_at > case.now:
            case.is_void = True
            return False
        case.record.acted_timers.append(timer_id)
        case.data = {"kind": row.kind, "due": row.due_at.isoformat()}
        if case.row["closed_at"] is None:
            DEEDS[row.kind](case, row.address)
    return True


def _fire(case: Case, address: str) -> None:
    armed = {one.address: one for one in case.instance.timers}
    if address not in armed:
        return
    case.facts.get("timers", {}).pop(address, None)
    case.data |= {"element": armed[address].element_id}
    case.apply(Fire(address=address))
    _follow_silence(case, armed[address].element_id, armed[address].due)


def _follow_silence(case: Case, element_id: str, due: datetime) -> None:
    """A consulted agency's limit has passed in silence: a statement of non-reply; the ledger charges them."""
    node = case.version.program.lowered.nodes.get(element_id)
    host = node.attached_to if node is not None else ""
    for address, told in case.facts.get("orders", {}).items():
        if host and address.startswith(f"{host}#"):
            case.event_type = "ConsultationSilent"
            case.data |= {"unit": told["unit"], "task": told["name"]}
            draft_letter(
                case,
                "non_reply_statement",
                unit_code=case.row["lead_unit"],
                data={
                    "unit": told["unit"],
                    "subject": told["name"],
                    "asked_at": told["asked_at"],
                    "due": due.isoformat(),
                    "number": case.row["code"],
                },
            )


def _apology(case: Case, address: str) -> None:
    case.event_type = "ApologyDrafted"
    apologise.draft(case)


def _legal_limit(case: Case, address: str) -> None:
    become_late(case)


def _supplement(case: Case, address: str) -> None:
    """The applicant let the supplement's own limit pass: the dossier is closed and returned (form 03), or waits for the
    head's word, as the procedure or the ruleset says.
    """
    if case.row["status"] != Status.SUPPLEMENT_REQUIRED:
        return
    case.event_type = "SupplementExpired"
    case.data["reason"] = "Quá thời hạn bổ sung mà chưa nhận được hồ sơ bổ sung"
    if (case.version.manifest.supplement.on_expiry or case.ruleset.supplement.on_expiry) == "ask_head":
        case.facts["expiry"] = f"expiry#{case.seq}"
        apologise.lay_before_head(
            case,
            address=case.facts["expiry"],
            kind="expiry",
            name="Quá hạn bổ sung: chờ thêm, hoặc dừng giải quyết hồ sơ",
            unit_code=case.row["lead_unit"],
            due_at=None,
        )
        return
    case.facts["outcome"] = "supplement_expired"
    abandon(case)
    case.row["status"] = int(Status.STOPPED)
    case.row["is_stopped"] = True
    draft_letter(case, "refusal", unit_code=case.row["receiving_unit"], data={"reason": case.data["reason"]})


def _acceptance(case: Case, address: str) -> None:
    """The one-stop unit has not answered an online dossier in time: it is on record, and its head sees to it."""
    case.event_type = "AcceptanceOverdue"
    case.data["unit"] = case.row["receiving_unit"]
    late = f"{ACCEPTANCE}-overdue#{case.seq}"
    case.facts.setdefault("acceptance", []).append(late)
    apologise.lay_before_head(
        case,
        address=late,
        kind="acceptance",
        name="Hồ sơ trực tuyến quá hạn tiếp nhận",
        unit_code=case.row["receiving_unit"],
        due_at=datetime.fromisoformat(case.data["due"]),
    )


def _objections(case: Case, address: str) -> None:
    objections_over(case)


DEEDS: Mapping[str, Callable[[Case, str], None]] = {
    "process": _fire,
    "apology": _apology,
    "legal_limit": _legal_limit,
    "supplement": _supplement,
    ACCEPTANCE: _acceptance,
    "objections": _objections,
}
