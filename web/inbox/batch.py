"""Several lines of the inbox at once: taken, handed over, given to an officer. Each is an act of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from engine.dossier.batch import do_each
from engine.dossier.command import Filled, TaskRef
from engine.dossier.complete import CompleteTask, complete_task
from engine.dossier.hand_over import TakeOver, take_over
from engine.dossier.reassign import Reassign, reassign
from engine.errors import NotAllowed, NotFound, Refused
from engine.reports.dossier import DossierView
from engine.store.tables import officer as officer_table
from engine.store.tables import officer_role, work_item
from web.flashes import tell
from web.forms import Form
from web.inbox.tasks import read_task, with_choices
from web.inbox.views import BATCH, blueprint
from web.reading import actor, house, reading

Chosen = tuple[UUID, int]
"""A work item and the revision that the page showed."""


@blueprint.post("/batch")
def batch() -> ResponseReturnValue:
    """Do one thing with the chosen lines. Giving work to an officer asks first to whom."""
    act, chosen, back = request.form.get("_act", ""), chosen_items(), way_back()
    if act not in BATCH:
        abort(400)
    if not chosen:
        tell("Chọn ít nhất một hồ sơ.", "warn")
        return redirect(back, 303)
    lines = read_lines(chosen)
    if act == "assign" and not request.form.get("officer_id"):
        people = officers_of({line["unit_code"] for line in lines.values()})
        return batch_page(act, chosen, lines, back, people=people)
    outcomes = do_each((name_of(lines.get(one[0])), partial(DEEDS[act], *one)) for one in chosen)
    refused = [{"name": one.name, "refusal": one.refusal} for one in outcomes if not one.is_done]
    if done := len(outcomes) - len(refused):
        tell(f"{BATCH[act].done} {done} hồ sơ.")
    if not refused:
        return redirect(back, 303)
    return batch_page(act, chosen, lines, back, refused=refused), 200 if done else 422


def batch_page(
    act: str,
    chosen: Sequence[Chosen],
    lines: Mapping[UUID, Mapping[str, Any]],
    back: str,
    *,
    people: Sequence[Mapping[str, str]] = (),
    refused: Sequence[Mapping[str, str]] = (),
) -> str:
    """To whom the work goes, or what could not be done."""
    return render_template(
        "inbox/batch.html",
        title=BATCH[act].title.rstrip("…"),
        act=act,
        chosen=[
            {"value": f"{item_id}.{revision}", "name": name_of(lines.get(item_id))} for item_id, revision in chosen
        ],
        people=people,
        refused=refused,
        back=back,
        action=url_for("inbox.batch"),
    )


def chosen_items() -> list[Chosen]:
    """The lines ticked on the page."""
    chosen = []
    for text in request.form.getlist("item[]")[:200]:
        item_id, _, revision = text.partition(".")
        try:
            chosen.append((UUID(item_id), int(revision)))
        except ValueError:
            abort(400)
    return chosen


def way_back() -> str:
    """The list as it was filtered; never another place."""
    asked = request.form.get("_back", "")
    return asked if asked == "/inbox" or asked.startswith("/inbox?") else url_for("inbox.inbox")


def read_lines(chosen: Sequence[Chosen]) -> dict[UUID, dict[str, Any]]:
    """What the lines say, of those this officer may see."""
    with reading() as connection:
        rows = connection.execute(select(work_item).where(work_item.c.id.in_([one for one, _ in chosen]))).mappings()
        return {row["id"]: dict(row) for row in rows}


def name_of(line: Mapping[str, Any] | None) -> str:
    """A line in a list of what went wrong."""
    return f"{line['case_code']}, {line['name']}" if line else "Việc không còn thấy được"


def officers_of(units: set[str]) -> list[dict[str, str]]:
    """Officers of these units to give work to."""
    with reading() as connection:
        rows = connection.execute(
            select(officer_table.c.id, officer_table.c.name, officer_table.c.title, officer_table.c.sort_key)
            .join(officer_role, officer_role.c.officer_id == officer_table.c.id)
            .where(officer_role.c.unit_code.in_(units), officer_role.c.role == "case_officer")
            .where(~officer_table.c.is_disabled)
            .distinct()
            .order_by(officer_table.c.sort_key)
        )
        return [{"id": str(row.id), "name": f"{row.name}, {row.title}" if row.title else row.name} for row in rows]


def take(item_id: UUID, revision: int) -> None:
    """Confirm a hand-over."""
    item, _ = read_task(item_id)
    take_over(house(), actor(), TakeOver(case_id=item["case_id"], task=TaskRef(id=item_id, revision=revision)))


def hand_over(item_id: UUID, revision: int) -> None:
    """Complete a hand-over whose form says nothing that must be typed."""
    item, view = read_task(item_id)
    if act_of(item, view) != "hand_over":
        raise Refused("Việc này không phải bàn giao; hãy mở để xử lý.")
    complete(item, view, revision, {})


def assign(item_id: UUID, revision: int) -> None:
    """Give the handling to the chosen officer: by the task that assigns it, or by moving the task itself."""
    item, view = read_task(item_id)
    chosen = request.form["officer_id"]
    if act_of(item, view) == "assign":
        complete(item, view, revision, {"assignee": chosen})
        return
    if item["kind"] != "task":
        raise NotAllowed("Việc này không chuyển cho người khác được.")
    task = TaskRef(id=item_id, revision=revision)
    reassign(house(), actor(), Reassign(case_id=item["case_id"], task=task, officer_id=read_officer(chosen)))


def complete(item: Mapping[str, Any], view: DossierView, revision: int, typed: Mapping[str, str]) -> None:
    """Complete a task with its form's defaults and what is given here."""
    schema, values = view.version.forms.get(item["form_key"] or ""), {}
    if schema is not None:
        form = Form(with_choices(schema, item))
        given = {name: str(value) for name, value in form.filled().shown.items()} | dict(typed)
        values = dict(form.read(MultiDict(given)).must_be_whole())
    complete_task(
        house(),
        actor(),
        CompleteTask(
            case_id=item["case_id"],
            task=TaskRef(id=item["id"], revision=revision),
            form=Filled(key=item["form_key"] or "", values=values),
        ),
    )


def act_of(item: Mapping[str, Any], view: DossierView) -> str:
    """Which act of law completing this task performs."""
    element = view.version.program.elements.get(item["element_id"])
    return element.properties.get("act", "") if element is not None else ""


def read_officer(text: str) -> UUID:
    """The officer that the form names."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("Không tìm thấy cán bộ được chọn.") from None


DEEDS: Mapping[str, Callable[[UUID, int], None]] = {"take": take, "hand_over": hand_over, "assign": assign}
