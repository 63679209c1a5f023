"""Complete a task: the form goes in, the process moves on, and the act of law that the form decided happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from engine.dossier import (
    approve_process,
    assign,
    collect_fee,
    confirm_validity,
    hand_over,
    late_list,
    receive_phase,
    receive_supplement,
    refuse,
    request_supplement,
    return_result,
    return_to_step,
    sign,
)
from engine.dossier.actor import Actor
from engine.dossier.case import Case
from engine.dossier.command import Filled, PaperGiven, TaskRef
from engine.dossier.house import House
from engine.errors import StaleTask
from engine.run import Complete, Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteTask:
    """A filled form for one open task. The form has been checked against its schema."""

    case_id: UUID
    task: TaskRef
    form: Filled
    papers: tuple[PaperGiven, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    code: str
    next: tuple[tuple[str, str], ...]  # (task name, unit name) now waiting
    is_ended: bool


Deed = Callable[[Case, Waiting, Filled], None]

Deeds = tuple[Deed | None, Deed | None]
"""What is done before the process moves, and after."""

DECISIONS: Mapping[str, Deeds] = {
    "supplement": (request_supplement.before, request_supplement.after),
    "refuse": (refuse.before, refuse.after),
    "return": (return_to_step.before, return_to_step.after),
}
"""What an officer's decision in the form adds to the completion."""

ACTS: Mapping[str, Deeds] = {
    "hand_over": (None, hand_over.after),
    "assign": (assign.before, None),
    "sign": (sign.before, None),
    "validity_check": (confirm_validity.before, None),
    "pay": (None, collect_fee.after),
    "supplement": (receive_supplement.before, None),
    "phase_receive": (receive_phase.before, receive_phase.after),
    "return_result": (None, return_result.after),
    "draft": (approve_process.submit_again, None),
    "appraise": (approve_process.appraise, None),
    "approve": (approve_process.approve, None),
    "publish": (approve_process.publish, None),
    "close_objections": (late_list.close_objections, None),
    "publish_late_list": (late_list.publish, None),
}
"""What a task's own `act` adds, when the decision was to go forward: `supplement` is the task where it comes in."""


def complete_task(house: House, actor: Actor, command: CompleteTask) -> Completed:
    """Complete one task. Raises StaleTask when somebody was faster, FormRefused when the decision lacks its reason."""
    with house.act(actor, command.case_id, "TaskCompleted", task=command.task) as case:
        case.must_be_open()
        case.keep_papers(command.papers, kind="result")
        complete(case, waiting_for(case), command.form)
        row, names = case.row, case.house.directory
    return Completed(
        code=row["code"],
        next=tuple(
            (one["name"], names.name(one["unit_code"])) for one in case.record.opened_items if one["state"] == "open"
        ),
        is_ended=row["closed_at"] is not None,
    )


def waiting_for(case: Case) -> Waiting:
    """The waiting task behind the work item of this act."""
    address = case.item["address"] if case.item else ""
    for one in case.instance.waiting:
        if one.address == address:
            return one
    raise StaleTask


def complete(case: Case, waiting: Waiting, form: Filled) -> None:
    """The deed itself, on a case already locked."""
    decision = str(form.values.get("decision") or "")
    before, after = DECISIONS.get(decision) or ACTS.get(waiting.properties.get("act", ""), (None, None))
    case.data |= {
        "element": waiting.element_id,
        "task": waiting.name,
        "unit": case.item["unit_code"] if case.item else "",
        "role": case.item["role"] if case.item else "",
    }
    if decision:
        case.data["decision"] = decision
    case.facts.pop("returned", None)
    if before is not None:
        before(case, waiting, form)
    case.keep_form(waiting.element_id, form)
    variables = case.routing(form)
    case.apply(Complete(address=waiting.address, variables=variables))
    if waiting.properties.get("biz_done") == "true" and decision not in DECISIONS:
        sign.decide(case)
    if after is not None:
        after(case, waiting, form)
