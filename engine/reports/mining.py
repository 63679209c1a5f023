"""Event logs for process mining: XES (IEEE 1849) for old tools, OCEL 2.0 JSON where a dossier touches many objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import orjson
from lxml import etree
from sqlalchemy import Connection, select

from engine.reports.history import TITLES
from engine.store.tables import cases, event

ATTRIBUTES = (("unit", "string"), ("role", "string"), ("decision", "string"), ("task", "string"))


def xes_log(connection: Connection, case_ids: Sequence[UUID]) -> bytes:
    """One trace a case. Activities are the tasks of the process, or the act's name where it is no task."""
    log = etree.Element("log", {"xes.version": "1849.2016", "xes.features": ""})
    for name, prefix, uri in (
        ("Concept", "concept", "http://www.xes-standard.org/concept.xesext"),
        ("Time", "time", "http://www.xes-standard.org/time.xesext"),
        ("Organizational", "org", "http://www.xes-standard.org/org.xesext"),
        ("Lifecycle", "lifecycle", "http://www.xes-standard.org/lifecycle.xesext"),
    ):
        etree.SubElement(log, "extension", {"name": name, "prefix": prefix, "uri": uri})
    _globals(log)
    etree.SubElement(log, "classifier", {"name": "Activity", "keys": "concept:name"})
    for case_id in case_ids:
        code, events = _history(connection, case_id)
        trace = etree.SubElement(log, "trace")
        _put(trace, "string", "concept:name", code)
        for content in events:
            _xes_event(trace, content)
    return etree.tostring(log, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def ocel_log(connection: Connection, case_ids: Sequence[UUID]) -> bytes:
    """OCEL 2.0 JSON: events relate to the dossier, the unit, the officer and the letters they made."""
    objects: dict[tuple[str, str], dict[str, Any]] = {}
    events: list[dict[str, Any]] = []
    for case_id in case_ids:
        code, history = _history(connection, case_id)
        for content in history:
            related = [("dossier", code), ("unit", content["actor"].get("unit", "")), ("officer", _resource(content))]
            related += [("letter", one["id"]) for one in content["data"].get("letters", [])]
            links = []
            for kind, name in related:
                if name:
                    objects.setdefault((kind, name), {"id": f"{kind}:{name}", "type": kind, "attributes": []})
                    links.append({"objectId": f"{kind}:{name}", "qualifier": kind})
            events.append(
                {
                    "id": f"{code}:{content['seq']}",
                    "type": content["type"],
                    "time": content["at"],
                    "attributes": [{"name": "activity", "value": _activity(content)}],
                    "relationships": links,
                }
            )
    body = {
        "objectTypes": [{"name": kind, "attributes": []} for kind in sorted({kind for kind, _ in objects})],
        "eventTypes": [
            {"name": kind, "attributes": [{"name": "activity", "type": "string"}]}
            for kind in sorted({one["type"] for one in events})
        ],
        "objects": list(objects.values()),
        "events": events,
    }
    return orjson.dumps(body, option=orjson.OPT_INDENT_2)


def _history(connection: Connection, case_id: UUID) -> tuple[str, list[dict[str, Any]]]:
    code = connection.execute(select(cases.c.code).where(cases.c.id == case_id)).scalar_one()
    bodies = connection.execute(select(event.c.body).where(event.c.case_id == case_id).order_by(event.c.seq)).scalars()
    return str(code), [orjson.loads(bytes(body)) for body in bodies]


def _globals(log: Any) -> None:
    for scope, entries in (("trace", (("string", "concept:name"),)), ("event", _EVENT_GLOBALS)):
        told = etree.SubElement(log, "global", {"scope": scope})
        for kind, key in entries:
            _put(told, kind, key, "1970-01-01T00:00:00Z" if kind == "date" else "UNKNOWN")


_EVENT_GLOBALS = (("string", "concept:name"), ("date", "time:timestamp"), ("string", "lifecycle:transition"))


def _xes_event(trace: Any, content: dict[str, Any]) -> None:
    told = etree.SubElement(trace, "event")
    _put(told, "string", "concept:name", _activity(content))
    _put(told, "date", "time:timestamp", content["at"])
    _put(told, "string", "lifecycle:transition", "complete")
    _put(told, "string", "org:resource", _resource(content))
    _put(told, "string", "motcua:type", content["type"])
    _put(told, "string", "motcua:version", content["version"])
    for name, kind in _known(content):
        _put(told, kind, f"motcua:{name}", str(content["data"][name]))


def _known(content: dict[str, Any]) -> Iterator[tuple[str, str]]:
    return ((name, kind) for name, kind in ATTRIBUTES if content["data"].get(name))


def _put(parent: Any, kind: str, key: str, value: str) -> None:
    etree.SubElement(parent, kind, {"key": key, "value": value})


def _activity(content: dict[str, Any]) -> str:
    return str(content["data"].get("task") or TITLES.get(content["type"], content["type"]))


def _resource(content: dict[str, Any]) -> str:
    return str(content["actor"].get("id") or content["actor"]["kind"])
