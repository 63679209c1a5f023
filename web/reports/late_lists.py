"""The monthly public list as officers see it: who is named, objections and answers, where its signing stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.dossier.late_list import (
    PROCEDURE,
    JudgeObjection,
    ObjectToRow,
    by_unit,
    judge_objection,
    may_object,
    object_to_row,
    officer_in_words,
    rows_of,
)
from engine.errors import FormRefused
from engine.reports.late_lists import late_list_named, late_lists
from web.doors import for_roles
from web.flashes import tell
from web.reading import actor, house, reading
from web.reports.frame import DESKS, blueprint, tabs

STATES = {
    "open": ("Đang nhận phản hồi", "warn"),
    "signing": ("Chờ ký, công khai", "info"),
    "published": ("Đã công khai", "good"),
}
JUDGEMENTS = {
    "open": ("Chưa giải quyết", "warn"),
    "accepted": ("Chấp nhận, rút dòng", "good"),
    "rejected": ("Không chấp nhận", "calm"),
}


@blueprint.get("/late-lists", endpoint="late_lists")
@for_roles(*DESKS)
def lists() -> ResponseReturnValue:
    """The lists this officer may see, the newest first."""
    with reading() as connection:
        found = late_lists(connection)
        now = house().clock.now(connection)
    rule = house().ruleset_on(now).late_list
    return render_template(
        "reports/late_lists.html",
        tabs=tabs("reports.late_lists"),
        lists=[
            {
                "name": one["told"]["name"],
                "url": url_for("reports.late_list", period=one["told"]["period"]),
                "count": one["told"]["count"],
                "withdrawn": sum(it["state"] == "accepted" for it in one["told"]["objections"]),
                "objections": len(one["told"]["objections"]),
                "until": datetime.fromisoformat(one["told"]["objections_until"]),
                "state": STATES[one["told"]["state"]],
                "made_at": one["received_at"],
            }
            for one in found
        ],
        sees_all=actor().units == ("*",),
        rule={
            "objections": rule.objections.vietnamese(),
            "source": rule.source,
            "is_verified": rule.verified,
            "procedure": PROCEDURE,
        },
    )


@blueprint.get("/late-lists/<period>")
@for_roles(*DESKS)
def late_list(period: str) -> ResponseReturnValue:
    """One list: its rows, objections, answers."""
    with reading() as connection:
        case = late_list_named(connection, period)
        now = house().clock.now(connection)
    told, person = case["told"], actor()
    until = datetime.fromisoformat(told["objections_until"])
    is_open = told["state"] == "open" and now <= until
    rows = rows_of(house(), told)
    state = STATES[told["state"]]
    if told["state"] == "open" and not is_open:
        state = ("Còn phản hồi chưa giải quyết", "warn")
    return render_template(
        "reports/late_list.html",
        tabs=tabs("reports.late_lists"),
        name=told["name"],
        state=state,
        until=until,
        is_open=is_open,
        dossier_url=url_for("dossier.page", code=case["code"]),
        history_url=url_for("audit.history", code=case["code"]),
        public_url=url_for("late_lists.page", period=period) if told["state"] == "published" else None,
        units=by_unit(standing(rows, told), {code: one.name for code, one in house().directory.units.items()}),
        rows=[shown(row, told, person_may=is_open and may_object(person, row)) for row in rows],
        objection_url=url_for("reports.object_to_late_row", period=period),
        judge_url=url_for("reports.judge_late_objection", period=period)
        if person.holds("control_officer", case["receiving_unit"])
        else None,
    )


def standing(rows: Sequence[Mapping[str, Any]], told: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rows no accepted objection has withdrawn."""
    withdrawn = {one["row"] for one in told["objections"] if one["state"] == "accepted"}
    return [one for one in rows if one["row"] not in withdrawn]


def shown(row: Mapping[str, Any], told: Mapping[str, Any], *, person_may: bool) -> dict[str, Any]:
    """A row with what was objected to it."""
    objections = [one for one in told["objections"] if one["row"] == row["row"]]
    return {
        "row": row["row"],
        "code": row["code"],
        "url": url_for("dossier.page", code=row["code"]),
        "procedure": row["procedure"],
        "lead_unit": row["lead_unit"]["name"],
        "units": [one["name"] for one in row["units"]],
        "officers": [officer_in_words(one) for one in row["officers"]],
        "due": datetime.fromisoformat(row["due"]),
        "done": datetime.fromisoformat(row["done"]) if row["done"] else None,
        "over": row["over"],
        "cause": row["cause"],
        "is_withdrawn": any(one["state"] == "accepted" for one in objections),
        "may_object": person_may and all(one["state"] == "rejected" for one in objections),
        "objections": [
            one
            | {
                "at": datetime.fromisoformat(one["at"]),
                "words": JUDGEMENTS[one["state"]],
                "unit": house().directory.name(one["unit"]),
            }
            for one in objections
        ],
    }


@blueprint.post("/late-lists/<period>/objections")
@for_roles(*DESKS)
def object_to_late_row(period: str) -> ResponseReturnValue:
    """Object to a row."""
    with reading() as connection:
        case_id: UUID = late_list_named(connection, period)["id"]
    try:
        row = request.form.get("row", 0, type=int)
        object_to_row(
            house(), actor(), ObjectToRow(case_id=case_id, row=row, reason=request.form.get("reason", "")[:2000])
        )
    except FormRefused as refused:
        tell(" ".join(refused.errors.values()) or refused.message, "bad")
    else:
        tell("Đã gửi phản hồi tới đầu mối kiểm soát thủ tục hành chính.")
    return redirect(url_for("reports.late_list", period=period), 303)


@blueprint.post("/late-lists/<period>/judgements")
@for_roles("control_officer")
def judge_late_objection(period: str) -> ResponseReturnValue:
    """Answer an objection."""
    with reading() as connection:
        case_id: UUID = late_list_named(connection, period)["id"]
    is_accepted = request.form.get("decision") == "accept"
    try:
        number = request.form.get("number", 0, type=int)
        command = JudgeObjection(
            case_id=case_id, number=number, is_accepted=is_accepted, reason=request.form.get("reason", "")[:2000]
        )
        judge_objection(house(), actor(), command)
    except FormRefused as refused:
        tell(" ".join(refused.errors.values()) or refused.message, "bad")
    else:
        tell(
            "Đã chấp nhận phản hồi, dòng được rút khỏi danh sách."
            if is_accepted
            else "Đã trả lời: không chấp nhận phản hồi."
        )
    return redirect(url_for("reports.late_list", period=period), 303)
