"""Running the house: deliveries in trouble, the demo clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.delivery.health import connector_health
from engine.delivery.orders import list_troubles, retry_dead
from engine.reports.messages import untaken
from web.doors import for_roles
from web.flashes import tell
from web.reading import house, reading

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

JUMPS = ((3600, "1 giờ"), (4 * 3600, "4 giờ"), (86400, "1 ngày"), (3 * 86400, "3 ngày"), (7 * 86400, "1 tuần"),
         (30 * 86400, "30 ngày"))  # fmt: skip
LONGEST_JUMP = 60 * 86400


@blueprint.get("")
@for_roles("administrator")
def admin() -> ResponseReturnValue:
    """Where an administrator starts."""
    doors = [
        ("Lịch làm việc", url_for("calendar.year"), "clock", "Ngày nghỉ, làm bù, giờ làm việc; tính lại hạn khi đổi"),
        ("Bộ quy tắc", url_for("admin.rulesets"), "info", "Quy định đang áp dụng, chỗ nào chưa đối chiếu văn bản"),
        ("Phân công ký", url_for("admin.authorisations"), "edit", "KT., TL., TUQ.: ai ký cho ai, từ ngày nào"),
        ("Mẫu văn bản", url_for("admin.forms"), "letter", "Các mẫu của hai bộ quy tắc, xem trước từng mẫu"),
        ("Kết nối", url_for("admin.deliveries"), "link", "Việc gửi cơ quan khác bị mắc kẹt"),
    ]
    if not house().settings.is_production:
        doors.append(("Giờ của hệ thống", url_for("admin.clock"), "clock", "Bản trình diễn: cho thời gian đi tới"))
    return render_template("doors.html", title="Quản trị", lead="", doors=as_doors(doors))


def as_doors(rows: Sequence[tuple[str, str, str, str]]) -> list[dict[str, str]]:
    """Rows of title, address, icon and words."""
    return [dict(zip(("title", "url", "icon", "about"), row, strict=True)) for row in rows]


@blueprint.get("/deliveries")
@for_roles("administrator", "control_officer")
def deliveries() -> ResponseReturnValue:
    """The neighbours' health, and the orders that need a person."""
    with reading() as connection:
        health = {one.connector: one for one in connector_health(connection)}
        troubles = list_troubles(connection)
        left = untaken(connection)
        now = house().clock.now(connection)
    names = house().directory
    neighbours = []
    for connector in house().registry:
        wrong = connector.check_config()
        figures = health.get(connector.name)
        neighbours.append(
            {
                "name": connector.name,
                "title": connector.title,
                "is_well": not wrong,
                "sentence": " ".join(wrong) or "Kết nối bình thường.",
                "pending": figures.waiting if figures else 0,
                "checked_at": now,
            }
        )
    return render_template(
        "admin/deliveries.html",
        neighbours=neighbours,
        trouble=[
            {
                "id": one.id,
                "code": one.case_code,
                "dossier_url": url_for("dossier.page", code=one.case_code),
                "connector": one.connector,
                "operation": one.operation,
                "target": names.name(one.target_unit),
                "state": one.state,
                "attempts": one.attempts,
                "created_at": one.created_at,
                "next_at": one.next_at,
                "error": one.error or "",
                "retry_url": url_for("admin.retry", delivery_id=one.id) if one.state == "dead" else None,
                "cancel_url": url_for("dossier.answer", code=one.case_code, address=one.address)
                if one.address
                else None,
            }
            for one in troubles
        ],
        messages=[{"name": one.name, "key": one.key, "sender": one.other, "at": one.at} for one in left],
        state="",
        first_url=None,
        next_url=None,
    )


@blueprint.post("/deliveries/<uuid:delivery_id>/retry")
@for_roles("administrator", "control_officer")
def retry(delivery_id: UUID) -> ResponseReturnValue:
    """Try a dead order again, under the same key."""
    with reading() as connection:
        row = retry_dead(connection, delivery_id, now=datetime.now(UTC))
    tell(f"Sẽ gửi lại yêu cầu của hồ sơ {row.case_code}.")
    return redirect(url_for("admin.deliveries"), 303)


@blueprint.get("/clock")
def clock() -> ResponseReturnValue:
    """The demo's clock."""
    _only_in_a_demo()
    with reading() as connection:
        now, offset = house().clock.now(connection), house().clock.offset(connection)
    return render_template(
        "admin/clock.html",
        now=now,
        real=now - offset,
        offset=f"{offset.days} ngày {offset.seconds // 3600} giờ" if offset else "",
        jumps=[
            {"seconds": seconds, "title": title, "to": now + timedelta(seconds=seconds)} for seconds, title in JUMPS
        ],
    )


@blueprint.post("/clock")
def advance() -> ResponseReturnValue:
    """Move the province's clock on, so that lateness is seen in a minute."""
    _only_in_a_demo()
    try:
        seconds = int(request.form.get("seconds", ""))
    except ValueError:
        abort(400)
    if not 0 < seconds <= LONGEST_JUMP:
        abort(400)
    now = house().clock.advance(seconds)
    there = house().calendar.local(now)
    tell(f"Giờ của hệ thống bây giờ là {there:%H:%M ngày %d/%m/%Y}. Các hạn tới lúc đang được xử lý.")
    return redirect(url_for("admin.clock"), 303)


def _only_in_a_demo() -> None:
    if house().settings.is_production:
        abort(404)
