"""Every procedure in bpmn/: it loads, it passes the house's lint, its forms hold, and its scenarios run as written."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from lxml import etree

from connectors.consultation.connector import REQUEST
from engine.catalogue.folder import load_folder
from engine.catalogue.publishing import variables_of
from engine.model.elements import HUMAN_TASKS, Model
from engine.model.lint import LintContext, lint
from engine.model.parse import parse
from engine.model.procedure import ProcedureFolder
from engine.run import Answer, Complete, Instance, PlainTime, Waiting, compile_program
from web.forms import Form
from web.words import ROLES

FOLDERS = sorted(path for path in (Path(__file__).parents[2] / "bpmn").iterdir() if path.is_dir())
SEATS = frozenset(
    [
        *("one_stop", "lead", "external.tax", "province.leader", "province.office"),
        *("commune.leader", "commune.economy", "commune.culture_society", "commune.office", "commune.police"),
        *("department.justice", "department.construction", "department.agriculture_environment"),
        *("department.science_technology", "department.land_registry", "department.land_registry_branch"),
    ]
)
AT = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)

Decide = Callable[[Waiting], Mapping[str, Any]]

every_procedure = pytest.mark.parametrize("path", FOLDERS, ids=lambda path: path.name)


@cache
def shipped(path: Path) -> tuple[ProcedureFolder, Model]:
    folder = load_folder(path)
    return folder, parse(folder.source)


def run(folder: ProcedureFolder, decide: Decide, *, most: int = 60) -> tuple[list[str], str | None]:
    """The tasks completed in order, and the end event; a person completes each open task as `decide` says."""
    program = compile_program(folder.source, variables=variables_of(folder.forms))
    instance, step = Instance.start(program, instance_id=uuid.uuid4(), at=AT, working_time=PlainTime())
    done: list[str] = []
    while not instance.is_ended:
        assert len(done) < most, done
        waiting = next(one for one in instance.waiting if one.kind in ("task", "service"))
        values = decide(waiting)
        signal = Complete if waiting.kind == "task" else Answer
        step = instance.apply(signal(address=waiting.address, variables=values), at=AT)
        done.append(waiting.element_id)
    return done, step.end_event


@every_procedure
def test_the_folder_is_named_by_its_code(path: Path) -> None:
    folder, _ = shipped(path)
    assert folder.manifest.code == path.name
    assert folder.forms
    assert "happy" in folder.scenarios


@every_procedure
def test_the_house_lint_finds_nothing(path: Path) -> None:
    folder, model = shipped(path)
    context = LintContext(
        roles=frozenset(ROLES),
        forms=folder.forms,
        connectors={"consultation": [REQUEST.name]},
        seats=SEATS,
        limit=folder.manifest.limit,
        variables=variables_of(folder.forms),
        personal=frozenset(
            name for form in folder.forms.values() for name, one in form["properties"].items() if one.get("x-personal")
        ),
    )
    assert lint(model, context) == []


@every_procedure
def test_the_lead_is_a_seat(path: Path) -> None:
    folder, _ = shipped(path)
    assert folder.manifest.lead in SEATS


@every_procedure
def test_scenarios_run_as_written(path: Path) -> None:
    folder, _ = shipped(path)
    for scenario in folder.scenarios.values():
        script = iter(scenario["inputs"])

        def next_input(waiting: Waiting, script: Any = script) -> Mapping[str, Any]:
            step = next(script)
            assert step["element"] == waiting.element_id
            variables: Mapping[str, Any] = step["variables"]
            return variables

        done, end = run(folder, next_input)
        assert (done, end) == (scenario["expect"]["tasks"], scenario["expect"]["end"])


@every_procedure
def test_it_reaches_its_end_when_nobody_decides_anything(path: Path) -> None:
    folder, _ = shipped(path)
    done, end = run(folder, lambda _: {})
    assert (done, end) == (folder.scenarios["happy"]["expect"]["tasks"], "finished")


@every_procedure
def test_every_decision_once_still_comes_to_the_end(path: Path) -> None:
    """Each task first takes every way back that its form offers, then goes forward."""
    folder, _ = shipped(path)
    left: dict[str, list[str]] = {}

    def stubborn(waiting: Waiting) -> Mapping[str, Any]:
        form = folder.forms.get(waiting.properties.get("form", ""), {"properties": {}})
        offered = form["properties"].get("decision", {}).get("enum", [])
        ways = left.setdefault(waiting.element_id, [one for one in offered if one not in ("forward", "refuse")])
        return {"decision": ways.pop() if ways else "forward"} if offered else {}

    _, end = run(folder, stubborn, most=300)
    assert end == "finished"
    assert not any(left.values())


@every_procedure
def test_a_refusal_ends_after_the_counter_has_told_it(path: Path) -> None:
    folder, model = shipped(path)
    handlers = [
        node.id
        for node in model.nodes.values()
        if "refuse"
        in folder.forms.get(node.properties.get("form", ""), {"properties": {}})["properties"]
        .get("decision", {})
        .get("enum", [])
    ]
    for handler in handlers:
        done, end = run(folder, _refusing(handler))
        assert end == f"{handler}_refused"
        assert done[-2:] == [handler, f"{handler}_refusal"]


def _refusing(handler: str) -> Decide:
    return lambda waiting: {"decision": "refuse" if waiting.element_id == handler else "forward"}


@every_procedure
def test_every_form_is_a_schema_that_the_pages_can_show(path: Path) -> None:
    folder, model = shipped(path)
    for key, schema in folder.forms.items():
        jsonschema_rs.meta.validate(schema)
        assert schema["x-verified"] is False
        assert Form(schema).title
        assert set(schema["x-order"]) == set(schema["properties"]), key
    used = {node.properties["form"] for node in model.nodes.values() if node.kind in HUMAN_TASKS}
    assert used == set(folder.forms)


@every_procedure
def test_what_leaves_the_house_is_named_by_a_form_and_is_not_personal(path: Path) -> None:
    folder, model = shipped(path)
    offered = variables_of(folder.forms)
    for node in model.nodes.values():
        for name in filter(None, node.properties.get("inputs", "").split(",")):
            assert name in offered, (node.id, name)


@every_procedure
def test_the_diagram_shows_every_element(path: Path) -> None:
    folder, model = shipped(path)
    root = etree.fromstring(folder.source)
    drawn = {shape.get("bpmnElement") for shape in root.iter("{*}BPMNShape", "{*}BPMNEdge")}
    groups = {other.id for other in model.others if other.kind == "group"}
    assert drawn >= {*model.nodes, *model.flows, *model.lanes, *groups}


@every_procedure
def test_steps_carry_their_limit_on_the_frame_and_on_each_task(path: Path) -> None:
    _, model = shipped(path)
    for group in (other for other in model.others if other.kind == "group"):
        limits = {
            node.properties.get("step_limit")
            for node in model.nodes.values()
            if node.properties.get("step") == group.properties["step"] and "step_limit" in node.properties
        }
        assert limits == ({group.properties["limit"]} if "limit" in group.properties else set())


def test_the_shapes_that_real_processes_have_are_all_shipped() -> None:
    assert {path.name for path in FOLDERS} >= {
        *("DT01", "TP01", "TC04", "TN02", "TN17", "LD05", "TTHC-TINH-01", "TTHC-TINH-16", "TTHC-TINH-19", "QTNB"),
        *("TTHC-TINH-24", "TTHC-XA-04", "TTHC-TINH-14", "LD03", "LD18", "LD35", "TP09", "2.000635", "DANG-KY-KET-HON"),
    }
