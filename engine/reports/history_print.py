"""The process-history print (quá trình xử lý hồ sơ): each event in words, who did it, where it went, and the proof."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from engine.deadlines import Calendar, Interval, Ledger
from engine.dossier.actor import Actor
from engine.dossier.house import House
from engine.dossier.status import status_key
from engine.history.chain import Event
from engine.letters import render
from engine.reports.hand_overs import calendar_of_case
from engine.reports.history import HistoryView, history_view, title_of
from engine.store.tables import party

Row = dict[str, Any]
FORM = "history_print"


def history_print(house: House, connection: Connection, case_id: UUID, reader: Actor) -> bytes:
    """The history as PDF/A, with the hash of its last event and what checking the chain found."""
    view = history_view(connection, case_id)
    case, names, local = view.case, house.directory, house.calendar.local
    owner = connection.execute(select(party.c.name).where(party.c.case_id == case_id, party.c.role == "owner")).scalar()
    version = house.versions.get(connection, case["version_id"])
    now = local(house.clock.now(connection))
    head = bytes(case["head_hash"]).hex()
    data: Row = {
        "letterhead": dict(names[case["receiving_unit"]].letterhead),
        "date": now.date().isoformat(),
        "printed_at": now.isoformat(),
        "printed_by": ", ".join(part for part in (reader.name, names.name(reader.unit_code)) if part),
        "dossier": {"code": case["code"], "procedure": case["procedure_name"]},
        "owner": {"name": owner or case["facts"].get("applicant") or "(hồ sơ nội bộ)"},
        "received_at": local(case["received_at"]).isoformat(),
        "return_at": local(case["promised_at"]).isoformat() if case["promised_at"] else None,
        "status": house.ruleset(case["ruleset"]).status(status_key(case)).label,
        "process": f"phiên bản {version.number}",
        "rows": list(_rows(house, view)),
        "proof": {"hash": head, "sentence": _sentence(view)},
        "qr": f"motcua:1:{case['code']}:{case['revision']}:{head}",
    }
    return render(FORM, data)


def _rows(house: House, view: HistoryView) -> Iterator[Row]:
    ledger, names = Ledger.from_json(view.case["ledger"]), house.directory
    calendar = calendar_of_case(house, view.case)
    held = {one.address: one for one in ledger.intervals if one.address}
    before: set[str] = set()
    for one in view.events:
        content = one.content
        now = set(content["waiting"]) if "waiting" in content else before
        closed = [held[address] for address in sorted(before - now) if address in held]
        opened = {held[address].unit for address in now - before if address in held}
        row: Row = {
            "at": calendar.local(one.at).isoformat(),
            "officer": content["actor"]["name"],
            "unit": names.name(content["actor"].get("unit")) or None,
            "action": title_of(one),
            "receiver": "; ".join(sorted(names.name(unit) for unit in opened if unit)) or None,
        }
        yield row | _due(calendar, ledger, one, closed)
        before = now


def _due(calendar: Calendar, ledger: Ledger, event: Event, closed: list[Interval]) -> Row:
    dues = [due for one in closed if (due := ledger.due_of_step(one, calendar)) is not None]
    if not dues:
        return {}
    return {"due_at": calendar.local(min(dues)).isoformat(), "is_late": event.at > min(dues)}


def _sentence(view: HistoryView) -> str:
    count = len(view.events)
    if not view.verdict.is_whole:
        return f"Lịch sử gồm {count} sự kiện; chuỗi dấu vết KHÔNG khớp từ sự kiện {view.verdict.broken_at}."
    sealed = [view.sealed[one.seq] for one in view.events if one.seq in view.sealed]
    point = f", đã niêm phong đến điểm chốt {max(sealed):,}".replace(",", ".") if sealed else ", chưa niêm phong"
    return f"Lịch sử gồm {count} sự kiện, chuỗi dấu vết liền mạch{point}."
