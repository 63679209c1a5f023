"""An instance's state as bytes: its tokens, laps and variables, without the program. Equal states are equal bytes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import zstandard

from engine.errors import ReplayMismatch, UnreadableFile
from engine.run.machine import Machine
from engine.run.program import Program
from engine.run.repeats import Repeated
from engine.run.tokens import ROOT, Scope, Token
from engine.run.variables import Variables
from engine.run.working_time import WorkingTime

FORMAT = 1


def dump_state(instance_id: UUID, machine: Machine) -> bytes:
    """The machine at rest."""
    body = {
        "format": FORMAT,
        "id": instance_id.hex,
        "semantics": machine.program.semantics,
        "process": machine.program.process_id,
        "last_id": machine.last_id,
        "variables": machine.root.data.values,
        "ended": machine.is_ended,
        "end_event": machine.end_event,
        "error": machine.error,
        "scope": _dump_scope(machine, machine.root),
    }
    return zstandard.ZstdCompressor(level=1).compress(orjson.dumps(body, option=orjson.OPT_SORT_KEYS))


def load_state(program: Program, state: bytes, working_time: WorkingTime) -> tuple[UUID, Machine]:
    """Raises UnreadableFile, or ReplayMismatch for the state of another program."""
    try:
        body = orjson.loads(zstandard.ZstdDecompressor().decompress(state))
    except (zstandard.ZstdError, orjson.JSONDecodeError) as error:
        raise UnreadableFile("Trạng thái hồ sơ bị hỏng.") from error
    if body["format"] != FORMAT or body["semantics"] != program.semantics or body["process"] != program.process_id:
        raise ReplayMismatch(f"Trạng thái thuộc quy trình “{body['process']}” (ngữ nghĩa {body['semantics']}).")
    machine = Machine(program, working_time, body["variables"], datetime.fromtimestamp(0, UTC))
    machine.last_id = body["last_id"]
    machine.is_ended, machine.end_event, machine.error = body["ended"], body["end_event"], body["error"]
    _load_scope(machine, machine.root, body["scope"])
    return UUID(hex=body["id"]), machine


def _dump_scope(machine: Machine, scope: Scope) -> dict[str, Any]:
    packed: dict[str, Any] = {
        "laps": scope.laps,
        "tokens": [_dump_token(machine, token) for token in scope.tokens()],
    }
    return {**packed, "finished": scope.finished} if scope.finished else packed


def _dump_token(machine: Machine, token: Token) -> list[Any]:
    host = token.host
    packed = [token.id, token.task_spec.name, token.state, ROOT if host is None else host.id, token.internal_data]
    nested = machine.nested.get(token.id)
    own = token.data.values if token.data.around is not None and token.task_spec.is_instance else None
    if nested is not None or own is not None:
        packed += [own, None if nested is None else _dump_scope(machine, nested)]
    return packed


def _load_scope(machine: Machine, scope: Scope, body: dict[str, Any]) -> None:
    scope.laps = body["laps"]
    scope.finished = body.get("finished", [])
    for token_id, name, state, host_id, memory, *more in body["tokens"]:
        place = scope.spec.place(name)
        host = scope.tasks[host_id]
        token = Token(scope, place, host, token_id, state)
        token.internal_data = memory
        token.data = scope.data if host_id == ROOT else host.data
        own, nested = more or (None, None)
        if own is not None:
            repeated = host.task_spec if host_id != ROOT else None
            around = repeated.around(host) if isinstance(repeated, Repeated) else token.data
            token.data = Variables(own, around=around)
        if nested is not None:
            inner = machine.nested[token_id] = Scope(machine, machine.program.scopes[place.scope_id], token, token.data)
            _load_scope(machine, inner, nested)
