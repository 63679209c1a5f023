"""Two small procedures that talk with each other: a child's result is a message that its own parent waits for."""

from __future__ import annotations

from uuid import UUID

from engine.dossier.receive_linked import ReceiveLinked, receive_linked
from tests.acts.migrating import Versions, model, task
from tests.bpmn_models import properties
from tests.province import Province

MESSAGES = '<message id="m" name="ket-qua"/><message id="hoi" name="hoi-lai"/>'
EVENT = '<messageEventDefinition messageRef="{}"/>'


def receives(node: str, *, message: str = "m", **told: str) -> str:
    return f'<receiveTask id="{node}" name="Chờ {node}" messageRef="{message}">{properties(**told)}</receiveTask>'


def sends(node: str, *, message: str = "m", **told: str) -> str:
    return f'<sendTask id="{node}" name="Gửi {node}" messageRef="{message}">{properties(**told)}</sendTask>'


def listens(node: str, at: str, *, interrupts: bool = False, message: str = "m", **told: str) -> str:
    attached = f'attachedToRef="{at}" cancelActivity="{str(interrupts).lower()}"'
    return f'<boundaryEvent id="{node}" {attached}>{properties(**told)}{EVENT.format(message)}</boundaryEvent>'


CHILD = model(task("lam"), sends("bao", correlation="parent_code", inputs="amount"), path="s>nhan>lam>bao>e",
              outside=MESSAGES)  # fmt: skip
PARENT = model(
    task("soan"), receives("cho", correlation="case_code", outputs="amount"), task("lon"), task("nho"),
    '<exclusiveGateway id="x" default="x_nho"/>',
    path="s>nhan>soan>cho>x>nho>e; x>lon: amount > 5; lon>e", outside=MESSAGES,
)  # fmt: skip


def publish_both(province: Province) -> None:
    """ME waits for what its child CON tells it."""
    Versions(province, code="ME").publish(PARENT)
    Versions(province, code="CON").publish(CHILD)


def receive_both(province: Province) -> tuple[UUID, UUID]:
    """A parent dossier and its child."""
    command = ReceiveLinked(parent=province.reception("ME"), children=(province.reception("CON"),))
    parent, child = receive_linked(province.house, province.counter, command)
    return parent.case_id, child.case_id
