"""Every act of law and every deed of a worker, each from a dossier of its own up to where it can be killed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid5

from engine.delivery.deliver import Next, deliver
from engine.dossier import (
    apologise,
    archive,
    correct,
    end_early,
    explain,
    extend,
    hand_over,
    late_list,
    pause,
    reassign,
    take_answer,
)
from engine.dossier.act_on_timer import act_on_timer
from engine.dossier.command import Filled, Person, TaskRef
from engine.dossier.complete import CompleteTask, complete_task
from engine.dossier.correlate import Correlate, correlate
from engine.dossier.decline_reception import DeclineReception, decline_reception
from engine.dossier.issue_letter import issue_letter
from engine.dossier.late_rows import Period
from engine.dossier.movement import CORRELATE
from engine.dossier.receive import receive
from engine.dossier.receive_linked import ReceiveLinked, receive_linked
from engine.history.seal import seal
from engine.jobs.clock import sweep
from engine.jobs.handlers import answer_arrived
from tests.crash.stage import Stage
from tests.talking import publish_both, receive_both

LEASE = timedelta(minutes=3)
"""Longer than a killed worker's claim on an order holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A deed about to be done. `again` is what whoever asked for it does after the kill."""

    cases: tuple[UUID, ...]
    do: Callable[[], object]
    events: int = 1
    again: Callable[[], object] | None = None
    job: tuple[str, UUID] | None = None  # the job whose handler this is: it ends when the deed has been done
    holds: Callable[[], list[str]] = field(default=list)  # besides what holds of every case
    done: Callable[[], list[str]] = field(default=list)  # once the deed has been done


Deed = Callable[[Stage], Attempt]
DEEDS: dict[str, Deed] = {}


def deed(make: Deed) -> Deed:
    DEEDS[make.__name__] = make
    return make


def completing(element_id: str, *, code: str = "TP01", **values: Any) -> Deed:
    """Completing this task, as an officer does."""

    def make(stage: Stage) -> Attempt:
        case_id = stage.dossier(code, until=element_id)
        item = stage.province.task(case_id, element_id)
        command = CompleteTask(
            case_id=case_id,
            task=TaskRef(id=item.id, revision=item.revision),
            form=Filled(key=item.form_key or "", values=values),
        )
        actor = stage.province.actor(item.unit_code, item.role)
        return Attempt(cases=(case_id,), do=lambda: complete_task(stage.house, actor, command))

    return make


DEEDS |= {
    "hand_over": completing("step1_hand_over"),
    "assign": completing("step2_assign"),
    "handle": completing("step2_handle", decision="forward", opinion="Đủ điều kiện"),
    "request_supplement": completing("step2_handle", decision="supplement", supplement_content="Bản sao sổ hộ khẩu"),
    "refuse": completing("step2_handle", decision="refuse", refusal_reason="Không thuộc thẩm quyền giải quyết"),
    "return_to_step": completing("step2_review", decision="return", return_reason="Bổ sung căn cứ giải quyết"),
    "sign": completing("step3_sign", decision="forward"),
    "collect_fee": completing("step4_pay", amount=10_000),
    "return_result": completing("step5_return_result", method="counter"),
    "return_result_by_post": completing("step5_return_result", method="post"),
    "consult": completing("step2_consult_request", code="TN02", consult_question="Nguồn gốc sử dụng đất?"),
}


@deed
def receive_dossier(stage: Stage) -> Attempt:
    command = stage.province.reception("TP01")
    return Attempt(cases=(command.id,), do=lambda: receive(stage.house, stage.province.counter, command))


@deed
def receive_two_linked(stage: Stage) -> Attempt:
    command = ReceiveLinked(parent=stage.province.reception("TP01"), children=(stage.province.reception("TN02"),))
    cases = (command.parent.id, uuid5(command.parent.id, "1"))
    return Attempt(cases=cases, events=2, do=lambda: receive_linked(stage.house, stage.province.counter, command))


@deed
def send_a_message(stage: Stage) -> Attempt:
    _, child = _talking(stage)
    item = stage.province.task(child)
    return Attempt(cases=(child,), do=lambda: stage.province.complete_item(item, amount=7, decision="forward"))


@deed
def take_a_message(stage: Stage) -> Attempt:
    parent, child = _talking(stage)
    stage.province.complete(child, "lam", amount=7, decision="forward")
    look = Correlate(message="ket-qua", key=str(stage.province.row(parent).code), case_id=child)
    return Attempt(
        cases=(parent,),
        do=lambda: correlate(stage.house, look),
        job=(CORRELATE, child),
        done=lambda: [] if stage.province.task(parent).element_id == "lon" else ["it did not get what was sent"],
    )


def _talking(stage: Stage) -> tuple[UUID, UUID]:
    """A parent that listens, and its child about to tell it."""
    if not stage.knows("ME"):
        publish_both(stage.province)
    parent, child = receive_both(stage.province)
    stage.province.complete(parent, "soan")
    return parent, child


@deed
def decline(stage: Stage) -> Attempt:
    dossier = replace(stage.province.reception("TP01"), papers=())
    command = DeclineReception(dossier=dossier, letter="supplement_request", reason="Thiếu tờ khai theo mẫu")
    return Attempt(cases=(dossier.id,), do=lambda: decline_reception(stage.house, stage.province.counter, command))


@deed
def receive_supplement(stage: Stage) -> Attempt:
    case_id = _asked_for_supplement(stage)
    item = stage.province.task(case_id, "step2_handle_supplement")
    return Attempt(cases=(case_id,), do=lambda: stage.province.complete_item(item))


def _asked_for_supplement(stage: Stage) -> UUID:
    case_id = stage.dossier(until="step2_handle")
    stage.province.complete(case_id, "step2_handle", decision="supplement", supplement_content="Bản sao sổ hộ khẩu")
    return case_id


@deed
def take_over(stage: Stage) -> Attempt:
    case_id = stage.dossier(until="step2_assign")
    item = stage.province.task(case_id)
    command = hand_over.TakeOver(case_id=case_id, task=TaskRef(id=item.id, revision=item.revision))
    actor = stage.province.actor(item.unit_code, item.role)
    return Attempt(cases=(case_id,), do=lambda: hand_over.take_over(stage.house, actor, command))


@deed
def reassign_task(stage: Stage) -> Attempt:
    case_id = stage.dossier(until="step2_handle")
    item = stage.province.task(case_id)
    command = reassign.Reassign(
        case_id=case_id,
        task=TaskRef(id=item.id, revision=item.revision),
        officer_id=stage.province.actor(item.unit_code, "case_officer").id,
        reason="Người được giao nghỉ phép",
    )
    head = stage.province.actor(item.unit_code, "unit_head")
    return Attempt(cases=(case_id,), do=lambda: reassign.reassign(stage.house, head, command))


@deed
def correct_applicant(stage: Stage) -> Attempt:
    case_id = stage.dossier()
    person = Person(name="Nguyễn Thị Ngọc Hương", identifier="042185000018", phone="0912000018")
    command = correct.Correct(case_id=case_id, role="owner", person=person, reason="Ghi sai họ tên")
    return Attempt(cases=(case_id,), do=lambda: correct.correct(stage.house, stage.province.counter, command))


@deed
def extend_limit(stage: Stage) -> Attempt:
    case_id = stage.dossier(until="step2_handle")
    command = extend.Extend(case_id=case_id, by="5d", article="khoản 2 Điều 9 Luật Hộ tịch", reason="Phải xác minh")
    return Attempt(cases=(case_id,), do=lambda: extend.extend(stage.house, stage.actor("05", "unit_head"), command))


@deed
def pause_clock(stage: Stage) -> Attempt:
    case_id = stage.dossier(until="step2_handle")
    command = pause.Pause(case_id=case_id, basis="applicant_request", reason="Người nộp đề nghị")
    return Attempt(cases=(case_id,), do=lambda: pause.pause(stage.house, stage.actor("05", "unit_head"), command))


@deed
def resume_clock(stage: Stage) -> Attempt:
    pausing = pause_clock(stage)
    pausing.do()
    command = pause.Resume(case_id=pausing.cases[0], reason="Đã có đủ giấy tờ")
    head = stage.actor("05", "unit_head")
    return Attempt(cases=pausing.cases, do=lambda: pause.resume(stage.house, head, command))


def ending(act: Callable[..., None], *, until: str, unit: str, role: str, code: str = "TP01") -> Deed:
    """Ending a dossier before its result."""

    def make(stage: Stage) -> Attempt:
        case_id = stage.dossier(code, until=until)
        command = end_early.EndEarly(case_id=case_id, reason="Theo đề nghị của người nộp")
        return Attempt(cases=(case_id,), do=lambda: act(stage.house, stage.actor(unit, role), command))

    return make


DEEDS |= {
    "withdraw": ending(end_early.withdraw, until="step2_handle", unit="01", role="counter_officer"),
    "withdraw_while_consulting": ending(
        end_early.withdraw, until="nothing", unit="01", role="counter_officer", code="TN02"
    ),
    "stop": ending(end_early.stop, until="step2_handle", unit="05", role="unit_head"),
    "void": ending(end_early.void, until="", unit="01", role="counter_officer"),
}


@deed
def agency_answers(stage: Stage) -> Attempt:
    case_id = stage.dossier("TN02", until="nothing")
    command = take_answer.TakeAnswer(
        delivery_id=stage.delivery(case_id), outcome="agree", content={"content": "Đất không có tranh chấp"}
    )
    return Attempt(cases=(case_id,), do=lambda: take_answer.take_answer(stage.house, command))


@deed
def answer_on_paper(stage: Stage) -> Attempt:
    case_id = stage.dossier("TN02", until="nothing")
    lead = stage.province.row(case_id).lead_unit
    command = take_answer.RecordAnswer(case_id=case_id, address="step3_consult#1", outcome="agree", content="Đồng ý")
    actor = stage.province.actor(lead, "case_officer")
    return Attempt(cases=(case_id,), do=lambda: take_answer.record_answer(stage.house, actor, command))


# --- what no person does ----------------------------------------------------------------------------------------------


def timing(kind: str, bring: Callable[[Stage], UUID], *, events: int = 1) -> Deed:
    """A timer's due moment has come; its job runs."""

    def make(stage: Stage) -> Attempt:
        case_id = bring(stage)
        timer_id = stage.timer(case_id, kind)
        sweep(stage.house)
        return Attempt(
            cases=(case_id,),
            events=events,
            do=lambda: act_on_timer(stage.house, timer_id),
            job=("timer.act", timer_id),
        )

    return make


DEEDS |= {
    "timer_of_the_process": timing("process", lambda stage: stage.dossier("TN02", until="nothing")),
    "timer_of_the_apology": timing("apology", lambda stage: stage.dossier(until="step2_handle")),
    "timer_of_the_limit": timing("legal_limit", lambda stage: stage.dossier(until="step2_handle"), events=2),
    "timer_of_the_supplement": timing("supplement", _asked_for_supplement),
}


@deed
def sweep_of_timers(stage: Stage) -> Attempt:
    case_id = stage.dossier(until="step2_handle")
    timer_id = stage.timer(case_id, "apology")

    def queued(least: int) -> list[str]:
        jobs = stage.jobs("timer.act", timer_id)
        return [] if least <= jobs <= 1 else [f"{jobs} jobs for a timer"]

    return Attempt(
        cases=(case_id,), events=0, do=lambda: sweep(stage.house), holds=lambda: queued(0), done=lambda: queued(1)
    )


@deed
def apologise_and_reappoint(stage: Stage) -> Attempt:
    case_id = _drafted_apology(stage)
    item = stage.province.items(case_id, kind="letter")[0]
    proposed = datetime.fromisoformat(stage.province.row(case_id).facts["apology"]["date"])
    command = apologise.Apologise(
        case_id=case_id,
        task=TaskRef(id=item.id, revision=item.revision),
        reason="Khối lượng hồ sơ phải giải quyết nhiều hơn dự kiến",
        promised_at=proposed,
    )
    head = stage.province.actor(item.unit_code, "unit_head")
    return Attempt(cases=(case_id,), do=lambda: apologise.apologise_and_reappoint(stage.house, head, command))


@deed
def draft_apology(stage: Stage) -> Attempt:
    """Lateness foreseen by the officer who handles the dossier, before the timer does; a second draft is refused."""
    case_id = stage.dossier(until="step2_handle")
    item = stage.province.task(case_id)
    officer = stage.province.actor(item.unit_code, "case_officer")
    command = apologise.DraftApology(case_id=case_id, cause="late", reason="Phải xác minh lại tại nơi lưu sổ gốc")
    return Attempt(cases=(case_id,), do=lambda: apologise.draft_apology(stage.house, officer, command))


def _drafted_apology(stage: Stage) -> UUID:
    case_id = stage.dossier(until="step2_handle")
    act_on_timer(stage.house, stage.timer(case_id, "apology"))
    return case_id


@deed
def explain_lateness(stage: Stage) -> Attempt:
    case_id = stage.dossier(until="step2_handle")
    act_on_timer(stage.house, stage.timer(case_id, "legal_limit"))
    item = stage.province.items(case_id, kind="explanation")[0]
    command = explain.Explain(
        case_id=case_id,
        task=TaskRef(id=item.id, revision=item.revision),
        cause="Cán bộ thụ lý nghỉ ốm, chưa bố trí được người thay",
    )
    head = stage.province.actor(item.unit_code, "unit_head")
    return Attempt(cases=(case_id,), do=lambda: explain.explain(stage.house, head, command))


@deed
def archive_a_dossier(stage: Stage) -> Attempt:
    case_id = stage.dossier(until="its end")
    command = archive.Archive(case_id=case_id, place="Kệ 3")
    return Attempt(cases=(case_id,), do=lambda: archive.archive(stage.house, stage.actor("05", "clerk"), command))


PERIODS = count()


@deed
def make_the_late_list(stage: Stage) -> Attempt:
    """Each attempt of a month of its own: there is one list of a month."""
    period = Period.before(date(2026, 11, 1), 1)
    for _ in range(next(PERIODS)):
        period = period.next()
    stage.province.go_to(period.ends_at + timedelta(days=6, hours=9))
    list_id = uuid5(late_list.SPACE, period.key)
    return Attempt(cases=(list_id,), do=lambda: late_list.make_late_list(stage.house, period))


@deed
def issue_of_a_letter(stage: Stage) -> Attempt:
    """From the approved draft over its signature and seal to the sent letter, all its jobs in a row."""
    case_id = stage.dossier()
    letter_id = stage.letter(case_id)

    def once() -> list[str]:
        done = {what: count for what, count in stage.post.effects().items() if what[2] == str(letter_id)}
        return [f"signed and sealed {done}"] if any(count > 1 for count in done.values()) else []

    return Attempt(
        cases=(case_id,),
        do=lambda: _work_on_letter(stage, letter_id),
        again=lambda: _work_on_letter(stage, letter_id, later=LEASE),
        job=("letter.issue", letter_id),
        holds=once,
    )


def _work_on_letter(stage: Stage, letter_id: UUID, *, later: timedelta = timedelta(0)) -> None:
    for _ in range(4):
        if issue_letter(stage.house, letter_id) == "sent":
            return
        for purpose in ("sign", "seal"):
            order_id = uuid5(letter_id, purpose)
            if stage.is_ordered(order_id):
                _send(stage, order_id, later=later)
    raise AssertionError("a letter that never ends")


@deed
def delivery_to_a_neighbour(stage: Stage) -> Attempt:
    case_id = stage.dossier("TN02", until="nothing")
    order_id = stage.delivery(case_id)
    code = stage.province.row(case_id).code

    def once() -> list[str]:
        done = sum(count for what, count in stage.post.effects().items() if what[0] == code)
        return [f"{done} effects of one order"] if done > 1 else []

    return Attempt(
        cases=(case_id,),
        events=0,
        do=lambda: _send(stage, order_id),
        again=lambda: _send(stage, order_id, later=LEASE),
        job=("delivery.send", order_id),
        holds=once,
    )


def _send(stage: Stage, order_id: UUID, *, later: timedelta = timedelta(0)) -> None:
    tried = deliver(stage.house.store, stage.house.registry, order_id, datetime.now(UTC) + later)
    if tried.next is Next.TAKE_ANSWER:
        answer_arrived(stage.house, tried.row)


@deed
def sealing(stage: Stage) -> Attempt:
    case_id = stage.dossier()

    def work() -> None:
        with stage.house.store.transaction(role="worker") as connection:
            seal(connection, stage.house.log_key)

    return Attempt(cases=(case_id,), events=0, do=work)
