"""What other tools draw is read; it runs, or the lint names what cannot."""

from __future__ import annotations

import pytest

from engine.errors import ModelRefused
from engine.model.lint import lint
from engine.model.parse import parse
from engine.run.headless import Headless
from tests.bpmn_models import AT
from tests.tool_files import FILES

RUNS = {
    "camunda 7": ({"decision": "forward"}, ["StartEvent_1", "Activity_1", "Gateway_1", "Event_1"]),
    "camunda 8": ({"units": ["a", "b"], "fee": 7}, ["s", "work", "each", "each", "wait", "g", "yes"]),
    "signavio": ({}, ["sid-s1", "sid-a1", "sid-e1", "sid-b1"]),
    "bpmn.io": ({}, ["Task_1", "Mid"]),
    "adonis": ({}, ["_s", "_t", "_i", "_sub", "_e"]),
    "bizagi": ({}, ["Id_2", "Id_3", "Id_4"]),
    "utf-16": ({"decision": "return"}, ["StartEvent_1", "Activity_1", "Gateway_1", "Event_2"]),
}
REFUSED = {"jbpm": {"script:_T1", "expression:_F3", "expression-language:_F3"}, "flowable": {"call-activity:sub"}}


@pytest.mark.parametrize("tool", FILES)
def test_a_file_of_any_tool_is_read_with_its_ids_and_names(tool: str) -> None:
    model = parse(FILES[tool])
    text = FILES[tool].decode("iso-8859-1" if tool == "adonis" else "utf-16" if tool == "utf-16" else "utf-8-sig")
    assert all(f'id="{node}"' in text for node in model.nodes)
    assert all(node.name.replace("\n", "&#10;") in text for node in model.nodes.values())
    for finding in lint(model):
        assert finding.line > 0
        assert "\n" not in finding.message


@pytest.mark.parametrize("tool", RUNS)
def test_what_can_run_runs(tool: str) -> None:
    variables, trace = RUNS[tool]
    outcome = Headless(start=AT, sleep=lambda _: None).run(FILES[tool], variables)
    assert (outcome.error, outcome.trace, outcome.status) == (None, trace, "completed")


@pytest.mark.parametrize("tool", REFUSED)
def test_what_cannot_run_is_named(tool: str) -> None:
    with pytest.raises(ModelRefused) as raised:
        Headless(start=AT, sleep=lambda _: None).run(FILES[tool], {})
    assert {f"{finding.rule}:{finding.element}" for finding in raised.value.findings} == REFUSED[tool]


def test_extensions_that_would_do_something_elsewhere_are_told() -> None:
    told = {
        (tool, finding.element)
        for tool, source in FILES.items()
        for finding in lint(parse(source))
        if finding.rule == "foreign-extension"
    }
    flowable = {("flowable", "startEvent1"), ("flowable", "sid-1"), ("flowable", "mail")}
    assert told == {("camunda 7", "Activity_1"), ("utf-16", "Activity_1"), ("camunda 8", "work")} | flowable


def test_every_tool_either_runs_or_is_refused() -> None:
    assert set(RUNS) | set(REFUSED) == set(FILES)
