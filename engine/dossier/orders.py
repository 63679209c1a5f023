"""What the house sends to a neighbour for a case: declared inputs only, never the whole of a form."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import select

from engine.history.personal import SALT_BYTES
from engine.model.elements import listed
from engine.run import Waiting
from engine.store.tables import form_submission, party

if TYPE_CHECKING:
    from engine.dossier.case import Case


def payload_for(case: Case, waiting: Waiting, unit_code: str, due: datetime | None) -> dict[str, Any]:
    """The payload of a service task's order, by its connector."""
    if waiting.properties.get("connector") == "postal":
        return postal_payload(case)
    return consultation_payload(case, waiting, unit_code, due)


def consultation_payload(case: Case, waiting: Waiting, unit_code: str, due: datetime | None) -> dict[str, Any]:
    """A question to another agency: about which dossier, what is asked, and until when."""
    names = case.house.directory
    asked = case.data.get("question") or waiting.properties.get("question") or waiting.name
    content = f"Đề nghị {names.name(unit_code)} cho ý kiến đối với hồ sơ {case.row['code']}: {asked}."
    wanted = listed(waiting.properties.get("inputs", ""))
    variables = case.instance.variables
    lines = [f"{_title(case, name)}: {str(variables[name]).rstrip('.')}." for name in wanted if variables.get(name)]
    payload: dict[str, Any] = {
        "to": unit_code,
        "to_name": names.name(unit_code),
        "subject": f"{waiting.name} – {case.row['procedure_name']}",
        "content": " ".join([content, *lines]),
        "signer": case.actor.name,
    }
    if due is not None:
        payload["due_on"] = f"{case.calendar.local(due):%Y-%m-%d}"
    return payload


def _title(case: Case, name: str) -> str:
    """What a form calls the field behind a variable."""
    for form in case.version.forms.values():
        field = form.get("properties", {}).get(name)
        if field:
            return str(field.get("title", name))
    return name


def postal_payload(case: Case) -> dict[str, Any]:
    """Where the post brings the result to, or fetches the dossier from."""
    owner = (
        case.connection.execute(select(party).where(party.c.case_id == case.id, party.c.role == "submitter"))
        .mappings()
        .one()
    )
    office = case.house.directory[case.row["receiving_unit"]]
    return {
        "name": owner["name"],
        "address": _delivery_address(case) or owner["address"],
        "phone": owner["phone"],
        "email": owner["email"],
        "note": f"Kết quả hồ sơ {case.row['code']}",
        "office_name": office.name,
        "office_address": office.address,
        "office_phone": office.phone,
    }


def _delivery_address(case: Case) -> str:
    """Where the applicant asked for the result to be sent, if the reception form says so; newest form first."""
    bodies = case.connection.execute(
        select(form_submission.c.body)
        .where(form_submission.c.case_id == case.id)
        .order_by(form_submission.c.revision.desc())
    ).scalars()
    for body in bodies:
        plain = case.house.keys.decrypt(bytes(case.row["data_key"]), bytes(body), b"form")
        address = orjson.loads(plain[SALT_BYTES:]).get("delivery_address")
        if address:
            return str(address)
    return ""
