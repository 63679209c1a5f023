"""Confirm that a dossier is complete and valid: where a procedure counts its limit from there, it runs from now."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from engine.dossier.actor import Actor
from engine.dossier.case import Case
from engine.dossier.command import Filled
from engine.dossier.house import House
from engine.errors import NotAllowed, Refused
from engine.run import Waiting

CHECKERS = ("counter_officer", "case_officer", "unit_head")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmValidity:
    case_id: UUID


def confirm_validity(house: House, actor: Actor, command: ConfirmValidity) -> None:
    """Let the limit of law run. Raises Refused where it runs already, or the clock stands."""
    with house.act(actor, command.case_id, "ValidityConfirmed") as case:
        case.must_be_open()
        if not any(actor.holds(role, unit) for role in CHECKERS for unit in case.row["participants"]):
            raise NotAllowed
        if case.ledger.is_paused:
            raise Refused("Thời hạn đang tạm dừng, chưa xác nhận được.")
        if case.ledger.checked_by(case.calendar) is None:
            raise Refused("Hồ sơ này không chờ xác nhận hợp lệ.")
        confirm(case)


def before(case: Case, waiting: Waiting, form: Filled) -> None:
    """The same by a task of the process: its `act` is validity_check."""
    case.event_type = "ValidityConfirmed"
    confirm(case)


def confirm(case: Case) -> None:
    """The deed itself; once the check's own limit has passed, the limit runs from there and nothing changes."""
    checked_by = case.ledger.checked_by(case.calendar)
    if checked_by is not None:
        case.data["check_due"] = checked_by.isoformat()
    case.ledger = case.ledger.confirm_validity(case.now, case.calendar)
