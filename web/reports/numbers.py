"""The clerk's page: the books of outgoing letters, voided numbers with their reasons, numbers given elsewhere."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.dossier.void_letter import GiveNumber, VoidLetter, give_number, void_letter
from engine.errors import FormRefused, NotFound
from engine.letters import load_forms
from engine.letters.numbering import numbered_by
from engine.reports.number_book import (
    Book,
    NumberedLetter,
    books,
    note_of,
    number_book,
    number_book_pdf,
    waiting_for_number,
)
from web import sheets
from web.doors import for_roles
from web.flashes import tell
from web.reading import actor, house, reading
from web.reports.frame import CLERKS, blueprint, my_units, tabs

STATES = {"used": ("Đã dùng", "good"), "under_way": ("Đang phát hành", "info"), "voided": ("Đã hủy", "calm"),
          "missing": ("Thiếu văn bản", "bad")}  # fmt: skip
AUTHORITIES = {
    "unit": "Phần mềm này cấp số",
    "document_system": "Hệ thống quản lý văn bản cấp số",
    "none": "Không đánh số",
}


def chosen(found: list[Book]) -> Book | None:
    """The book asked for, else the newest."""
    wanted = (request.args.get("unit", ""), request.args.get("year", ""), request.args.get("series", ""))
    if not any(wanted):
        return found[0] if found else None
    book = next((one for one in found if (one.unit_code, str(one.year), one.series) == wanted), None)
    if book is None:
        raise NotFound("Không có sổ này.")
    return book


def units() -> list[str] | None:
    """Whose books; None for every unit."""
    return None if actor().units == ("*",) else [one.code for one in my_units()]


@blueprint.get("/numbers")
@for_roles(*CLERKS)
def numbers() -> ResponseReturnValue:
    """One book of one unit and year."""
    with reading() as connection:
        found = books(connection, units())
        book = chosen(found)
        lines = number_book(connection, book.unit_code, book.year, book.series) if book else []
        waiting = [
            dict(one) | {"unit_code": code}
            for code in (one.code for one in my_units())
            for one in waiting_for_number(house(), connection, code)
        ]
    person, names = actor(), house().directory
    return render_template(
        "reports/numbers.html",
        tabs=tabs("reports.numbers"),
        books=[
            {
                "title": f"{names.name(one.unit_code)}, {one.year}, {one.series}",
                "url": url_for("reports.numbers", unit=one.unit_code, year=one.year, series=one.series),
                "last": one.last,
                "is_current": one == book,
            }
            for one in found
        ],
        book={"unit": names.name(book.unit_code), "year": book.year, "series": book.series} if book else None,
        lines=[told(one, may_void=book is not None and may_number(book.unit_code)) for one in lines],
        voided=sum(one.state == "voided" for one in lines),
        missing=sum(one.state == "missing" for one in lines),
        waiting=[
            {
                "title": one["title"],
                "code": one["code"],
                "action": url_for("reports.give_letter_number", case_id=one["case_id"], letter_id=one["id"]),
            }
            for one in waiting
            if any(person.holds(role, one["unit_code"]) for role in ("clerk", "unit_head"))
        ],
        authorities=authorities(book.unit_code if book else person.unit_code),
        pdf_url=url_for("reports.numbers_file", kind="pdf", **address(book)),
        csv_url=url_for("reports.numbers_file", kind="csv", **address(book)),
    )


def address(book: Book | None) -> dict[str, Any]:
    """What an address says of a book."""
    return {"unit": book.unit_code, "year": str(book.year), "series": book.series} if book else {}


def may_number(unit_code: str) -> bool:
    """Whether this officer keeps the books of a unit."""
    return any(actor().holds(role, unit_code) for role in ("clerk", "unit_head"))


def told(one: NumberedLetter, *, may_void: bool) -> dict[str, object]:
    """A number as the page shows it."""
    words, tone = STATES[one.state]
    return {
        "notation": one.notation,
        "state": words,
        "tone": tone,
        "title": one.title,
        "url": url_for("dossier.page", code=one.code) if one.code else None,
        "dated": one.dated,
        "signer": one.signer,
        "addressee": one.addressee,
        "reason": one.reason,
        "void_url": url_for("reports.void_number", case_id=one.case_id, letter_id=one.letter_id)
        if may_void and one.state == "under_way"
        else None,
    }


def authorities(unit_code: str) -> list[dict[str, str]]:
    """Who numbers each type of letter of a unit."""
    if unit_code not in house().directory.units:
        return []
    letterhead = house().directory[unit_code].letterhead
    return [
        {
            "title": form.title,
            "series": form.series.code,
            "authority": AUTHORITIES[numbered_by(form.series, letterhead)],
        }
        for form in load_forms().values()
        if form.series.numbered_by != "none"
    ]


@blueprint.get("/numbers.<any(pdf,csv):kind>")
@for_roles(*CLERKS)
def numbers_file(kind: str) -> ResponseReturnValue:
    """The book as a file."""
    with reading() as connection:
        book = chosen(books(connection, units()))
        if book is None:
            raise NotFound("Chưa có sổ văn bản đi nào.")
        name = f"so-van-ban-di-{book.unit_code}-{book.year}-{book.series}"
        if kind == "pdf":
            return sheets.pdf(number_book_pdf(house(), connection, book.unit_code, book.year, book.series), name)
        lines = number_book(connection, book.unit_code, book.year, book.series)
    columns = (
        "Số",
        "Số, ký hiệu",
        "Tình trạng",
        "Ngày phát hành",
        "Tên loại, trích yếu",
        "Người ký",
        "Nơi nhận",
        "Ghi chú",
    )
    rows = (
        (one.number, one.notation, STATES[one.state][0], one.dated, one.title, one.signer, one.addressee, note_of(one))
        for one in lines
    )
    return sheets.sheet(columns, rows, name)


@blueprint.post("/numbers/<uuid:case_id>/<uuid:letter_id>/void")
@for_roles(*CLERKS)
def void_number(case_id: UUID, letter_id: UUID) -> ResponseReturnValue:
    """Void a number that was reserved and never sent."""
    try:
        reason = request.form.get("reason", "")[:500]
        void_letter(house(), actor(), VoidLetter(case_id=case_id, letter_id=letter_id, reason=reason))
    except FormRefused as refused:
        tell(" ".join(refused.errors.values()) or refused.message, "bad")
    else:
        tell("Đã hủy số văn bản. Số này không dùng lại, lý do nằm trong sổ.")
    return redirect(url_for("reports.numbers"), 303)


@blueprint.post("/numbers/<uuid:case_id>/<uuid:letter_id>/number")
@for_roles(*CLERKS)
def give_letter_number(case_id: UUID, letter_id: UUID) -> ResponseReturnValue:
    """Write down the number that the document-management system gave."""
    try:
        notation = request.form.get("notation", "")[:60]
        give_number(house(), actor(), GiveNumber(case_id=case_id, letter_id=letter_id, notation=notation))
    except FormRefused as refused:
        tell(" ".join(refused.errors.values()) or refused.message, "bad")
    else:
        tell("Đã ghi số văn bản; văn bản đang được in, ký số.")
    return redirect(url_for("reports.numbers"), 303)
