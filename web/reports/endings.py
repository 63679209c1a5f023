"""After a dossier has ended: explanations that are owed, and what may be put away."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.deadlines import duration_in_words, working_time_between
from engine.dossier.archive import Archive, archive
from engine.errors import Refused
from engine.reports.explanations import OwedExplanation, owed_explanations
from engine.reports.to_archive import dossiers_to_archive
from web import sheets
from web.doors import for_roles
from web.flashes import tell
from web.reading import actor, house, reading
from web.reports.frame import ARCHIVISTS, HEADS, blueprint, my_units, tabs


@blueprint.get("/explanations")
@for_roles(*HEADS)
def explanations() -> ResponseReturnValue:
    """Explanations still owed, the oldest first."""
    unit = request.args.get("unit", "")[:40]
    with reading() as connection:
        now = house().clock.now(connection)
        found = owed_explanations(connection, unit)
    person = actor()
    return render_template(
        "reports/explanations.html",
        tabs=tabs("reports.explanations"),
        unit=unit,
        units=[{"code": one.code, "name": one.name} for one in my_units()],
        owed=[
            told(one, now)
            | {
                "act_url": url_for("dossier.explain", code=one.code, item_id=one.item_id)
                if person.holds("unit_head", one.unit_code)
                else None
            }
            for one in found
        ],
        csv_url=url_for("reports.explanations_csv", unit=unit or None),
    )


def told(one: OwedExplanation, now: datetime) -> dict[str, object]:
    """An owed explanation as the page shows it; its age in working time."""
    calendar, names = house().calendar, house().directory
    age = working_time_between(one.asked_at, now, calendar)
    return {
        "code": one.code,
        "url": url_for("dossier.page", code=one.code),
        "procedure": one.procedure_name,
        "unit": names.name(one.unit_code),
        "head": one.head or "(chưa có người đứng đầu)",
        "asked_at": one.asked_at,
        "age": duration_in_words(age) if age.total_seconds() >= 60 else "vừa yêu cầu",
        "due_at": one.legal_due_at,
        "decided_at": one.decided_at,
        "cause": one.cause,
    }


@blueprint.get("/explanations.csv")
@for_roles(*HEADS)
def explanations_csv() -> ResponseReturnValue:
    """The same for a spreadsheet."""
    with reading() as connection:
        now = house().clock.now(connection)
        found = [told(one, now) for one in owed_explanations(connection, request.args.get("unit", "")[:40])]
    columns = ("Mã hồ sơ", "Thủ tục hành chính", "Đơn vị nợ giải trình", "Người đứng đầu", "Yêu cầu lúc",
               "Đã nợ", "Hạn giải quyết", "Giải quyết xong", "Nguyên nhân ghi nhận")  # fmt: skip
    names = ("code", "procedure", "unit", "head", "asked_at", "age", "due_at", "decided_at", "cause")
    return sheets.sheet(columns, ([one[name] for name in names] for one in found), "no-giai-trinh")


@blueprint.get("/to-archive")
@for_roles(*ARCHIVISTS)
def to_archive() -> ResponseReturnValue:
    """Dossiers that have ended and are not put away."""
    with reading() as connection:
        found = dossiers_to_archive(connection)
    names, person = house().directory, actor()
    return render_template(
        "reports/to_archive.html",
        tabs=tabs("reports.to_archive"),
        dossiers=[
            {
                "id": one["id"],
                "code": one["code"],
                "url": url_for("dossier.page", code=one["code"]),
                "procedure": one["procedure_name"],
                "applicant": one["applicant"] or "",
                "status": one["status"],
                "unit": names.name(one["lead_unit"]),
                "closed_at": one["closed_at"],
                "waits_for": names.name(one["at_fault"]) if is_blocked(one["ruleset"], one["explanation"]) else "",
            }
            for one in found
        ],
        can_archive=any(seat.role in ARCHIVISTS for seat in person.seats),
    )


def is_blocked(ruleset: str, explanation: str) -> bool:
    """Whether a missing explanation keeps a dossier from the archive under its ruleset."""
    return explanation == "owed" and "archive" in house().ruleset(ruleset).explanation.blocks


@blueprint.post("/to-archive")
@for_roles(*ARCHIVISTS)
def archive_chosen() -> ResponseReturnValue:
    """Put away the dossiers that were ticked; what a rule refuses stays, with the rule's sentence."""
    place, done, refusals = request.form.get("place", "")[:200], 0, []
    for text in request.form.getlist("item[]")[:200]:
        try:
            archive(house(), actor(), Archive(case_id=UUID(text), place=place))
        except Refused as refused:
            refusals.append(refused.message)
        else:
            done += 1
    if done:
        tell(f"Đã lưu {done} hồ sơ.")
    for sentence in dict.fromkeys(refusals):
        tell(sentence, "bad")
    if not done and not refusals:
        tell("Chưa chọn hồ sơ nào.", "info")
    return redirect(url_for("reports.to_archive"), 303)
