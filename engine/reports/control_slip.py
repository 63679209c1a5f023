"""The control slip (form 05 of 2018, 06 of 2025), from ledger and events: each hand-over, and how the giver did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, select

from engine.deadlines import Interval, Ledger, operational_due
from engine.dossier.house import House
from engine.errors import NotFound
from engine.letters import render
from engine.store.tables import cases, event, party

Row = dict[str, Any]


def control_slip(house: House, connection: Connection, case_id: UUID) -> bytes:
    """The slip as PDF/A, as things stand now."""
    case = connection.execute(select(cases).where(cases.c.id == case_id)).mappings().one_or_none()
    if case is None:
        raise NotFound("Không tìm thấy hồ sơ, hoặc bạn không có quyền xem hồ sơ này.")
    owner = connection.execute(select(party.c.name).where(party.c.case_id == case_id, party.c.role == "owner")).scalar()
    rows = connection.execute(select(event.c.body).where(event.c.case_id == case_id).order_by(event.c.seq)).scalars()
    told = [orjson.loads(bytes(body)) for body in rows]
    ledger, names, calendar = Ledger.from_json(case["ledger"]), house.directory, house.calendar
    receiving = names[case["receiving_unit"]]
    first_due = ledger.due_of_law(calendar) or case["received_at"]
    moved = ledger.promised(calendar)
    others = {one.unit for one in ledger.intervals if one.unit} - {case["receiving_unit"], case["lead_unit"]}
    data: Row = {
        "letterhead": dict(receiving.letterhead),
        "date": calendar.local(house.clock.now(connection)).date().isoformat(),
        "dossier": {"code": case["code"], "procedure": case["procedure_name"]},
        "owner": {"name": owner or case["facts"].get("applicant") or "(hồ sơ nội bộ)"},
        "received_at": calendar.local(case["received_at"]).isoformat(),
        "return_at": calendar.local(first_due).isoformat(),
        "lead_unit": names.name(case["lead_unit"]),
        "co_units": "; ".join(sorted(names.name(one) for one in others)) or None,
        "hand_overs": list(hand_overs(house, ledger, told)),
    }
    if moved is not None and moved != first_due:
        data["new_return_at"] = calendar.local(moved).isoformat()
    return render("control_slip", {name: value for name, value in data.items() if value is not None})


def hand_overs(house: House, ledger: Ledger, events: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    """Each time the dossier went from one unit to another: given by whom, taken by whom and when, early or late."""
    names, calendar = house.directory, house.calendar
    held = [one for one in ledger.intervals if one.unit]
    for before, after in pairwise(held):
        if before.unit == after.unit:
            continue
        given = _event_at(events, after)
        taken = _taken(events, after)
        yield _filled(
            {
                "unit": names.name(before.unit),
                "to_unit": names.name(after.unit),
                "at": calendar.local(after.started_at).isoformat(),
                "by": given["actor"]["name"] if given else "Hệ thống",
                "taken_by": taken["actor"]["name"] if taken else None,
                "taken_at": taken["at"] if taken else None,
                "result": _result(house, held, before),
                "note": None if before.is_running else "Thời gian không tính vào thời hạn",
            }
        )


def _result(house: House, held: Sequence[Interval], one: Interval) -> str:
    """How the giving unit did against its step's own limit."""
    if one.ended_at is None or one.limit is None:
        return "on_time" if one.ended_at is not None else "open"
    visits = [other for other in held if other.step == one.step and other.unit == one.unit]
    due = operational_due(visits[0].started_at, one.limit, house.calendar)
    if one.ended_at > due:
        return "late"
    local = house.calendar.local
    return "early" if local(one.ended_at).date() < local(due).date() else "on_time"


def _event_at(events: Sequence[Mapping[str, Any]], opened: Interval) -> Mapping[str, Any] | None:
    return next((one for one in events if opened.address in one.get("waiting", ())), None)


def _taken(events: Sequence[Mapping[str, Any]], opened: Interval) -> Mapping[str, Any] | None:
    mine = (one for one in events if one["data"].get("element") == opened.element_id)
    return next((one for one in mine if one["type"] in {"HandOverTaken", "TaskCompleted", "HandOverGiven"}), None)


def _filled(row: Row) -> Row:
    return {name: value for name, value in row.items() if value is not None}
