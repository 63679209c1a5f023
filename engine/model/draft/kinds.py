"""A step table's tasks in order, each with the kind of work it is (kinds.toml) and where it happens."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path

from engine.deadlines.limits import Limit, LimitUnit
from engine.errors import InputError
from engine.model.draft.table import StepTable, TableStep, TableTask, folded
from engine.model.draft.times import hours_of
from engine.model.draft.units import Place, SeatPlan, reworded

MAX_NAME = 64
MAX_STEP_NAME = 90
ASSUMED_CONSULTATION = Limit(Decimal(5), LimitUnit.working_day)  # where a table gives none; a finding says so

_OPTIONAL = re.compile(r"\((khi|nếu|trường hợp|hồ sơ trực tuyến)[^)]*\)", re.IGNORECASE)
_BY_ROLE = {"signer": "sign", "unit_head": "review", "clerk": "register", "consulted_officer": "consult"}
_DECIDING = ("sign", "review", "handle", "register", "hand_over", "return_result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    key: str
    codes: tuple[str, ...]
    words: re.Pattern[str]
    role: str
    act: str
    form: str
    is_service: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One element of the process to draw: a task of a step, or a step without tasks."""

    step: int
    step_name: str
    step_time: Limit | None
    phase: int
    kind: Kind
    name: str
    full_name: str
    place: Place
    time: Limit | None = None
    limit: Limit | None = None  # own limit of a consultation: after it the silence is marked
    is_decision: bool = False  # signature: lateness counting ends
    waits_for_applicant: str = ""  # basis on which the clock rests while this is open
    condition: str = ""  # the words that make the step optional; empty: always done
    is_beside: bool = False  # an element the table only mentions: outside the step's group and limit

    @property
    def key(self) -> str:
        return self.kind.key


def list_work(table: StepTable, seating: SeatPlan) -> tuple[Work, ...]:
    """Every element in the order of the table. The applicant's first step is the start event, not work."""
    works = [work for step in table.steps for work in (*_step_work(step, seating), *_mentioned(step, seating))]
    if not works:
        raise InputError(f"Thủ tục “{table.name}” chỉ có bước của người nộp, không có đơn vị nào giải quyết.")
    works = _with_reception(works, seating)
    for mark in (_keep_inside, _mark_receptions, _mark_phases, _mark_handling, _mark_decision):
        works = mark(works)
    return tuple(works)


def submission(table: StepTable, seating: SeatPlan) -> TableStep | None:
    """The step at which the applicant submits, when the table starts with it."""
    first = table.steps[0]
    return first if seating.places[first.order].key == "applicant" and not first.tasks else None


def shortened(text: str, limit: int) -> str:
    """At most `limit` letters, cut after as many whole clauses as fit, else after a word."""
    if len(text) <= limit:
        return text
    ends = [match.start() for match in re.finditer(r"[;,(]", text) if 8 <= match.start() <= limit]
    if ends:
        return text[: ends[-1]].strip()
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def step_label(step: TableStep, place: Place) -> str:
    """What the step is called on the diagram."""
    return shortened(_OPTIONAL.sub("", reworded(step.action, place)).strip(), MAX_STEP_NAME)


def _step_work(step: TableStep, seating: SeatPlan) -> Iterator[Work]:
    place = seating.places[step.order]
    if place.key == "applicant" and step.order == min(seating.places) and not step.tasks:
        return
    tasks = step.tasks or (TableTask(name=_OPTIONAL.sub("", step.action).strip(), time=step.time),)
    found = _OPTIONAL.search(step.unit) or _OPTIONAL.search(step.action)
    for task in tasks:
        name = reworded(task.name, place)
        yield Work(
            step=step.order,
            step_name=step_label(step, place),
            step_time=step.time,
            phase=step.phase,
            kind=_kind(task, place),
            name=shortened(name, MAX_NAME),
            full_name=name,
            place=place,
            time=task.time,
            limit=_shorter(task.time, step.time),
            is_decision=task.is_decision,
            waits_for_applicant="financial_obligation" if task.resumes else "",
            condition=found.group(0).strip("()") if found else "",
        )


def _mentioned(step: TableStep, seating: SeatPlan) -> Iterator[Work]:
    """A consultation that the table names beside its steps: asked at the step that speaks of the unit."""
    for mention in seating.mentions:
        if mention.step != step.order:
            continue
        is_tax = mention.place.is_external
        name = "Xác định nghĩa vụ tài chính, ra thông báo" if is_tax else "Xác nhận, trả lời lấy ý kiến"
        yield Work(
            step=step.order,
            step_name=step_label(step, seating.places[step.order]),
            step_time=None,
            phase=step.phase,
            kind=kind_of("tax_request" if is_tax else "consult"),
            name=name,
            full_name=name,
            place=mention.place,
            limit=ASSUMED_CONSULTATION,
            waits_for_applicant="financial_obligation" if is_tax else "",
            condition="nếu có" if mention.is_optional else "",
            is_beside=True,
        )


def _kind(task: TableTask, place: Place) -> Kind:
    """By the task's code; else by who does it, where only that counts; else by its words; else by who sits there."""
    by_code = next((kind for kind in _kinds() if task.code in kind.codes), None)
    if by_code is not None:
        return by_code
    name = folded(task.name)
    if place.key == "applicant":
        return kind_of("pay" if kind_of("pay").words.search(name) else "applicant")
    if place.is_consulted or place.is_external:
        return kind_of("tax_request" if place.is_external else "consult")
    at_counter = place.seat == "one_stop"
    by_words = (kind for kind in _kinds() if kind.words.search(name) and (at_counter or kind.key != "receive"))
    return next(by_words, kind_of(_BY_ROLE.get(place.role, "hand_over" if at_counter else "handle")))


def _shorter(task: Limit | None, step: Limit | None) -> Limit | None:
    """A consulted unit's own limit: its task's, never longer than the binding time of the step."""
    if hours_of(task) is None or hours_of(step) is None:
        return step or task
    return min((task, step), key=lambda limit: hours_of(limit) or Decimal(0))


def _keep_inside(works: list[Work]) -> list[Work]:
    """An agency outside the house answers deliveries and opens no task: its other tasks fall to the unit that asked."""
    kept: list[Work] = []
    for work in works:
        inside = [other.place for other in kept if not other.place.is_external]
        is_moved = work.place.is_external and not work.kind.is_service and inside
        kept.append(replace(work, place=inside[-1]) if is_moved else work)
    return kept


def _with_reception(works: list[Work], seating: SeatPlan) -> list[Work]:
    """Every dossier is received: where the table leaves that out, it is added before the first work."""
    first = works[0]
    if first.place.key == "one_stop" or first.key == "receive":
        return works
    counter = next((place for place in seating.places.values() if place.key == "one_stop"), first.place)
    name = "Tiếp nhận hồ sơ"
    reception = replace(
        first,
        kind=kind_of("receive"),
        name=name,
        full_name=name,
        place=counter,
        step_time=None,
        time=None,
        limit=None,
        is_decision=False,
        is_beside=True,
    )
    return [reception, *works]


def _mark_receptions(works: list[Work]) -> list[Work]:
    """The counter's first work in a phase is its reception, whatever words the table uses."""
    firsts = {phase: next(work for work in works if work.phase == phase) for phase in {work.phase for work in works}}
    return [
        replace(work, kind=kind_of("receive")) if work is firsts[work.phase] and work.place.key == "one_stop" else work
        for work in works
    ]


def _mark_phases(works: list[Work]) -> list[Work]:
    """A later phase begins with a new reception: until it, the case waits for the applicant and its clock rests."""
    return [
        replace(work, kind=kind_of("phase_receive"), waits_for_applicant="phase")
        if index and work.key == "receive" and all(before.phase < work.phase for before in works[:index])
        else work
        for index, work in enumerate(works)
    ]


def _mark_handling(works: list[Work]) -> list[Work]:
    """Somebody handles the dossier: with no such task in the table, the first review by an office is it."""
    if any(work.key == "handle" for work in works):
        return works
    first = next((work for work in works if work.key == "review"), None)
    return [replace(work, kind=kind_of("handle")) if work is first else work for work in works]


def _mark_decision(works: list[Work]) -> list[Work]:
    """Where the table does not say at which task the business is done: at the last signature, or what comes nearest."""
    if any(work.is_decision for work in works):
        return works
    last = len(works)
    while last and works[last - 1].key in ("return_result", "pay"):
        last -= 1
    candidates = list(reversed(works[:last] or works))
    done = next((work for key in _DECIDING for work in candidates if work.key == key), None)
    return [replace(work, is_decision=True) if work is done else work for work in works]


def kind_of(key: str) -> Kind:
    """The kind with this key."""
    return next(kind for kind in _kinds() if kind.key == key)


@cache
def _kinds() -> tuple[Kind, ...]:
    rows = tomllib.loads((Path(__file__).parent / "kinds.toml").read_text(encoding="utf-8"))["kind"]
    return tuple(
        Kind(
            key=row["key"],
            codes=tuple(row.get("codes", ())),
            words=re.compile(row.get("words", r"\b\B")),
            role=row["role"],
            act=row["act"],
            form=row["form"],
            is_service=row.get("is_service", False),
        )
        for row in rows
    )
