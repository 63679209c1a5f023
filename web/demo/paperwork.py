"""Fills forms as an officer or an applicant of the demo would: fields it knows by name, others as far as required."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from engine.dossier.command import Person
from web.demo.province import read_data

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What is on the desk of the one who fills a form."""

    chance: random.Random
    owner: Person
    today: date
    decision: str = "forward"
    act: str = ""
    assignee: str = ""
    fee: int = 0
    channel: str = "counter"
    result_delivery: str = "counter"
    place: str = ""
    subject: str = ""

    def words(self, *path: str) -> str:
        """One of the prepared sentences."""
        return one_of_words(self.chance, *path)


def one_of_words(chance: random.Random, *path: str) -> str:
    """One of the sentences of data/words.toml."""
    found: Any = read_data("words")
    for name in path:
        found = found[name]
    return str(chance.choice(found))


def fill(schema: Schema, desk: Desk) -> dict[str, Any]:
    """Values for a form, in its own order."""
    properties: Mapping[str, Schema] = schema.get("properties", {})
    required = _required(schema, desk)
    values: dict[str, Any] = {}
    for name, field in properties.items():
        maker = FIELDS.get(name)
        value = maker(desk) if maker is not None else None
        if value is None and name in required:
            value = _any(field, desk)
        if value is not None and _suits(field, value):
            values[name] = value
    return values


def _required(schema: Schema, desk: Desk) -> set[str]:
    required = set(schema.get("required", ()))
    for rule in schema.get("allOf", ()):
        asked = rule.get("if", {}).get("properties", {})
        if asked.get("decision", {}).get("const") == desk.decision:
            required |= set(rule.get("then", {}).get("required", ()))
    return required


def _suits(field: Schema, value: Any) -> bool:
    return "enum" not in field or value in field["enum"]


def _any(field: Schema, desk: Desk) -> Any:
    if "const" in field or "default" in field:
        return field.get("const", field.get("default"))
    if field.get("enum"):
        return field["enum"][0]
    kind = field.get("type", "string")
    if kind in {"integer", "number"}:
        return field.get("minimum", 1)
    if kind == "boolean":
        return True
    return desk.today.isoformat() if field.get("format") == "date" else "Theo hồ sơ"


def _when(decision: str, *path: str) -> Callable[[Desk], str | None]:
    return lambda desk: desk.words(*path) if desk.decision == decision else None


OPINIONS = frozenset({"handle", "sign", "appraise", "approve"})


def _opinion(desk: Desk) -> str:
    if desk.decision != "forward":
        return "Xem nội dung ghi ở dưới."
    return desk.words(desk.act if desk.act in OPINIONS else "review", "forward")


def _return_reason(desk: Desk) -> str | None:
    if desk.decision != "return":
        return None
    return desk.words(desk.act if desk.act in OPINIONS - {"handle"} else "review", "return")


def _of_owner(name: str) -> Callable[[Desk], Any]:
    return lambda desk: getattr(desk.owner, name) or None


def _personal_number(desk: Desk) -> str | None:
    return desk.owner.identifier if desk.owner.kind == "person" else None


def _method(desk: Desk) -> str:
    """How a fee is paid, or a result handed over."""
    if desk.act == "pay":
        return "cash" if desk.fee else "exempt"
    return desk.result_delivery


def _always(value: Any) -> Callable[[Desk], Any]:
    return lambda _: value


def _one_of(*choices: Any) -> Callable[[Desk], Any]:
    return lambda desk: desk.chance.choice(choices)


def _number(form: str, most: int) -> Callable[[Desk], str]:
    return lambda desk: form.format(number=desk.chance.randint(1, most), year=desk.today.year)


def _birthday(desk: Desk) -> str:
    return date(desk.chance.randint(1940, 2024), desk.chance.randint(1, 12), desk.chance.randint(1, 28)).isoformat()


FIELDS: Mapping[str, Callable[[Desk], Any]] = {
    # reception
    "owner_kind": lambda desk: desk.owner.kind,
    "owner_name": _of_owner("name"),
    "owner_identifier": _of_owner("identifier"),
    "owner_phone": _of_owner("phone"),
    "owner_email": _of_owner("email"),
    "owner_address": _of_owner("address"),
    "content": lambda desk: desk.words("content", "any"),
    "sets": _always(1),
    "channel": lambda desk: desk.channel,
    "result_delivery": lambda desk: desk.result_delivery,
    "delivery_address": lambda desk: desk.owner.address if desk.result_delivery == "post" else None,
    # what a field of administration asks
    "parcel_number": lambda desk: str(desk.chance.randint(1, 480)),
    "map_sheet": lambda desk: str(desk.chance.randint(1, 60)),
    "land_address": _of_owner("address"),
    "land_area": lambda desk: round(desk.chance.uniform(60, 620), 1),
    "certificate_number": lambda desk: f"DĐ {desk.chance.randint(100_000, 999_999)}",
    "site_address": _of_owner("address"),
    "building_kind": _one_of("Nhà ở riêng lẻ, cấp III", "Nhà ở riêng lẻ, cấp IV"),
    "floor_area": lambda desk: round(desk.chance.uniform(80, 380), 1),
    "storeys": lambda desk: desk.chance.randint(1, 4),
    "business_name": lambda desk: f"Hộ kinh doanh {desk.owner.name}",
    "business_address": _of_owner("address"),
    "business_line": _one_of("Bán lẻ lương thực, thực phẩm", "Dịch vụ ăn uống", "Sửa chữa xe máy", "May đo, thêu ren"),
    "capital": _one_of(30_000_000, 50_000_000, 100_000_000, 200_000_000),
    "project_name": _one_of("Nâng cấp đường trục thôn", "Nhà văn hóa tổ dân phố", "Kênh mương nội đồng giai đoạn 2"),
    "project_value": _one_of(850_000_000, 1_200_000_000, 3_400_000_000),
    "document_kind": _one_of("Căn cước", "Bằng tốt nghiệp", "Giấy chứng nhận quyền sử dụng đất", "Hợp đồng"),
    "copies_wanted": lambda desk: desk.chance.randint(1, 5),
    "subject_name": _of_owner("name"),
    "subject_birth_on": _birthday,
    "registered_place": lambda desk: f"UBND {desk.place}" if desk.place else None,
    "stay_address": _of_owner("address"),
    "stay_until": lambda desk: (desk.today + timedelta(days=720)).isoformat(),
    "host_name": _of_owner("name"),
    "beneficiary_name": _of_owner("name"),
    "beneficiary_birth_on": _birthday,
    "benefit_basis": _one_of("Người cao tuổi", "Người khuyết tật nặng", "Người có công với cách mạng"),
    # deciding
    "decision": lambda desk: desk.decision,
    "opinion": _opinion,
    "supplement_content": _when("supplement", "handle", "supplement"),
    "refusal_reason": _when("refuse", "handle", "refuse"),
    "return_reason": _return_reason,
    "consult_question": lambda desk: (
        desk.words("handle", "consult") if desk.act != "handle" or desk.decision == "consult" else None
    ),
    "tax_basis": lambda desk: desk.words("handle", "tax_basis") if desk.decision == "forward" else None,
    "assignee": lambda desk: desk.assignee or None,
    "instruction": lambda desk: desk.words("assign", "any"),
    # what moves and is paid
    "paper_sheets": lambda desk: desk.chance.randint(0, 12),
    "is_electronic": _always(True),
    "is_confirmed": _always(True),
    "amount": lambda desk: desk.fee,
    "method": _method,
    "receipt_number": _number("BL{number:05d}", 99_999),
    "notice_number": _number("{number}/TB-T{year}", 4_000),
    "notice_on": lambda desk: desk.today.isoformat(),
    "tax_amount": _one_of(1_250_000, 4_800_000, 12_600_000),
    "delivered_by": _always("counter"),
    "pay_by": lambda desk: (desk.today + timedelta(days=30)).isoformat(),
    "paid_amount": _one_of(1_250_000, 4_800_000, 12_600_000),
    "paid_on": lambda desk: desk.today.isoformat(),
    "sent_on": lambda desk: desk.today.isoformat(),
    "received_papers": lambda desk: desk.words("supplement", "received"),
    "is_complete": _always(True),
    "notified_by": _always("counter"),
    "is_returned": _always(True),
    "receiver_name": _of_owner("name"),
    "receiver_identifier": _personal_number,
    "post_number": lambda desk: f"EH{desk.chance.randrange(10**9):09d}VN" if desk.result_delivery == "post" else None,
    "is_receipt_withdrawn": _always(True),
    "document_number": _number("{number:02d}/{year}", 300),
    "registered_on": lambda desk: desk.today.isoformat(),
    "copies": lambda desk: desk.chance.randint(1, 3),
    # approving a process
    "procedure_code": lambda desk: desk.subject,
    "summary": lambda desk: desk.words("draft", "summary"),
    "legal_basis": lambda desk: desk.words("draft", "legal_basis"),
    "submission_number": _number("{number}/TTr-SXD", 400),
    "appraisal_number": _number("{number}/BC-SKHCN", 400),
    "appraised_on": lambda desk: desk.today.isoformat(),
    "decision_number": _number("{number}/QĐ-UBND (minh họa)", 3_000),
    "decision_on": lambda desk: desk.today.isoformat(),
    "effective_on": lambda desk: desk.today.isoformat(),
    "is_checked": _always(True),
    "is_posted": _always(True),
}
"""What is written into a field, by its name; None leaves it empty."""
