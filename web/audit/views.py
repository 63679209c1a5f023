"""Replaying and proving a history."""

from __future__ import annotations

import base64
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from engine.history.bundle import evidence_bundle
from engine.history.chain import Event
from engine.reports.dossier import case_id_of
from engine.reports.history import MIGRATED, HistoryView, history_view, note_of, title_of, versions_run
from engine.store.tables import checkpoint
from web.doors import for_roles
from web.dossier import telling
from web.reading import house, reading

blueprint = Blueprint("audit", __name__, url_prefix="/audit")


@blueprint.get("")
@for_roles("auditor", "control_officer", "administrator", "iso_appraiser")
def audit() -> ResponseReturnValue:
    """Where an auditor starts."""
    if request.query_string:
        return redirect(f"{url_for('dossier.search')}?{request.query_string.decode()}")
    doors = [
        ("Hồ sơ", url_for("dossier.search"), "search", "Tìm hồ sơ, tua lại và chứng minh lịch sử của nó"),
        ("Ngày hạn đã đổi", url_for("audit.moved"), "clock", "Mọi lần gia hạn, hẹn lại, tạm dừng, đổi lịch làm việc"),
        ("Lịch làm việc", url_for("calendar.year"), "clock", "Các phiên bản lịch mà hạn được tính theo"),
        ("Bộ quy tắc", url_for("admin.rulesets"), "info", "Quy định đang áp dụng, chỗ nào chưa đối chiếu văn bản"),
    ]
    keys = ("title", "url", "icon", "about")
    told = [dict(zip(keys, row, strict=True)) for row in doors]
    return render_template("doors.html", title="Kiểm tra", lead="", doors=told)


@blueprint.get("/dossier/<code>")
def history(code: str) -> ResponseReturnValue:
    """The history of one dossier, moment by moment on its diagram, with the chain checked."""
    with reading() as connection:
        view = history_view(connection, case_id_of(connection, code))
        newest = connection.execute(select(checkpoint.c.size).order_by(checkpoint.c.size.desc()).limit(1)).scalar()
        diagrams = [
            {"url": url_for("dossier.source", code=code, version=one.number), "number": one.number, "from": one.first}
            for one in versions_run(connection, view)
        ]
    return render_template(
        "audit/history.html",
        dossier={"code": code, "procedure": view.case["procedure_name"], "status": view.case["status"]},
        tabs=telling.tabs(code, "audit.history"),
        diagrams=diagrams,
        events=moments(view),
        evidence=[
            {"seq": one.seq, "body": base64.b64encode(one.body).decode(), "hash": one.hash.hex()} for one in view.events
        ],
        head=bytes(view.case["head_hash"]).hex(),
        case_id=str(view.case["id"]),
        verdict={
            "is_whole": view.verdict.is_whole,
            "length": view.verdict.length,
            "broken_at": view.verdict.broken_at,
            "reason": view.verdict.reason,
            "checkpoint_size": newest or 0,
            "sealed_at": view.sealed_at,
        },
        exports=[{"title": "Tải gói bằng chứng", "url": url_for("audit.bundle", code=code)}],
        first_url=None,
        next_url=None,
    )


@blueprint.get("/dossier/<code>/bundle.json")
def bundle(code: str) -> ResponseReturnValue:
    """Everything an offline verifier needs to check this history: `motcua verify` reads it."""
    with reading() as connection:
        body = evidence_bundle(connection, case_id_of(connection, code), house().log_key)
    return Response(
        body,
        mimetype="application/json",
        headers={"Content-Disposition": f'attachment; filename="{code}.motcua.json"'},
    )


def moments(view: HistoryView) -> list[dict[str, Any]]:
    """Each event with what it began and ended on the diagram; what is late or paused stays so until it ends."""
    told: list[dict[str, Any]] = []
    waiting: set[str] = set()
    late: set[str] = set()
    for one in view.events:
        content = one.content
        passed = [step["element"] for step in content.get("passed", [])]
        is_migration = one.type == MIGRATED
        now_waiting = {address.split("#")[0].rpartition("/")[2] for address in content.get("waiting", waiting)}
        if one.type in {"DossierBecameLate", "ConsultationSilent"}:
            late |= now_waiting or waiting
        told.append(
            {
                "seq": one.seq,
                "title": title_of(one),
                "at": one.at,
                "recorded_at": one.recorded_at,
                "by": content["actor"]["name"],
                "unit": house().directory.name(content["actor"].get("unit")),
                "note": note_of(one),
                "hash": one.hash.hex(),
                "sealed": one.seq in view.sealed,
                "enter": sorted(now_waiting - (set() if is_migration else waiting)),
                "leave": passed,
                "flows": content.get("flows", []),
                "late": sorted(late),
                "paused": paused_after(one, now_waiting),
                "is_migration": is_migration,
                "is_correction": one.type in {"DossierCorrected", "ReceptionVoided"},
            }
        )
        if "waiting" in content:
            waiting = now_waiting
    return told


def paused_after(one: Event, waiting: set[str]) -> list[str]:
    """What waits with the clock stopped: statuses 5 and 6 say that it does."""
    return sorted(waiting) if one.content.get("status") in {5, 6} else []
