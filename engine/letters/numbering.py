"""Numbers of outgoing letters: how they print (Decree 30/2020/NĐ-CP), how they are reserved without a gap.

A number is the row of one series of one unit and year. Reserving it locks that row until the caller's transaction ends:
a rolled-back act gives its number to the next letter, a committed one has used it or must void it with a reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import insert

from engine.errors import InputError, NotFound, Refused
from engine.letters.form import Series, load_forms
from engine.store.tables import letter, letter_number


def notation(number: int, type_code: str, unit_notation: str) -> str:
    """5, "PXL", "TTPVHCC" -> "05/PXL-TTPVHCC"."""
    if number < 1 or not type_code or not unit_notation:
        raise InputError("Số, ký hiệu văn bản cần số từ 1 trở lên, ký hiệu loại văn bản và ký hiệu cơ quan.")
    return f"{number:02d}/{type_code}-{unit_notation}"


def official_letter_notation(number: int, unit_notation: str, division_notation: str) -> str:
    """A công văn bears no type: 15, "SNV", "VP" -> "15/SNV-VP"."""
    return notation(number, unit_notation, division_notation)


def numbered_by(series: Series, letterhead: Mapping[str, str]) -> str:
    """Who numbers a unit's letters of this type: unit (we do), document_system, none.

    The form says so; a unit whose document-management system numbers some types names their abbreviations in its
    letterhead: numbered_elsewhere = "VBXL, TB".
    """
    elsewhere = {one.strip() for one in letterhead.get("numbered_elsewhere", "").split(",")}
    return "document_system" if series.numbered_by == "unit" and series.code in elsewhere else series.numbered_by


def reserve_number(connection: Connection, unit_code: str, year: int, series: str) -> int:
    """The next number of the series, in the caller's transaction; other issuers of the series wait for its end."""
    first = insert(letter_number).values(unit_code=unit_code, year=year, series=series, last=1)
    taken = first.on_conflict_do_update(
        index_elements=[letter_number.c.unit_code, letter_number.c.year, letter_number.c.series],
        set_={"last": letter_number.c.last + 1},
    ).returning(letter_number.c.last)
    return int(connection.execute(taken).scalar_one())


def void_number(connection: Connection, letter_id: UUID, reason: str) -> None:
    """Give up a numbered letter that was never sent; the number stays taken and the register shows why."""
    if not reason.strip():
        raise InputError("Hủy số văn bản phải ghi lý do.")
    found = connection.execute(
        select(letter.c.number, letter.c.state).where(letter.c.id == letter_id).with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound("Không tìm thấy văn bản cần hủy số.")
    if found.number is None:
        raise Refused("Văn bản này chưa được cấp số.")
    if found.state in {"sent", "voided"}:
        raise Refused("Văn bản đã phát hành hoặc đã hủy, không hủy số được nữa.")
    connection.execute(
        update(letter).where(letter.c.id == letter_id).values(state="voided", void_reason=reason.strip())
    )


def unaccounted_numbers(connection: Connection, unit_code: str, year: int, series: str) -> Sequence[int]:
    """Numbers of the series that no letter bears, used or voided: empty unless somebody wrote past this module."""
    forms = [form.name for form in load_forms().values() if form.series.code == series]
    last = connection.execute(
        select(letter_number.c.last).where(
            letter_number.c.unit_code == unit_code, letter_number.c.year == year, letter_number.c.series == series
        )
    ).scalar_one_or_none()
    every = func.generate_series(1, last or 0).column_valued("number")
    borne = select(letter.c.number).where(
        letter.c.unit_code == unit_code, letter.c.year == year, letter.c.form.in_(forms), letter.c.number.is_not(None)
    )
    return list(connection.execute(select(every).where(every.not_in(borne)).order_by(every)).scalars())
