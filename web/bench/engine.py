"""The process engine alone: reading, compiling and loading models, the bytes of a state, files refused."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from engine.deadlines import VIETNAM, working_time
from engine.errors import InputError
from engine.model.parse import parse
from engine.rulesets import packaged_calendar
from engine.run import Complete, Instance, compile_program, dump_program, load_program
from web.bench.figures import Figure, median_ms
from web.bench.stages import ON, Stages

SIZES = (12, 50)
REFUSAL_MS = 50.0

_HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:x">'
    '<process id="p" isExecutable="true">'
)
_TAIL = "</process></definitions>"


def measure(*, rounds: int) -> list[Figure]:
    """No database: models of 12 and 50 stages, and files made to hurt."""
    figures: list[Figure] = []
    for number in SIZES:
        figures += _sizes(number, rounds)
    slowest = max(_refusal_ms(body, rounds) for body in hostile_files().values())
    return [
        *figures,
        Figure(name="hostile_file_ms", title="Từ chối tệp BPMN phá hoại, tệp lâu nhất", value=round(slowest, 2),
               unit="ms", goal=REFUSAL_MS),
    ]  # fmt: skip


def _sizes(number: int, rounds: int) -> list[Figure]:
    source, variables = Stages(number=number).source(), {"again": "string?"}
    program = compile_program(source, variables=variables)
    dumped = dump_program(program)
    state = _half_way(number)
    timed: dict[str, tuple[str, Callable[[], object]]] = {
        "parse": ("Đọc tệp BPMN", lambda: parse(source)),
        "compile": ("Đọc, kiểm tra, biên dịch", lambda: compile_program(source, variables=variables)),
        "load": ("Nạp bản đã biên dịch", lambda: load_program(dumped)),
    }
    return [
        *(
            Figure(name=f"{name}_{number}_stages_ms", title=f"{title}, {number} bước",
                   value=round(median_ms(work, rounds=rounds), 2), unit="ms")
            for name, (title, work) in timed.items()
        ),
        Figure(name=f"state_{number}_stages_bytes", title=f"Trạng thái một hồ sơ giữa chừng, {number} bước",
               value=len(state), unit="bytes"),
    ]  # fmt: skip


def _half_way(number: int) -> bytes:
    """The state of an instance with half of its stages behind it."""
    program = compile_program(Stages(number=number).source(), variables={"again": "string?"})
    clock, at = working_time(packaged_calendar()), datetime(2026, 1, 5, 8, tzinfo=VIETNAM)
    instance, _ = Instance.start(program, instance_id=UUID(int=1), at=at, working_time=clock)
    for stage in range(number // 2):
        instance.apply(Complete(address=f"t{stage}#1", variables=ON), at=at)
    return instance.dump()


def hostile_files() -> dict[str, bytes]:
    """Files made to hurt a reader."""
    start = '<startEvent id="s"/>'
    tasks = "".join(f'<userTask id="t{number}"/>' for number in range(20_000))
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 50}">' for n in range(12))
    return {
        "entities": f"<!DOCTYPE d [{entities}]>{_HEAD}&e11;{_TAIL}".encode(),
        "external": f'<!DOCTYPE d SYSTEM "file:///etc/passwd">{_HEAD}{_TAIL}'.encode(),
        "depth": (_HEAD + '<subProcess id="b">' * 5_000 + "</subProcess>" * 5_000 + _TAIL).encode(),
        "elements": (_HEAD + tasks + _TAIL).encode(),
        "duplicates": (_HEAD + start * 2_000 + _TAIL).encode(),
        "dangling": (_HEAD + start + '<sequenceFlow id="f" sourceRef="s" targetRef="nowhere"/>' + _TAIL).encode(),
        "encoding": b'<?xml version="1.0" encoding="UTF-16"?>' + _HEAD.encode(),
        "not_xml": b"PK\x03\x04" + bytes(range(256)) * 4_000,
    }


def _refusal_ms(body: bytes, rounds: int) -> float:
    """The shortest of some tries: what the reader needs, not what the machine is busy with."""
    taken = []
    for _ in range(min(rounds, 5)):
        began = time.perf_counter()
        try:
            compile_program(body)
        except InputError:
            taken.append((time.perf_counter() - began) * 1000)
        else:
            raise AssertionError("a hostile file was taken")
    return min(taken)
