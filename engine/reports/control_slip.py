"""The control slip (form 05 of 2018, 06 of 2025): each hand-over of a dossier, and how the giver did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from engine.deadlines import Ledger
from engine.dossier.house import House
from engine.errors import NotFound
from engine.letters import load_form, render
from engine.reports.hand_overs import HandOver, calendar_of_case, hand_overs, histories_of
from engine.rulesets import LegalForm
from engine.store.tables import cases, party

Row = dict[str, Any]
FORM = "control_slip"


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSlip:
    """One dossier's slip as things stand now."""

    case: Mapping[str, Any]
    owner: str
    first_due: datetime | None
    new_due: datetime | None
    co_units: tuple[str, ...]
    hand_overs: Sequence[HandOver]
    form: LegalForm  # of the ruleset the dossier was received under


def read_control_slip(house: House, connection: Connection, case_id: UUID) -> ControlSlip:
    """Fold the slip from a dossier's events. Raises NotFound for what this reader may not see."""
    case = connection.execute(select(cases).where(cases.c.id == case_id)).mappings().one_or_none()
    if case is None:
        raise NotFound("Không tìm thấy hồ sơ, hoặc bạn không có quyền xem hồ sơ này.")
    owner = connection.execute(select(party.c.name).where(party.c.case_id == case_id, party.c.role == "owner")).scalar()
    ledger, calendar = Ledger.from_json(case["ledger"]), calendar_of_case(house, dict(case))
    first_due = ledger.due_of_law(calendar)
    promised = ledger.promised(calendar)
    others = {one.unit for one in ledger.intervals if one.unit} - {case["receiving_unit"], case["lead_unit"]}
    return ControlSlip(
        case=dict(case),
        owner=owner or case["facts"].get("applicant") or "(hồ sơ nội bộ)",
        first_due=first_due,
        new_due=promised if promised is not None and promised != first_due else None,
        co_units=tuple(sorted(house.directory.name(one) for one in others)),
        hand_overs=tuple(hand_overs(ledger, histories_of(connection, [case_id])[case_id], calendar)),
        form=house.ruleset(case["ruleset"]).forms[FORM],
    )


def control_slip(house: House, connection: Connection, case_id: UUID, *, paper: str = "") -> bytes:
    """The slip as PDF/A, on the paper its ruleset names unless another is asked for."""
    slip = read_control_slip(house, connection, case_id)
    names, local = house.directory, house.calendar.local
    data: Row = {
        "paper": paper or _paper(slip.form),
        "form_number": slip.form.number,
        "letterhead": dict(names[slip.case["receiving_unit"]].letterhead),
        "date": local(house.clock.now(connection)).date().isoformat(),
        "dossier": {"code": slip.case["code"], "procedure": slip.case["procedure_name"]},
        "owner": {"name": slip.owner},
        "received_at": local(slip.case["received_at"]).isoformat(),
        "return_at": local(slip.first_due).isoformat() if slip.first_due else None,
        "new_return_at": local(slip.new_due).isoformat() if slip.new_due else None,
        "lead_unit": names.name(slip.case["lead_unit"]),
        "co_units": "; ".join(slip.co_units) or None,
        "hand_overs": list(_printed(house, slip)),
    }
    return render(FORM, _filled(data))


def _paper(form: LegalForm) -> str:
    wanted = form.paper.lower()
    return wanted if wanted in load_form(FORM).papers else load_form(FORM).papers[0]


def _printed(house: House, slip: ControlSlip) -> Iterator[Row]:
    names, local = house.directory, house.calendar.local
    for one in slip.hand_overs:
        yield _filled(
            {
                "unit": names.name(one.from_unit),
                "to_unit": names.name(one.to_unit),
                "at": local(one.at).isoformat(),
                "by": one.given_by,
                "taken_by": one.taken_by,
                "taken_at": local(one.taken_at).isoformat() if one.taken_at else None,
                "result": one.result,
                "note": None if one.counts else "Thời gian không tính vào thời hạn",
            }
        )


def _filled(row: Row) -> Row:
    return {name: value for name, value in row.items() if value is not None}
