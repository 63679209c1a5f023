"""What templates may use: dates, numbers and money as Vietnamese officials write them, icons, bundles, words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import Flask, current_app, request, url_for
from jinja2 import StrictUndefined
from markupsafe import Markup

from web import words
from web.auth.sessions import me
from web.bundles import load_manifest
from web.icons import icon
from web.navigation import section_of, sections_for
from web.translations import gettext, language, languages, ngettext

HOUSE_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")


def install(app: Flask) -> None:
    """Prepare the application's Jinja environment."""
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(
        moment=moment,
        day=day,
        clock=clock,
        long_day=long_day,
        number=number,
        money=money,
        digest=digest,
        seconds=seconds,
        for_replay=for_replay,
    )
    bundles = load_manifest()

    def bundle(name: str) -> str:
        return url_for("static", filename=f"built/{bundles[name]}")

    environment.globals.update(bundle=bundle, icon=icon, words=words)
    app.context_processor(page_context)


def page_context() -> dict[str, Any]:
    """What every page knows: who looks at it, where they may go, whether this is a demonstration."""
    person = me() if request.endpoint != "static" else None
    house = current_app.extensions["motcua"]
    is_demo = house.settings.mode == "demo"
    sections = sections_for(person, current_app.url_map)
    return {
        "me": person,
        "sections": sections,
        "section": section_of(request.path, sections),
        "is_demo": is_demo,
        "here": request.path,
        "whole_path": request.full_path.rstrip("?"),
        "is_partial": "HX-Request" in request.headers,
        "language": language(),
        "languages": languages(),
    }


def local(value: datetime) -> datetime:
    """In the house's time zone."""
    return value.astimezone(HOUSE_ZONE)


def moment(value: datetime | None) -> Markup | str:
    """24/11/2026 16:30, machine readable."""
    if value is None:
        return ""
    there = local(value)
    return Markup('<time datetime="{}">{}</time>').format(
        there.isoformat(timespec="seconds"), f"{there:%d/%m/%Y %H:%M}"
    )


def day(value: date | datetime | None) -> Markup | str:
    """24/11/2026."""
    if value is None:
        return ""
    there = local(value).date() if isinstance(value, datetime) else value
    return Markup('<time datetime="{}">{}</time>').format(there.isoformat(), f"{there:%d/%m/%Y}")


def clock(value: datetime | None) -> str:
    """16:30."""
    return "" if value is None else f"{local(value):%H:%M}"


def long_day(value: datetime | None) -> Markup | str:
    """16:30, thứ Ba 24/11/2026."""
    if value is None:
        return ""
    there = local(value)
    text = f"{there:%H:%M}, {WEEKDAYS[there.weekday()]} {there:%d/%m/%Y}"
    return Markup('<time datetime="{}">{}</time>').format(there.isoformat(timespec="seconds"), text)


def seconds(value: datetime | None) -> str:
    """08:05:12 24/11/2026, for evidence."""
    return "" if value is None else f"{local(value):%H:%M:%S %d/%m/%Y}"


def number(value: float | Decimal | None) -> str:
    """1.284 and 3,5."""
    if value is None:
        return ""
    whole = isinstance(value, int) or value == int(value)
    text = f"{int(value):,}" if whole else f"{value:,.2f}".rstrip("0")
    return text.translate(str.maketrans(",.", ".,"))


def money(value: float | Decimal | None) -> str:
    """50.000 đồng."""
    return "" if value is None else f"{number(value)} đồng"


def digest(value: bytes | str | None, length: int = 8) -> str:
    """The first hex digits of a hash."""
    if value is None:
        return ""
    return (value if isinstance(value, str) else bytes(value).hex())[:length]


def for_replay(events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What the replay script needs of the events on the page."""
    kept = ("seq", "title", "by", "enter", "leave", "flows", "late", "paused", "is_migration")
    return [{name: event[name] for name in kept} | {"at": seconds(event["at"])} for event in events]


def download_name(name: str) -> str:
    """A Content-Disposition that saves a file under a Vietnamese name and never shows it in the page."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
