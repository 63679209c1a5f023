"""The forms of further acts on a dossier, and the acts: a head's apology, an explanation, an answer written down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from engine.dossier import apologise, explain, take_answer
from engine.dossier.command import TaskRef
from engine.errors import FormRefused, NotFound
from engine.reports.dossier import DossierView
from engine.store.tables import officer, officer_role
from web.dossier import telling
from web.dossier.act_forms import ACTS, end_of_day, schema
from web.dossier.views import blueprint, read
from web.flashes import tell
from web.forms import Entry, Form
from web.forms.entry import FieldError
from web.forms.wording import lower_first
from web.reading import actor, house, reading, revision_of_request


@blueprint.route("/dossier/<code>/act/<name>", methods=["GET", "POST"])
def act(code: str, name: str) -> ResponseReturnValue:
    """The form of one further act, and the act."""
    if name not in ACTS:
        abort(404)
    view, offered = read(code), ACTS[name]
    item = item_of_request(view)
    if offered.needs_task and item is None:
        raise NotFound("Việc này đã được xử lý.")
    form = Form(with_units(with_officers(offered.form, item), view))
    entry, status = form.filled(known_values(view) if name == "correct" else None), 200
    if request.method == "POST":
        entry = form.read(request.form, only=("_csrf", "_revision"))
        try:
            values = entry.must_be_whole()
            task = TaskRef(id=item["id"], revision=revision_of_request()) if item else None
            offered.deed(house(), actor(), view, values, task)
        except FormRefused as refused:
            entry, status = refused_entry(entry, refused), 422
        else:
            tell(f"{offered.done}: hồ sơ {code}.")
            return redirect(url_for("dossier.page", code=code), 303)
    page = act_page(
        view,
        entry,
        title=offered.title,
        action=url_for("dossier.act", code=code, name=name, item=item["id"] if item else None),
        revision=item["revision"] if item else None,
        submit=offered.submit,
        tone=offered.tone,
        warning=offered.warning,
        consequences=offered.consequences,
    )
    return page, status


PLAIN = {"lead": "", "revision": None, "tone": "", "warning": "", "consequences": (), "links": ()}
"""What the page of an act shows unless the act says otherwise."""


def act_page(view: DossierView, entry: Entry, **page: Any) -> str:
    """The page of one act on a dossier: what it is about, its form, and what follows from it."""
    return render_template("dossier/act.html", **(PLAIN | page), dossier=telling.dossier_summary(view), entry=entry)


APOLOGY_FORM = schema(
    "Ký văn bản xin lỗi",
    {
        "reason": {
            "type": "string",
            "title": "Lý do in trong văn bản",
            "minLength": 10,
            "maxLength": 2000,
            "x-widget": "textarea",
        },
        "remedy": {"type": "string", "title": "Biện pháp khắc phục", "maxLength": 2000, "x-widget": "textarea"},
        "promised_on": {"type": "string", "format": "date", "title": "Ngày hẹn lại", "x-widget": "date"},
    },
    ["reason"],
)
DATED = {"required": ["reason", "promised_on"], "title": "Xin lỗi và hẹn lại ngày trả kết quả"}
"""What the form also asks when the apology is for lateness."""


@blueprint.route("/dossier/<code>/apology/<uuid:item_id>", methods=["GET", "POST"], endpoint="apologise")
def apology(code: str, item_id: UUID) -> ResponseReturnValue:
    """The head decides on a drafted apology: edit the reason and the date, see the letter, sign."""
    view = read(code)
    item = next((one for one in view.open_items if one["id"] == item_id), None)
    told = apologise.drafted(view.case["facts"], item["address"]) if item is not None else None
    if item is None or told is None:
        tell("Việc này đã được xử lý.", "info")
        return redirect(url_for("dossier.page", code=code))
    is_late = told.get("cause", apologise.LATE) == apologise.LATE
    form = Form(APOLOGY_FORM | DATED if is_late else APOLOGY_FORM)
    entry, status = form.filled(as_drafted(view, told)), 200
    if request.method == "POST":
        entry = form.read(request.form, only=("_csrf", "_revision"))
        try:
            sign_apology(view, item_id, entry.must_be_whole())
        except FormRefused as refused:
            renamed = {"promised_on" if name == "promised_at" else name: text for name, text in refused.errors.items()}
            entry, status = refused_entry(entry, FormRefused(refused.message, errors=renamed)), 422
        else:
            signed = "xin lỗi và hẹn lại" if is_late else "văn bản xin lỗi"
            tell(f"Đã ký {signed} hồ sơ {code}. Văn bản đang được đánh số, ký số và gửi đi.")
            return redirect(url_for("inbox.inbox"), 303)
    return apology_page(view, item, entry, is_late=is_late), status


def apology_page(view: DossierView, item: Mapping[str, Any], entry: Entry, *, is_late: bool) -> str:
    """The page of one apology: lateness also moves the day that was promised."""
    issued = "Văn bản được cấp số, ký số, đóng dấu rồi gửi."
    moved = (
        "Ngày hẹn trả báo cho người nộp đổi sang ngày mới.",
        "Hạn luật định không đổi: trả sau hạn đó hồ sơ vẫn là quá hạn.",
    )
    cause = "Nguyên nhân dưới đây được rút ra từ thời gian từng bước đã ghi; hãy sửa cho đúng trước khi ký."
    title = telling.LETTER_TITLES["apology"]
    return act_page(
        view,
        entry,
        title="Xin lỗi và hẹn lại ngày trả kết quả" if is_late else "Ký văn bản xin lỗi",
        lead=cause if is_late else "Dự thảo do cán bộ soạn; hãy sửa cho đúng trước khi ký.",
        action=url_for("dossier.apologise", code=view.case["code"], item_id=item["id"]),
        revision=item["revision"],
        submit="Ký và phát hành",
        links=[one for one in telling.letters(view) if one["title"] == title and one["url"]],
        consequences=(*moved, issued) if is_late else (issued,),
    )


def as_drafted(view: DossierView, told: Mapping[str, Any]) -> dict[str, Any]:
    """The form as the draft has it; a proposed day that has passed becomes the next working day."""
    calendar = house().calendar
    known = {"reason": told["reason"], "remedy": told.get("remedy", "")}
    if told.get("date"):
        soonest = calendar.next_opening(calendar.local(view.now).replace(hour=23, minute=59))
        proposed = max(calendar.local(datetime.fromisoformat(told["date"])), calendar.local(soonest)).date()
        known["promised_on"] = proposed.isoformat()
    return known


def sign_apology(view: DossierView, item_id: UUID, values: Mapping[str, Any]) -> None:
    """The act."""
    chosen = str(values.get("promised_on") or "")
    apologise.apologise_and_reappoint(
        house(),
        actor(),
        apologise.Apologise(
            case_id=view.case["id"],
            task=TaskRef(id=item_id, revision=revision_of_request()),
            reason=str(values["reason"]),
            promised_at=end_of_day(house().calendar, date.fromisoformat(chosen)) if chosen else None,
            remedy=str(values.get("remedy") or ""),
        ),
    )


EXPLANATION_FORM = schema(
    "Giải trình hồ sơ quá hạn",
    {
        "cause": {
            "type": "string",
            "title": "Nguyên nhân quá hạn, trách nhiệm",
            "minLength": 20,
            "maxLength": 4000,
            "x-widget": "textarea",
        },
        "remedy": {"type": "string", "title": "Biện pháp khắc phục", "maxLength": 4000, "x-widget": "textarea"},
    },
    ["cause"],
)


@blueprint.route("/dossier/<code>/explanation/<uuid:item_id>", methods=["GET", "POST"], endpoint="explain")
def explanation(code: str, item_id: UUID) -> ResponseReturnValue:
    """The written explanation of a late dossier."""
    view = read(code)
    item = next((one for one in view.open_items if one["id"] == item_id), None)
    if item is None:
        tell("Việc này đã được xử lý.", "info")
        return redirect(url_for("dossier.page", code=code))
    form = Form(EXPLANATION_FORM)
    entry, status = form.filled({}), 200
    if request.method == "POST":
        entry = form.read(request.form, only=("_csrf", "_revision"))
        try:
            values = entry.must_be_whole()
            explain.explain(
                house(),
                actor(),
                explain.Explain(
                    case_id=view.case["id"],
                    task=TaskRef(id=item_id, revision=revision_of_request()),
                    cause=str(values["cause"]),
                    remedy=str(values.get("remedy") or ""),
                ),
            )
        except FormRefused as refused:
            entry, status = refused_entry(entry, refused), 422
        else:
            tell(f"Đã lưu giải trình của hồ sơ {code}.")
            return redirect(url_for("inbox.inbox"), 303)
    found = view.case["facts"].get("late", {}).get("cause", "")
    page = act_page(
        view,
        entry,
        title="Giải trình hồ sơ quá hạn",
        lead="Giải trình không giữ kết quả của người dân lại; chỉ việc lưu trữ và chốt số liệu tháng phải chờ."
        + (f" Nguyên nhân hệ thống ghi được: {lower_first(found)}." if found else ""),
        action=url_for("dossier.explain", code=code, item_id=item_id),
        revision=item["revision"],
        submit="Nộp giải trình",
    )
    return page, status


ANSWER_FORM = schema(
    "Ghi nhận trả lời",
    {
        "outcome": {
            "type": "string",
            "title": "Ý kiến",
            "enum": ["agree", "refuse"],
            "x-labels": {"agree": "Đồng ý", "refuse": "Không đồng ý"},
        },
        "content": {
            "type": "string",
            "title": "Nội dung, số văn bản trả lời",
            "minLength": 5,
            "maxLength": 4000,
            "x-widget": "textarea",
        },
    },
    ["outcome", "content"],
)


@blueprint.route("/dossier/<code>/answer", methods=["GET", "POST"])
def answer(code: str) -> ResponseReturnValue:
    """Write down an answer that came on paper or by telephone."""
    view, address = read(code), request.args.get("address", "")
    form = Form(ANSWER_FORM)
    entry, status = form.filled({}), 200
    if request.method == "POST":
        entry = form.read(request.form, only=("_csrf",))
        try:
            values = entry.must_be_whole()
            take_answer.record_answer(
                house(),
                actor(),
                take_answer.RecordAnswer(
                    case_id=view.case["id"],
                    address=address,
                    outcome=str(values["outcome"]),
                    content=str(values["content"]),
                ),
            )
        except FormRefused as refused:
            entry, status = refused_entry(entry, refused), 422
        else:
            tell(f"Đã ghi nhận trả lời cho hồ sơ {code}.")
            return redirect(url_for("dossier.page", code=code), 303)
    page = act_page(
        view,
        entry,
        title="Ghi nhận trả lời của cơ quan phối hợp",
        lead="Dùng khi trả lời đến bằng giấy hoặc điện thoại. Trả lời qua hệ thống được nhận tự động.",
        action=url_for("dossier.answer", code=code, address=address),
        submit="Ghi nhận",
        consequences=("Bước lấy ý kiến khép lại và hồ sơ đi tiếp.",),
    )
    return page, status


def item_of_request(view: DossierView) -> Mapping[str, Any] | None:
    """The open work item named in the address."""
    return next((one for one in view.open_items if str(one["id"]) == request.args.get("item")), None)


def known_values(view: DossierView) -> dict[str, Any]:
    """The owner's particulars as they are."""
    owner: Mapping[str, Any] = next((one for one in view.people if one["role"] == "owner"), {})
    names = ("name", "identifier", "phone", "email", "address")
    return {"role": "owner"} | {name: owner[name] for name in names if owner.get(name)}


def with_officers(form: Mapping[str, Any], item: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """A form's choice of officers, filled with those of the task's unit."""
    if item is None or "officer_id" not in form["properties"]:
        return form
    with reading() as connection:
        people = connection.execute(
            select(officer.c.id, officer.c.name, officer.c.title, officer.c.sort_key)
            .join(officer_role, officer_role.c.officer_id == officer.c.id)
            .where(officer_role.c.unit_code == item["unit_code"], ~officer.c.is_disabled)
            .distinct()
            .order_by(officer.c.sort_key)
        ).all()
    choice = dict(form["properties"]["officer_id"]) | {
        "x-widget": "select",
        "enum": ["", *(str(one.id) for one in people)],
        "x-labels": {"": "Không giao riêng ai (cả đơn vị)"}
        | {str(one.id): f"{one.name}, {one.title}" for one in people},
    }
    return dict(form) | {"properties": dict(form["properties"]) | {"officer_id": choice}}


def with_units(form: Mapping[str, Any], view: DossierView) -> Mapping[str, Any]:
    """A form's choice of a unit, filled with those that take part in the dossier; the reader's own one first."""
    field = form["properties"].get("unit", {})
    if field.get("x-widget") != "unit":
        return form
    names, mine = house().directory, actor().unit_code
    codes = [code for code in view.case["participants"] if code in names.units and not names[code].is_external]
    codes.sort(key=lambda code: code != mine)
    choice = dict(field) | {"x-widget": "select", "enum": codes, "x-labels": {one: names.name(one) for one in codes}}
    if mine in codes:
        choice["default"] = mine
    return dict(form) | {"properties": dict(form["properties"]) | {"unit": choice}}


def refused_entry(entry: Entry, refused: FormRefused) -> Entry:
    """The entry with what was found wrong, each line at its field."""
    if entry.errors:
        return entry
    fields = {one.name: one for one in entry.form.fields}
    errors = tuple(
        FieldError(name=name, field=fields[name].id if name in fields else "", message=message)
        for name, message in (refused.errors or {"": refused.message}).items()
    )
    return Entry(form=entry.form, values=entry.values, shown=entry.shown, files=entry.files, errors=errors)
