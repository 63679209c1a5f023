"""Runs lowered BPMN: programs, instances, inputs and steps. SpiffWorkflow is known in this room only."""

from engine.run.instance import Instance
from engine.run.program import SEMANTICS, Program, ScriptHandler, compile_program
from engine.run.stored import dump_program, load_program
from engine.run.values import (
    Address,
    Answer,
    Complete,
    Element,
    Fail,
    Fire,
    Input,
    Message,
    Passed,
    Retime,
    Sent,
    Signal,
    Step,
    Subscription,
    Timer,
    Waiting,
)
from engine.run.working_time import PlainTime, WorkingTime

__all__ = [
    "SEMANTICS",
    "Address",
    "Answer",
    "Complete",
    "Element",
    "Fail",
    "Fire",
    "Input",
    "Instance",
    "Message",
    "Passed",
    "PlainTime",
    "Program",
    "Retime",
    "ScriptHandler",
    "Sent",
    "Signal",
    "Step",
    "Subscription",
    "Timer",
    "Waiting",
    "WorkingTime",
    "compile_program",
    "dump_program",
    "load_program",
]
