"""One case as its page tells it: people, papers, open work, time, letters, orders, its place on the diagram."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, select, text

from engine.catalogue.versions import Version
from engine.deadlines import Ledger
from engine.dossier.house import House
from engine.errors import NotFound
from engine.history.personal import SALT_BYTES
from engine.reports.messages import MessageLine, messages_of
from engine.store.tables import cases, delivery, form_submission, letter, officer, paper, party, work_item

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """An element of the diagram: how often it was passed, whether something waits there, late or paused."""

    state: str  # done | active | late | paused
    visits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A form that was filled in at a task, opened with the case's own key."""

    element_id: str
    form_key: str
    officer: str
    at: datetime
    revision: int
    values: Row


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierView:
    case: Row
    version: Version
    ledger: Ledger
    people: Sequence[Row]
    papers: Sequence[Row]
    open_items: Sequence[Row]
    letters: Sequence[Row]
    deliveries: Sequence[Row]
    messages: Sequence[MessageLine]
    submissions: Sequence[Submission]
    children: Sequence[Row]
    parent: Row | None
    marks: Mapping[str, Visit]
    now: datetime


def case_id_of(connection: Connection, code: str) -> UUID:
    """The id of the case with this code, or that was submitted online under it, if this reader may see it."""
    found = connection.execute(select(cases.c.id).where(cases.c.code == code)).scalar()
    if found is None:
        found = connection.execute(select(cases.c.id).where(cases.c.submission_code == code)).scalar()
    if found is None:
        raise NotFound("Không tìm thấy hồ sơ, hoặc bạn không có quyền xem hồ sơ này.")
    return UUID(str(found))


def dossier_view(house: House, connection: Connection, case_id: UUID) -> DossierView:
    """Read one case whole. Raises NotFound for what this reader may not see."""
    case = connection.execute(select(cases).where(cases.c.id == case_id)).mappings().one_or_none()
    if case is None:
        raise NotFound("Không tìm thấy hồ sơ, hoặc bạn không có quyền xem hồ sơ này.")

    def of_case(table: Any, *order: Any) -> list[Row]:
        rows = connection.execute(select(table).where(table.c.case_id == case_id).order_by(*order)).mappings()
        return [dict(row) for row in rows]

    now = house.clock.now(connection)
    open_items = [
        dict(row)
        for row in connection.execute(
            select(work_item, officer.c.name.label("assignee_name"))
            .outerjoin(officer, officer.c.id == work_item.c.assignee)
            .where(work_item.c.case_id == case_id, work_item.c.state == "open")
            .order_by(work_item.c.opened_at)
        ).mappings()
    ]
    children = connection.execute(
        select(cases.c.code, cases.c.procedure_name, cases.c.status).where(cases.c.parent_id == case_id)
    ).mappings()
    parent = connection.execute(select(cases.c.code).where(cases.c.id == case["parent_id"])).mappings().one_or_none()
    return DossierView(
        case=dict(case),
        version=house.versions.get(connection, case["version_id"]),
        ledger=Ledger.from_json(case["ledger"]),
        people=of_case(party, party.c.role),
        papers=of_case(paper, paper.c.ordinal),
        open_items=open_items,
        letters=of_case(letter, letter.c.created_at),
        deliveries=of_case(delivery, delivery.c.created_at),
        messages=messages_of(connection, case_id),
        submissions=submissions_of(house, connection, dict(case)),
        children=[dict(row) for row in children],
        parent=dict(parent) if parent else None,
        marks=marks_of(connection, dict(case), open_items, now),
        now=now,
    )


def submissions_of(house: House, connection: Connection, case: Row) -> list[Submission]:
    """The forms of a case, newest first, decrypted."""
    rows = connection.execute(
        select(form_submission, officer.c.name)
        .outerjoin(officer, officer.c.id == form_submission.c.officer_id)
        .where(form_submission.c.case_id == case["id"])
        .order_by(form_submission.c.revision.desc())
    )
    found = []
    for row in rows:
        plain = house.keys.decrypt(bytes(case["data_key"]), bytes(row.body), b"form")
        found.append(
            Submission(
                element_id=row.element_id,
                form_key=row.form_key,
                officer=row.name or "",
                at=row.submitted_at,
                revision=row.revision,
                values=orjson.loads(plain[SALT_BYTES:]),
            )
        )
    return found


PASSED = text(
    """
    SELECT passed->>'element' AS element FROM event
    CROSS JOIN LATERAL jsonb_array_elements(coalesce(convert_from(body, 'UTF8')::jsonb->'passed', '[]')) AS passed
    WHERE case_id = :case_id
    """.replace("::", r"\:\:")
)


def marks_of(connection: Connection, case: Row, open_items: Sequence[Row], now: datetime) -> dict[str, Visit]:
    """What the diagram shows of a case now."""
    visits = Counter(connection.execute(PASSED, {"case_id": case["id"]}).scalars())
    marks = {element: Visit(state="done", visits=count) for element, count in visits.items()}
    for interval in Ledger.from_json(case["ledger"]).intervals:
        if interval.ended_at is None and interval.element_id:
            marks[interval.element_id] = Visit(
                state="active" if interval.is_running else "paused", visits=visits[interval.element_id] + 1
            )
    for item in open_items:
        if item["due_at"] is not None and item["due_at"] < now and not item["is_paused"] and item["element_id"]:
            marks[item["element_id"]] = Visit(state="late", visits=visits[item["element_id"]] + 1)
    return marks


def steps_of(view: DossierView) -> list[dict[str, Any]]:
    """The internal process's steps in order, with what became of each: done, now, late, paused or ahead."""
    names: dict[str, str] = {}
    for element in view.version.program.elements.values():
        number = element.properties.get("step", "")
        if number:
            names.setdefault(number, element.properties.get("step_name") or element.name)
    numbers = sorted(names, key=_order)
    return [{"number": number, "name": names[number], **_state_of_step(view, number)} for number in numbers]


def _state_of_step(view: DossierView, number: str) -> dict[str, Any]:
    mine = [one for one in view.ledger.intervals if one.step == number]
    open_ones = [one for one in mine if one.ended_at is None]
    if not mine:
        return {"state": "ahead"}
    if not open_ones:
        return {"state": "done", "at": max(one.ended_at for one in mine if one.ended_at is not None)}
    dues = [item["due_at"] for item in view.open_items if item["step"] == number and item["due_at"]]
    due = min(dues, default=None)
    if not any(one.is_running for one in open_ones):
        return {"state": "paused", "due_at": due}
    return {"state": "late" if due is not None and due < view.now else "now", "due_at": due}


def _order(number: str) -> tuple[int, str]:
    digits = "".join(sign for sign in number if sign.isdigit())
    return (int(digits) if digits else 0, number)
