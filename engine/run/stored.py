"""A program as bytes: what a process version keeps, so that its cases need neither the source nor the lint."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson
import zstandard

from engine.errors import UnreadableFile
from engine.model.decisions import Column, DecisionTable, Row
from engine.model.elements import EventDefinition, Flow, Lane, Loop, Model, Node, Process
from engine.run.program import SEMANTICS, Program, build_program


def dump_program(program: Program) -> bytes:
    """The lowered process as compressed JSON; loading it needs neither the source nor the lint."""
    model = program.lowered
    body = {
        "semantics": program.semantics,
        "process": program.process_id,
        "variables": program.variables,
        "logs_scripts": program.logs_scripts,
        "processes": [_packed(each) for each in model.processes.values()],
        "lanes": [_packed(each) for each in model.lanes.values()],
        "nodes": [_packed(each) for each in model.nodes.values()],
        "flows": [_packed(each) for each in model.flows.values()],
    }
    if program.tables:
        body["tables"] = [asdict(each) for each in program.tables.values()]
    return zstandard.ZstdCompressor(level=9).compress(orjson.dumps(body))


def load_program(dumped: bytes) -> Program:
    """Raises UnreadableFile for bytes that are no program or need other semantics than this release runs."""
    try:
        body = orjson.loads(zstandard.ZstdDecompressor().decompress(dumped))
    except (zstandard.ZstdError, orjson.JSONDecodeError) as error:
        raise UnreadableFile("Bản biên dịch của quy trình bị hỏng.") from error
    if body["semantics"] != SEMANTICS:
        raise UnreadableFile(f"Bản biên dịch dùng ngữ nghĩa {body['semantics']}; bản phần mềm này chạy {SEMANTICS}.")
    model = Model(
        processes={each["id"]: Process(**each) for each in body["processes"]},
        lanes={each["id"]: Lane(**each) for each in body["lanes"]},
        nodes={each["id"]: _node(each) for each in body["nodes"]},
        flows={each["id"]: Flow(**each) for each in body["flows"]},
    )
    tables = {each["id"]: _table(each) for each in body.get("tables", ())}
    return build_program(model, body["process"], body["variables"], tables, logs_scripts=body["logs_scripts"])


def _packed(value: Any) -> dict[str, Any]:
    """A value's fields without the empty ones, which its class fills in again."""
    return {name: field for name, field in asdict(value).items() if field not in ("", (), None) and field != {}}


def _node(packed: dict[str, Any]) -> Node:
    loop = packed.pop("loop", None)
    if loop is not None and loop["event"] is not None:
        loop["event"] = EventDefinition(**loop["event"])
    definitions = tuple(EventDefinition(**each) for each in packed.pop("definitions", ()))
    return Node(**packed, definitions=definitions, loop=None if loop is None else Loop(**loop))


def _table(packed: dict[str, Any]) -> DecisionTable:
    for name, of in (("inputs", Column), ("outputs", Column), ("rows", Row)):
        packed[name] = tuple(of(**_with_tuples(each)) for each in packed[name])
    return DecisionTable(**packed)


def _with_tuples(packed: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in packed.items()}
