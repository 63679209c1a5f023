"""No file makes reading, lint or lowering fall over: broken models are answered with findings."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ModelRefused, MotCuaError, UnreadableFile
from engine.model.diff import diff
from engine.model.elements import NODES
from engine.model.lint import lint
from engine.model.lower import lower
from engine.model.parse import parse
from engine.run.headless import Headless
from tests.bpmn_models import AT, bpmn
from tests.random_models import models

MANY = "multiInstanceLoopCharacteristics"
IDS = st.sampled_from(["a", "b", "c", "d", "e", "p"])
EVENTS = [
    "message",
    "timer",
    "signal",
    "error",
    "escalation",
    "terminate",
    "cancel",
    "compensate",
    "conditional",
    "link",
]


@st.composite
def nonsense(draw: st.DrawFn, depth: int = 2) -> str:
    """Elements of any kind, flows between any of them, boundary events on anything."""
    parts = []
    for node_id in draw(st.lists(IDS, unique=True, max_size=5)):
        kind = draw(st.sampled_from(sorted(NODES)))
        inside = "".join(f"<{draw(st.sampled_from(EVENTS))}EventDefinition/>" for _ in range(draw(st.integers(0, 2))))
        if draw(st.booleans()):
            inside += f"<{MANY}><loopCardinality>-x</loopCardinality></{MANY}>"
        if depth and kind in {"subProcess", "transaction", "adHocSubProcess"}:
            inside += re.sub(
                r'(id|sourceRef|targetRef|attachedToRef|default)="', rf'\1="{depth}', draw(nonsense(depth - 1))
            )
        flags = draw(
            st.sampled_from(["", ' triggeredByEvent="true"', ' isForCompensation="true"', ' startQuantity="2"'])
        )
        parts.append(
            f'<{kind} id="{node_id}" attachedToRef="{draw(IDS)}" calledElement="{draw(IDS)}"{flags}>{inside}</{kind}>'
        )
    for number in range(draw(st.integers(0, 7))):
        condition = draw(
            st.sampled_from(
                [
                    "",
                    "<conditionExpression>x &gt;</conditionExpression>",
                    "<conditionExpression>x</conditionExpression>",
                ]
            )
        )
        parts.append(
            f'<sequenceFlow id="f{number}" sourceRef="{draw(IDS)}" targetRef="{draw(IDS)}">{condition}</sequenceFlow>'
        )
    return "".join(parts)


def refused(act: Callable[[], object]) -> ModelRefused | None:
    try:
        act()
    except ModelRefused as error:
        return error
    return None


@settings(max_examples=400, deadline=None)
@given(nonsense())
def test_nonsense_is_answered_with_findings_or_runs(body: str) -> None:
    source = bpmn(body)
    refusal = refused(lambda: parse(source))
    if refusal is not None:
        assert refusal.findings
        return
    model = parse(source)
    lint(model)
    lower(model)
    assert diff(model, model) == []
    refusal = refused(lambda: Headless(start=AT, sleep=lambda _: None, until_end=False).run(source, {}))
    assert refusal is None or all(finding.element for finding in refusal.findings)


@settings(max_examples=200, deadline=None)
@given(models(), st.data())
def test_a_damaged_file_is_refused_or_read(body: str, data: st.DataObject) -> None:
    source = bytearray(bpmn(body))
    for _ in range(data.draw(st.integers(1, 5))):
        source[data.draw(st.integers(0, len(source) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(UnreadableFile, ModelRefused):
        for finding in lint(parse(bytes(source))):
            assert "\n" not in finding.message


@settings(max_examples=60, deadline=None)
@given(models())
def test_a_sound_model_has_no_errors_and_comes_to_its_end(body: str) -> None:
    source = bpmn(body)
    assert [finding for finding in lint(parse(source)) if finding.is_error] == []
    try:
        outcome = Headless(start=AT, sleep=lambda _: None).run(source, {"amount": 1})
    except MotCuaError as error:  # pragma: no cover
        raise AssertionError(error.message) from error
    assert outcome.status in {"completed", "waiting"}, outcome
    assert outcome.error is None
