"""What the pages of reports share: their tabs, the units one may look at, the period asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from flask import Blueprint, request, url_for

from engine.catalogue.directory import Unit
from engine.deadlines import VIETNAM
from engine.errors import NotFound
from web.forms.typed import NotReadable, read_date
from web.forms.wording import lower_first
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
PERIOD = {"since": "Từ ngày", "until": "Đến ngày"}


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
    """The days asked for, both included; as typed, and what was wrong with it by field."""

    since: date
    until: date
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def error(self) -> str:
        return " ".join(f"{PERIOD[name]}: {lower_first(text)}" for name, text in self.errors.items())

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

    @property
    def fields(self) -> dict[str, dict[str, str]]:
        """The two fields of a filter (macros.period_fields): what was typed stays until it can be read."""
        told = self.typed if self.errors else self.words
        return {
            name: {"title": title, "text": told.get(name, ""), "error": self.errors.get(name, "")}
            for name, title in PERIOD.items()
        }


def asked_period(now: datetime) -> Asked:
    """From and to as typed, else the last thirty days."""
    today = house().calendar.local(now).date()
    usual = Asked(since=today - timedelta(days=DAYS), until=today)
    typed = {name: request.args.get(name, "").strip()[:20] for name in PERIOD}
    if not any(typed.values()):
        return usual
    read, errors = {"since": usual.since, "until": usual.until}, {}
    for name in PERIOD:
        try:
            read[name] = date.fromisoformat(read_date(typed[name])) if typed[name] else read[name]
        except NotReadable as unreadable:
            errors[name] = f"{str(unreadable).capitalize()}."
    if errors:
        return replace(usual, typed=typed, errors=errors)
    return Asked(since=min(read.values()), until=max(read.values()))


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
