"""What the pages of reports share: their tabs, the units one may look at, the period asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import Blueprint, request, url_for

from engine.catalogue.directory import Unit
from engine.deadlines import VIETNAM
from engine.errors import NotFound
from web.forms.typed import NotReadable, read_date
from web.reading import actor, house, officer

blueprint = Blueprint("reports", __name__, url_prefix="/reports")

WATCHERS = ("auditor", "control_officer", "administrator")
HEADS = (*WATCHERS, "unit_head", "signer")
COUNTER = (*HEADS, "counter_officer", "returner")
DESKS = (*COUNTER, "case_officer", "clerk", "cashier", "digitiser")
ARCHIVISTS = (*WATCHERS, "clerk", "returner", "counter_officer", "case_officer", "unit_head")
CLERKS = (*WATCHERS, "clerk", "unit_head")

PAGES = (
    ("Tình hình", "reports.reports", HEADS),
    ("Nguyên nhân, thủ tục", "reports.causes", HEADS),
    ("Sổ theo dõi", "reports.register", COUNTER),
    ("Giao nhận", "reports.hand_over_book", DESKS),
    ("Giải trình", "reports.explanations", HEADS),
    ("Danh sách chậm muộn", "reports.late_lists", DESKS),
    ("Chờ lưu", "reports.to_archive", ARCHIVISTS),
    ("Sổ văn bản đi", "reports.numbers", CLERKS),
)
"""Title, page and whose it is."""
DAYS = 30


def may_see(roles: tuple[str, ...]) -> bool:
    """Whether somebody signed in holds one of these roles."""
    return any(seat.role in roles for seat in officer().seats)


def tabs(current: str) -> list[dict[str, object]]:
    """The pages this officer may open."""
    return [
        {"title": title, "url": url_for(page), "is_current": page == current}
        for title, page, roles in PAGES
        if may_see(roles)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The days asked for, both included, and what was wrong with them."""

    since: date
    until: date
    error: str = ""

    @property
    def begins_at(self) -> datetime:
        return datetime.combine(self.since, time(), VIETNAM)

    @property
    def ends_at(self) -> datetime:
        return datetime.combine(self.until + timedelta(days=1), time(), VIETNAM)

    @property
    def words(self) -> dict[str, str]:
        """As an address carries them."""
        return {"since": f"{self.since:%d/%m/%Y}", "until": f"{self.until:%d/%m/%Y}"}


def asked_period(now: datetime) -> Asked:
    """From and to as typed, else the last thirty days."""
    today = house().calendar.local(now).date()
    usual = Asked(since=today - timedelta(days=DAYS), until=today)
    typed = request.args.get("since", ""), request.args.get("until", "")
    if not any(typed):
        return usual
    try:
        first, last = (datetime.fromisoformat(read_date(text)).date() for text in typed)
    except NotReadable:
        error = "Ngày phải ở dạng dd/mm/yyyy, ví dụ 01/11/2026."
        return Asked(since=usual.since, until=usual.until, error=error)
    return Asked(since=min(first, last), until=max(first, last))


def my_units(*, kinds: str = "") -> list[Unit]:
    """Units whose books this officer may open: their own, or all for those who watch the province."""
    mine = actor().units
    units = house().directory.units.values()
    seen = units if mine == ("*",) else (one for one in units if one.code in mine)
    return sorted((one for one in seen if one.kind.endswith(kinds) and not one.is_external), key=lambda one: one.name)


def chosen_unit(offered: list[Unit]) -> Unit | None:
    """The unit asked for if it is offered, else the officer's own, else the first. Raises NotFound for another's."""
    wanted = request.args.get("unit", "")
    if wanted:
        found = next((one for one in offered if one.code == wanted), None)
        if found is None:
            raise NotFound("Không có đơn vị này, hoặc bạn không được xem sổ của đơn vị này.")
        return found
    mine = {seat.unit_code for seat in officer().acting_seats}
    return next((one for one in offered if one.code in mine), offered[0] if offered else None)
