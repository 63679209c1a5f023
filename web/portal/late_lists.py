"""The monthly lists of late agencies and officers, for everybody: a page, PDF, CSV and the very bytes."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import orjson
from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue

from engine.dossier.late_list import officer_in_words
from engine.errors import NotFound
from engine.reports.late_lists import late_list_named, late_lists
from web.doors import public
from web.reading import counting, house

blueprint = Blueprint("late_lists", __name__, url_prefix="/late-lists")

TYPES = {"json": "application/json", "csv": "text/csv", "pdf": "application/pdf"}


@blueprint.get("")
@public
def index() -> ResponseReturnValue:
    """Every list that was published."""
    with counting() as connection:
        found = late_lists(connection, is_published=True)
    return render_template(
        "portal/late_lists.html",
        lists=[
            {
                "name": one["told"]["name"],
                "url": url_for("late_lists.page", period=one["told"]["period"]),
                "published_at": datetime.fromisoformat(one["told"]["published_at"]),
            }
            for one in found
        ],
    )


@blueprint.get("/<period>")
@public
def page(period: str) -> ResponseReturnValue:
    """One list, shown from the bytes that were published."""
    with counting() as connection:
        case = late_list_named(connection, period, is_published=True)
    content = orjson.loads(house().blobs.get(bytes.fromhex(case["told"]["content"])))
    return render_template(
        "portal/late_list.html",
        name=content["name"],
        since=date.fromisoformat(content["since"]),
        last=date.fromisoformat(content["until"]) - timedelta(days=1),
        published_at=datetime.fromisoformat(content["published_at"]),
        signed_by=content["signed_by"],
        number=case["notation"],
        units=content["units"],
        rows=[
            one
            | {
                "lead_unit": one["lead_unit"]["name"],
                "units": [unit["name"] for unit in one["units"]],
                "officers": [officer_in_words(person) for person in one["officers"]],
                "due": datetime.fromisoformat(one["due"]),
                "done": datetime.fromisoformat(one["done"]) if one["done"] else None,
            }
            for one in content["rows"]
        ],
        hash=case["told"]["content"],
        files=[
            {"title": title, "url": url_for("late_lists.file", period=period, kind=kind)}
            for title, kind, is_there in (
                ("Bản ký số (PDF)", "pdf", case["pdf"] is not None),
                ("Bảng tính (CSV)", "csv", True),
                ("Dữ liệu gốc (JSON)", "json", True),
            )
            if is_there
        ],
    )


@blueprint.get("/<period>.<any(pdf,csv,json):kind>")
@public
def file(period: str, kind: str) -> ResponseReturnValue:
    """What was published, byte for byte."""
    with counting() as connection:
        case = late_list_named(connection, period, is_published=True)
    told = case["told"]
    digest = (
        bytes(case["pdf"]).hex()
        if kind == "pdf" and case["pdf"]
        else told.get({"json": "content", "csv": "csv"}.get(kind, ""))
    )
    if not digest:
        raise NotFound("Bản ký số của danh sách này chưa phát hành xong.")
    return Response(
        house().blobs.get(bytes.fromhex(digest)),
        mimetype=TYPES[kind],
        headers={
            "Content-Disposition": f'inline; filename="danh-sach-cham-muon-{period}.{kind}"',
            "X-Content-SHA256": digest,
        },
    )
