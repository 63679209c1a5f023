"""Pieces that the models of the coverage table are drawn of."""

from __future__ import annotations

from tests.bpmn_models import flows, users

S, E = '<startEvent id="s"/>', '<endEvent id="e"/>'
OUTSIDE = (
    '<message id="m" name="paid"/><signal id="sig" name="stop"/><error id="err" errorCode="E1"/>'
    '<escalation id="esc" escalationCode="X1"/>'
)
DEFINITIONS = {
    "message": '<messageEventDefinition messageRef="m"/>',
    "timer": "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>",
    "signal": '<signalEventDefinition signalRef="sig"/>',
    "conditional": "<conditionalEventDefinition><condition>late == true</condition></conditionalEventDefinition>",
    "error": '<errorEventDefinition errorRef="err"/>',
    "escalation": '<escalationEventDefinition escalationRef="esc"/>',
    "cancel": "<cancelEventDefinition/>",
    "compensate": "<compensateEventDefinition/>",
    "link": '<linkEventDefinition name="L"/>',
    "terminate": "<terminateEventDefinition/>",
}
KINDS = tuple(DEFINITIONS)


def node(kind: str, node_id: str, inside: str = "", **attributes: str) -> str:
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<{kind} id="{node_id}"{written}>{inside}</{kind}>'


def fork(*ways: str, start: str = "s") -> str:
    """The start leads into a parallel gateway named after it, and that to the first node of each way."""
    gateway = f"fork_{start}"
    return f'<parallelGateway id="{gateway}"/>' + flows(f"{start}>{gateway}", *(f"{gateway}>{way}" for way in ways))


def timed(how: str, text: str) -> str:
    return f"<timerEventDefinition><time{how}>{text}</time{how}></timerEventDefinition>"


def boundary(definition: str, *, host: str = "a", interrupts: bool = True, more: str = "") -> str:
    flag = "" if interrupts else ' cancelActivity="false"'
    return f'<boundaryEvent id="b" attachedToRef="{host}"{flag}{more}>{definition}</boundaryEvent>'


def sub(body: str, *, node_id: str = "box", kind: str = "subProcess", more: str = "", inside: str = "") -> str:
    return f'<{kind} id="{node_id}"{more}>{inside}<startEvent id="{node_id}_s"/>{body}</{kind}>'


def on_event(definition: str, *, interrupts: bool = True, body: str = "") -> str:
    """An event sub-process `h` that begins at `h_s`."""
    flag = "" if interrupts else ' isInterrupting="false"'
    tasks = body or users("h_a") + '<endEvent id="h_e"/>' + flows("h_s>h_a>h_e")
    start = f'<startEvent id="h_s"{flag}>{definition}</startEvent>'
    return f'<subProcess id="h" triggeredByEvent="true">{start}{tasks}</subProcess>'


def handled(task: str) -> str:
    """A task and the task that undoes it."""
    return (
        users(task)
        + f'<boundaryEvent id="on_{task}" attachedToRef="{task}"><compensateEventDefinition/></boundaryEvent>'
        + f'<userTask id="undo_{task}" isForCompensation="true"/>'
        + f'<association id="as_{task}" sourceRef="on_{task}" targetRef="undo_{task}"/>'
    )


def many(inside: str, *, kind: str = "userTask", body: str = "", flags: str = "") -> str:
    tag = "multiInstanceLoopCharacteristics"
    return f'<{kind} id="a"><{tag}{flags}>{inside}</{tag}>{body}</{kind}>'
