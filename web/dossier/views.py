"""One dossier's page, its letters and papers, and the forms of further acts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from engine.dossier.issue_letter import issue_letter, preview_letter
from engine.dossier.submit_online import FORM
from engine.errors import NotFound
from engine.reports.control_slip import control_slip, read_control_slip
from engine.reports.dossier import DossierView, Submission, case_id_of, dossier_view
from engine.reports.forecasts import forecasts_of
from engine.reports.group_receipt import group_receipt as print_group_receipt
from engine.reports.history_print import history_print
from engine.reports.search import SearchFilter, search_page
from engine.store.tables import cases, officer, process_version
from engine.store.tables import letter as letter_table
from web.dossier import telling
from web.forms import Form
from web.reading import actor, due, house, reading
from web.sheets import pdf, sheet

blueprint = Blueprint("dossier", __name__)


@blueprint.get("/dossiers")
def search() -> ResponseReturnValue:
    """Look for dossiers by code or name, with or without diacritics."""
    wanted = SearchFilter(
        query=request.args.get("q", "")[:100].strip(),
        status=request.args.get("status", type=int),
        only_late=request.args.get("late") == "1",
        after=request.args.get("after", "")[:400],
    )
    with reading() as connection:
        now = house().clock.now(connection)
        page = search_page(connection, wanted)
    kept: dict[str, Any] = {name: request.args[name] for name in ("q", "status", "late") if request.args.get(name)}
    return render_template(
        "dossier/search.html",
        q=wanted.query,
        status=request.args.get("status", ""),
        late=wanted.only_late,
        asked=bool(kept),
        dossiers=[
            {
                "code": one["code"],
                "url": url_for("dossier.page", code=one["code"]),
                "procedure": one["procedure_name"],
                "applicant": one["applicant"],
                "place": one["address"] or "",
                "unit": house().directory.name(one["lead_unit"]),
                "status": one["status"],
                "received_at": one["received_at"],
                "due": due(
                    one["legal_due_at"],
                    now,
                    is_paused=one["is_suspended"],
                    done_at=one["decided_at"],
                )
                if one["decided_at"] or not one["closed_at"]
                else None,
            }
            for one in page.rows
        ],
        first_url=url_for("dossier.search", **kept) if wanted.after else None,
        next_url=url_for("dossier.search", after=page.next_cursor, **kept) if page.next_cursor else None,
    )


@blueprint.get("/dossier/<code>")
def page(code: str) -> ResponseReturnValue:
    """The whole of one dossier."""
    view = read(code)
    with reading() as connection:
        forecast = forecasts_of(connection, [view.case["id"]], view.now, house().calendar).get(view.case["id"])
    names, person = house().directory, actor()
    return render_template(
        "dossier/page.html",
        dossier=telling.dossier_summary(view),
        tabs=telling.tabs(code, "dossier.page"),
        acts=telling.acts(view, person),
        notices=telling.notices(view, forecast),
        parties=[dict(one) | {"role": telling.PARTY_ROLES.get(one["role"], one["role"])} for one in view.people],
        papers=telling.papers(view),
        open_tasks=[
            {
                "name": item["name"],
                "url": url_for("inbox.task", item_id=item["id"]),
                "unit": names.name(item["unit_code"]),
                "assignee": item["assignee_name"],
                "due": due(item["due_at"], view.now, is_paused=item["is_paused"]),
            }
            for item in view.open_items
        ],
        steps=telling.steps(view),
        ledger=telling.ledger(view),
        submissions=[
            {
                "title": element_name(view, one.element_id),
                "by": telling.author(one),
                "at": one.at,
                "entry": Form(view.version.forms[one.form_key]).filled(people_named(view, one)),
            }
            for one in view.submissions
            if one.form_key in view.version.forms
        ],
        letters=telling.letters(view),
        deliveries=telling.deliveries(view),
        messages=telling.messages(view),
        children=[
            {
                "code": one["code"],
                "url": url_for("dossier.page", code=one["code"]),
                "procedure": one["procedure_name"],
                "status": one["status"],
            }
            for one in view.children
        ],
        parent={"code": view.parent["code"], "url": url_for("dossier.page", code=view.parent["code"])}
        if view.parent
        else None,
        diagram=telling.diagram(view),
    )


@blueprint.get("/dossier/<code>/process.bpmn")
def source(code: str) -> ResponseReturnValue:
    """The diagram of the version this dossier runs on, or of another of its procedure, byte for byte."""
    number = request.args.get("version", type=int)
    with reading() as connection:
        row = connection.execute(select(cases).where(cases.c.id == case_id_of(connection, code))).one()
        wanted = select(process_version.c.source).where(process_version.c.procedure_code == row.procedure_code)
        which = process_version.c.id == row.version_id if number is None else process_version.c.number == number
        xml = connection.execute(wanted.where(which)).scalar()
    if xml is None:
        raise NotFound("Không có bản quy trình này.")
    return Response(bytes(xml), mimetype="application/xml")


@blueprint.get("/dossier/<code>/letter/<uuid:letter_id>.pdf")
def letter(code: str, letter_id: UUID) -> ResponseReturnValue:
    """A letter's file; before it is rendered, a preview marked as one."""
    with reading() as connection:
        case_id = case_id_of(connection, code)
        row = (
            connection.execute(
                select(letter_table).where(letter_table.c.id == letter_id, letter_table.c.case_id == case_id)
            )
            .mappings()
            .one_or_none()
        )
    if row is None:
        raise NotFound("Không tìm thấy văn bản này.")
    if row["state"] in {"approved", "numbered"}:
        issue_letter(house(), letter_id)
        with reading() as connection:
            row = connection.execute(select(letter_table).where(letter_table.c.id == letter_id)).mappings().one()
    content = house().blobs.get(bytes(row["pdf"])) if row["pdf"] else preview_letter(house(), letter_id)
    return Response(
        content,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{row["kind"]}-{code}.pdf"'},
    )


@blueprint.get("/dossier/<code>/control-slip")
def slip_page(code: str) -> ResponseReturnValue:
    """The control slip on screen: each hand-over recorded so far."""
    with reading() as connection:
        slip = read_control_slip(house(), connection, case_id_of(connection, code))
    names = house().directory
    papers = [(f"In PDF ({paper.upper()})", paper) for paper in ("a4", "a5")]
    return render_template(
        "dossier/slip.html",
        dossier={
            "code": code,
            "url": url_for("dossier.page", code=code),
            "procedure": slip.case["procedure_name"],
            "status": slip.case["status"],
        },
        tabs=telling.tabs(code, "dossier.slip_page"),
        form={"number": slip.form.number, "title": slip.form.title},
        owner=slip.owner,
        received_at=slip.case["received_at"],
        first_due=slip.first_due,
        new_due=slip.new_due,
        lead_unit=names.name(slip.case["lead_unit"]),
        co_units=slip.co_units,
        rows=[telling.hand_over(one) for one in slip.hand_overs],
        files=[
            *({"title": title, "url": url_for("dossier.slip", code=code, paper=paper)} for title, paper in papers),
            {"title": "CSV", "url": url_for("dossier.slip_csv", code=code)},
        ],
    )


@blueprint.get("/dossier/<code>/control-slip.pdf")
def slip(code: str) -> ResponseReturnValue:
    """The control slip, printed on its ruleset's paper or the one asked for."""
    with reading() as connection:
        paper = request.args.get("paper", "")
        content = control_slip(
            house(), connection, case_id_of(connection, code), paper=paper if paper in {"a4", "a5"} else ""
        )
    return pdf(content, f"phieu-kiem-soat-{code}")


@blueprint.get("/dossier/<code>/control-slip.csv")
def slip_csv(code: str) -> ResponseReturnValue:
    """The control slip for a spreadsheet."""
    with reading() as connection:
        found = read_control_slip(house(), connection, case_id_of(connection, code)).hand_overs
    columns = (
        "Thời điểm",
        "Bên giao",
        "Người giao",
        "Bên nhận",
        "Người nhận",
        "Nhận lúc",
        "Bước",
        "Kết quả của bên giao",
    )
    names = ("at", "from_unit", "given_by", "to_unit", "taken_by", "taken_at", "step", "result")
    rows = (telling.hand_over(one) for one in found)
    return sheet(columns, ([one[name] for name in names] for one in rows), f"phieu-kiem-soat-{code}")


@blueprint.get("/dossier/<code>/history.pdf")
def history_pdf(code: str) -> ResponseReturnValue:
    """The process-history print, with the hash of the last event and what checking the chain found."""
    with reading() as connection:
        content = history_print(house(), connection, case_id_of(connection, code), actor())
    return pdf(content, f"qua-trinh-xu-ly-{code}")


@blueprint.get("/dossier/<code>/group-receipt.pdf")
def group_receipt(code: str) -> ResponseReturnValue:
    """One receipt for the dossiers that were submitted together."""
    with reading() as connection:
        content = print_group_receipt(house(), connection, case_id_of(connection, code), actor().name)
    return pdf(content, f"giay-hen-chung-{code}")


@blueprint.get("/dossier/<code>/paper/<int:ordinal>")
def paper(code: str, ordinal: int) -> ResponseReturnValue:
    """A paper's file, always as a download: what others sent is never shown inside our pages."""
    view = read(code)
    one = next((one for one in view.papers if one["ordinal"] == ordinal and one["blob"]), None)
    if one is None:
        raise NotFound("Giấy tờ này không có tệp đính kèm.")
    response = Response(house().blobs.get(bytes(one["blob"])), mimetype=one["mime"] or "application/octet-stream")
    response.headers.set("Content-Disposition", "attachment", filename=one["file_name"] or f"{code}-{ordinal}")
    return response


def read(code: str) -> DossierView:
    """The dossier with this code, if this officer may see it."""
    with reading() as connection:
        return dossier_view(house(), connection, case_id_of(connection, code))


def people_named(view: DossierView, submission: Submission) -> dict[str, Any]:
    """What a form said, with the officers it chose by their names."""
    values = dict(submission.values)
    fields = view.version.forms[submission.form_key].get("properties", {})
    chosen = [name for name, field in fields.items() if field.get("x-widget") == "officer" and values.get(name)]
    if chosen:
        with reading() as connection:
            wanted = [UUID(str(values[name])) for name in chosen]
            rows = connection.execute(select(officer.c.id, officer.c.name).where(officer.c.id.in_(wanted))).all()
        names = {str(one.id): one.name for one in rows}
        values |= {name: names.get(str(values[name]), values[name]) for name in chosen}
    return values


def element_name(view: DossierView, element_id: str) -> str:
    """What a task is called on the diagram."""
    if element_id == FORM:
        return "Nội dung khai trực tuyến"
    element = view.version.program.elements.get(element_id)
    return element.name if element is not None else element_id
