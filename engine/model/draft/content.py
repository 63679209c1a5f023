"""Forms, papers and manifest of a drafted procedure: samples an official would expect, all marked as not verified."""

from __future__ import annotations

import copy
import json
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from engine.deadlines.limits import HOURS_A_DAY
from engine.model.draft.flow import Drawn
from engine.model.draft.table import StepTable, folded
from engine.model.draft.times import add_up, days, hours_of
from engine.model.draft.units import SeatPlan
from engine.model.elements import TASKS
from engine.model.procedure import Fee, Manifest, PaperRequirement, Phase, Result, Supplement

RULESET = "nd118-2025"
SAME_DAY_CUTOFF = "15:00"  # civil status and certification: received later counts from the next working day

_CONDITIONAL = {"supplement": "supplement_content", "refuse": "refusal_reason", "consult": "consult_question"}


def make_manifest(table: StepTable, seating: SeatPlan, drawn: Drawn) -> Manifest:
    """procedure.toml of a draft. No total in the table means no legal limit in the manifest."""
    field = _field(table)
    return Manifest(
        code=table.code,
        national_code=table.national_code,
        name=table.name,
        field=field["code"],
        field_name=field["name"],
        level=seating.level,
        agency=seating.agency,
        lead=seating.lead,
        ruleset=RULESET,
        adapted=seating.is_adapted,
        source=table.source,
        limit=str(table.total) if table.total else "",
        phases=_phases(table),
        fee=Fee(amount=table.fee_amount, timing=_fee_timing(drawn)),
        supplement=Supplement(effect="restart_phase" if _is_phased(table) else "resume"),
        papers=tuple(PaperRequirement(**paper) for paper in field["papers"]),
        channels=table.channels,
        result=Result(name=_result_name(table.name)),
        cutoff=table.cutoff or _cutoff(table, field["code"]),
    )


def make_forms(table: StepTable, drawn: Drawn) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """The forms, and the form key of every task. Tasks that may decide the same things share one form."""
    forms: dict[str, dict[str, Any]] = {}
    keys: dict[str, str] = {}
    asks_tax = any(work.kind.key == "tax_request" for work in drawn.works)
    for node in drawn.sketch.nodes.values():
        base = node.properties.get("form", "")
        if not base:
            continue
        decisions = drawn.decisions.get(node.id, ())
        form = _form(base, decisions, with_tax=asks_tax)
        if base == "reception":
            _add_extra(form, _field(table)["extra"])
            _keep_choices(form, "channel", table.channels)
        key = base if base not in forms or forms[base] == form else f"{base}_{'_'.join(decisions) or 'final'}"
        forms[key] = form
        keys[node.id] = key
    return forms, keys


def make_scenario(table: StepTable, drawn: Drawn) -> dict[str, Any]:
    """The happy path: every decision goes forward, the dossier ends with its result returned."""
    sketch = drawn.sketch
    asked_for = {flow.target for flow in sketch.flows.values() if flow.condition}
    path = [task for task in sketch.spine if sketch.nodes[task].kind in TASKS and task not in asked_for]
    return {
        "title": f"{table.name}: giải quyết và trả kết quả",
        "inputs": [
            {"element": task, "variables": {"decision": "forward"} if task in drawn.decisions else {}} for task in path
        ],
        "expect": {"status": "completed", "end": "finished", "tasks": path},
    }


def _form(base: str, decisions: tuple[str, ...], *, with_tax: bool) -> dict[str, Any]:
    form = copy.deepcopy(_template(base))
    properties = form["properties"]
    if "decision" in properties:
        if len(decisions) > 1:
            _limit_decisions(form, decisions)
        else:
            _drop(form, "decision", "return_reason", *_CONDITIONAL.values())
    if base == "handling" and not with_tax:
        _drop(form, "tax_basis")
    return form


def _limit_decisions(form: dict[str, Any], decisions: tuple[str, ...]) -> None:
    offered = set(form["properties"]["decision"]["enum"])
    _keep_choices(form, "decision", decisions)
    _drop(form, *(_CONDITIONAL[gone] for gone in offered - set(decisions) if gone in _CONDITIONAL))


def _keep_choices(form: dict[str, Any], name: str, values: tuple[str, ...]) -> None:
    field = form["properties"][name]
    field["enum"] = [value for value in field["enum"] if value in values]
    field["x-labels"] = {value: field["x-labels"][value] for value in field["enum"]}
    if "default" in field and field["default"] not in field["enum"]:
        field["default"] = field["enum"][0]


def _drop(form: dict[str, Any], *names: str) -> None:
    gone = set(names)
    for name in gone & set(form["properties"]):
        del form["properties"][name]
    form["x-order"] = [name for name in form["x-order"] if name not in gone]
    if "required" in form:
        form["required"] = [name for name in form["required"] if name not in gone]
    rules = [
        rule for rule in form.pop("allOf", []) if not gone & {*rule["then"]["required"], *rule["if"]["properties"]}
    ]
    if rules:
        form["allOf"] = rules


def _add_extra(form: dict[str, Any], extra: str) -> None:
    fields = _data()["extra"].get(extra, {})
    place = form["x-order"].index("sets")
    for name, schema in fields.items():
        form["properties"][name] = {**schema, "x-group": "Nội dung hồ sơ"}
    form["x-order"][place:place] = list(fields)


def _phases(table: StepTable) -> tuple[Phase, ...]:
    if not _is_phased(table):
        return ()
    found = []
    for number in sorted({step.phase for step in table.steps}):
        hours = add_up(step.time for step in table.steps if step.phase == number)
        found.append(Phase(number=number, limit=str(days(hours)) if hours else ""))
    return tuple(found)


def _is_phased(table: StepTable) -> bool:
    return len({step.phase for step in table.steps}) > 1


def _fee_timing(drawn: Drawn) -> str:
    keys = [work.kind.key for work in drawn.works]
    if "pay" not in keys:
        return "none"
    decided = next((index for index, work in enumerate(drawn.works) if work.is_decision), len(keys))
    return "before" if keys.index("pay") < decided else "after"


def _cutoff(table: StepTable, field: str) -> str:
    hours = hours_of(table.total)
    is_same_day = hours is not None and hours <= HOURS_A_DAY
    return SAME_DAY_CUTOFF if is_same_day and field in ("HT", "CC") else ""


def _result_name(name: str) -> str:
    plain = re.sub(r"^Thủ tục ", "", name, flags=re.IGNORECASE)
    found = re.fullmatch(r"[Cc]ấp(?: lại| đổi| phép)? (.{3,120})", plain)
    text = found.group(1) if found else f"Kết quả giải quyết: {plain[:1].lower()}{plain[1:]}"
    return text[:1].upper() + text[1:]


def _field(table: StepTable) -> Mapping[str, Any]:
    text = folded(f"{table.field} {table.name}")
    return next(entry for entry in _data()["field"] if re.search(entry["words"], text))


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "fields.toml").read_text(encoding="utf-8"))


@cache
def _template(key: str) -> dict[str, Any]:
    path = Path(__file__).parent / "forms" / f"{key}.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
