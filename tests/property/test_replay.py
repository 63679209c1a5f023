"""Restoring a case between inputs, another process, another hash seed or zone change nothing."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.run import Answer, Complete, Fire, Input, Instance, Message, PlainTime, Program, dump_program, load_program
from tests.bpmn_models import AT, CASE, program
from tests.random_models import models

TIME = PlainTime()


def inputs_of(instance: Instance, draw: Any) -> tuple[Input, timedelta] | None:
    """One input that the instance takes now, and how much later it comes."""
    choices: list[Input] = []
    for waiting in instance.waiting:
        values = {"decision": draw(st.sampled_from(["forward", "return", ""])), "amount": draw(st.integers(0, 9))}
        if waiting.kind == "task":
            choices.append(Complete(address=waiting.address, variables=values))
        elif waiting.kind == "service":
            choices.append(Answer(address=waiting.address, variables=values))
    choices += [Fire(address=timer.address) for timer in instance.timers]
    choices += [Message(name=each.message, key=each.key) for each in instance.subscriptions]
    if not choices:
        return None
    return draw(st.sampled_from(choices)), timedelta(minutes=draw(st.integers(0, 600)))


def lived(what: Program, draw: Any) -> list[tuple[Input, datetime]]:
    """The inputs of one life, made up as it goes."""
    instance, _ = Instance.start(what, instance_id=CASE, at=AT, working_time=TIME, variables={"amount": 3})
    at, given_inputs = AT, []
    for _ in range(draw(st.integers(0, 14))):
        following = inputs_of(instance, draw)
        if following is None:
            break
        at += following[1]
        instance.apply(following[0], at=at)
        given_inputs.append((following[0], at))
    return given_inputs


def states(what: Program, life: list[tuple[Input, datetime]], *, restores: bool) -> list[tuple[bytes, object]]:
    instance, step = Instance.start(what, instance_id=CASE, at=AT, working_time=TIME, variables={"amount": 3})
    found: list[tuple[bytes, object]] = [(instance.dump(), step)]
    for given_input, at in life:
        if restores:
            instance = Instance.restore(what, instance.dump(), working_time=TIME)
        step = instance.apply(given_input, at=at)
        found.append((instance.dump(), step))
    return found


@settings(max_examples=120, deadline=None)
@given(models(), st.data())
def test_saving_and_restoring_between_inputs_changes_nothing(body: str, data: st.DataObject) -> None:
    what = program(body, variables={"decision": "string?", "amount": "int?"})
    life = lived(what, data.draw)
    assert states(what, life, restores=True) == states(what, life, restores=False)


@settings(max_examples=60, deadline=None)
@given(models(), st.data())
def test_a_loaded_program_runs_as_the_compiled_one(body: str, data: st.DataObject) -> None:
    what = program(body, variables={"decision": "string?", "amount": "int?"})
    life = lived(what, data.draw)
    loaded = load_program(dump_program(what))
    assert states(loaded, life, restores=True) == states(what, life, restores=False)
    assert dump_program(loaded) == dump_program(what)


@settings(max_examples=60, deadline=None)
@given(models(), st.data())
def test_no_step_shows_what_lowering_made(body: str, data: st.DataObject) -> None:
    what = program(body, variables={"decision": "string?", "amount": "int?"})
    for _, step in states(what, lived(what, data.draw), restores=False):
        assert "'_l" not in repr(step)


REPLAY = """
import hashlib, sys
sys.path.insert(0, {root!r})
from tests.property.test_replay import fixed, fixed_life, states
digest = hashlib.sha256()
for state, step in states(fixed(), fixed_life(), restores={restores}):
    digest.update(state + repr(step).encode())
print(digest.hexdigest())
"""


def fixed() -> Program:
    """A process with a sub-process, a loop, reminders, a parallel split, many instances and a message."""
    from tests.bpmn_models import flows, users

    cycle = "<timerEventDefinition><timeCycle>R3/P1D</timeCycle></timerEventDefinition>"
    return program(
        '<startEvent id="s"/><endEvent id="e"/><exclusiveGateway id="g" default="g_split"/>'
        + users("receive", "a")
        + f'<boundaryEvent id="remind" attachedToRef="a" cancelActivity="false">{cycle}</boundaryEvent>'
        + '<parallelGateway id="split"/><parallelGateway id="join"/><receiveTask id="pay"/>'
        + '<userTask id="many"><multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality>'
        + "</multiInstanceLoopCharacteristics></userTask>"
        + '<subProcess id="box"><startEvent id="b"/>'
        + users("inner")
        + flows("b>inner")
        + "</subProcess>"
        + flows("s>receive>a>g>split>many>join>e", "g>receive: decision == 'return'", "split>box>pay>join"),
        variables={"decision": "string?", "zoë": "string?", "amount": "int?"},
    )


def fixed_life() -> list[tuple[Input, datetime]]:
    given_inputs: list[Input] = [
        Complete(address="receive#1", variables={"z": 1, "a": [1, {"y": 2, "x": 1}], "zoë": "Đ"}),
        Fire(address="remind#1"),
        Complete(address="a#1", variables={"decision": "return"}),
        Complete(address="receive#2"),
        Complete(address="a#2", variables={"decision": "forward"}),
        Complete(address="many#1[2]"),
        Complete(address="box#1/inner#1"),
        Complete(address="many#1[0]"),
        Message(name="pay"),
        Complete(address="many#1[1]"),
    ]
    return [(each, AT + timedelta(hours=7 * number)) for number, each in enumerate(given_inputs)]


def test_another_process_with_another_seed_and_zone_comes_to_the_same_bytes() -> None:
    root = str(Path.cwd())
    digests = set()
    for seed, zone, restores in (
        ("0", "UTC", True),
        ("1", "Asia/Ho_Chi_Minh", False),
        ("4242", "America/New_York", True),
    ):
        code = REPLAY.format(root=root, restores=restores)
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
            cwd=root,
        )
        digests.add(done.stdout.strip())
    assert len(digests) == 1
    here = hashlib.sha256()
    for state, step in states(fixed(), fixed_life(), restores=False):
        here.update(state + repr(step).encode())
    assert digests == {here.hexdigest()}


def test_one_program_serves_many_threads() -> None:
    from concurrent.futures import ThreadPoolExecutor

    what, life = fixed(), fixed_life()
    expected = states(what, life, restores=False)
    with ThreadPoolExecutor(8) as pool:
        runs = [pool.submit(states, what, life, restores=bool(number % 2)) for number in range(60)]
        assert all(run.result() == expected for run in runs)
