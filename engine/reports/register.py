"""The register of dossiers (sổ theo dõi hồ sơ: form 06 of 2018, 07 of 2025) of a one-stop unit, from events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from engine.dossier.house import House
from engine.letters import render
from engine.reports.hand_overs import Content, histories_of

FORM = "register"
WAYS: Mapping[str, str] = {"counter": "Trực tiếp", "post": "Bưu chính công ích", "online": "Trực tuyến"}
ENDINGS: Mapping[str, str] = {
    "DossierRefused": "Từ chối giải quyết",
    "DossierWithdrawn": "Người nộp rút hồ sơ",
    "DossierStopped": "Dừng giải quyết",
    "ReceptionVoided": "Hủy tiếp nhận nhầm",
    "ReceptionDeclined": "Không tiếp nhận",
    "SupplementExpired": "Quá hạn bổ sung",
}
"""Events that end a dossier otherwise than by returning its result."""

# What was submitted online is not received until the one-stop unit says so; declined, it stands there as declined.
RECEIVED = text(
    """
    SELECT c.id, c.code, c.procedure_name, c.lead_unit, c.received_at, c.promised_at, c.is_late, c.facts, c.ledger,
           p.name AS owner, p.phone, p.address
    FROM cases c LEFT JOIN party p ON p.case_id = c.id AND p.role = 'owner'
    WHERE c.kind = 'dossier' AND c.receiving_unit = :unit AND c.participants @> ARRAY[CAST(:unit AS text)]
      AND c.received_at >= :since AND c.received_at < :until
      AND (c.code IS DISTINCT FROM c.submission_code OR c.closed_at IS NOT NULL)
    ORDER BY c.received_at, c.code
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the register."""

    number: int
    code: str
    procedure: str
    sets: int
    owner: str
    contact: str
    lead_unit: str
    received_at: datetime
    received_by: str
    promised_at: datetime | None
    returned_at: datetime | None
    returned_by: str
    way: str
    note: str


def dossier_register(
    house: House, connection: Connection, unit_code: str, since: datetime, until: datetime
) -> list[Entry]:
    """What a one-stop unit received in a period, with what became of each; numbers count from the period's first."""
    parameters = {"unit": unit_code, "since": since, "until": until}
    rows = [dict(row) for row in connection.execute(RECEIVED, parameters).mappings()]
    histories = histories_of(connection, [row["id"] for row in rows])
    return [_entry(house, number, row, histories[row["id"]]) for number, row in enumerate(rows, start=1)]


def _entry(house: House, number: int, row: Mapping[str, Any], events: Sequence[Content]) -> Entry:
    opened = next((one for one in events if one["type"] == "DossierReceived"), events[0])
    returned = next((one for one in events if one["type"] == "ResultReturned" and one["status"] == 10), None)
    way = str(returned["data"].get("delivery", "")) if returned else str(row["facts"].get("result_delivery", ""))
    return Entry(
        number=number,
        code=row["code"],
        procedure=row["procedure_name"],
        sets=int(row["facts"].get("sets", 1)),
        owner=row["owner"] or row["facts"].get("applicant") or "",
        contact="; ".join(part for part in (row["address"], row["phone"]) if part),
        lead_unit=house.directory.name(row["lead_unit"]),
        received_at=datetime.fromisoformat(opened["at"]),
        received_by=str(opened["actor"]["name"]),
        promised_at=row["promised_at"],
        returned_at=datetime.fromisoformat(returned["at"]) if returned else None,
        returned_by=str(returned["actor"]["name"]) if returned else "",
        way=WAYS.get(way, ""),
        note="; ".join(_notes(house, row, events)),
    )


def _notes(house: House, row: Mapping[str, Any], events: Sequence[Content]) -> list[str]:
    local = house.calendar.local
    told = [
        f"{ENDINGS[one['type']]} ngày {local(datetime.fromisoformat(one['at'])):%d/%m/%Y}"
        for one in events
        if one["type"] in ENDINGS
    ]
    again = sum(one["type"] == "ApologyIssued" for one in events)
    if again:
        told.append(f"Hẹn lại {again:02d} lần")
    if row["is_late"]:
        told.append("Quá hạn")
    return told


def register_pdf(house: House, connection: Connection, unit_code: str, since: datetime, until: datetime) -> bytes:
    """The register as PDF/A under the ruleset in force at the end of the period."""
    unit, local = house.directory[unit_code], house.calendar.local
    last = local(until - timedelta(microseconds=1))
    data = {
        "letterhead": dict(unit.letterhead),
        "date": local(house.clock.now(connection)).date().isoformat(),
        "form_number": house.ruleset_on(last).forms[FORM].number,
        "unit": unit.name,
        "since": local(since).date().isoformat(),
        "until": last.date().isoformat(),
        "rows": [
            {
                "number": one.number,
                "code": one.code,
                "procedure": one.procedure,
                "sets": one.sets,
                "owner": one.owner or "(không có chủ hồ sơ)",
                "contact": one.contact,
                "lead_unit": one.lead_unit,
                "received_at": local(one.received_at).isoformat(),
                "return_at": local(one.promised_at).isoformat() if one.promised_at else None,
                "returned_at": local(one.returned_at).isoformat() if one.returned_at else None,
                "way": one.way,
                "note": one.note,
            }
            for one in dossier_register(house, connection, unit_code, since, until)
        ],
    }
    return render(FORM, data)
