"""Every date that moved: of which dossier, from when to when, by whom and why; as a page and as a file."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.reports.history import TITLES
from engine.reports.moved_dates import CAUSES, PAGE, MoveFilter, all_moved_dates, moved_dates
from web.audit.views import blueprint
from web.doors import for_roles
from web.reading import house, reading
from web.reports.frame import asked_period
from web.sheets import sheet

WATCHERS = ("auditor", "control_officer", "administrator", "iso_appraiser")
WORDS = {
    "calendar": "Lịch làm việc thay đổi",
    "pause": "Tạm dừng, tiếp tục",
    "supplement": "Bổ sung hồ sơ",
    "extension": "Gia hạn theo luật",
    "apology": "Xin lỗi, hẹn lại",
    "phase": "Giai đoạn mới",
    "check": "Xác nhận hợp lệ",
}


@blueprint.get("/moved-dates")
@for_roles(*WATCHERS)
def moved() -> ResponseReturnValue:
    """A page of them, the newest first; `format=csv` gives them all."""
    with reading() as connection:
        asked = asked_period(house().clock.now(connection))
        wanted = MoveFilter(
            first=asked.begins_at, until=asked.ends_at, unit=request.args.get("unit", "")[:60], cause=asked_cause()
        )
        if request.args.get("format") == "csv":
            lines = [as_line(told(row)) for row in all_moved_dates(connection, wanted)]
            return sheet(HEAD, lines, "ngay-han-da-thay-doi")
        found = moved_dates(connection, wanted, after=place_of(request.args.get("after", "")))
    kept: dict[str, Any] = {
        name: value for name, value in request.args.items() if name in {"since", "until", "unit", "cause"}
    }
    last = found[PAGE - 1] if len(found) > PAGE else None
    return render_template(
        "audit/moved_dates.html",
        period=asked.fields,
        unit=wanted.unit,
        units=[{"code": one.code, "name": one.name} for one in house().directory.units.values() if not one.is_external],
        cause=wanted.cause,
        causes=list(WORDS.items()),
        rows=[told(row) for row in found[:PAGE]],
        csv_url=url_for("audit.moved", **kept, format="csv"),
        first_url=url_for("audit.moved", **kept) if request.args.get("after") else None,
        next_url=url_for("audit.moved", **kept, after=written_place(last)) if last is not None else None,
    )


def asked_cause() -> str:
    """A known cause, or none."""
    cause = request.args.get("cause", "")
    return cause if cause in CAUSES else ""


def told(row: Mapping[str, Any]) -> dict[str, Any]:
    """A moved date as the page shows it."""
    return dict(row) | {
        "url": url_for("audit.history", code=row["code"]),
        "procedure": row["procedure_name"],
        "unit": house().directory.name(row["unit_code"]),
        "what": TITLES.get(row["type"], row["type"]),
    }


KEPT = frozenset({"since", "until", "unit", "cause"})
"""What of a request the next page asks again."""
HEAD = (
    "Lúc", "Mã hồ sơ", "Sự kiện", "Thủ tục", "Đơn vị chủ trì", "Vì sao", "Lý do, căn cứ", "Người thực hiện", "Hạn cũ",
    "Hạn mới", "Hẹn trả cũ", "Hẹn trả mới", "Phiên bản lịch",
)  # fmt: skip


def as_line(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """A moved date as a line of the file."""
    return (
        row["at"], row["code"], row["seq"], row["procedure"], row["unit"], row["what"], row["reason"], row["by"],
        row["legal_from"], row["legal_to"], row["promised_from"], row["promised_to"], row["calendar_version"],
    )  # fmt: skip


def written_place(row: Mapping[str, Any]) -> str:
    """Where a page ended."""
    place = [row["at"].isoformat(), str(row["case_id"]), row["seq"]]
    return base64.urlsafe_b64encode(orjson.dumps(place)).decode()


def place_of(text: str) -> tuple[datetime, UUID, int] | None:
    """Where the next page begins; a spoilt one begins at the top."""
    try:
        at, case_id, seq = orjson.loads(base64.urlsafe_b64decode(text))
        return datetime.fromisoformat(at), UUID(case_id), int(seq)
    except (binascii.Error, ValueError, TypeError):
        return None
