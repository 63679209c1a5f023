"""Who may sign for whom: the list of authorisations (KT., TL., TUQ.), granting one, withdrawing one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, select

from engine.catalogue.authorisations import (
    CAPACITIES,
    KINDS,
    Authorisation,
    grant,
    list_authorisations,
    new_authorisation,
    withdraw,
)
from engine.errors import FormRefused, Refused
from engine.store.tables import officer as officer_table
from engine.store.tables import unit
from web.admin.views import blueprint
from web.doors import for_roles
from web.dossier.act_forms import schema
from web.dossier.deeds import refused_entry
from web.flashes import tell
from web.forms import Entry, Form
from web.reading import house, officer, reading

TEXT = {"type": "string", "maxLength": 200}


@blueprint.get("/authorisations")
@for_roles("administrator")
def authorisations() -> ResponseReturnValue:
    """Everybody who may sign for somebody, and the form to add one."""
    return authorisations_page()


@blueprint.post("/authorisations")
@for_roles("administrator")
def grant_one() -> ResponseReturnValue:
    """Grant one."""
    with reading() as connection:
        form = grant_form(connection)
    entry = form.read(request.form, only=("_csrf",))
    try:
        given = read_authorisation(entry.must_be_whole())
        with reading() as connection:
            grant(connection, given, by=officer().id)
    except FormRefused as refused:
        return authorisations_page(refused_entry(entry, refused)), 422
    except Refused as refused:
        return authorisations_page(refused_entry(entry, FormRefused(errors={"officer_id": refused.message}))), 409
    tell("Đã ghi nhận phân công ký.")
    return redirect(url_for("admin.authorisations"), 303)


@blueprint.post("/authorisations/<uuid:authorisation_id>/withdraw")
@for_roles("administrator")
def withdraw_one(authorisation_id: UUID) -> ResponseReturnValue:
    """End one now, with the reason."""
    try:
        with reading() as connection:
            withdraw(connection, authorisation_id, by=officer().id, reason=request.form.get("reason", "")[:500])
    except FormRefused as refused:
        tell(" ".join(refused.errors.values()), "bad")
    else:
        tell("Đã thu hồi phân công ký. Văn bản đã ký trước đó vẫn giữ nguyên hiệu lực.")
    return redirect(url_for("admin.authorisations"), 303)


def authorisations_page(entry: Entry | None = None) -> str:
    """The page, with what was typed."""
    with reading() as connection:
        rows = list_authorisations(connection)
        today = house().calendar.local(house().clock.now(connection)).date()
        entry = entry or grant_form(connection).filled({"from_on": today.isoformat()})
    return render_template(
        "admin/authorisations.html",
        rows=[told(row, today) for row in rows],
        entry=entry,
        action=url_for("admin.grant_one"),
    )


def told(row: Mapping[str, Any], today: date) -> dict[str, Any]:
    """One line of the list."""
    one: Authorisation = row["authorisation"]
    if one.is_withdrawn:
        state, tone = "Đã thu hồi", "calm"
    elif one.is_in_force(today):
        state, tone = "Có hiệu lực", "good"
    else:
        state, tone = ("Chưa đến ngày", "info") if today < one.from_on else ("Hết hiệu lực", "calm")
    return {
        "officer": row["officer"],
        "unit": row["unit"],
        "capacity": one.printed_capacity,
        "title": one.title,
        "kinds": [KINDS[kind] for kind in one.kinds] or ["Mọi loại văn bản"],
        "from_on": one.from_on,
        "until_on": one.until_on,
        "basis": one.basis,
        "state": state,
        "tone": tone,
        "reason": row["withdrawal_reason"] or "",
        "withdraw_url": None if one.is_withdrawn else url_for("admin.withdraw_one", authorisation_id=one.id),
    }


def read_authorisation(values: Mapping[str, Any]) -> Authorisation:
    """What the form asked for."""
    until = str(values.get("until_on") or "")
    return new_authorisation(
        officer_id=UUID(str(values["officer_id"])),
        unit_code=str(values["unit_code"]),
        capacity="" if values["capacity"] == "head" else str(values["capacity"]),
        on_behalf_of=str(values.get("on_behalf_of") or ""),
        title=str(values["title"]),
        kinds=tuple(values.get("kinds") or ()),
        from_on=date.fromisoformat(str(values["from_on"])),
        until_on=date.fromisoformat(until) if until else None,
        basis=str(values.get("basis") or ""),
    )


def grant_form(connection: Connection) -> Form:
    """The form, with the officers and units there are."""
    people = connection.execute(
        select(officer_table.c.id, officer_table.c.name, officer_table.c.title)
        .where(~officer_table.c.is_disabled)
        .order_by(officer_table.c.sort_key)
    ).all()
    units = connection.execute(
        select(unit.c.code, unit.c.name).where(unit.c.is_active, ~unit.c.is_external).order_by(unit.c.sort_key)
    ).all()
    capacities = {key or "head": label for key, label in CAPACITIES.items()}
    fields: dict[str, Any] = {
        "officer_id": _choice("Người ký", {str(one.id): f"{one.name}, {one.title}" for one in people}),
        "unit_code": _choice("Ký cho đơn vị", {one.code: one.name for one in units})
        | {"x-error": "Chọn đơn vị mà người này ký cho."},
        "capacity": _choice("Thẩm quyền", capacities),
        "on_behalf_of": TEXT
        | {"title": "Ký thay ai", "description": "Chức vụ hoặc tập thể in sau KT., TL., TUQ., ví dụ: Chủ tịch"},
        "title": TEXT | {"title": "Chức vụ người ký", "description": "In dưới thẩm quyền ký, ví dụ: Phó Chủ tịch"},
        "kinds": {
            "type": "array",
            "title": "Loại văn bản",
            "description": "Không chọn là mọi loại; thừa lệnh, thừa ủy quyền phải chọn",
            "items": {"enum": list(KINDS), "x-labels": dict(KINDS)},
            "x-widget": "checkboxes",
        },
        "from_on": {"type": "string", "format": "date", "title": "Từ ngày", "x-widget": "date"},
        "until_on": {"type": "string", "format": "date", "title": "Đến hết ngày", "x-widget": "date"},
        "basis": TEXT | {"title": "Căn cứ", "description": "Số, ngày của văn bản phân công hoặc giấy ủy quyền"},
    }
    for name, field in fields.items():
        field["x-group"] = "Phạm vi" if name in {"kinds", "from_on", "until_on", "basis"} else "Ai ký cho ai"
    return Form(schema("Thêm phân công ký", fields, ["officer_id", "unit_code", "capacity", "title", "from_on"]))


def _choice(title: str, labels: Mapping[str, str]) -> dict[str, Any]:
    return {"type": "string", "title": title, "enum": list(labels), "x-labels": dict(labels), "x-widget": "select"}
