"""The decision tables of a version: laid open for whoever appraises it, given as .dmn files by its designer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.catalogue.drafting import save_decision
from engine.catalogue.publishing import unpacked
from engine.errors import InputError, MotCuaError, NotFound, Refused
from engine.model.decisions import DecisionTable, read_decisions
from engine.model.elements import Model
from engine.model.parse import parse
from engine.store.text import search_key
from web.designer.views import READERS, blueprint, context_of, read_version
from web.doors import for_roles, takes_uploads
from web.flashes import tell
from web.reading import actor, reading
from web.templating import download_name

LARGEST = 1024 * 1024
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}\.dmn")
POLICIES = {
    "UNIQUE": "chỉ một luật khớp",
    "FIRST": "lấy luật khớp đầu tiên",
    "PRIORITY": "lấy kết quả ưu tiên cao nhất",
    "ANY": "nhiều luật khớp phải cho cùng kết quả",
    "COLLECT": "lấy mọi luật khớp",
    "RULE ORDER": "lấy mọi luật khớp, theo thứ tự trong bảng",
    "OUTPUT ORDER": "lấy mọi luật khớp, theo thứ tự ưu tiên",
}
GATHERED = {"SUM": "cộng lại", "MIN": "lấy nhỏ nhất", "MAX": "lấy lớn nhất", "COUNT": "đếm"}


@blueprint.get("/designer/<uuid:version_id>/decisions")
@for_roles(*READERS)
def decisions(version_id: UUID) -> ResponseReturnValue:
    """Every decision file of a version, table by table."""
    return decisions_page(read_version(version_id))


@blueprint.post("/designer/<uuid:version_id>/decisions")
@for_roles("process_designer")
@takes_uploads
def give_decisions(version_id: UUID) -> ResponseReturnValue:
    """Add a file to the draft, put one in the place of another, or take one away."""
    old, sent = request.form.get("name", ""), request.files.get("file")
    try:
        content = None
        if request.form.get("_act") != "remove":
            content = sent.stream.read(LARGEST + 1) if sent is not None else b""
            _must_be_a_file(content)
        name = old or written_name((sent.filename if sent is not None else "") or "")
        row = read_version(version_id)
        if not old and name in row.decisions:
            raise Refused(f"Bản nháp đã có tệp {name}. Dùng “Thay bằng tệp khác” ở tệp đó.")
        revision = request.form.get("_revision", -1, type=int)
        with reading() as connection:
            save_decision(connection, version_id, name, content, revision, context_of(row))
    except (InputError, Refused) as wrong:
        return decisions_page(read_version(version_id), wrong=wrong, at=old), 422 if isinstance(
            wrong, InputError
        ) else 409
    tell(f"Đã bỏ tệp {name}." if content is None else f"Đã nhận tệp {name}. Chọn bảng cho việc cần hỏi ở bản vẽ.")
    return redirect(url_for("designer.decisions", version_id=version_id), 303)


@blueprint.get("/designer/<uuid:version_id>/decisions/<name>")
@for_roles(*READERS)
def decision_source(version_id: UUID, name: str) -> ResponseReturnValue:
    """A decision file, byte for byte."""
    files = unpacked(read_version(version_id).decisions)
    if name not in files:
        raise NotFound(f"Bản này không có tệp {name}.")
    return Response(files[name], mimetype="application/xml", headers={"Content-Disposition": download_name(name)})


def decisions_page(row: Any, *, wrong: MotCuaError | None = None, at: str = "") -> str:
    """The page; `wrong` is told at the file it is about, or at the field of a new one."""
    files, model = unpacked(row.decisions), parse(bytes(row.source))
    return render_template(
        "designer/decisions.html",
        procedure={"code": row.procedure_code, "name": row.manifest["name"]},
        version={
            "number": row.number,
            "state": row.state,
            "revision": row.revision,
            "url": url_for("designer.version", version_id=row.id),
        },
        files=[
            {
                "name": name,
                "url": url_for("designer.decision_source", version_id=row.id, name=name),
                "tables": [told_table(one, model) for one in read_decisions({name: source}).tables.values()],
                "error": wrong.message if wrong is not None and at == name else "",
            }
            for name, source in files.items()
        ],
        error=wrong.message if wrong is not None and at not in files else "",
        action=url_for("designer.give_decisions", version_id=row.id)
        if row.state == "draft" and actor().has_role("process_designer")
        else None,
    )


def told_table(table: DecisionTable, model: Model) -> dict[str, Any]:
    """A table as people read it, and the tasks that ask it."""
    policy = f"{POLICIES[table.policy]} ({table.policy})"
    return {
        "id": table.id,
        "name": table.name or table.id,
        "policy": policy + (f", {GATHERED[table.aggregation]}" if table.aggregation else ""),
        "inputs": [one.label or one.text for one in table.inputs],
        "outputs": [one.label or one.name for one in table.outputs],
        "rows": [{"tests": [one or "-" for one in row.tests], "results": row.results} for row in table.rows],
        "asked_by": [node.name or node.id for node in asking(model).get(table.id, ())],
    }


def asking(model: Model) -> Mapping[str, list[Any]]:
    """The tasks of a drawing that ask each table."""
    found: dict[str, list[Any]] = {}
    for node in model.nodes.values():
        if node.kind == "businessRuleTask":
            found.setdefault(node.called, []).append(node)
    return found


def written_name(given: str) -> str:
    """The name a folder keeps the file under: what was sent, or that without marks and spaces."""
    if NAME.fullmatch(given):
        return given
    stem, dot, ending = search_key(given).rpartition(".")
    name = re.sub(r"[^a-z0-9_-]+", "-", stem).strip("-")[:60]
    if not dot or ending != "dmn" or not name:
        raise InputError("Chọn một tệp bảng quyết định có đuôi .dmn.")
    return f"{name}.dmn"


def _must_be_a_file(content: bytes) -> None:
    if not content:
        raise InputError("Chọn một tệp bảng quyết định có đuôi .dmn.")
    if len(content) > LARGEST:
        raise InputError("Tệp quá lớn (tối đa 1 MB).")
