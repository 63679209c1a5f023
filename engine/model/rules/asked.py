"""Business rule tasks and the decision tables that they ask."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.model.decisions import DecisionTable
from engine.model.decisions.compiled import faults_of
from engine.model.elements import Node, Process
from engine.model.rules.registry import ERROR, Reading, rule

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@rule("business-rule", ERROR)
def business_rule(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A business rule task names a decision of a .dmn file beside the process, and variables for what it yields."""
    decisions = reading.decisions
    broken = {fault.decision for fault in decisions.faults}
    for node in reading.nodes("businessRuleTask"):
        table = decisions.tables.get(node.called)
        if not node.called:
            yield node, f"Tác vụ quy tắc {node.label} chưa nêu bảng quyết định (decisionRef)."
        elif table is None and node.called not in broken:
            yield node, f"Tác vụ quy tắc {node.label} hỏi quyết định “{node.called}” không có trong tệp .dmn nào."
        elif table is not None:
            yield from ((node, message) for message in _unfit_names(node, table))


def _unfit_names(node: Node, table: DecisionTable) -> Iterator[str]:
    for name in table.results_by_name(node.result):
        if not _NAME.fullmatch(name):
            yield f"{node.label}: kết quả “{name}” của bảng “{table.id}” không đặt tên biến được (resultVariable)."
    if table.yields_list and len(table.outputs) > 1 and not node.result:
        yield f"{node.label}: bảng “{table.id}” cho danh sách nhiều cột nên phải nêu biến nhận (resultVariable)."


@rule("decision-table", ERROR)
def decision_table(reading: Reading) -> Iterator[tuple[Node | Process, str]]:
    """Every cell of a decision table is S-FEEL of its column's type, and its hit policy has what it needs."""
    asked = {node.called: node for node in reading.nodes("businessRuleTask")}
    process = next(iter(reading.model.processes.values()))
    for fault in reading.decisions.faults:
        yield asked.get(fault.decision, process), fault.message
    for table in reading.decisions.tables.values():
        for message in faults_of(table, reading.expressions):
            yield asked.get(table.id, process), message
