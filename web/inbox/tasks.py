"""One task of the inbox: its page, its draft, taking it over, doing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from flask import abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.wrappers import Response

from engine.dossier.command import Filled, TaskRef
from engine.dossier.complete import Completed, CompleteTask, complete_task
from engine.dossier.drafts import draft_of, drop_draft, keep_draft
from engine.dossier.hand_over import TakeOver, take_over
from engine.dossier.receive_supplement import PAPERS_FIELD
from engine.errors import FormRefused, NotFound, StaleTask
from engine.reports.dossier import DossierView, dossier_view
from engine.store.tables import officer as officer_table
from engine.store.tables import officer_role, paper, work_item
from web.doors import is_page_old, keeps_typed
from web.dossier import telling
from web.dossier.deeds import refused_entry
from web.flashes import tell
from web.forms import Entry, Form
from web.inbox.attachments import keep_uploads
from web.inbox.views import blueprint
from web.reading import actor, due, house, reading, revision_of_request
from web.security import csrf_token

NO_FORM: Mapping[str, Any] = {"type": "object", "properties": {}}
OWN_PAGES = {
    "letter": "dossier.apologise",
    "explanation": "dossier.explain",
    "escalation": "dossier.apologise",
    "acceptance": "dossier.acceptance",
    "expiry": "dossier.page",
}
"""Work that is no task of a process, and the page where it is done."""
SUBMIT_WORDS = {
    "receive": "Tiếp nhận",
    "hand_over": "Bàn giao",
    "assign": "Phân công",
    "sign": "Xác nhận quyết định",
    "review": "Xác nhận ý kiến",
    "pay": "Xác nhận đã thu",
    "return_result": "Xác nhận đã trả kết quả",
    "supplement": "Nhận hồ sơ bổ sung",
    "close_objections": "Kết thúc nhận phản hồi",
    "publish_late_list": "Ký, công khai danh sách",
}


@blueprint.get("/<uuid:item_id>")
def task(item_id: UUID) -> ResponseReturnValue:
    """One task with its form, and all that helps to do it."""
    return task_page(item_id)


@blueprint.post("/<uuid:item_id>")
@keeps_typed
def complete(item_id: UUID) -> ResponseReturnValue:
    """Do the task. A form that is not right comes back with what was typed."""
    item, view = read_task(item_id)
    entry = entry_of_request(item, view)
    is_open = item["state"] == "open"
    if is_page_old():
        if is_open and entry.form.fields:
            keep_draft(house(), actor(), item_id, entry.shown)
        tell("Trang bạn gửi đã cũ nên chưa ghi. Nội dung đã nhập còn dưới đây; hãy kiểm tra rồi gửi lại.", "warn")
        return redirect(url_for("inbox.task", item_id=item_id), 303)
    if not is_open:
        return lost_page(item, view, entry), 409
    if not entry.is_valid:
        return answered(task_page(item_id, entry=entry), 422)
    titles = {one.name: one.title for one in entry.form.fields}
    command = CompleteTask(
        case_id=view.case["id"],
        task=TaskRef(id=item_id, revision=revision_of_request()),
        form=Filled(key=item["form_key"] or "", values=dict(entry.values)),
        papers=keep_uploads(house(), entry.files, titles),
    )
    try:
        done = complete_task(house(), actor(), command)
    except FormRefused as refused:
        return answered(task_page(item_id, entry=refused_entry(entry, refused)), 422)
    except StaleTask:
        item, view = read_task(item_id)
        if item["state"] != "open":
            return lost_page(item, view, entry), 409
        return answered(task_page(item_id, entry=entry, stale=StaleTask().message), 409)
    is_published = done.is_ended and "subject" in view.case["facts"]
    tell(what_is_in_force(view, entry) if is_published else what_was_done(item["name"], done))
    return redirect(url_for("inbox.inbox"), 303)


def entry_of_request(item: Mapping[str, Any], view: DossierView) -> Entry:
    """What was typed into the task's form; some tasks have none."""
    schema = view.version.forms.get(item["form_key"] or "") or NO_FORM
    return Form(with_choices(schema, item)).read(request.form, request.files, only=("_csrf", "_revision"))


def what_was_done(name: str, done: Completed) -> str:
    """The sentence for who did it: what is done, and who is next."""
    if done.is_ended:
        return f"Hồ sơ {done.code} đã kết thúc."
    where = "; ".join(f"{task} ({unit})" for task, unit in done.next)
    return f"Đã xong “{name}” của hồ sơ {done.code}." + (f" Tiếp theo: {where}." if where else "")


def what_is_in_force(view: DossierView, entry: Entry) -> str:
    """The sentence for who has published a process."""
    chosen = entry.values.get("effective_on")
    since = date.fromisoformat(chosen) if chosen else house().calendar.local(view.now).date()
    title = view.case["facts"]["subject"]["title"]
    return f"Đã công bố quy trình {title}, áp dụng cho hồ sơ tiếp nhận từ ngày {since:%d/%m/%Y}."


@blueprint.post("/<uuid:item_id>/draft")
@keeps_typed
def keep(item_id: UUID) -> ResponseReturnValue:
    """Keep what has been typed so far; the page sends it while its officer types. No act, no event."""
    item, view = read_task(item_id)
    schema = view.version.forms.get(item["form_key"] or "")
    if schema is None:
        abort(404)
    entry = Form(schema).read(request.form, only=("_csrf", "_revision"))
    saved_at = keep_draft(house(), actor(), item_id, entry.shown)
    return jsonify(saved_at=saved_at.isoformat(), csrf=csrf_token())


@blueprint.post("/<uuid:item_id>/draft/drop")
def drop(item_id: UUID) -> ResponseReturnValue:
    """Begin the form anew."""
    drop_draft(house(), actor(), item_id)
    tell("Đã bỏ bản nháp.", "info")
    return redirect(url_for("inbox.task", item_id=item_id), 303)


@blueprint.post("/<uuid:item_id>/take")
def take(item_id: UUID) -> ResponseReturnValue:
    """Confirm a hand-over: the dossier is on my desk."""
    item, _ = read_task(item_id)
    take_over(
        house(), actor(), TakeOver(case_id=item["case_id"], task=TaskRef(id=item_id, revision=revision_of_request()))
    )
    tell(f"Bạn đã nhận hồ sơ {item['case_code']}.")
    return redirect(url_for("inbox.task", item_id=item_id), 303)


def read_task(item_id: UUID) -> tuple[dict[str, Any], DossierView]:
    """The work item and its case, as this officer may see them."""
    with reading() as connection:
        item = connection.execute(select(work_item).where(work_item.c.id == item_id)).mappings().one_or_none()
        if item is None:
            raise NotFound("Không tìm thấy việc này, hoặc bạn không có quyền xem.")
        return dict(item), dossier_view(house(), connection, item["case_id"])


def task_page(item_id: UUID, *, entry: Entry | None = None, stale: str = "") -> str | Response:
    """The page of a task; `entry` repeats what was typed, `stale` says that somebody was faster."""
    item, view = read_task(item_id)
    if item["kind"] in {"late_list", "objection"} and item["state"] == "open":
        return redirect(url_for("reports.late_list", period=view.case["facts"]["late_list"]["period"]))
    if item["kind"] in OWN_PAGES and item["state"] == "open":
        return redirect(url_for(OWN_PAGES[item["kind"]], code=view.case["code"], item_id=item_id))
    if item["state"] != "open":
        lost = " trước bạn; nội dung bạn vừa nhập không được ghi" if request.method == "POST" else ""
        tell(f"Việc “{item['name']}” đã được xử lý{lost}.", "warn" if lost else "info")
        return redirect(url_for("dossier.page", code=view.case["code"]), 303)
    element = view.version.program.elements.get(item["element_id"])
    properties = element.properties if element is not None else {}
    person = actor()
    is_mine = item["assignee"] in (None, person.id) and person.holds(item["role"], item["unit_code"])
    may_do = is_mine or person.holds("unit_head", item["unit_code"])
    schema = view.version.forms.get(item["form_key"] or "")
    saved_at = None
    if schema is None:
        entry = None
    elif entry is None:
        entry, saved_at = first_shown(item, view, schema)
    returned = view.case["facts"].get("returned")
    return render_template(
        "inbox/task.html",
        task={
            "id": item_id,
            "revision": item["revision"],
            "name": item["name"],
            "step": item["step"],
            "step_name": properties.get("step_name", ""),
            "unit": house().directory.name(item["unit_code"]),
            "role": item["role"],
            "assignee": next((one["assignee_name"] for one in view.open_items if one["id"] == item_id), None),
            "opened_at": item["opened_at"],
            "taken_at": item["taken_at"],
            "due": due(item["due_at"], view.now, is_paused=item["is_paused"]),
            "case_due": telling.case_due(view),
            "instruction": instruction(properties, returned, view),
            "can_work": may_do,
            "can_take": is_mine and item["taken_at"] is None and came_from_elsewhere(view, item),
        },
        dossier=telling.dossier_summary(view),
        entry=entry,
        action=url_for("inbox.complete", item_id=item_id),
        take_url=url_for("inbox.take", item_id=item_id),
        autosave_url=url_for("inbox.keep", item_id=item_id) if may_do and schema is not None else None,
        saved_at=saved_at,
        drop_url=url_for("inbox.drop", item_id=item_id),
        submit=SUBMIT_WORDS.get(properties.get("act", ""), "Hoàn thành, chuyển tiếp"),
        stale=stale,
        acts=telling.acts(view, person, item),
        papers=telling.papers(view),
        steps=telling.steps(view),
        notes=telling.notes(view),
        deliveries=telling.deliveries(view),
        letters=telling.letters(view),
        diagram=telling.diagram(view),
    )


def first_shown(item: Mapping[str, Any], view: DossierView, schema: Mapping[str, Any]) -> tuple[Entry, Any]:
    """The form as this officer left it, with when; else with what is known already."""
    entry = Form(with_choices(schema, item)).filled(suggested(schema, view))
    with reading() as connection:
        kept = draft_of(house(), connection, actor(), item["id"])
    if kept is None:
        return entry, None
    known = {one.name for one in entry.form.fields}
    typed = {name: value for name, value in kept.typed.items() if name in known}
    return replace(entry, shown=dict(entry.shown) | typed), kept.saved_at


def lost_page(item: Mapping[str, Any], view: DossierView, entry: Entry) -> str:
    """Somebody else did the task in the meantime: what was typed is shown, to be copied."""
    return render_template("inbox/lost.html", task=item, dossier=telling.dossier_summary(view), entry=entry)


def answered(page: str | Response, status: int) -> ResponseReturnValue:
    """The task's page with this status; a redirect, where the task is gone, stays one."""
    return page if isinstance(page, Response) else (page, status)


def came_from_elsewhere(view: DossierView, item: Mapping[str, Any]) -> bool:
    """Whether another unit held the dossier before: then receiving it is a hand-over to be confirmed."""
    if item["is_paused"]:
        return False
    ended = [one for one in view.ledger.intervals if one.ended_at is not None]
    return bool(ended) and max(ended, key=lambda one: one.ended_at or one.started_at).unit != item["unit_code"]


def instruction(properties: Mapping[str, str], returned: Mapping[str, Any] | None, view: DossierView) -> str:
    """What to know before starting: why the dossier came back, what the applicant must bring, or what this task is."""
    if returned:
        return f"Bị trả lại từ “{returned['from']}” ({returned['by']}): {returned['reason']}"
    asked = next((one for one in view.submissions if one.values.get("supplement_content")), None)
    if properties.get("act") == "supplement" and asked is not None:
        return f"{asked.officer} yêu cầu bổ sung: {asked.values['supplement_content']}"
    return properties.get("instruction", "")


def suggested(schema: Mapping[str, Any], view: DossierView) -> dict[str, Any]:
    """Values known already: what the same fields held the last time, but never a decision or a reason."""
    wanted = set(schema.get("properties", {})) - {"decision", "opinion", "reason", "note", "return_to"}
    found: dict[str, Any] = {}
    for one in view.submissions:
        for name, value in one.values.items():
            if name in wanted and name not in found and not isinstance(value, dict | list):
                found[name] = value
    manifest = view.version.manifest
    if "amount" in wanted and manifest.fee.amount:
        found.setdefault("amount", manifest.fee.amount)
    if "delivery" in wanted:
        found["delivery"] = view.case["facts"].get("result_delivery", "counter")
    return found


def with_choices(schema: Mapping[str, Any], item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Fields that choose an officer list those of the task's unit; a supplement's, the papers that were missing."""
    properties = dict(schema.get("properties", {}))
    order = schema.get("x-order", list(properties))
    if "received_papers" in properties:
        properties = missing_papers(item["case_id"]) | properties
        order = [PAPERS_FIELD, *order]
    for name, field in properties.items():
        if field.get("x-widget") == "officer":
            with reading() as connection:
                people = connection.execute(
                    select(officer_table.c.id, officer_table.c.name, officer_table.c.title)
                    .join(officer_role, officer_role.c.officer_id == officer_table.c.id)
                    .where(officer_role.c.unit_code == item["unit_code"], officer_role.c.role == "case_officer")
                    .where(~officer_table.c.is_disabled)
                    .order_by(officer_table.c.sort_key)
                ).all()
            properties[name] = field | {
                "x-widget": "select",
                "enum": [str(one.id) for one in people],
                "x-labels": {str(one.id): f"{one.name}, {one.title}" if one.title else one.name for one in people},
            }
    return dict(schema) | {"properties": properties, "x-order": order}


def missing_papers(case_id: UUID) -> dict[str, Any]:
    """A field that ticks off what has come in; none when nothing was missing."""
    with reading() as connection:
        names = connection.execute(
            select(paper.c.name).where(paper.c.case_id == case_id, ~paper.c.is_received).order_by(paper.c.ordinal)
        ).scalars()
        choices = list(names)
    if not choices:
        return {}
    field = {
        "type": "array",
        "title": "Giấy tờ còn thiếu nay đã nhận",
        "items": {"type": "string", "enum": choices},
        "uniqueItems": True,
        "x-widget": "checkboxes",
    }
    return {PAPERS_FIELD: field}
