"""Models of any number of stages, each a task with a reminder and a way back: the same for us and for the peer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.catalogue.publishing import Decision, approve, import_folder, publish
from engine.model.procedure import Manifest, ProcedureFolder
from web.bench.ground import LONG_AGO, Ground

PROCESS = "bench"
AGAIN = {"again": "yes"}
ON = {"again": "no"}

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="stages" targetNamespace="urn:motcua:bench">'
)
_TASK = """
<bpmn:userTask id="t{n}" name="Việc {n}"><bpmn:extensionElements><camunda:properties>
<camunda:property name="role" value="{role}"/><camunda:property name="form" value="opinion"/>
<camunda:property name="step" value="{n}"/><camunda:property name="step_name" value="Bước {n}"/>
</camunda:properties></bpmn:extensionElements></bpmn:userTask>
<bpmn:boundaryEvent id="r{n}" attachedToRef="t{n}" cancelActivity="false"><bpmn:timerEventDefinition>
<bpmn:timeDuration>{span}</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>
<bpmn:endEvent id="x{n}"/><bpmn:sequenceFlow id="r{n}_x" sourceRef="r{n}" targetRef="x{n}"/>
<bpmn:exclusiveGateway id="g{n}" default="g{n}_on"/><bpmn:sequenceFlow id="t{n}_g" sourceRef="t{n}" targetRef="g{n}"/>
<bpmn:sequenceFlow id="g{n}_back" sourceRef="g{n}" targetRef="t{n}">
<bpmn:conditionExpression>again == "yes"</bpmn:conditionExpression></bpmn:sequenceFlow>
<bpmn:sequenceFlow id="g{n}_on" sourceRef="g{n}" targetRef="{next}"/>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """One such procedure, published; the peer reads the same model with its timers as it wants them written."""

    number: int

    @property
    def code(self) -> str:
        return f"DO{self.number}"

    def source(self, *, quoted: bool = False) -> bytes:
        """The BPMN. `quoted`: the peer evaluates what a timer says, so that its text is an expression."""
        parts = [
            _TASK.format(
                n=number,
                role="counter_officer" if number == 0 else "case_officer",
                span='"P30D"' if quoted else "P30D",
                next=f"t{number + 1}" if number + 1 < self.number else "e",
            )
            for number in range(self.number)
        ]
        nodes = ["s", "e", *(f"{kind}{number}" for number in range(self.number) for kind in "trxg")]
        lane = (
            '<bpmn:laneSet id="lanes"><bpmn:lane id="lane"><bpmn:extensionElements><camunda:properties>'
            '<camunda:property name="unit" value="one_stop"/></camunda:properties></bpmn:extensionElements>'
            + "".join(f"<bpmn:flowNodeRef>{one}</bpmn:flowNodeRef>" for one in nodes)
            + "</bpmn:lane></bpmn:laneSet>"
        )
        ends = (
            '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/><bpmn:sequenceFlow id="s_t" sourceRef="s" targetRef="t0"/>'
        )
        process = f'<bpmn:process id="{PROCESS}" isExecutable="true">'
        return f"{_HEAD}{process}{lane}{ends}{''.join(parts)}</bpmn:process></bpmn:definitions>".encode()

    def folder(self, forms: Mapping[str, Mapping[str, Any]]) -> ProcedureFolder:
        """With the form of the ground's own procedure, which asks besides whether to do it again."""
        opinion = dict(forms["opinion"])
        opinion["properties"] = {**opinion["properties"], "again": {"type": "string"}}
        manifest = Manifest(code=self.code, name=f"Thủ tục {self.number} bước", level="commune", lead="one_stop")
        return ProcedureFolder(manifest=manifest, source=self.source(), forms={"opinion": opinion})

    def publish(self, ground: Ground) -> None:
        """Put it in force."""
        folder = self.folder(ground.folder.forms)
        with ground.store.transaction(role="owner") as connection:
            made = import_folder(connection, folder)
            decision = Decision(number="1/QĐ", on=LONG_AGO, by="Chủ tịch UBND tỉnh")
            approve(connection, made.version_id, folder.content_hash, decision)
            publish(connection, made.version_id, LONG_AGO)
