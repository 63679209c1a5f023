"""The book of outgoing letters (sổ đăng ký văn bản đi) of a unit and year: every number, used, under way or voided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from engine.dossier.house import House
from engine.letters import load_forms, render
from engine.letters.numbering import numbered_by, unaccounted_numbers

FORM = "number_book"
NOBODY = "Không có văn bản mang số này"

BORNE = text(
    """
    SELECT l.id, l.case_id, l.form, l.state, l.number, l.notation, l.issued_at, l.created_at, l.void_reason,
           l.signer->>'name' AS signer, c.code, c.kind AS case_kind, p.name AS addressee
    FROM letter l JOIN cases c ON c.id = l.case_id LEFT JOIN party p ON p.case_id = c.id AND p.role = 'owner'
    WHERE l.unit_code = :unit AND l.year = :year AND l.form = ANY (:forms)
      AND (l.number IS NOT NULL OR l.notation IS NOT NULL)
    ORDER BY l.number, l.created_at
    """
)
WAITING = text(
    """
    SELECT l.id, l.case_id, l.form, l.created_at, c.code FROM letter l JOIN cases c ON c.id = l.case_id
    WHERE l.unit_code = :unit AND l.state = 'approved' AND l.notation IS NULL ORDER BY l.created_at
    """
)
BOOKS = text(
    """
    SELECT unit_code, year, series, last FROM letter_number
    WHERE (CAST(:units AS text[]) IS NULL OR unit_code = ANY (CAST(:units AS text[])))
    ORDER BY year DESC, unit_code, series
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """One series of one unit and year, and the last number it gave."""

    unit_code: str
    year: int
    series: str
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedLetter:
    """One number of a book. `state`: used, under_way, voided; or missing, when no letter bears it."""

    number: int | None
    notation: str
    state: str
    title: str
    code: str = ""
    letter_id: UUID | None = None
    case_id: UUID | None = None
    dated: datetime | None = None
    signer: str = ""
    addressee: str = ""
    reason: str = ""


def books(connection: Connection, units: Sequence[str] | None) -> list[Book]:
    """The books of these units, the newest year first; None for every unit."""
    return [Book(**row) for row in connection.execute(BOOKS, {"units": units}).mappings()]


def number_book(connection: Connection, unit_code: str, year: int, series: str) -> list[NumberedLetter]:
    """Every number of one book, in order; a number that no letter bears stands as missing."""
    forms = {form.name: form for form in load_forms().values() if form.series.code == series}
    rows = connection.execute(BORNE, {"unit": unit_code, "year": year, "forms": list(forms)}).mappings()
    found = [_line(dict(row), forms[row["form"]].title) for row in rows]
    found += [
        NumberedLetter(
            number=one, notation=f"{one:02d}/{series}", state="missing", title="Không có văn bản mang số này"
        )
        for one in unaccounted_numbers(connection, unit_code, year, series)
    ]
    return sorted(found, key=lambda one: (one.number is None, one.number or 0))


def _line(row: Mapping[str, Any], title: str) -> NumberedLetter:
    state = {"sent": "used", "voided": "voided"}.get(row["state"], "under_way")
    about = f", hồ sơ {row['code']}" if row["case_kind"] == "dossier" else ""
    return NumberedLetter(
        number=row["number"],
        notation=row["notation"] or str(row["number"]),
        state=state,
        title=title + about,
        code=row["code"],
        letter_id=row["id"],
        case_id=row["case_id"],
        dated=row["issued_at"],
        signer=row["signer"] or "",
        addressee=row["addressee"] or "",
        reason=row["void_reason"] or "",
    )


def waiting_for_number(house: House, connection: Connection, unit_code: str) -> list[Mapping[str, Any]]:
    """Approved letters of types that the document-management system numbers: the clerk writes the number down."""
    unit = house.directory[unit_code]
    rows = [dict(row) for row in connection.execute(WAITING, {"unit": unit_code}).mappings()]
    forms = load_forms()
    return [
        row | {"title": forms[row["form"]].title}
        for row in rows
        if numbered_by(forms[row["form"]].series, unit.letterhead) == "document_system"
    ]


def number_book_pdf(house: House, connection: Connection, unit_code: str, year: int, series: str) -> bytes:
    """The book as PDF/A."""
    unit, local = house.directory[unit_code], house.calendar.local
    lines = number_book(connection, unit_code, year, series)
    data = {
        "letterhead": dict(unit.letterhead),
        "date": local(house.clock.now(connection)).date().isoformat(),
        "unit": unit.name,
        "year": str(year),
        "series_name": f"ký hiệu {series}",
        "rows": [
            {
                "notation": one.notation,
                "dated": local(one.dated).date().isoformat() if one.dated else None,
                "title": one.title,
                "signer": one.signer,
                "addressee": one.addressee,
                "keeper": f"Văn thư {unit.name}",
                "copies": 1 if one.state == "used" else None,
                "note": note_of(one),
            }
            for one in lines
        ],
        "used": sum(one.state in {"used", "under_way"} for one in lines),
        "voided": sum(one.state == "voided" for one in lines),
    }
    return render(FORM, data)


def note_of(one: NumberedLetter) -> str:
    """What the last column says of a number."""
    if one.state == "voided":
        return f"Đã hủy: {one.reason}"
    return {"under_way": "Đang phát hành", "missing": "Thiếu văn bản"}.get(one.state, "")
