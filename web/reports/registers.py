"""The register of dossiers and the book of hand-overs: on screen, printed, and for a spreadsheet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from engine.catalogue.directory import Unit
from engine.errors import NotFound
from engine.reports.hand_over_lists import hand_over_list, result_list
from engine.reports.hand_overs import DossierHandOver, hand_overs_of_unit
from engine.reports.register import Entry, dossier_register, register_pdf
from web import sheets
from web.doors import for_roles
from web.dossier import telling
from web.reading import house, reading
from web.reports.frame import COUNTER, DESKS, Asked, asked_period, blueprint, chosen_unit, my_units, tabs

MOST_SHOWN = 200


def needed(unit: Unit | None) -> Unit:
    """The unit, or NotFound where there is none to choose."""
    if unit is None:
        raise NotFound("Không có đơn vị nào để xem sổ.")
    return unit


@blueprint.get("/register")
@for_roles(*COUNTER)
def register() -> ResponseReturnValue:
    """The register of a one-stop unit."""
    offered = my_units(kinds=".one_stop")
    unit = chosen_unit(offered)
    with reading() as connection:
        asked = asked_period(house().clock.now(connection))
        entries = entries_of(connection, unit, asked) if unit else []
    return render_template(
        "reports/register.html",
        tabs=tabs("reports.register"),
        period=asked.fields,
        unit=unit.code if unit else "",
        units=[{"code": one.code, "name": one.name} for one in offered],
        entries=[entry | {"url": url_for("dossier.page", code=entry["code"])} for entry in shown(entries)],
        count=len(entries),
        form_number=house().ruleset_on(asked.begins_at).forms["register"].number,
        pdf_url=url_for("reports.register_file", kind="pdf", **kept(unit, asked)),
        csv_url=url_for("reports.register_file", kind="csv", **kept(unit, asked)),
    )


@blueprint.get("/register.<any(pdf,csv):kind>")
@for_roles(*COUNTER)
def register_file(kind: str) -> ResponseReturnValue:
    """The register as a file."""
    unit = needed(chosen_unit(my_units(kinds=".one_stop")))
    with reading() as connection:
        asked = asked_period(house().clock.now(connection))
        name = f"so-theo-doi-{unit.code}"
        if kind == "pdf":
            return sheets.pdf(register_pdf(house(), connection, unit.code, asked.begins_at, asked.ends_at), name)
        entries = entries_of(connection, unit, asked)
    columns = ("STT", "Mã hồ sơ", "Tên thủ tục hành chính", "Số lượng (bộ)", "Tên cá nhân, tổ chức",
               "Địa chỉ, số điện thoại", "Cơ quan chủ trì", "Nhận hồ sơ", "Người nhận", "Hẹn trả", "Trả kết quả",
               "Người trả", "Phương thức nhận kết quả", "Ghi chú")  # fmt: skip
    rows = (
        (one.number, one.code, one.procedure, one.sets, one.owner, one.contact, one.lead_unit, one.received_at,
         one.received_by, one.promised_at, one.returned_at, one.returned_by, one.way, one.note)
        for one in entries
    )  # fmt: skip
    return sheets.sheet(columns, rows, name)


def entries_of(connection: Connection, unit: Unit | None, asked: Asked) -> list[Entry]:
    """The lines of one unit's register."""
    return dossier_register(house(), connection, needed(unit).code, asked.begins_at, asked.ends_at)


def shown(entries: list[Entry]) -> list[dict[str, object]]:
    """The newest lines, as many as a page takes."""
    names = ("number", "code", "procedure", "sets", "owner", "contact", "lead_unit", "received_at", "received_by",
             "promised_at", "returned_at", "returned_by", "way", "note")  # fmt: skip
    return [{name: getattr(one, name) for name in names} for one in entries[::-1][:MOST_SHOWN]]


def kept(unit: Unit | None, asked: Asked) -> dict[str, Any]:
    """The request's choices, for the addresses of its files."""
    return asked.words | ({"unit": unit.code} if unit else {})


@blueprint.get("/hand-overs")
@for_roles(*DESKS)
def hand_over_book() -> ResponseReturnValue:
    """What a unit gave and took in a period: the control slips of all its dossiers, line by line."""
    offered = my_units()
    unit = chosen_unit(offered)
    with reading() as connection:
        now = house().clock.now(connection)
        asked = asked_period(now)
        found = hand_overs_of_unit(house(), connection, unit.code, asked.begins_at, asked.ends_at) if unit else []
    names = house().directory
    partners = dict.fromkeys(one.hand_over.to_unit for one in found if unit and one.hand_over.from_unit == unit.code)
    return render_template(
        "reports/hand_overs.html",
        tabs=tabs("reports.hand_over_book"),
        since=asked.since,
        until=asked.until,
        period=asked.fields,
        unit=unit.code if unit else "",
        units=[{"code": one.code, "name": one.name} for one in offered],
        lines=[line_of(one) for one in found[::-1][:MOST_SHOWN]],
        count=len(found),
        partners=[{"code": one, "name": names.name(one)} for one in partners],
        list_url=url_for("reports.hand_over_paper", name="list"),
        result_url=url_for("reports.hand_over_paper", name="results"),
        csv_url=url_for("reports.hand_over_csv", **kept(unit, asked)),
    )


def line_of(one: DossierHandOver) -> dict[str, object]:
    """A hand-over as a page shows it."""
    return telling.hand_over(one.hand_over) | {
        "code": one.case["code"],
        "url": url_for("dossier.slip_page", code=one.case["code"]),
        "procedure": one.case["procedure_name"],
    }


@blueprint.get("/hand-overs.csv")
@for_roles(*DESKS)
def hand_over_csv() -> ResponseReturnValue:
    """The book of hand-overs for a spreadsheet."""
    unit = needed(chosen_unit(my_units()))
    with reading() as connection:
        asked = asked_period(house().clock.now(connection))
        found = hand_overs_of_unit(house(), connection, unit.code, asked.begins_at, asked.ends_at)
    columns = ("Thời điểm", "Mã hồ sơ", "Thủ tục hành chính", "Bên giao", "Người giao", "Bên nhận", "Người nhận",
               "Nhận lúc", "Bước", "Kết quả của bên giao")  # fmt: skip
    names = ("at", "code", "procedure", "from_unit", "given_by", "to_unit", "taken_by", "taken_at", "step", "result")
    rows = ([line_of(one)[name] for name in names] for one in found)
    return sheets.sheet(columns, rows, f"giao-nhan-{unit.code}")


@blueprint.get("/hand-overs/<any(list,results):name>.pdf")
@for_roles(*DESKS)
def hand_over_paper(name: str) -> ResponseReturnValue:
    """The paper that goes with the dossiers, or the results, from one unit to another."""
    unit = needed(chosen_unit(my_units()))
    to_unit = house().directory[request.args.get("to", "")[:40]]
    with reading() as connection:
        now: datetime = house().clock.now(connection)
        asked = asked_period(now)
        printed = hand_over_list if name == "list" else result_list
        content = printed(house(), connection, unit.code, to_unit.code, asked.begins_at, asked.ends_at)
    return sheets.pdf(content, "bien-ban-giao-nhan" if name == "list" else "phieu-ban-giao-ket-qua")
