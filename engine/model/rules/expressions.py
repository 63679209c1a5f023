"""Everything a designer writes to be evaluated: compiled here, at design time, against the forms' fields."""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import ExpressionError
from engine.expressions import parse_script
from engine.expressions.text import divides, indexes, names, plain
from engine.model.decisions.compiled import names_in
from engine.model.elements import ACTIVITIES, Flow, Node, Other
from engine.model.rules.registry import ERROR, Element, Reading, rule
from engine.model.timers import is_literal
from engine.model.variables import all_variables

_CEL = {"", "cel", "text/cel", "application/cel"}


def written(reading: Reading) -> Iterator[tuple[Element, str, str]]:
    """Every expression with the element it stands on and what it must yield: `bool` or `any`."""
    for flow in reading.model.flows.values():
        source = reading.model.nodes[flow.source]
        if flow.condition and flow.id != source.default and source.kind not in {"parallelGateway", "eventBasedGateway"}:
            yield flow, flow.condition, "bool"
    for each in reading.model.correlations:
        yield from ((each, text, "any") for text in (each.expects, each.carries) if text and each.process)
    for node in reading.model.nodes.values():
        if node.activation:
            yield node, node.activation, "bool"
        if node.completion:
            yield node, node.completion, "bool"
        yield from _of_events(node)
        if node.loop is not None and node.kind in ACTIVITIES:
            yield from _of_loop(node)


def _of_events(node: Node) -> Iterator[tuple[Element, str, str]]:
    for definition in node.definitions:
        if definition.kind == "conditional":
            yield node, definition.text, "bool"
        elif definition.kind == "timer" and definition.text and not is_literal(definition.text):
            yield node, definition.text, "any"
        correlation = definition.properties.get("correlation") or node.properties.get("correlation")
        if definition.kind == "message" and correlation:
            yield node, correlation, "any"


def _of_loop(node: Node) -> Iterator[tuple[Element, str, str]]:
    loop = node.loop
    if loop is None:
        return
    if loop.condition:
        yield node, loop.condition, "bool"
    if loop.event_condition:
        yield node, loop.event_condition, "bool"
    for text in (loop.cardinality, loop.collection):
        if text and not (text.startswith("-") and text[1:].isdigit()):
            yield node, text, "any"


@rule("expression", ERROR)
def expression(reading: Reading) -> Iterator[tuple[Element, str]]:
    """CEL that does not parse, names what no form has, mixes types, counts as others do, or is no condition."""
    for element, text, wanted in written(reading):
        try:
            compiled = reading.expressions.compile(text, element.id)
        except ExpressionError as error:
            yield element, error.message
            continue
        if divides(text):
            yield (
                element,
                f"“{text}” có phép chia, mà CEL chia số nguyên ra số nguyên; hãy viết lại bằng CEL.",
            )
        if indexes(text):
            yield element, f"“{text}”: FEEL đếm phần tử, vòng lặp từ 1, ở đây đếm từ 0; hãy viết lại bằng CEL."
        if wanted == "bool" and compiled.type not in {"bool", "dyn"}:
            yield element, f"Điều kiện “{text}” cho kết quả kiểu {compiled.type}, không phải đúng/sai."


@rule("expression-language", ERROR)
def language(reading: Reading) -> Iterator[tuple[Other, str]]:
    """An expression that says in which language it is written says CEL."""
    for other in reading.model.others:
        if other.kind == "language" and other.name.lower() not in _CEL:
            yield other, f"Biểu thức của {other.id} ghi ngôn ngữ “{other.name}”; chỉ chạy được CEL, hãy viết lại."


@rule("script", ERROR)
def script(reading: Reading) -> Iterator[tuple[Node, str]]:
    """A script task is a list of `name = CEL`."""
    if not reading.checks_scripts:
        return
    for node in reading.nodes("scriptTask"):
        if node.script_format.lower() not in _CEL:
            yield (
                node,
                f"Kịch bản {node.label} viết bằng “{node.script_format}”; chỉ nhận các dòng “tên = biểu thức CEL”.",
            )
            continue
        try:
            parse_script(node.script, reading.expressions, node.id)
        except ExpressionError as error:
            yield node, error.message


@rule("personal-variable", ERROR)
def personal(reading: Reading) -> Iterator[tuple[Element, str]]:
    """No expression names personal data: it would stay in the history after erasure."""
    hidden = reading.context.personal if reading.context is not None else frozenset()
    if not hidden:
        return
    texts: list[tuple[Node | Flow | Element, str]] = [(element, text) for element, text, _ in written(reading)]
    texts += [(node, node.script) for node in reading.nodes("scriptTask")]
    for element, text in texts:
        for name in sorted(names(plain(text)) & hidden):
            yield element, f"Biểu thức “{text}” dùng “{name}” là dữ liệu cá nhân; hãy dùng một dữ kiện rút ra từ nó."
    for node in reading.nodes("businessRuleTask"):
        table = reading.decisions.tables.get(node.called)
        for name in sorted((names_in(table) if table is not None else frozenset()) & hidden):
            yield node, f"Bảng quyết định “{node.called}” dùng “{name}” là dữ liệu cá nhân."


@rule("sent-data", ERROR)
def sent_data(reading: Reading) -> Iterator[tuple[Element, str]]:
    """What goes out (`inputs`) is a form field or set by the process; another name, or personal data, goes empty."""
    if reading.variables is None:
        return
    known = all_variables(reading.model, reading.variables, reading.decisions.tables)
    for node in reading.model.nodes.values():
        for name in node.inputs:
            if name not in known:
                yield node, f"{node.label} gửi đi “{name}”, mà không biểu mẫu hay bước nào có trường này để gửi."
