"""The officer's inbox: its list, its filters, what is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, cast

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, text

from engine.dossier.actor import Seat
from engine.reports.forecasts import forecasts_of, newest_run
from engine.reports.inbox import (
    DUE_CONDITIONS,
    KEYS,
    Box,
    Count,
    DueFilter,
    InboxFilter,
    Order,
    inbox_count,
    inbox_counts,
    inbox_page,
    procedures_in_inbox,
)
from web.dossier import telling
from web.inbox.outlooks import forecast_note, forecast_shown
from web.reading import due, house, officer, reading, soon_after

blueprint = Blueprint("inbox", __name__, url_prefix="/inbox")

COUNTERS = (("", "all", "Tất cả"), ("late", "late", "Quá hạn"), ("soon", "soon", "Sắp đến hạn"),
            ("on-time", "on-time", "Còn hạn"), ("paused", "paused", "Tạm dừng"),
            ("none", "none", "Không có hạn"))  # fmt: skip
BOXES: tuple[tuple[Box, str], ...] = (("mine", "Việc của tôi"), ("unit", "Cả đơn vị"))
ORDERS: tuple[tuple[Order, str], ...] = (("due", "Theo hạn xử lý"), ("forecast", "Theo dự báo"))


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchAct:
    """What may be done with several lines at once."""

    title: str
    done: str


BATCH: Mapping[str, BatchAct] = {
    "take": BatchAct(title="Nhận các việc đã chọn", done="Đã nhận"),
    "hand_over": BatchAct(title="Bàn giao", done="Đã bàn giao"),
    "assign": BatchAct(title="Giao cho cán bộ…", done="Đã giao"),
}


@blueprint.get("")
def inbox() -> ResponseReturnValue:
    """The list, nearest due first."""
    wanted = wanted_of_request()
    is_list_only = "HX-Request" in request.headers and request.headers.get("HX-Target") == "list"
    with reading() as connection:
        now = house().clock.now(connection)
        soon = soon_after(now, house().ruleset_on(now))
        page = inbox_page(connection, wanted, now, soon)
        counts = inbox_counts(connection, wanted, now, soon)
        boxes = boxes_of(connection, wanted, now, soon)
        items, note = with_forecasts(connection, wanted, page.items, now)
        procedures = [] if is_list_only else procedures_in_inbox(connection, wanted)
    context = {
        "title": "Hộp việc",
        "boxes": boxes,
        "counter_values": counters(wanted, counts),
        "filters": filters(wanted),
        "procedures": procedures,
        "orders": [
            {"title": title, "url": url_with(order=key, after=""), "is_current": wanted.order == key}
            for key, title in ORDERS
        ],
        "forecast_note": note,
        "items": items,
        "first_url": url_with(after="") if wanted.after else None,
        "next_url": url_with(after=page.next_cursor) if page.next_cursor else None,
        "fresh_url": url_for("inbox.fresh", since=now.isoformat(), **clean_args()),
        "batch": [{"act": act, "title": one.title} for act, one in BATCH.items() if offers_batch(act)],
        "batch_url": url_for("inbox.batch"),
        "back": url_with(),
        "is_filtered": bool(wanted.query or wanted.procedure_code or wanted.due or wanted.only_assigned),
        "all_url": url_for("inbox.inbox", box=request.args.get("box") or None),
        "whole_unit": next((one for one in boxes if not one["is_current"] and one["count"]), None),
    }
    return render_template("inbox/rows.html" if is_list_only else "inbox/list.html", **context)


def boxes_of(connection: Connection, wanted: InboxFilter, now: datetime, soon: datetime) -> list[dict[str, Any]]:
    """An officer's own work, and for who may see it that of the unit, with how much there is."""
    return [
        {
            "title": title,
            "url": url_with(box=box, after=""),
            "is_current": wanted.box == box,
            **asdict(inbox_count(connection, replace(wanted, box=box, due=""), now, soon)),
        }
        for box, title in BOXES
        if box == "mine" or may_see_unit()
    ]


def with_forecasts(
    connection: Connection, wanted: InboxFilter, items: Sequence[Mapping[str, Any]], now: datetime
) -> tuple[list[dict[str, Any]], str]:
    """The lines as the page shows them; in the forecast's order with what is expected of each, and how old that is."""
    if wanted.order != "forecast":
        return [told(item, now) | {"forecast": None} for item in items], ""
    forecasts = forecasts_of(connection, [one["case_id"] for one in items], now, house().calendar)
    shown = [told(item, now) | {"forecast": forecast_shown(forecasts.get(item["case_id"]), item)} for item in items]
    return shown, forecast_note(newest_run(connection))


def counters(wanted: InboxFilter, counts: Mapping[str, Count]) -> list[dict[str, Any]]:
    """How much is late, near, in time ...; work without a limit only where there is some."""
    return [
        {
            "key": key,
            "title": title,
            "count": counts[state].count,
            "is_more": counts[state].is_more,
            "url": url_with(due=state, after=""),
            "is_current": wanted.due == state,
        }
        for state, key, title in COUNTERS
        if state != "none" or counts[state].count or wanted.due == state
    ]


def filters(wanted: InboxFilter) -> dict[str, Any]:
    """What the form above the list holds."""
    return {
        "q": wanted.query,
        "procedure": wanted.procedure_code,
        "due": wanted.due,
        "mine": wanted.only_assigned,
        "order": "" if wanted.order == "due" else wanted.order,
        "box": "" if wanted.box == "mine" else wanted.box,
    }


@blueprint.get("/fresh")
def fresh() -> ResponseReturnValue:
    """How much has come since the list was drawn. Rows never move under the reader's cursor."""
    since = telling.moment_of(request.args.get("since", ""))
    if since is None:
        abort(400)
    seats = wanted_of_request().seats
    with reading() as connection:
        count = connection.execute(
            text(
                "SELECT count(*) FROM (SELECT 1 FROM work_item w JOIN unnest(CAST(:units AS text[]),"
                " CAST(:roles AS text[])) AS s(u, r) ON w.unit_code = s.u AND w.role = s.r"
                " WHERE w.state = 'open' AND w.opened_at > :since LIMIT 100) AS newer"
            ),
            {"units": [one.unit_code for one in seats], "roles": [one.role for one in seats], "since": since},
        ).scalar_one()
    return render_template("inbox/fresh.html", count=count, url=url_with(since=None))


def wanted_of_request() -> InboxFilter:
    """The filter in the page's address."""
    person = officer()
    args = request.args
    chosen = args.get("due", "")
    return InboxFilter(
        seats=[Seat(unit_code=one.unit_code, role=one.role) for one in person.acting_seats],
        officer_id=person.id,
        box="unit" if args.get("box") == "unit" and may_see_unit() else "mine",
        due=cast("DueFilter", chosen if chosen in DUE_CONDITIONS else ""),
        procedure_code=args.get("procedure", "")[:64],
        query=args.get("q", "")[:100],
        only_assigned=args.get("mine") == "1",
        after=args.get("after", "")[:400],
        order="forecast" if args.get("order") in KEYS and args["order"] == "forecast" else "due",
    )


def may_see_unit() -> bool:
    """Heads and watchers look at the whole unit's work."""
    return any(one.role in {"unit_head", "signer", "control_officer", "auditor"} for one in officer().acting_seats)


def offers_batch(act: str) -> bool:
    """Who heads a unit gives work out; who receives at the counter hands over; everybody takes."""
    roles = {one.role for one in officer().acting_seats}
    return {"assign": "unit_head" in roles, "hand_over": bool(roles & {"counter_officer", "unit_head"})}.get(act, True)


def clean_args() -> dict[str, Any]:
    """The page's own filters, without the cursor."""
    known = ("q", "procedure", "due", "mine", "box", "order")
    return {name: value for name, value in request.args.items() if name in known and value}


def url_with(**changes: Any) -> str:
    """This list with other filters; an empty value drops one."""
    args: dict[str, Any] = clean_args() | ({"after": request.args["after"]} if request.args.get("after") else {})
    args |= changes
    return url_for("inbox.inbox", **{name: value for name, value in args.items() if value})


def told(item: Mapping[str, Any], now: Any) -> dict[str, Any]:
    """A line of the list."""
    flags = []
    if item["returned"]:
        flags.append({"text": "Bị trả lại", "tone": "warn"})
    if item["is_late"]:
        flags.append({"text": "Quá hạn luật định", "tone": "bad"})
    return {
        "id": item["id"],
        "revision": item["revision"],
        "url": url_for("inbox.task", item_id=item["id"]),
        "code": item["case_code"],
        "procedure": item["procedure_name"],
        "applicant": item["applicant"],
        "place": "",
        "step": item["name"],
        "unit": house().directory.name(item["unit_code"]),
        "assignee": item["assignee_name"],
        "due": due(item["due_at"], now, is_paused=item["is_paused"]),
        "case_due": due(item["case_legal_due_at"], now, is_paused=item["is_paused"], done_at=item["decided_at"])
        if item["case_legal_due_at"]
        else None,
        "flags": flags,
    }
