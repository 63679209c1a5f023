"""Small BPMN models written in code, one line an element."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any
from uuid import UUID

from engine.deadlines import VIETNAM
from engine.run import Instance, PlainTime, Program, Step, compile_program

AT = datetime(2026, 11, 23, 8, 0, tzinfo=VIETNAM)
CASE = UUID(int=7)
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="file" targetNamespace="http://motcua/test">'
)


def bpmn(body: str, *, outside: str = "") -> bytes:
    """A file of one process `p` with this body."""
    return f'{HEAD}{outside}<process id="p" isExecutable="true">{body}</process></definitions>'.encode()


def flows(*pairs: str) -> str:
    """`a>b` is a flow, `a>b: condition` a conditional one, `a>b>c` two flows; ids are `a_b`."""
    made = []
    for pair in pairs:
        path, _, condition = pair.partition(":")
        nodes = [name.strip() for name in path.split(">")]
        text = condition.strip().replace("&", "&amp;").replace("<", "&lt;")
        inside = f"<conditionExpression>{text}</conditionExpression>" if text else ""
        made += [
            f'<sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}">{inside}</sequenceFlow>'
            for a, b in itertools.pairwise(nodes)
        ]
    return "".join(made)


def users(*names: str) -> str:
    return "".join(f'<userTask id="{name}" name="Việc {name}"/>' for name in names)


def properties(**values: str) -> str:
    inside = "".join(f'<camunda:property name="{name}" value="{value}"/>' for name, value in values.items())
    return f"<extensionElements><camunda:properties>{inside}</camunda:properties></extensionElements>"


def program(body: str, *, outside: str = "", variables: dict[str, str] | None = None) -> Program:
    return compile_program(bpmn(body, outside=outside), variables=variables)


def start(what: Program, **variables: Any) -> tuple[Instance, Step]:
    return Instance.start(what, instance_id=CASE, at=AT, working_time=PlainTime(), variables=variables)


def restored(what: Program, instance: Instance) -> Instance:
    return Instance.restore(what, instance.dump(), working_time=PlainTime())


def addresses(instance: Instance) -> list[str]:
    return [waiting.address for waiting in instance.waiting]


def passed(step: Step) -> list[str]:
    return [each.element_id for each in step.completed]
