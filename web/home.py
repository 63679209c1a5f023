"""The first page: an officer's day at a glance, a visitor's way to tracking."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from engine.dossier.actor import Seat
from web.auth.sessions import SignedIn, me
from web.cookies import LANGUAGE, drop_cookie, set_cookie
from web.doors import public
from web.reading import house, reading, soon_after
from web.translations import languages

blueprint = Blueprint("home", __name__)

DUE_TITLES = (("late", "Quá hạn"), ("soon", "Sắp đến hạn"), ("on-time", "Còn hạn"), ("paused", "Tạm dừng"))


@blueprint.get("/")
@public
def home() -> ResponseReturnValue:
    """For officers: the doors to their work. For everybody else: tracking a dossier."""
    person = me()
    return render_template("home.html", **glance(person)) if person else render_template("portal/home.html")


@blueprint.get("/favicon.ico")
@public
def favicon() -> ResponseReturnValue:
    """Old browsers ask for it unasked."""
    return "", 204


@blueprint.post("/language")
@public
def choose_language() -> ResponseReturnValue:
    """Read the applicants' pages in another language."""
    from web.auth.views import safe_next

    chosen = request.form.get("language", "")
    response = redirect(safe_next())
    if chosen in languages() and chosen != "vi":
        set_cookie(response, LANGUAGE, chosen)
    else:
        drop_cookie(response, LANGUAGE)
    return response


def glance(person: SignedIn) -> dict[str, Any]:
    """How much waits for an officer, and whether the house works today."""
    from engine.reports.inbox import InboxFilter, inbox_counts

    seats = [Seat(unit_code=one.unit_code, role=one.role) for one in person.acting_seats]
    with reading() as connection:
        now = house().clock.now(connection)
        wanted = InboxFilter(seats=seats, officer_id=person.id)
        counts = inbox_counts(connection, wanted, now, soon_after(now, house().ruleset_on(now)))
    return {
        "counter_values": [
            {
                "key": key,
                "title": title,
                "count": counts[key].count,
                "is_more": counts[key].is_more,
                "url": f"/inbox?due={key}",
                "is_current": False,
            }
            for key, title in DUE_TITLES
        ],
        "calendar_note": day_off_note(now),
    }


def day_off_note(now: datetime) -> str:
    """A sentence on days the house does not work, else nothing."""
    calendar = house().calendar
    if calendar.is_working_day(calendar.local(now).date()):
        return ""
    opening = calendar.local(calendar.next_opening(now))
    return f"Hôm nay là ngày nghỉ. Giờ làm việc tiếp theo: {opening:%H:%M %d/%m/%Y}."
