"""A new draft from the table of steps that a department keeps: read, drawn, and what is odd about it told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, select

from engine.catalogue.drafting import draft_of
from engine.catalogue.publishing import import_folder
from engine.errors import FormRefused, InputError, Refused
from engine.model.draft import MAX_BYTES, Draft, StepTable, draft, read_tables
from engine.store.tables import process_version
from web.designer.views import blueprint
from web.doors import for_roles, takes_uploads
from web.reading import officer, reading

MOST_NAMED = 12
"""So many codes of a file's procedures are named beside the field."""


@blueprint.get("/procedures/new")
@for_roles("process_designer")
def new_procedure() -> ResponseReturnValue:
    """Where a table of steps is given."""
    return page()


@blueprint.post("/procedures/new")
@for_roles("process_designer")
@takes_uploads
def draft_procedure() -> ResponseReturnValue:
    """Draw the procedure of a table and keep it as a draft; the same table sent again finds the same draft."""
    sent, code = request.files.get("file"), request.form.get("code", "").strip()[:60]
    try:
        if sent is None or not sent.filename:
            raise InputError("Chọn tệp bảng các bước (.xlsx, .csv hoặc .json).")
        drawn = draft(chosen(read_tables(sent.filename, sent.stream.read(MAX_BYTES + 1)), code))
        with reading() as connection:
            made = keep(connection, drawn)
    except FormRefused as refused:
        return page(code, errors=refused.errors), 422
    except (InputError, Refused) as wrong:
        return page(code, errors={"file": wrong.message}), 409 if isinstance(wrong, Refused) else 422
    return page(code, made=made)


def chosen(tables: Sequence[StepTable], code: str) -> StepTable:
    """The table that is meant. Raises FormRefused where a file of several does not say which."""
    found = [one for one in tables if code in {"", one.code}]
    if len(found) == 1:
        return found[0]
    named = ", ".join(one.code for one in tables[:MOST_NAMED]) + ("…" if len(tables) > MOST_NAMED else ".")
    if code:
        raise FormRefused(errors={"code": f"Tệp không có thủ tục mã {code}. Chọn lại tệp và ghi một trong: {named}"})
    raise FormRefused(errors={"code": f"Tệp có {len(tables)} thủ tục. Chọn lại tệp và ghi mã một thủ tục: {named}"})


def keep(connection: Connection, drawn: Draft) -> dict[str, Any]:
    """The draft of this table. Raises Refused while another draft of the procedure is being worked at."""
    manifest = drawn.folder.manifest
    begun = draft_of(connection, manifest.code)
    if begun is not None:
        hashed = connection.execute(select(process_version.c.content_hash).where(process_version.c.id == begun))
        if bytes(hashed.scalar_one()) != drawn.folder.content_hash:
            raise Refused(
                f"Thủ tục {manifest.code} đã có một bản nháp đang sửa. Sửa tiếp bản đó, hoặc chờ nó được duyệt."
            )
    kept = import_folder(connection, drawn.folder, by=officer().id)
    return {
        "code": kept.code,
        "name": manifest.name,
        "number": kept.number,
        "is_new": kept.is_new,
        "url": url_for("designer.version", version_id=kept.version_id),
        "findings": [{"is_open": one.severity == "warning", "message": one.message} for one in drawn.findings],
    }


def page(code: str = "", *, errors: dict[str, str] | None = None, made: dict[str, Any] | None = None) -> str:
    """The form, and what came of a table."""
    return render_template("designer/new.html", code=code, errors=errors or {}, made=made)
