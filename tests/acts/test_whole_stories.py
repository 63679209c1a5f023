"""Real procedures from the counter to the returned result, headless: TP01 plainly, TN02 with all its twists."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import text

from engine.deadlines import VIETNAM
from engine.dossier.act_on_timer import act_on_timer
from engine.dossier.status import Status
from tests.invariants import faults_of_house
from tests.province import Province


def test_tp01_from_the_counter_to_the_result(ship: Callable[..., Province]) -> None:
    province = ship("TP01")
    got = province.receive("TP01")
    assert province.row(got.case_id).status == Status.RECEIVED
    for _ in range(20):
        if province.row(got.case_id).closed_at is not None:
            break
        province.complete(got.case_id)
    row = province.row(got.case_id)
    assert row.status == Status.RETURNED
    assert not row.is_late
    assert province.items(got.case_id) == []
    assert faults_of_house(province.house) == []


def test_tn02_consults_pauses_for_tax_becomes_late_and_apologises(ship: Callable[..., Province]) -> None:
    province = ship("TN02")
    got = province.receive("TN02")
    case_id = got.case_id
    received = province.row(case_id)
    assert received.legal_due_at.astimezone(VIETNAM) == datetime(2026, 11, 18, 17, 0, tzinfo=VIETNAM)

    province.complete(case_id, "step1_hand_over")
    assert province.row(case_id).status == Status.IN_PROGRESS
    province.complete(case_id, "step2_assign")
    province.complete(case_id, "step2_consult_request", consult_question="Xác nhận nguồn gốc sử dụng đất")
    assert province.items(case_id) == []
    assert province.answer(case_id)
    assert not province.answer(case_id), "an answer told twice changes nothing"
    province.complete(case_id, "step4_handle", decision="forward", opinion="Đủ điều kiện")
    province.complete(case_id, "step4_review", decision="return", return_reason="Bổ sung căn cứ quy hoạch")
    province.complete(case_id, "step4_handle", decision="forward", opinion="Đã bổ sung căn cứ")
    province.complete(case_id, "step4_review", decision="forward")
    province.complete(case_id, "step5_review", decision="forward")
    province.complete(case_id, "step6_sign", decision="forward")
    province.complete(case_id, "step7_review", decision="forward")
    assert province.answer(case_id, outcome="agree", content="Thông báo thuế số 12")
    province.complete(case_id, "step8_tax_answer")
    province.complete(case_id, "step8_forward")
    province.complete(case_id, "step9_tax_notice")

    paused = province.row(case_id)
    assert paused.status == Status.FINANCIAL_OBLIGATION
    assert paused.is_suspended
    province.advance_to(datetime(2026, 10, 19, 8, 0, tzinfo=VIETNAM))
    province.complete(case_id, "step9_tax_receipt")
    resumed = province.row(case_id)
    assert not resumed.is_suspended
    assert resumed.legal_due_at > received.legal_due_at, "ten working days of payment are not counted"

    province.advance_to(datetime(2026, 12, 4, 8, 0, tzinfo=VIETNAM))
    late = province.row(case_id)
    assert late.is_late
    assert late.apology == "escalated"
    assert late.explanation == "owed"
    kinds = [one.type for one in province.events(case_id)]
    assert kinds.index("ApologyDrafted") < kinds.index("DossierBecameLate")
    assert {one.kind for one in province.items(case_id)} == {"task", "letter", "explanation", "escalation"}

    province.complete(case_id, "step10_review")
    province.complete(case_id, "step11_return_result", method="counter")
    done = province.row(case_id)
    assert done.status == Status.RETURNED
    assert done.is_late, "it stays late"
    assert faults_of_house(province.house) == []


def test_moments_come_in_the_order_they_were_due_whatever_job_comes_first(ship: Callable[..., Province]) -> None:
    """After a stop, or a jump of the demo clock, the later timer may be fetched first."""
    province = ship("TP01")
    case_id = province.receive("TP01").case_id
    province.go_to(datetime(2026, 10, 20, 8, 0, tzinfo=VIETNAM))
    with province.house.store.transaction(role="worker") as connection:
        armed = dict(
            connection.execute(
                text("SELECT kind, id FROM timer WHERE case_id = :id AND cancelled_at IS NULL"), {"id": case_id}
            ).all()  # type: ignore[arg-type]
        )
    assert act_on_timer(province.house, armed["legal_limit"])
    assert not act_on_timer(province.house, armed["apology"]), "it has acted already"
    kinds = [one.type for one in province.events(case_id)]
    assert kinds[-2:] == ["ApologyDrafted", "DossierBecameLate"]
    assert province.row(case_id).apology == "escalated"
