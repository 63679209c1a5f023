"""What each letter prints, read when it is rendered: personal values are never kept in the letter's row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import Connection, select

from engine.catalogue.directory import Unit
from engine.catalogue.versions import Version
from engine.deadlines import Calendar, Limit, LimitUnit, parse_limit
from engine.dossier.house import House
from engine.dossier.late_list import officer_in_words
from engine.errors import NotFound
from engine.letters import load_form
from engine.store.tables import cases, letter, officer, officer_role, paper, party

Data = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Everything a letter may quote."""

    house: House
    case: Mapping[str, Any]
    letter: Mapping[str, Any]
    version: Version
    people: Mapping[str, Mapping[str, Any]]
    papers: Sequence[Mapping[str, Any]]
    signer: Mapping[str, Any] | None
    unit: Unit
    receiver: Unit
    earlier: Sequence[Mapping[str, Any]] = ()  # letters that promised another date before this one

    @property
    def calendar(self) -> Calendar:
        return self.house.calendar_of(self.case["calendar_version"], self.case["receiving_unit"])


def read_source(
    house: House, connection: Connection, letter_id: Any, changes: Mapping[str, Any] | None = None
) -> Source:
    """Read what a letter needs, in one transaction; `changes` to its row are not written."""
    found = connection.execute(select(letter).where(letter.c.id == letter_id)).mappings().one_or_none()
    if found is None:
        raise NotFound("Không tìm thấy văn bản.")
    row: Data = dict(found)
    if changes:
        row |= {**changes, "data": row["data"] | changes.get("data", {})}
    case = connection.execute(select(cases).where(cases.c.id == row["case_id"])).mappings().one()
    people = connection.execute(select(party).where(party.c.case_id == case["id"])).mappings()
    papers = connection.execute(select(paper).where(paper.c.case_id == case["id"]).order_by(paper.c.ordinal)).mappings()
    signer = None
    if row["signer"] and row["signer"].get("id"):
        signer = connection.execute(select(officer).where(officer.c.id == row["signer"]["id"])).mappings().one_or_none()
    if signer is None:
        signer = _head_of(connection, row["unit_code"])
    return Source(
        house=house,
        case=dict(case),
        letter=row,
        version=house.versions.get(connection, case["version_id"]),
        people={one["role"]: dict(one) for one in people},
        papers=[dict(one) for one in papers],
        signer=dict(signer) if signer is not None else None,
        unit=house.directory[row["unit_code"]],
        receiver=house.directory[case["receiving_unit"]],
        earlier=_earlier(connection, row) if row["kind"] == "apology" else (),
    )


def _earlier(connection: Connection, row: Mapping[str, Any]) -> list[Data]:
    found = connection.execute(
        select(letter.c.notation, letter.c.issued_at, letter.c.created_at, letter.c.data)
        .where(letter.c.case_id == row["case_id"], letter.c.kind == "apology", letter.c.created_at < row["created_at"])
        .where(letter.c.notation.is_not(None), letter.c.state != "voided")
        .order_by(letter.c.created_at)
    )
    return [
        {
            "number": one.notation,
            "date": (one.issued_at or one.created_at).isoformat(),
            "new_appointed_at": one.data["promised_at"],
        }
        for one in found
        if one.data.get("promised_at")
    ]


def _head_of(connection: Connection, unit_code: str) -> Any:
    """Who signs what the system itself wrote: the head of the unit."""
    return (
        connection.execute(
            select(officer)
            .join(officer_role, officer_role.c.officer_id == officer.c.id)
            .where(officer_role.c.unit_code == unit_code, officer_role.c.role == "unit_head", ~officer.c.is_disabled)
            .order_by(officer.c.sort_key)
            .limit(1)
        )
        .mappings()
        .one_or_none()
    )


def letter_data(source: Source, at: datetime) -> Data:
    """The data of this letter's form, dated `at`."""
    data = _common(source, at) | BUILDERS[source.letter["kind"]](source)
    return {name: value for name, value in data.items() if value not in (None, "")}


def _common(source: Source, at: datetime) -> Data:
    case, unit = source.case, source.unit
    dated = source.calendar.local(at)
    day = dated.date()
    if load_form(source.letter["form"]).fields["date"].is_open_day and not source.calendar.is_working_day(day):
        day = source.calendar.next_opening(at).date()
    data: Data = {
        "letterhead": dict(unit.letterhead) or {"agency": unit.name, "place": "Hà Tĩnh"},
        "agency": _filled({"name": _agency(unit), "phone": unit.phone, "website": source.house.settings.address}),
        "paper": _paper(source),
        "date": day.isoformat(),
        "printed_at": dated.isoformat(),
        "number": source.letter["notation"],
        "dossier": {"code": case["code"], "procedure": case["procedure_name"]},
        "qr": f"motcua:1:{case['code']}:{case['revision']}:{bytes(case['head_hash']).hex()}",
    }
    owner = source.people.get("owner")
    if owner is not None:
        data["owner"] = _person(owner)
    submitter = source.people.get("submitter")
    if submitter is not None:
        data["submitter"] = {name: value for name, value in _person(submitter).items() if name in SUBMITTER}
    if source.signer is not None:
        told = source.letter["signer"] or {}
        data["signer"] = _filled(
            {
                "name": source.signer["name"],
                "title": told.get("title") or source.signer["title"] or "Cán bộ",
                "capacity": told.get("capacity"),
            }
        )
    return data


def _agency(unit: Unit) -> str:
    """The agency in a sentence: leaders speak as the committee that their letterhead names."""
    named = str(unit.letterhead.get("agency", "")).replace("\n", " ")
    return named if named and unit.kind.endswith(".leader") else unit.name


def _paper(source: Source) -> str | None:
    """The unit's own paper for letters, else the one its ruleset names for the form; None where the form has none."""
    legal = source.house.ruleset(source.case["ruleset"]).forms.get(source.letter["kind"])
    wanted = source.unit.letterhead.get("paper") or (legal.paper if legal is not None else "")
    return wanted.lower() if wanted.lower() in load_form(source.letter["form"]).papers else None


SUBMITTER = {"name", "identifier", "phone"}


def _person(row: Mapping[str, Any]) -> Data:
    return _filled({name: row[name] for name in ("kind", "name", "identifier", "phone", "email", "address")})


def _filled(data: Data) -> Data:
    return {name: value for name, value in data.items() if value}


def _receipt(source: Source) -> Data:
    case, manifest = source.case, source.version.manifest
    phase = source.letter["data"].get("phase", 1)
    words = next((one.limit for one in manifest.phases if one.number == phase), "") or manifest.limit
    fee = manifest.fee.amount
    data: Data = {
        "components": [
            _filled({name: one[name] for name in ("name", "originals", "certified", "copies")})
            for one in source.papers
            if one["kind"] == "component" and one["is_received"]
        ]
        or [{"name": "Tờ khai, đơn đề nghị theo mẫu", "originals": 1}],
        "sets": case["facts"].get("sets", 1),
        "limit": parse_limit(words).vietnamese() if words else "không quy định",
        "received_at": source.calendar.local(case["received_at"]).isoformat(),
        "return_at": _local(source, case["promised_at"]),
        "result_channel": _channel(source),
        "fee": fee or None,
        "lookup": {"url": f"{source.house.settings.address}/tracking", "code": case["code"]},
        "receiver": {"name": source.signer["name"] if source.signer else source.receiver.name},
        "is_online": case["channel"] == 2,
    }
    return data


def _channel(source: Source) -> str:
    if source.case["facts"].get("result_delivery") == "post":
        return "qua dịch vụ bưu chính công ích, về địa chỉ đã đăng ký"
    return f"trực tiếp tại {source.receiver.name}"


def _supplement(source: Source) -> Data:
    told = source.letter["data"]
    names = told.get("papers") or [source.case["procedure_name"]]
    return {
        "requirements": [{"name": name, "demand": told["reason"]} for name in names],
        "reason": told["reason"],
        "supplement_due_at": _local_text(source, told.get("due")),
        "effect": source.version.manifest.supplement.effect,
        "guide": {
            "name": source.signer["name"] if source.signer else source.unit.name,
            "phone": source.unit.phone or "1022",
        },
    }


def _refusal(source: Source) -> Data:
    return {
        "reason": source.letter["data"]["reason"],
        "submitted_at": _local(source, source.case["received_at"]),
        "is_online": source.case["channel"] == 2,
    }


def _apology(source: Source) -> Data:
    told, case = source.letter["data"], source.case
    words = source.version.manifest.limit
    names = source.house.directory
    at_fault = told.get("unit") or source.letter["unit_code"]
    return {
        "receiver": {"name": source.receiver.name},
        "cause": told.get("cause", "late"),
        "received_at": _local(source, case["received_at"]),
        "limit": parse_limit(words).vietnamese() if words else None,
        "appointed_at": _local_text(source, told.get("appointed_at")),
        "new_appointed_at": _local_text(source, told.get("promised_at")),
        "extension": _extension(source, told),
        "time": told.get("time", 1),
        "earlier": source.earlier,
        "reason": _sentence(told["reason"]),
        "remedy": _sentence(told["remedy"]) if told.get("remedy") else None,
        "steps": told.get("steps") or None,
        "recipients": list(dict.fromkeys(["Như trên", source.receiver.name, names.name(at_fault), "Lưu: VT, hồ sơ"])),
    }


def _extension(source: Source, told: Mapping[str, Any]) -> str | None:
    """By how many working days the promise moves."""
    if not told.get("promised_at") or not told.get("appointed_at"):
        return None
    appointed, promised = (datetime.fromisoformat(told[name]) for name in ("appointed_at", "promised_at"))
    days = Decimal(max(1, _working_days(source.calendar, appointed, promised)))
    return Limit(days, LimitUnit.working_day).vietnamese()


def _sentence(words: str) -> str:
    """A reason ends its sentence in print, however it was typed."""
    words = words.strip()
    return words if words.endswith((".", "!", "?", "…")) else f"{words}."


def _working_days(calendar: Calendar, after: datetime, until: datetime) -> int:
    first, last = calendar.local(after).date(), calendar.local(until).date()
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(calendar.is_working_day(day) for day in days)


def _stop(source: Source) -> Data:
    case, told = source.case, source.letter["data"]
    return {
        "reason": _sentence(told["reason"]),
        "receiver": {"name": source.receiver.name},
        "received_at": _local(source, case["received_at"]),
        "stage": told.get("stage") or "thụ lý hồ sơ",
        "stopped_at": _local(source, source.letter["created_at"]),
        "fee_paid": case["facts"].get("fee_paid"),
        "recipients": ["Như trên", source.receiver.name, "Lưu: VT, hồ sơ"],
    }


def _extension_notice(source: Source) -> Data:
    told = source.letter["data"]
    return {
        "receiver": {"name": source.receiver.name},
        "received_at": _local(source, source.case["received_at"]),
        "limit": parse_limit(told["by"]).vietnamese(),
        "article": told["article"],
        "reason": _sentence(told["reason"]),
        "due_before": _local_text(source, told["from"]),
        "due_after": _local_text(source, told["to"]),
        "return_at": _local_text(source, told["return_at"]),
        "recipients": ["Như trên", source.receiver.name, "Lưu: VT, hồ sơ"],
    }


def _hand_over(source: Source) -> Data:
    case, told = source.case, source.letter["data"]
    taker = source.people.get("submitter") or source.people["owner"]
    fee = case["facts"].get("fee_paid")
    return {
        "results": [
            {"name": source.version.manifest.result.name or f"Kết quả: {case['procedure_name']}", "quantity": 1}
        ],
        "returned_at": _local(source, source.letter["created_at"]),
        "channel": "qua dịch vụ bưu chính công ích"
        if told.get("delivery") == "post"
        else f"tại {source.receiver.name}",
        "taker": _filled({"name": taker["name"], "identifier": taker["identifier"]}),
        "giver": {"name": source.signer["name"] if source.signer else source.receiver.name},
        "fee": fee,
        "fee_status": "đã nộp" if fee else None,
    }


def _fee_receipt(source: Source) -> Data:
    told, unit = source.letter["data"], source.unit
    payer = source.people.get("submitter") or source.people["owner"]
    short = f"{unit.letterhead.get('notation', unit.code)}-{source.letter['year'] % 100:02d}E"
    symbol = unit.letterhead.get("receipt_symbol") or short
    return {
        "letterhead": {**unit.letterhead, **_filled({"address": unit.address})},
        "receipt": {"symbol": symbol, "serial": f"{source.letter['number'] or 0:07d}"},
        "copies": ["Liên 1: Lưu tại đơn vị thu", "Liên 2: Giao người nộp tiền", "Liên 3: Lưu hồ sơ"],
        "payer": _filled({name: payer[name] for name in ("name", "address", "identifier")}),
        "items": [{"name": f"Phí, lệ phí: {source.case['procedure_name']}", "amount": told["amount"]}],
        "total": told["amount"],
        "method": told["method"],
        "cashier": {"name": source.signer["name"] if source.signer else unit.name},
    }


def _late_list(source: Source) -> Data:
    content = orjson.loads(source.house.blobs.get(bytes.fromhex(source.letter["data"]["content"])))
    last = date.fromisoformat(content["until"]) - timedelta(days=1)
    return {
        "period": content["name"],
        "since": content["since"],
        "until": last.isoformat(),
        "objections_until": content["objections_until"],
        "units": [one | {"officers": "; ".join(one["officers"])} for one in content["units"]],
        "rows": [
            _filled(
                {
                    "code": one["code"],
                    "procedure": one["procedure"],
                    "lead_unit": one["lead_unit"]["name"],
                    "units": "; ".join(unit["name"] for unit in one["units"]),
                    "officers": "; ".join(officer_in_words(person) for person in one["officers"]) or "(chưa phân công)",
                    "due_at": one["due"],
                    "done_at": one["done"],
                    "over": one["over"],
                    "cause": one["cause"],
                }
            )
            for one in content["rows"]
        ],
        "content_hash": source.letter["data"]["content"],
        "recipients": ["Các sở, ngành, UBND xã, phường", "Cổng dịch vụ công của tỉnh", "Lưu: VT, KSTT"],
    }


def _non_reply(source: Source) -> Data:
    told = source.letter["data"]
    return {
        "asked": {"name": source.house.directory.name(told["unit"])},
        "request": {
            "number": told["number"],
            "sent_at": _local_text(source, told["asked_at"]),
            "subject": told["subject"],
            "due_at": _local_text(source, told["due"]),
        },
        "checked_at": _local(source, source.letter["created_at"]),
        "consequence": f"{source.unit.name} tiếp tục giải quyết hồ sơ theo quy định và báo cáo cấp có thẩm quyền",
        "recipients": ["Như trên", source.receiver.name, "Lưu: VT, hồ sơ"],
    }


def _local(source: Source, moment: datetime | None) -> str | None:
    return source.calendar.local(moment).isoformat() if moment else None


def _local_text(source: Source, moment: str | None) -> str | None:
    return _local(source, datetime.fromisoformat(moment)) if moment else None


BUILDERS: Mapping[str, Callable[[Source], Data]] = {
    "receipt": _receipt,
    "supplement_request": _supplement,
    "refusal": _refusal,
    "apology": _apology,
    "stop_notice": _stop,
    "extension_notice": _extension_notice,
    "result_hand_over": _hand_over,
    "fee_receipt": _fee_receipt,
    "late_list": _late_list,
    "non_reply_statement": _non_reply,
}
