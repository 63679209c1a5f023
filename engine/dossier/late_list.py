"""The monthly public list of who let dossiers become late: made by the clock, open to objections, signed, published.

The list is a case of its own (procedure CKCM): its rows lie in the blob store under the hash its first event names,
what was published under the hash its last one names.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid5

import orjson
from sqlalchemy import Connection, text

from engine.catalogue.directory import Seating
from engine.deadlines import VIETNAM, Calendar, legal_due
from engine.dossier import movement
from engine.dossier.actor import SYSTEM, Actor
from engine.dossier.case import Case
from engine.dossier.command import Filled, Person
from engine.dossier.house import House
from engine.dossier.late_rows import Period, late_rows
from engine.dossier.letters import draft_letter
from engine.dossier.receive import Received, ReceiveDossier, new_case, opened_once
from engine.errors import FormRefused, NotAllowed, NotFound, Refused
from engine.history.canonical import canonical_bytes
from engine.run import Complete, Waiting
from engine.store.tables import process_version

PROCEDURE = "CKCM"
"""The code of the procedure whose BPMN runs the list's life."""
SPACE = UUID("6d6f7463-7561-4c61-8465-6c6973740000")
"""Ids of lists are uuid5 of the period in this space: one period, one list, however often it is made."""
FORMAT = "motcua-late-list/1"
SHORTEST_REASON = 10

Row = dict[str, Any]

MADE = text("SELECT max(facts->'late_list'->>'until') FROM cases WHERE procedure_code = :procedure")
FIRST_DOSSIER = text("SELECT min(received_at) FROM cases WHERE kind = 'dossier'")


# --- made by the clock ------------------------------------------------------------------------------------------------


def periods_due(house: House, connection: Connection) -> list[Period]:
    """Periods that have ended, whose making day has come, and that have no list yet; the oldest first.

    After a long stop none is left out; a new house begins with its last ended month.
    """
    is_running = process_version.select().where(
        process_version.c.procedure_code == PROCEDURE, process_version.c.state == "published"
    )
    if connection.execute(is_running).first() is None:
        return []
    now = house.clock.now(connection)
    today = Calendar.local(now).date()
    last = Period.before(today, house.ruleset_on(now).late_list.first_day)
    made_until = connection.execute(MADE, {"procedure": PROCEDURE}).scalar()
    if made_until is None:
        first = connection.execute(FIRST_DOSSIER).scalar()
        wanted = [last] if first is not None and first < last.ends_at else []
    else:
        wanted, begun = [], date.fromisoformat(made_until)
        while begun < last.until:
            following = Period(since=begun, until=begun).next()
            wanted.append(Period(since=begun, until=min(following.until, last.until)))
            begun = wanted[-1].until
    return [one for one in wanted if house.calendar.next_opening(one.ends_at) <= now]


def make_late_list(house: House, period: Period) -> Received:
    """Make the list of an ended period, once: whoever comes second is told which one there is."""
    list_id = uuid5(SPACE, period.key)
    [received] = opened_once(house, SYSTEM, [list_id], lambda connection: (_open(house, connection, list_id, period),))
    return received


def _open(house: House, connection: Connection, list_id: UUID, period: Period) -> Received:
    now = house.clock.now(connection)
    if house.calendar.next_opening(period.ends_at) > now:
        raise Refused("Chưa đến ngày lập danh sách của kỳ này.")
    ruleset = house.ruleset_on(datetime.combine(period.last, time(12), VIETNAM))
    rule, nowhere = ruleset.late_list, Seating(receiving_unit="", lead_unit="", locality=None)
    maker = house.directory.resolve(rule.made_by, nowhere)
    command = ReceiveDossier(
        id=list_id,
        procedure_code=PROCEDURE,
        receiving_unit=maker,
        owner=Person(name=""),
        form=Filled(key="objections"),
    )
    case = new_case(house, connection, SYSTEM, command, "LateListMade")
    case.row["ruleset"] = ruleset.name
    case.row["lead_unit"] = house.directory.resolve(rule.signed_by, nowhere)
    case.participate(case.row["lead_unit"])
    rows = late_rows(house, connection, ruleset, period)
    until = legal_due(case.now, rule.objections, house.calendar)
    title = f"Danh sách chậm muộn {period.name}"
    told = {
        "period": period.key,
        "name": period.name,
        "since": period.since.isoformat(),
        "until": period.until.isoformat(),
        "objections_until": until.isoformat(),
        "rows": house.blobs.put(canonical_bytes({"rows": rows})).hex(),
        "count": len(rows),
        "state": "open",
        "objections": [],
    }
    case.facts |= {"late_list": told, "applicant": title, "applicant_key": title.lower()}
    case.row["title"] = title
    case.start()
    _tell_heads(case, rows, until)
    case.arm("objections", until)
    case.data = {name: told[name] for name in ("period", "since", "until", "objections_until", "rows", "count")}
    case.finish()
    return Received(case_id=list_id, code=case.row["code"])


def _tell_heads(case: Case, rows: Sequence[Row], until: datetime) -> None:
    """Each unit that is named sees the list and has a line in its head's inbox until the day for objections is over."""
    counts: dict[str, int] = {}
    for row in rows:
        for code in dict.fromkeys([*(one["code"] for one in row["units"]), *(one["unit"] for one in row["officers"])]):
            counts[code] = counts.get(code, 0) + 1
    for code, count in counts.items():
        if code not in case.house.directory.units or case.house.directory[code].is_external:
            continue
        case.participate(code)
        case.record.opened_items.append(
            movement.work_item(
                case,
                address=f"late_list#{code}",
                kind="late_list",
                name=f"Xem, phản hồi danh sách chậm muộn: {count:02d} hồ sơ nêu tên đơn vị",
                unit_code=code,
                role="unit_head",
                due_at=until,
            )
        )
    case.facts["late_list"]["told"] = list(counts)


# --- objections -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectToRow:
    """Somebody who is named says why a row is wrong."""

    case_id: UUID
    row: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeObjection:
    """The control officer's answer. Accepted, the row is withdrawn from the list; the reason is recorded either way."""

    case_id: UUID
    number: int
    is_accepted: bool
    reason: str


def may_object(actor: Actor, row: Mapping[str, Any]) -> bool:
    """Whether an officer is named in a row, or heads a unit that is."""
    if any(one["id"] == str(actor.id) for one in row["officers"]):
        return True
    return any(actor.holds("unit_head", one["code"]) for one in row["units"])


def object_to_row(house: House, actor: Actor, command: ObjectToRow) -> None:
    """Object, within the time for it. Raises Refused after it, and for a row with an open objection."""
    with house.act(actor, command.case_id, "LateRowObjected") as case:
        told = case.facts["late_list"]
        if told["state"] != "open" or case.now > datetime.fromisoformat(told["objections_until"]):
            raise Refused("Đã hết thời hạn phản hồi của danh sách này.")
        row = next((one for one in rows_of(house, told) if one["row"] == command.row), None)
        if row is None:
            raise NotFound("Không có dòng này trong danh sách.")
        if not may_object(actor, row):
            raise NotAllowed("Chỉ người hoặc đơn vị có tên ở dòng này được phản hồi.")
        if any(one["row"] == command.row and one["state"] != "rejected" for one in told["objections"]):
            raise Refused("Dòng này đã có phản hồi.")
        reason = _reason(command.reason)
        number = len(told["objections"]) + 1
        told["objections"].append(
            {
                "number": number,
                "row": command.row,
                "by": actor.name,
                "unit": actor.unit_code,
                "at": case.now.isoformat(),
                "reason": reason,
                "state": "open",
            }
        )
        case.record.opened_items.append(
            movement.work_item(
                case,
                address=f"objection#{number}",
                kind="objection",
                name=f"Giải quyết phản hồi về dòng {command.row}, hồ sơ {row['code']}",
                unit_code=case.row["receiving_unit"],
                role="control_officer",
            )
        )
        case.data = {"row": command.row, "code": row["code"], "number": str(number), "reason": reason}


def judge_objection(house: House, actor: Actor, command: JudgeObjection) -> None:
    """Accept or reject. After the time for objections, the last answer sends the list to its signer."""
    kind = "ObjectionAccepted" if command.is_accepted else "ObjectionRejected"
    with house.act(actor, command.case_id, kind) as case:
        actor.must_hold("control_officer", case.row["receiving_unit"])
        told = case.facts["late_list"]
        one = next((one for one in told["objections"] if one["number"] == command.number), None)
        if one is None or one["state"] != "open":
            raise Refused("Phản hồi này đã được giải quyết.")
        reason = _reason(command.reason)
        one |= {
            "state": "accepted" if command.is_accepted else "rejected",
            "judged_by": actor.name,
            "judged_at": case.now.isoformat(),
            "answer": reason,
        }
        case.close_item(movement.item_id(case.id, f"objection#{command.number}"))
        case.data = {"row": one["row"], "number": str(command.number), "reason": reason}
        _send_to_signer(case)


def objections_over(case: Case) -> None:
    """The time for objections has passed: with none left open the list goes to its signer. Called by the timer."""
    case.event_type = "ObjectionsEnded"
    told = case.facts["late_list"]
    for code in told.get("told", ()):
        case.close_item(movement.item_id(case.id, f"late_list#{code}"), "cancelled")
    _send_to_signer(case)


def _send_to_signer(case: Case) -> None:
    told = case.facts["late_list"]
    if case.now < datetime.fromisoformat(told["objections_until"]) or open_objections(told):
        return
    for one in case.instance.waiting:
        if one.properties.get("act") == "close_objections":
            told["state"] = "signing"
            case.apply(Complete(address=one.address))


def close_objections(case: Case, waiting: Waiting, form: Filled) -> None:
    """The control officer ends the objections by hand, where the timer could not for one still open."""
    told = case.facts["late_list"]
    if case.now < datetime.fromisoformat(told["objections_until"]):
        until = case.calendar.local(datetime.fromisoformat(told["objections_until"]))
        raise Refused(f"Thời hạn phản hồi còn đến {until:%H:%M ngày %d/%m/%Y}.")
    if open_objections(told):
        raise Refused("Còn phản hồi chưa giải quyết.")
    case.event_type = "ObjectionsEnded"
    told["state"] = "signing"


def open_objections(told: Mapping[str, Any]) -> int:
    """How many objections nobody has answered."""
    return sum(one["state"] == "open" for one in told["objections"])


def _reason(text: str) -> str:
    if len(text.strip()) < SHORTEST_REASON:
        raise FormRefused(errors={"reason": "Ghi rõ lý do (ít nhất một câu)."})
    return text.strip()


# --- published --------------------------------------------------------------------------------------------------------


def publish(case: Case, waiting: Waiting, form: Filled) -> None:
    """The signer puts the list before the public: its content is frozen under its hash, its letter numbered, signed."""
    told = case.facts["late_list"]
    case.event_type = "LateListPublished"
    content = content_of(case.house, told, signed_by=case.actor.name, at=case.now)
    body = canonical_bytes(content)
    told |= {
        "state": "published",
        "published_at": case.now.isoformat(),
        "content": case.house.blobs.put(body).hex(),
        "csv": case.house.blobs.put(as_csv(content)).hex(),
    }
    case.data |= {
        "period": told["period"],
        "content": told["content"],
        "csv": told["csv"],
        "count": len(content["rows"]),
        "withdrawn": sum(one["state"] == "accepted" for one in told["objections"]),
    }
    draft_letter(case, "late_list", unit_code=case.row["lead_unit"], data={"content": told["content"]})


def rows_of(house: House, told: Mapping[str, Any]) -> list[Row]:
    """Every row the list was made with."""
    found: list[Row] = orjson.loads(house.blobs.get(bytes.fromhex(told["rows"])))["rows"]
    return found


def standing_rows(house: House, told: Mapping[str, Any]) -> list[Row]:
    """The rows that no accepted objection has withdrawn."""
    withdrawn = {one["row"] for one in told["objections"] if one["state"] == "accepted"}
    return [one for one in rows_of(house, told) if one["row"] not in withdrawn]


def content_of(house: House, told: Mapping[str, Any], *, signed_by: str, at: datetime) -> Row:
    """What is published: the rows that stand, figures by unit, no applicant and no officer's account."""
    rows = standing_rows(house, told)
    for row in rows:
        row["officers"] = [{name: one[name] for name in ("name", "title", "unit")} for one in row["officers"]]
    return {
        "format": FORMAT,
        "period": told["period"],
        "name": told["name"],
        "since": told["since"],
        "until": told["until"],
        "objections_until": told["objections_until"],
        "published_at": Calendar.local(at).isoformat(),
        "signed_by": signed_by,
        "units": by_unit(rows, {code: one.name for code, one in house.directory.units.items()}),
        "rows": rows,
    }


def by_unit(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> list[Row]:
    """Figures by unit named: finished late, open and late, its officers; the most first. A row counts for each unit."""
    found: dict[str, Row] = {}
    for row in rows:
        for unit in row["units"]:
            line = found.setdefault(unit["code"], _unit_line(unit["code"], unit["name"]))
            line["finished" if row["kind"] == "finished_late" else "open"] += 1
        for one in row["officers"]:
            line = found.setdefault(
                one["unit"],
                {
                    "code": one["unit"],
                    "name": names.get(one["unit"], one["unit"]),
                    "finished": 0,
                    "open": 0,
                    "officers": [],
                },
            )
            if officer_in_words(one) not in line["officers"]:
                line["officers"].append(officer_in_words(one))
    return sorted(found.values(), key=lambda one: (-one["finished"] - one["open"], one["code"]))


def _unit_line(code: str, name: str) -> Row:
    return {"code": code, "name": name, "finished": 0, "open": 0, "officers": []}


def officer_in_words(one: Mapping[str, Any]) -> str:
    """Đặng Quang Huy (Chuyên viên)."""
    return f"{one['name']} ({one['title']})" if one["title"] else str(one["name"])


COLUMNS = ("TT", "Mã hồ sơ", "Thủ tục hành chính", "Cơ quan chủ trì", "Cơ quan, đơn vị để chậm",
           "Người chịu trách nhiệm", "Hạn giải quyết", "Giải quyết xong", "Quá hạn", "Nguyên nhân")  # fmt: skip


def as_csv(content: Mapping[str, Any]) -> bytes:
    """The rows for a spreadsheet, the same bytes from the same content."""
    told = io.StringIO()
    writer = csv.writer(told, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for number, row in enumerate(content["rows"], start=1):
        writer.writerow(
            [
                number,
                row["code"],
                row["procedure"],
                row["lead_unit"]["name"],
                "; ".join(one["name"] for one in row["units"]),
                "; ".join(officer_in_words(one) for one in row["officers"]),
                _day(row["due"]),
                _day(row["done"]) if row["done"] else "chưa xong",
                row["over"],
                row["cause"],
            ]
        )
    return b"\xef\xbb\xbf" + told.getvalue().encode()


def _day(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%H:%M %d/%m/%Y}"
