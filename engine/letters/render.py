"""render(form, data): a legal form as PDF/A-2b. The same data gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

from engine.errors import InputError, RenderingFailed
from engine.letters.fields import VIETNAM, WorkingDays, printable, read_date, read_moment
from engine.letters.form import HERE, Form, load_form
from engine.letters.marks import code128, qr
from engine.letters.pool import shared_pool

UNPRINTABLE = re.compile(r'the text `"(.+?)"` could not be displayed')


def render(form: str, data: Mapping[str, Any], *, calendar: WorkingDays | None = None) -> bytes:
    """The letter as it will be signed. FormRefused (an InputError) names every missing field.

    With a calendar, the day the letter bears and every day it promises must be working days.
    """
    return _render(load_form(form), data, is_preview=False, calendar=calendar)


def preview(form: str, data: Mapping[str, Any], *, calendar: WorkingDays | None = None) -> bytes:
    """The same letter marked "BẢN XEM TRƯỚC"; a number not yet reserved prints as dots."""
    return _render(load_form(form), data, is_preview=True, calendar=calendar)


def _render(form: Form, data: Mapping[str, Any], *, is_preview: bool, calendar: WorkingDays | None) -> bytes:
    shaped = printable(form, data, is_preview=is_preview, calendar=calendar)
    code = shaped["dossier"]["code"] if form.has_barcode else None
    seal = shaped.get("qr") if form.has_qr else None  # drawing one takes as long as the letter
    shaped["form"] = {
        "title": form.title,
        "is_preview": is_preview,
        "paper": _paper(form, shaped.get("paper")),
        "barcode": code128(code) if code else None,
        "qr": qr(seal) if seal else None,
    }
    try:
        return shared_pool().render(form.template, HERE, shaped, _made_at(data))
    except RenderingFailed as error:
        if unprintable := UNPRINTABLE.search(error.message):
            raise InputError(
                f"{form.title}: ký tự “{unprintable[1]}” không in được bằng phông chữ của văn bản. "
                f"Hãy viết lại bằng chữ quốc ngữ."
            ) from error
        raise


def _paper(form: Form, wanted: str | None) -> str:
    paper = wanted or form.papers[0]
    if paper not in form.papers:
        raise InputError(f"{form.title}: không in được trên khổ {paper.upper()}.")
    return paper


def _made_at(data: Mapping[str, Any]) -> int:
    """The creation date inside the PDF: `printed_at` when given, else the start of the letter's own day."""
    if data.get("printed_at"):
        return int(read_moment(data["printed_at"]).timestamp())
    return int(datetime.combine(read_date(data["date"]), time(0), VIETNAM).astimezone(UTC).timestamp())
