"""Reads DMN files of any version, as safely as BPMN files. What is not a decision table is a fault, not a guess."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from engine.errors import UnreadableFile
from engine.model.decisions.table import AGGREGATIONS, POLICIES, Column, Decisions, DecisionTable, Fault, Row
from engine.model.safe_xml import safe_xml

_NAMESPACES = ("http://www.omg.org/spec/DMN/", "https://www.omg.org/spec/DMN/")


def read_decisions(files: Mapping[str, bytes]) -> Decisions:
    """The decisions of these files (name to content), by their id."""
    tables: dict[str, DecisionTable] = {}
    faults: list[Fault] = []
    for file, source in sorted(files.items()):
        try:
            found = list(_File(file, source, faults).tables())
        except UnreadableFile as error:
            faults.append(Fault(decision="", message=f"Tệp {file}: {error.message}"))
            continue
        for table in found:
            if table.id in tables:
                message = f"{file}, dòng {table.line}: quyết định “{table.id}” đã có trong {tables[table.id].file}."
                faults.append(Fault(decision=table.id, message=message))
            tables.setdefault(table.id, table)
    return Decisions(tables=tables, faults=tuple(faults))


class _File:
    def __init__(self, name: str, source: bytes, faults: list[Fault]) -> None:
        self.name = name
        self.root = safe_xml(source)
        self.faults = faults
        if _local(self.root) != "definitions" or not _space(self.root).startswith(_NAMESPACES):
            raise UnreadableFile(f"Dòng {self.root.sourceline}: không phải là tệp quyết định DMN.")

    def tables(self) -> Iterator[DecisionTable]:
        for decision in _children(self.root, "decision"):
            table = next(_children(decision, "decisionTable"), None)
            needs = [each for each in _children(decision, "informationRequirement") if _asks_another(each)]
            if table is None:
                self._fault(decision, decision, "chỉ chạy được bảng quyết định (decisionTable)")
            elif needs or next(_children(decision, "knowledgeRequirement"), None) is not None:
                self._fault(decision, decision, "không được dựa trên quyết định khác; hãy gộp vào một bảng")
            elif self._is_sound(decision, table):
                yield self._table(decision, table)

    def _is_sound(self, decision: Any, table: Any) -> bool:
        policy, aggregation = table.get("hitPolicy", "UNIQUE"), table.get("aggregation", "")
        columns = (len(list(_children(table, "input"))), len(list(_children(table, "output"))))
        if policy not in POLICIES:
            self._fault(decision, table, f"hitPolicy “{policy}” không có trong DMN")
        elif aggregation and (aggregation not in AGGREGATIONS or policy != "COLLECT"):
            self._fault(decision, table, f"phép gộp “{aggregation}” không dùng được với hitPolicy {policy}")
        elif not columns[1]:
            self._fault(decision, table, "bảng không có cột kết quả")
        else:
            wrong = [row for row in _children(table, "rule") if _width(row) != columns]
            for row in wrong:
                self._fault(decision, row, f"luật phải có {columns[0]} ô điều kiện và {columns[1]} ô kết quả")
            return not wrong
        return False

    def _table(self, decision: Any, table: Any) -> DecisionTable:
        variable = next((each.get("name", "") for each in _children(decision, "variable")), "")
        decision_id = decision.get("id", "")
        outputs = tuple(_output(each, variable or decision_id) for each in _children(table, "output"))
        return DecisionTable(
            id=decision_id,
            name=decision.get("name", ""),
            file=self.name,
            line=decision.sourceline,
            policy=table.get("hitPolicy", "UNIQUE"),
            aggregation=table.get("aggregation", ""),
            inputs=tuple(_input(each) for each in _children(table, "input")),
            outputs=outputs,
            rows=tuple(_row(each) for each in _children(table, "rule")),
            variable=variable,
        )

    def _fault(self, decision: Any, at: Any, what: str) -> None:
        message = f"{self.name}, dòng {at.sourceline}: quyết định “{decision.get('id', '')}” {what}."
        self.faults.append(Fault(decision=decision.get("id", ""), message=message))


def _asks_another(requirement: Any) -> bool:
    return next(_children(requirement, "requiredDecision"), None) is not None


def _width(row: Any) -> tuple[int, int]:
    return len(list(_children(row, "inputEntry"))), len(list(_children(row, "outputEntry")))


def _input(column: Any) -> Column:
    asked = next(_children(column, "inputExpression"), column)
    return Column(
        name=column.get("id", ""),
        label=column.get("label", "") or _text(asked),
        type=asked.get("typeRef", "").rpartition(":")[2],
        text=_text(asked),
        language=asked.get("expressionLanguage", ""),
        line=column.sourceline,
    )


def _output(column: Any, otherwise: str) -> Column:
    values = next((_text(each) for each in _children(column, "outputValues")), "")
    default = next((_text(each) for each in _children(column, "defaultOutputEntry")), "")
    return Column(
        name=column.get("name", "") or otherwise,
        label=column.get("label", ""),
        type=column.get("typeRef", "").rpartition(":")[2],
        text=default,
        values=tuple(found.strip() for found in _BETWEEN_COMMAS.findall(values) if found.strip()),
        line=column.sourceline,
    )


_BETWEEN_COMMAS = re.compile(r'(?:"[^"]*"|[^,"])+')
"""A comma within a text separates nothing."""


def _row(row: Any) -> Row:
    tests, results = list(_children(row, "inputEntry")), list(_children(row, "outputEntry"))
    return Row(
        id=row.get("id", ""),
        line=row.sourceline,
        tests=tuple(_text(each) for each in tests),
        results=tuple(_text(each) for each in results),
        languages=tuple(each.get("expressionLanguage", "") for each in (*tests, *results)),
    )


def _text(element: Any) -> str:
    return next(("".join(each.itertext()).strip() for each in _children(element, "text")), "")


def _children(element: Any, tag: str) -> Iterator[Any]:
    return (each for each in element if isinstance(each.tag, str) and _local(each) == tag)


def _local(element: Any) -> str:
    return str(etree.QName(element).localname)


def _space(element: Any) -> str:
    return etree.QName(element).namespace or ""
