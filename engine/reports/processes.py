"""Procedures with their process versions: what is in force, what is being drafted, how many dossiers run on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select, text

from engine.deadlines import parse_limit
from engine.errors import NotFound
from engine.model.elements import GATEWAYS, HUMAN_TASKS, Model
from engine.store.tables import officer, procedure, process_version
from engine.store.text import search_key, vietnamese_sort_key

MOST = 300

LIST = """
SELECT p.code, p.name, p.field, p.field_name, p.level, in_force.number AS published, in_force.effective_on,
       newest.number AS newest_number, newest.state AS newest_state, newest.findings,
       (SELECT count(*) FROM cases c WHERE c.procedure_code = p.code AND c.closed_at IS NULL) AS open_cases
FROM procedure p
LEFT JOIN process_version in_force ON in_force.procedure_code = p.code AND in_force.state = 'published'
LEFT JOIN LATERAL (
    SELECT v.number, v.state, v.findings FROM process_version v WHERE v.procedure_code = p.code
    ORDER BY v.number DESC LIMIT 1
) AS newest ON true
WHERE (:field = '' OR p.field = :field) AND (:state = '' OR newest.state = :state) {words}
"""


def process_list(connection: Connection, *, query: str = "", field: str = "", state: str = "") -> list[dict[str, Any]]:
    """Every procedure and the state of its processes, in the order of the alphabet; at most MOST."""
    words = search_key(query).split()
    conditions = " ".join(f"AND p.name_search LIKE :word{number}" for number in range(len(words)))
    rows = connection.execute(
        text(LIST.format(words=conditions)),
        {"field": field, "state": state} | {f"word{number}": f"%{word}%" for number, word in enumerate(words)},
    ).mappings()
    return sorted((dict(row) for row in rows), key=lambda row: vietnamese_sort_key(row["name"]))[:MOST]


def versions_of(connection: Connection, procedure_code: str) -> list[Mapping[str, Any]]:
    """A procedure's versions, newest first, with who made them and how many dossiers run on each."""
    found = connection.execute(
        select(
            process_version,
            officer.c.name.label("made_by"),
            text(
                "(SELECT count(*) FROM cases c WHERE c.version_id = process_version.id AND c.closed_at IS NULL)"
                " AS open_cases"
            ),
        )
        .outerjoin(officer, officer.c.id == process_version.c.created_by)
        .where(process_version.c.procedure_code == procedure_code)
        .order_by(process_version.c.number.desc())
    ).mappings()
    rows: list[Mapping[str, Any]] = [dict(row) for row in found]
    if not rows:
        raise NotFound("Không tìm thấy thủ tục này.")
    return rows


def procedure_row(connection: Connection, code: str) -> Mapping[str, Any]:
    """One procedure."""
    row = connection.execute(select(procedure).where(procedure.c.code == code)).mappings().one_or_none()
    if row is None:
        raise NotFound("Không tìm thấy thủ tục này.")
    return dict(row)


def step_table(model: Model) -> Sequence[dict[str, Any]]:
    """The process as a table, equal to the drawing: every piece of work, its unit, its limit, what comes next."""
    table = []
    for node in model.nodes.values():
        if node.kind not in HUMAN_TASKS and node.kind != "serviceTask":
            continue
        told = node.properties
        lane = model.lanes.get(node.lane)
        words = told.get("step_limit") or told.get("limit", "")
        table.append(
            {
                "id": node.id,
                "step": told.get("step", ""),
                "name": node.name,
                "unit": lane.name if lane is not None else "",
                "role": told.get("role", ""),
                "limit": parse_limit(words).vietnamese() if words else "",
                "next": _work_after(model, node.id),
            }
        )
    return table


def _work_after(model: Model, node_id: str) -> list[str]:
    """What may come next, seen through the gateways: "Bổ sung: Tiếp nhận bổ sung hồ sơ"."""
    found: list[str] = []
    ahead = [(flow.target, flow.name) for flow in model.flows.values() if flow.source == node_id]
    seen = set()
    while ahead:
        target, label = ahead.pop(0)
        node = model.nodes[target]
        if node.kind in GATEWAYS and target not in seen:
            seen.add(target)
            ahead += [(one.target, one.name or label) for one in model.flows.values() if one.source == target]
        elif node.kind not in GATEWAYS:
            name = node.name or "Kết thúc"
            found.append(f"{label}: {name}" if label else name)
    return found
