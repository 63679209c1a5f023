"""One receipt for several dossiers of one submitter, each with its own agency, limit and appointment (form 01)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, or_, select

from engine.deadlines import parse_limit
from engine.dossier.house import House
from engine.letters import render
from engine.store.tables import cases, party


def group_receipt(house: House, connection: Connection, case_id: UUID, receiver: str) -> bytes:
    """The receipt of a dossier and those that were submitted with it, as PDF. `receiver`: who prints and signs it."""
    root = connection.execute(select(cases.c.id, cases.c.parent_id).where(cases.c.id == case_id)).one()
    first = root.parent_id or root.id
    rows = connection.execute(
        select(cases).where(or_(cases.c.id == first, cases.c.parent_id == first)).order_by(cases.c.code)
    ).mappings()
    found = [dict(row) for row in rows]
    main = next((one for one in found if one["id"] == first), found[0])
    people = connection.execute(select(party).where(party.c.case_id.in_([one["id"] for one in found]))).mappings()
    named = {(one["case_id"], one["role"]): dict(one) for one in people}
    unit, local = house.directory[main["receiving_unit"]], house.calendar.local
    submitter = named.get((main["id"], "submitter")) or named[main["id"], "owner"]
    data: dict[str, Any] = {
        "letterhead": dict(unit.letterhead) or {"agency": unit.name, "place": ""},
        "agency": {"name": unit.name, "phone": unit.phone or None, "website": house.settings.address},
        "date": local(main["received_at"]).date().isoformat(),
        "dossier": {"code": main["code"], "procedure": main["procedure_name"]},
        "submitter": {name: submitter[name] or None for name in ("name", "identifier", "phone")},
        "rows": [_row(house, connection, one, named) for one in found],
        "lookup": {"url": f"{house.settings.address}/tracking"},
        "receiver": {"name": receiver},
    }
    return render("group_receipt", data)


def _row(
    house: House, connection: Connection, one: dict[str, Any], named: dict[tuple[UUID, str], dict[str, Any]]
) -> dict[str, Any]:
    words = house.versions.get(connection, one["version_id"]).manifest.limit
    owner = named.get((one["id"], "owner"))
    return {
        "code": one["code"],
        "content": one["procedure_name"],
        "unit": house.directory.name(one["lead_unit"]),
        "owner": owner["name"] if owner else one["facts"].get("applicant", ""),
        "received_on": house.calendar.local(one["received_at"]).isoformat(),
        "return_on": house.calendar.local(one["promised_at"]).isoformat() if one["promised_at"] else None,
        "limit": parse_limit(words).vietnamese() if words else "không quy định",
        "quantity": one["facts"].get("sets", 1),
    }
