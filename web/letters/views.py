"""Apologies waiting for a signature: causes and dates in a list, reasons in one tap, previews, all signed in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from uuid import UUID

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.deadlines import Calendar
from engine.dossier.apologise import LATE, Apologise, apologise_and_reappoint
from engine.dossier.authority import as_signer, right_to_sign, signer_of
from engine.dossier.batch import Outcome, do_each
from engine.dossier.command import TaskRef
from engine.dossier.issue_letter import preview_letter
from engine.errors import FormRefused, NotFound
from engine.reports.apologies import WaitingApology, waiting_apologies
from engine.rulesets.reasons import apology_reasons, reasons_for
from web.doors import is_page_old, keeps_typed
from web.dossier.act_forms import end_of_day
from web.flashes import tell
from web.forms.typed import NotReadable, clean, read_date
from web.reading import actor, due, house, officer, reading

blueprint = Blueprint("letters", __name__, url_prefix="/letters")

CAUSES = {
    LATE: "Chậm trả kết quả",
    "error": "Sai sót",
    "lost_paper": "Mất, hỏng giấy tờ",
    "late_acceptance": "Tiếp nhận chậm",
}


@blueprint.get("")
def waiting() -> ResponseReturnValue:
    """Everything that waits for this person's signature."""
    return list_page(read_waiting())


@blueprint.post("")
@keeps_typed
def decide() -> ResponseReturnValue:
    """Put a ready-made sentence into the chosen rows, or sign them: each its own act, number and letter."""
    rows = read_waiting()
    typed = typed_for(rows)
    chosen = chosen_rows(rows)
    if is_page_old():
        tell("Trang đã cũ nên chưa ký. Hãy xem lại rồi ký.", "warn")
        return list_page(rows, typed, {one.item_id for one in chosen})
    if request.form.get("_fill"):
        filled = fill(rows, chosen or rows, typed)
        return list_page(rows, filled, {one.item_id for one in chosen})
    if not chosen:
        tell("Chọn ít nhất một hồ sơ để ký.", "warn")
        return list_page(rows, typed)
    outcomes = do_each((one.code, partial(sign, one, typed[one.item_id])) for one in chosen)
    refused = [one for one in outcomes if not one.is_done]
    if done := len(outcomes) - len(refused):
        tell(f"Đã ký {done} văn bản. Từng văn bản đang được cấp số, ký số và gửi đi.")
    if not refused:
        return redirect(url_for("letters.waiting"), 303)
    left = read_waiting()
    names = {one.name for one in refused}
    return list_page(
        left, typed_for(left), {one.item_id for one in left if one.code in names}, refused
    ), 200 if done else 422


@blueprint.post("/<uuid:item_id>/preview.pdf")
def preview(item_id: UUID) -> ResponseReturnValue:
    """The letter as it would go out with what is typed now."""
    one = next((row for row in read_waiting() if row.item_id == item_id), None)
    if one is None:
        raise NotFound("Văn bản này đã được ký hoặc không còn chờ ký.")
    given = typed_for([one])[item_id]
    promised = moment_of_day(given["date"], house().calendar)
    said = {"reason": given["reason"] or "……", "promised_at": promised.isoformat() if promised else None}
    with reading() as connection:
        now = house().clock.now(connection)
        authority = right_to_sign(house(), connection, as_signer(actor()), "apology", one.unit_code, now)
    changes = {"data": said, "signer": signer_of(actor(), authority), "unit_code": one.unit_code}
    return Response(
        preview_letter(house(), one.letter_id, changes),
        mimetype="application/pdf",
        headers={"Content-Disposition": f'inline; filename="xin-loi-{one.code}.pdf"'},
    )


def read_waiting() -> list[WaitingApology]:
    """Drafts in the name of the units this person heads, leads or is authorised to sign for."""
    person = officer()
    led = {one.unit_code for one in person.acting_seats if one.role in {"unit_head", "signer"}}
    units = led | set(person.signs_for)
    with reading() as connection:
        return waiting_apologies(connection, sorted(units))


def typed_for(rows: Sequence[WaitingApology]) -> dict[UUID, dict[str, str]]:
    """What the page says of each row now: as typed, else as drafted.

    A draft that waited until its proposed day has passed proposes the next working day.
    """
    calendar = house().calendar
    with reading() as connection:
        now = house().clock.now(connection)
    tomorrow = calendar.next_opening(calendar.local(now).replace(hour=23, minute=59))
    typed = {}
    for one in rows:
        day = f"{calendar.local(max(one.proposed_at, tomorrow)):%d/%m/%Y}" if one.proposed_at else ""
        reason = request.form.get(f"reason.{one.item_id}", one.reason)
        typed[one.item_id] = {"reason": clean(reason), "date": clean(request.form.get(f"date.{one.item_id}", day))}
    return typed


def chosen_rows(rows: Sequence[WaitingApology]) -> list[WaitingApology]:
    """The rows ticked, each at the revision that the page showed."""
    revisions: dict[UUID, int] = {}
    for text in request.form.getlist("item[]"):
        item_id, _, revision = text.partition(".")
        try:
            revisions[UUID(item_id)] = int(revision)
        except ValueError:
            abort(400)
    return [replace(one, revision=revisions[one.item_id]) for one in rows if one.item_id in revisions]


def fill(
    rows: Sequence[WaitingApology], chosen: Sequence[WaitingApology], typed: Mapping[UUID, dict[str, str]]
) -> dict[UUID, dict[str, str]]:
    """The typed rows with a ready-made sentence in those chosen, where it fits their kind."""
    sentence = next((one for one in apology_reasons() if one.key == request.form["_fill"]), None)
    if sentence is None:
        abort(400)
    into = {one.item_id for one in chosen if one.cause == sentence.cause}
    filled = {one.item_id: dict(typed[one.item_id]) for one in rows}
    for item_id in into:
        filled[item_id]["reason"] = sentence.text
    return filled


def sign(one: WaitingApology, given: Mapping[str, str]) -> None:
    """One act."""
    try:
        promised = moment_of_day(given["date"], house().calendar)
    except NotReadable as error:
        raise FormRefused(errors={"date": f"Ngày hẹn lại: {error}."}) from None
    apologise_and_reappoint(
        house(),
        actor(),
        Apologise(
            case_id=one.case_id,
            task=TaskRef(id=one.item_id, revision=one.revision),
            reason=given["reason"],
            promised_at=promised,
            remedy=one.remedy,
        ),
    )


def moment_of_day(typed: str, calendar: Calendar) -> datetime | None:
    """The end of a typed day."""
    return end_of_day(calendar, date.fromisoformat(read_date(typed))) if typed else None


def list_page(
    rows: Sequence[WaitingApology],
    typed: Mapping[UUID, Mapping[str, str]] | None = None,
    chosen: set[UUID] | None = None,
    refused: Sequence[Outcome] = (),
) -> str:
    """The list, with what was typed."""
    typed = typed or typed_for(rows)
    refusals = {one.name: one.refusal for one in refused}
    with reading() as connection:
        now = house().clock.now(connection)
    causes = {one.cause for one in rows}
    names = house().directory
    return render_template(
        "letters/waiting.html",
        rows=[
            {
                "id": one.item_id,
                "revision": one.revision,
                "code": one.code,
                "url": url_for("dossier.page", code=one.code),
                "procedure": one.procedure,
                "applicant": one.applicant,
                "unit": names.name(one.unit_at_fault),
                "signed_for": names.name(one.unit_code) if one.unit_code != one.unit_at_fault else "",
                "cause": CAUSES.get(one.cause, one.cause),
                "found": one.reason,
                "promised": one.promised_at,
                "due": due(one.legal_due_at, now) if one.legal_due_at and one.cause == LATE else None,
                "is_escalated": one.is_escalated,
                "is_dated": one.cause == LATE or one.proposed_at is not None,
                "typed": typed[one.item_id],
                "sentences": [{"label": each.label, "text": each.text} for each in reasons_for(one.cause)],
                "preview_url": url_for("letters.preview", item_id=one.item_id),
                "is_chosen": one.item_id in (chosen or set()),
                "refusal": refusals.get(one.code, ""),
            }
            for one in rows
        ],
        sentences=[
            {"key": one.key, "label": one.label, "text": one.text, "cause": CAUSES[one.cause]}
            for one in apology_reasons()
            if one.cause in causes
        ],
        refused=[{"code": one.name, "refusal": one.refusal} for one in refused],
        action=url_for("letters.decide"),
    )
