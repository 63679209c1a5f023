"""Take a neighbour's answer into the case: the waiting step goes on, and their clock stops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from engine.dossier import sign
from engine.dossier.actor import SYSTEM, Actor
from engine.dossier.case import Case
from engine.dossier.command import Filled
from engine.dossier.house import House
from engine.errors import NotAllowed, NotFound, Refused
from engine.run import Answer, Waiting
from engine.store.tables import delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeAnswer:
    """`outcome` as the connector told it: agree, refuse, done, silent ... Routing sees it as `answer`."""

    delivery_id: UUID
    outcome: str
    content: Mapping[str, Any]
    state: str = "answered"  # of the delivery: answered, or rejected by the neighbour


def take_answer(house: House, command: TakeAnswer) -> bool:
    """Give the answer to the waiting step; False when that step waits no more (an answer told twice, or too late)."""
    with house.store.transaction(role="worker") as connection:
        row = connection.execute(
            select(delivery.c.case_id, delivery.c.address, delivery.c.connector, delivery.c.target_unit).where(
                delivery.c.id == command.delivery_id
            )
        ).one_or_none()
    if row is None:
        raise NotFound("Không tìm thấy yêu cầu đã gửi.")
    actor = Actor(kind="agency", name=house.directory.name(row.target_unit), unit_code=row.target_unit or "")
    if row.address is None:
        return False
    with house.act(SYSTEM, row.case_id, "AnswerTaken") as case:
        waiting = waiting_at(case, row.address)
        if waiting is None:
            case.is_void = True
            return False
        case.actor = actor
        _take(case, waiting, command, row.connector)
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAnswer:
    """An answer that came on paper or by telephone, written down by an officer of the asking unit."""

    case_id: UUID
    address: str
    outcome: str
    content: str


def record_answer(house: House, actor: Actor, command: RecordAnswer) -> None:
    """Write down an answer received outside the system; the order to the neighbour is closed with it."""
    with house.act(actor, command.case_id, "AnswerTaken") as case:
        case.must_be_open()
        if not any(
            actor.holds(role, case.row["lead_unit"]) for role in ("case_officer", "unit_head", "counter_officer")
        ):
            raise NotAllowed("Chỉ đơn vị chủ trì được ghi nhận trả lời.")
        waiting = waiting_at(case, command.address)
        if waiting is None:
            raise Refused("Bước này không còn chờ trả lời.")
        row = case.connection.execute(
            select(delivery.c.id, delivery.c.connector)
            .where(delivery.c.case_id == case.id, delivery.c.address == command.address)
            .order_by(delivery.c.created_at.desc())
        ).first()
        if row is None:
            raise NotFound("Không tìm thấy yêu cầu đã gửi.")
        answer = TakeAnswer(delivery_id=row.id, outcome=command.outcome, content={"content": command.content})
        _take(case, waiting, answer, row.connector)


def waiting_at(case: Case, address: str) -> Waiting | None:
    """The service step waiting at an address, if it still does."""
    if case.row["closed_at"] is not None:
        return None
    return next((one for one in case.instance.waiting if one.address == address and one.kind == "service"), None)


def _take(case: Case, waiting: Waiting, command: TakeAnswer, connector: str) -> None:
    case.data = {
        "element": waiting.element_id,
        "task": waiting.name,
        "delivery": str(command.delivery_id),
        "connector": connector,
        "outcome": command.outcome,
    }
    case.keep_form(waiting.element_id, Filled(key=f"{connector}.answer", values=dict(command.content)))
    variables = {"answer": command.outcome} if "answer" in case.version.routing else {}
    case.record.ended_deliveries.append(
        {
            "id": command.delivery_id,
            "state": command.state,
            "answer": dict(command.content) | {"outcome": command.outcome},
            "answered_at": case.real_now,
        }
    )
    case.apply(Answer(address=waiting.address, variables=variables))
    if waiting.properties.get("biz_done") == "true":
        sign.decide(case)
