"""Two lists that go with paper from desk to desk: dossiers handed over, and results brought to the one-stop unit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from engine.deadlines import parse_limit
from engine.dossier.house import House
from engine.errors import NotFound
from engine.letters import render
from engine.reports.hand_overs import DossierHandOver, hand_overs_of_unit

Row = dict[str, Any]

PAPERS = text(
    """
    SELECT case_id, string_agg(lpad(CAST(originals AS text), 2, '0') || ' ' || name, '; ' ORDER BY ordinal) AS names
    FROM paper WHERE kind = 'component' AND is_received AND blob IS NULL AND originals > 0
      AND case_id = ANY (CAST(:ids AS uuid[]))
    GROUP BY case_id
    """
)
"""What travels on paper: components of which there is no file."""


def between(
    house: House, connection: Connection, from_unit: str, to_unit: str, since: datetime, until: datetime
) -> list[DossierHandOver]:
    """Hand-overs from one unit to another in a period; a dossier given twice stands twice."""
    given = hand_overs_of_unit(house, connection, from_unit, since, until)
    return [one for one in given if (one.hand_over.from_unit, one.hand_over.to_unit) == (from_unit, to_unit)]


def hand_over_list(
    house: House, connection: Connection, from_unit: str, to_unit: str, since: datetime, until: datetime
) -> bytes:
    """The list of hand-overs as PDF/A. Raises NotFound when nothing was handed over."""
    given = between(house, connection, from_unit, to_unit, since, until)
    rows = connection.execute(PAPERS, {"ids": [str(one.case["id"]) for one in given]})
    papers = {row.case_id: row.names for row in rows}
    local = house.calendar.local
    listed = []
    for one in given:
        case = one.case
        limit = house.versions.get(connection, case["version_id"]).manifest.limit
        listed.append(
            {
                "code": case["code"],
                "content": case["procedure_name"],
                "owner": case["owner"] or case["facts"].get("applicant") or "(hồ sơ nội bộ)",
                "received_on": local(case["received_at"]).date().isoformat(),
                "return_on": local(case["promised_at"]).date().isoformat() if case["promised_at"] else None,
                "limit": parse_limit(limit).vietnamese() if limit else None,
                "quantity": int(case["facts"].get("sets", 1)),
                "papers": papers.get(case["id"]),
            }
        )
    return render("hand_over_list", _parties(house, connection, given, from_unit, to_unit) | {"rows": listed})


def result_list(
    house: House, connection: Connection, from_unit: str, to_unit: str, since: datetime, until: datetime
) -> bytes:
    """The list of results as PDF/A: of the hand-overs, those made after the decision was signed."""
    given = [
        one
        for one in between(house, connection, from_unit, to_unit, since, until)
        if one.case["decided_at"] is not None and one.case["decided_at"] <= one.hand_over.at
    ]
    listed = []
    for one in given:
        case = one.case
        manifest = house.versions.get(connection, case["version_id"]).manifest
        listed.append(
            {
                "code": case["code"],
                "content": case["procedure_name"],
                "result": manifest.result.name or "Kết quả giải quyết",
                "owner": case["owner"] or case["facts"].get("applicant") or "(hồ sơ nội bộ)",
                "address": case["address"] or None,
                "has_fee": manifest.fee.amount > 0,
                "by_post": case["facts"].get("result_delivery") == "post",
            }
        )
    return render("result_list", _parties(house, connection, given, from_unit, to_unit) | {"rows": listed})


def _parties(
    house: House, connection: Connection, given: Sequence[DossierHandOver], from_unit: str, to_unit: str
) -> Row:
    if not given:
        raise NotFound("Trong thời gian đã chọn không có lần bàn giao nào giữa hai đơn vị này.")
    local, names = house.calendar.local, house.directory
    takers = dict.fromkeys(one.hand_over.taken_by for one in given if one.hand_over.taken_by)
    return {
        "letterhead": dict(names[from_unit].letterhead),
        "date": local(house.clock.now(connection)).date().isoformat(),
        "giver": {"unit": names.name(from_unit), "name": ", ".join(dict.fromkeys(o.hand_over.given_by for o in given))},
        "taker": {"unit": names.name(to_unit), "name": ", ".join(takers) or None},
        "handed_at": local(given[-1].hand_over.at).isoformat(),
    }
