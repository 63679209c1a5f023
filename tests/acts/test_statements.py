"""What a completed task costs the database: at most 8 statements and 1 commit, counted where the driver sends them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
import pytest

from engine.deadlines import VIETNAM
from engine.errors import StaleTask
from tests.province import Province

MOST_STATEMENTS = 8


@dataclass
class Traffic:
    """What went over the wire. The queue's own statements pass here too; SQLAlchemy's events would not see them."""

    statements: list[str] = field(default_factory=list)
    commits: int = 0
    rollbacks_of_work: int = 0


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Traffic]:
    traffic = Traffic()
    execute, executemany = psycopg.Cursor.execute, psycopg.Cursor.executemany
    commit, rollback = psycopg.Connection.commit, psycopg.Connection.rollback

    def begin(cursor: Any) -> None:  # the driver sends BEGIN by itself, past its cursors
        if cursor.connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
            traffic.statements.append("BEGIN")

    def counting_execute(cursor: Any, query: Any, *arguments: Any, **more: Any) -> Any:
        begin(cursor)
        traffic.statements.append(str(query))
        return execute(cursor, query, *arguments, **more)

    def counting_executemany(cursor: Any, query: Any, rows: Any, **more: Any) -> Any:
        rows = list(rows)
        begin(cursor)
        traffic.statements += [str(query)] * len(rows)
        return executemany(cursor, query, rows, **more)

    def counting_commit(connection: Any) -> None:
        traffic.commits += 1
        commit(connection)

    def counting_rollback(connection: Any) -> None:
        is_working = connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE
        traffic.rollbacks_of_work += is_working
        rollback(connection)

    with monkeypatch.context() as patched:
        patched.setattr(psycopg.Cursor, "execute", counting_execute)
        patched.setattr(psycopg.Cursor, "executemany", counting_executemany)
        patched.setattr(psycopg.Connection, "commit", counting_commit)
        patched.setattr(psycopg.Connection, "rollback", counting_rollback)
        yield traffic


@pytest.fixture
def completing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Traffic]:
    """Complete a task under the counter. The inbox, from which the officer took it, is read before."""
    complete_task = Province.complete_item

    def complete(province: Province, case_id: Any, element_id: str | None = None, **values: Any) -> Traffic:
        item = province.task(case_id, element_id)
        with counted(monkeypatch) as traffic:
            complete_task(province, item, **values)
        assert len(traffic.statements) <= MOST_STATEMENTS, "\n".join(traffic.statements)
        assert traffic.commits == 1
        assert traffic.rollbacks_of_work == 0
        return traffic

    return complete


def test_every_task_of_tp01_stays_within_the_budget(
    ship: Callable[..., Province], completing: Callable[..., Traffic]
) -> None:
    province = ship("TP01")
    case_id = province.receive("TP01").case_id
    while province.row(case_id).closed_at is None:
        completing(province, case_id)


def test_every_task_of_tn02_stays_within_the_budget(
    ship: Callable[..., Province], completing: Callable[..., Traffic]
) -> None:
    province = ship("TN02")
    case_id = province.receive("TN02").case_id
    completing(province, case_id, "step1_hand_over")
    completing(province, case_id, "step2_assign")
    asked = completing(province, case_id, "step2_consult_request", consult_question="Xác nhận nguồn gốc đất")
    assert any("procrastinate" in one for one in asked.statements), "the job is counted"
    assert province.answer(case_id)
    completing(province, case_id, "step4_handle", decision="forward", opinion="Đủ điều kiện")
    completing(province, case_id, "step4_review", decision="return", return_reason="Bổ sung căn cứ quy hoạch")
    completing(province, case_id, "step4_handle", decision="forward", opinion="Đã bổ sung căn cứ")
    completing(province, case_id, "step4_review", decision="forward")
    completing(province, case_id, "step5_review", decision="forward")
    completing(province, case_id, "step6_sign", decision="forward")
    completing(province, case_id, "step7_review", decision="forward")
    assert province.answer(case_id)
    completing(province, case_id, "step8_tax_answer")
    completing(province, case_id, "step8_forward")
    completing(province, case_id, "step9_tax_notice")
    province.advance_to(datetime(2026, 10, 19, 8, 0, tzinfo=VIETNAM))
    completing(province, case_id, "step9_tax_receipt")
    completing(province, case_id, "step10_review")
    completing(province, case_id, "step11_return_result", method="post")
    assert province.row(case_id).closed_at is not None


def test_a_letter_to_the_applicant_and_an_order_to_the_post_fit_into_the_budget(
    ship: Callable[..., Province], completing: Callable[..., Traffic]
) -> None:
    province = ship("TP01")
    case_id = province.receive("TP01", result_delivery="post").case_id
    completing(province, case_id, "step1_hand_over")
    completing(province, case_id, "step2_assign")
    completing(province, case_id, "step2_handle", decision="supplement", supplement_content="Bản sao sổ hộ khẩu")
    completing(province, case_id, "step2_handle_supplement")
    completing(province, case_id, "step2_handle", decision="forward")
    completing(province, case_id, "step2_review", decision="forward")
    completing(province, case_id, "step3_sign", decision="forward")
    completing(province, case_id, "step4_pay", amount=10000)
    returned = completing(province, case_id, "step5_return_result")
    assert sum("procrastinate" in one for one in returned.statements) == 2, "the letter's job and the post's"


def test_a_task_that_somebody_else_finished_costs_a_look_and_no_commit(
    ship: Callable[..., Province], monkeypatch: pytest.MonkeyPatch
) -> None:
    province = ship("TP01")
    item = province.task(province.receive("TP01").case_id)
    province.complete_item(item)
    with counted(monkeypatch) as traffic, pytest.raises(StaleTask):
        province.complete_item(item)
    assert traffic.commits == 0
    assert len(traffic.statements) <= 3, "the beginning, the limits of the transaction, the look"
