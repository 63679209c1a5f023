"""Decision tables: read from DMN of any version, refused cell by cell, asked by all hit policies."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import ExpressionError, ModelRefused
from engine.expressions import Expressions, parse_variables, unary_test
from engine.model.decisions import CompiledTable, read_decisions
from engine.model.decisions.compiled import faults_of
from engine.model.lint import lint
from engine.model.parse import parse
from engine.run import Complete, compile_program, dump_program, load_program
from tests.bpmn_models import AT, addresses, bpmn, flows, restored, start, users

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
AREA = {"area": "number"}


def dmn(
    rows: list[tuple[list[str], list[str]]],
    *,
    policy: str = "UNIQUE",
    inputs: dict[str, str] | None = None,
    outputs: dict[str, str] | None = None,
    values: str = "",
    default: str = "",
    aggregation: str = "",
    more: str = "",
    space: str = DMN,
) -> bytes:
    """One decision `fee` in a file: rows of tests and results."""

    def cells(tag: str, texts: list[str]) -> str:
        return "".join(f"<{tag}><text>{_escaped(text)}</text></{tag}>" for text in texts)

    def told(tag: str, text: str) -> str:
        return f"<{tag}><text>{_escaped(text)}</text></{tag}>" if text else ""

    head = "".join(
        f'<input id="in_{name}" label="{name}"><inputExpression typeRef="{kind}"><text>{name}</text></inputExpression>'
        "</input>"
        for name, kind in (AREA if inputs is None else inputs).items()
    )
    head += "".join(
        f'<output id="out_{name}" name="{name}" typeRef="{kind}">{told("outputValues", values)}'
        f"{told('defaultOutputEntry', default)}</output>"
        for name, kind in (outputs or {"fee": "number"}).items()
    )
    body = "\n".join(
        f'<rule id="r{number}">{cells("inputEntry", tests)}{cells("outputEntry", results)}</rule>'
        for number, (tests, results) in enumerate(rows, 1)
    )
    gathered = f' aggregation="{aggregation}"' if aggregation else ""
    return (
        f'<definitions xmlns="{space}" id="d" name="d" namespace="n">\n<decision id="fee" name="Phí">{more}'
        f'<decisionTable hitPolicy="{policy}"{gathered}>{head}\n{body}</decisionTable></decision></definitions>'
    ).encode()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def asked(source: bytes, variables: dict[str, Any], *, result: str = "", types: dict[str, str] | None = None) -> Any:
    decisions = read_decisions({"fee.dmn": source})
    assert not decisions.faults, decisions.faults
    expressions = Expressions(None if types is None else parse_variables(types))
    table = CompiledTable.of(decisions.tables["fee"], expressions)
    return table.ask(lambda name: (name in variables, variables.get(name)), result)


@pytest.mark.parametrize(
    ("cell", "kind", "value", "holds"),
    [
        ("-", "string", "x", True),
        ("", "double", None, True),
        ("5", "double", 5, True),
        ("< 5", "double", 5, False),
        ("<= 5.5", "int", 5, True),
        ("> 5, < 2", "int", 1, True),
        ("-5", "int", -5, True),
        ("[1..5]", "double", 5, True),
        ("[1..5)", "double", 5, False),
        ("]1..5]", "double", 1, False),
        ("(1..5], 8", "double", 8, True),
        ("[limit..10]", "int", 7, True),
        ("not(1, 2)", "int", 3, True),
        ("not(1, 2)", "int", 2, False),
        ("not([1..5])", "int", 3, False),
        ('"a, b"', "string", "a, b", True),
        ('"a","b"', "string", "c", False),
        ('not("a")', "string", None, True),
        ("not(> 5)", "int", None, False),
        ("null", "string", None, True),
        ("null", "string", "x", False),
        ("not(null)", "string", "x", True),
        ("> 5", "int", None, False),
        ("true", "bool", True, True),
        ("false", "bool", True, False),
        ('>= date("2026-11-20")', "string", "2026-11-23", True),
        ('< date("2026-11-20")', "timestamp", "2026-11-19T23:59:59+07:00", True),
        ('> date and time("2026-11-20T08:00:00+07:00")', "timestamp", "2026-11-20T01:00:00Z", False),
    ],
)
def test_a_unary_test_holds_as_feel_says(cell: str, kind: str, value: object, holds: bool) -> None:
    names = parse_variables({"limit": "int"})
    look_up = {"limit": 6}
    for expressions in (Expressions(names), Expressions()):
        test = unary_test(cell, kind if expressions.variables else {"int": "number"}.get(kind, kind), expressions)
        if kind != "timestamp" or expressions.variables:
            assert test.holds(value, lambda name: (name in look_up, look_up.get(name))) is holds


@pytest.mark.parametrize("cell", ['< date("2026-11-20")', 'not(date("2026-11-20"))', 'date("2026-11-20"), null'])
def test_what_is_compared_with_a_day_is_a_day(cell: str) -> None:
    test = unary_test(cell, "string", Expressions())
    for text in ("05/05/2026", "2026-11-20T08:00:00", "2026-02-30"):
        with pytest.raises(ExpressionError, match="không phải là ngày"):
            test.holds(text, lambda _: (False, None))
    assert test.holds("", lambda _: (False, None)) is test.holds(None, lambda _: (False, None))


NOT_PLAIN = "x + 1|f(1)|contains(x)|if a then b else c|1 2|'a'|?|? > 5|{a: 1}|[1, 2]|a b|=|<|not(|1..5|x && y|${x}"
NOT_PLAIN += '|import os|date("tomorrow")|date("2026-13-01")|duration("P1D")|__import__(\'os\')'


@pytest.mark.parametrize("cell", NOT_PLAIN.split("|"))
def test_what_is_no_plain_unary_test_is_refused(cell: str) -> None:
    with pytest.raises(ExpressionError):
        unary_test(cell, "dyn", Expressions())


@pytest.mark.parametrize(
    ("cell", "kind"), [("5", "string"), ('"a"', "double"), ("true", "int"), ("> true", "bool"), ("limit", "int")]
)
def test_a_test_of_another_type_than_its_column_is_refused(cell: str, kind: str) -> None:
    with pytest.raises(ExpressionError):
        unary_test(cell, kind, Expressions(parse_variables({"limit": "string"})))


STEPS = [(["< 100"], ["10"]), (["[100..500)"], ["20"]), ([">= 500"], ["30"])]
OVERLAP = [(["> 0"], ["10"]), (["> 100"], ["20"]), (["> 500"], ["20"])]


@pytest.mark.parametrize("space", ["http://www.omg.org/spec/DMN/20151101/dmn.xsd", DMN])
@pytest.mark.parametrize(("area", "fee"), [(50, 10), (100, 20), (499.5, 20), (500, 30)])
def test_unique(area: float, fee: int, space: str) -> None:
    assert asked(dmn(STEPS, space=space), {"area": area}) == {"fee": fee}
    assert asked(dmn(STEPS, space=space), {"area": area}, types={"area": "double?"}) == {"fee": fee}


def test_unique_refuses_two_hits_and_names_the_rules() -> None:
    with pytest.raises(ExpressionError, match="1, 2 cùng khớp"):
        asked(dmn(OVERLAP), {"area": 200})


@pytest.mark.parametrize(
    ("policy", "aggregation", "area", "found"),
    [
        ("FIRST", "", 900, 10),
        ("PRIORITY", "", 900, 20),
        ("PRIORITY", "", 50, 10),
        ("COLLECT", "", 900, [10, 20, 20]),
        ("COLLECT", "", -1, []),
        ("COLLECT", "SUM", 900, 50),
        ("COLLECT", "SUM", -1, None),
        ("COLLECT", "MIN", 900, 10),
        ("COLLECT", "MAX", 900, 20),
        ("COLLECT", "COUNT", 900, 3),
        ("COLLECT", "COUNT", -1, 0),
        ("RULE ORDER", "", 200, [10, 20]),
        ("OUTPUT ORDER", "", 200, [20, 10]),
        ("FIRST", "", -1, None),
    ],
)
def test_every_hit_policy(policy: str, aggregation: str, area: int, found: object) -> None:
    source = dmn(OVERLAP, policy=policy, aggregation=aggregation, values="20, 10")
    assert asked(source, {"area": area}, result="all") == {"all": found}


def test_a_comma_within_a_text_separates_no_values() -> None:
    rows = [([">= 0"], ['"khẩn, trong ngày"']), (["> 100"], ['"thường"'])]
    source = dmn(rows, policy="PRIORITY", outputs={"way": "string"}, values='"thường", "khẩn, trong ngày"')
    assert [asked(source, {"area": area}) for area in (50, 900)] == [{"way": "khẩn, trong ngày"}, {"way": "thường"}]


def test_any_takes_equal_results_and_refuses_others() -> None:
    assert asked(dmn(OVERLAP[1:], policy="ANY"), {"area": 900}) == {"fee": 20}
    with pytest.raises(ExpressionError, match="kết quả khác nhau"):
        asked(dmn(OVERLAP, policy="ANY"), {"area": 900})


def test_a_default_stands_where_nothing_matches_and_an_output_may_be_a_sum() -> None:
    source = dmn([(["> 100"], ["base + area * 2"])], default="base")
    assert asked(source, {"area": 200, "base": 5}) == {"fee": 405}
    assert asked(source, {"area": 1, "base": 5}) == {"fee": 5}


@pytest.mark.parametrize("aggregation", ["SUM", "MIN", "MAX"])
def test_a_default_stands_for_what_is_gathered_of_nothing(aggregation: str) -> None:
    source = dmn(OVERLAP, policy="COLLECT", aggregation=aggregation, default="7")
    assert asked(source, {"area": -1}) == {"fee": 7}


@pytest.mark.parametrize(
    ("cell", "kind", "fee"),
    [("< 100", "double?", None), ("null", "double?", 10), ("null", "string?", 10), ("< 100", "double = 5", 10)],
)
def test_a_field_that_nobody_has_filled_in_is_null(cell: str, kind: str, fee: int | None) -> None:
    source = dmn([([cell], ["10"])], inputs={"area": "string" if "string" in kind else "number"})
    assert asked(source, {}, types={"area": kind}) == {"fee": fee}


def test_a_cell_is_read_past_what_stands_in_it() -> None:
    source = dmn(STEPS).replace(b"&lt; 100", b"&lt; 1<!-- not --><b/>00")
    assert asked(source, {"area": 50}) == {"fee": 10}


def test_several_outputs_are_several_variables_or_one_map() -> None:
    source = dmn([(["> 100"], ["20", '"forward"'])], outputs={"fee": "number", "decision": "string"})
    assert asked(source, {"area": 200}) == {"fee": 20, "decision": "forward"}
    assert asked(source, {"area": 200}, result="both") == {"both": {"fee": 20, "decision": "forward"}}
    assert asked(source, {"area": 1}) == {"fee": None, "decision": None}


def test_a_value_of_another_type_is_an_error_and_no_miss() -> None:
    with pytest.raises(ExpressionError):
        asked(dmn(STEPS), {"area": "big"})


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (dmn([(["x + 1"], ["10"])]), "fee.dmn, dòng 3, bảng “fee”, luật 1, cột “area”"),
        (dmn([(["1"], ["10 / 3"])]), "luật 1, kết quả “fee”"),
        (dmn([(["1"], ["sum(1)"])]), "luật 1, kết quả “fee”"),
        (dmn([(['"a"'], ["10"])]), "không cùng kiểu"),
        (dmn(STEPS, policy="PRIORITY"), "outputValues"),
        (
            dmn([(["1"], ["1", "2"])], policy="COLLECT", aggregation="SUM", outputs={"a": "number", "b": "number"}),
            "gộp",
        ),
        (dmn(STEPS, default="1 / 0"), "giá trị mặc định"),
        (dmn([(["1"], ['"20"'])]), "luật 1, kết quả “fee”"),
        (dmn(STEPS, default="true"), "giá trị mặc định"),
        (dmn(STEPS, policy="COLLECT", aggregation="COUNT", default="1"), "COUNT"),
        (dmn(STEPS).replace(b"<text>area</text>", b"<text/>"), "inputExpression"),
        (dmn(STEPS, inputs={"area ": "number"}).replace(b"<text>area </text>", b"<text>area(1)</text>"), "cột “area ”"),
    ],
)
def test_a_wrong_cell_is_named(source: bytes, words: str) -> None:
    decisions = read_decisions({"fee.dmn": source})
    found = faults_of(decisions.tables["fee"], Expressions())
    assert found
    assert all(words in fault and "\n" not in fault for fault in found), found


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (b"not xml", "không phải là XML"),
        (b"<definitions/>", "không phải là tệp quyết định DMN"),
        (b'<!DOCTYPE d [<!ENTITY x "y">]><definitions/>', "DOCTYPE"),
        (dmn(STEPS, policy="SOMETIMES"), "hitPolicy “SOMETIMES”"),
        (dmn(STEPS, aggregation="SUM"), "phép gộp “SUM”"),
        (dmn([([], ["1"])]), "luật phải có 1 ô điều kiện"),
        (
            dmn(STEPS, more='<informationRequirement><requiredDecision href="#x"/></informationRequirement>'),
            "quyết định khác",
        ),
        (
            f'<definitions xmlns="{DMN}"><decision id="fee"><literalExpression/></decision></definitions>'.encode(),
            "bảng",
        ),
        (dmn(STEPS).replace(b"</definitions>", b'<decision id="fee">') + dmn(STEPS).split(b">", 2)[2], ""),
    ][:-1],
)
def test_what_is_no_table_is_a_fault_in_one_line(source: bytes, words: str) -> None:
    (fault,) = read_decisions({"fee.dmn": source}).faults
    assert words in fault.message
    assert "\n" not in fault.message


def test_one_decision_in_two_files_is_a_fault() -> None:
    (fault,) = read_decisions({"a.dmn": dmn(STEPS), "b.dmn": dmn(STEPS)}).faults
    assert "đã có trong a.dmn" in fault.message


CAMUNDA = 'xmlns:c="http://camunda.org/schema/1.0/bpmn" c:decisionRef="fee"'
WAYS = {
    "camunda": f"<businessRuleTask id='rule' {CAMUNDA}/>",
    "property": "<businessRuleTask id='rule'><extensionElements><properties xmlns='x'>"
    "<property name='decision' value='fee'/></properties></extensionElements></businessRuleTask>",
    "zeebe": "<businessRuleTask id='rule'><extensionElements><z:calledDecision xmlns:z='z' decisionId='fee' "
    "resultVariable='fee'/></extensionElements></businessRuleTask>",
    "flowable": "<businessRuleTask id='rule'><extensionElements><f:field xmlns:f='f' name='decisionTableReferenceKey'>"
    "<f:string>fee</f:string></f:field></extensionElements></businessRuleTask>",
}


def process(rule: str) -> bytes:
    return bpmn(
        '<startEvent id="s"/>' + rule + '<exclusiveGateway id="g" default="g_b"/>' + users("ask", "a", "b")
        + flows("s>ask>rule>g>b", "g>a: fee > 15")
    )  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_a_business_rule_task_asks_its_table_and_a_gateway_its_result(way: str) -> None:
    what = compile_program(process(WAYS[way]), variables={"area": "double?"}, decisions={"fee.dmn": dmn(STEPS)})
    assert what.named_variables == {"area", "fee"}
    what = load_program(dump_program(what))
    for area, following in ((99, "b#1"), (100, "a#1")):
        instance, _ = start(what)
        instance = restored(what, instance)
        instance.apply(Complete(address="ask#1", variables={"area": area}), at=AT)
        assert addresses(instance) == [following]


def test_an_error_of_a_table_carries_the_task() -> None:
    what = compile_program(process(WAYS["camunda"]), decisions={"fee.dmn": dmn(OVERLAP)})
    instance, _ = start(what)
    with pytest.raises(ExpressionError) as raised:
        instance.apply(Complete(address="ask#1", variables={"area": 900}), at=AT)
    assert raised.value.element_id == "rule"


def test_a_table_that_is_not_there_or_wrong_refuses_the_model_at_its_task() -> None:
    for files in ({}, {"fee.dmn": b"<x/>"}, {"fee.dmn": dmn([(["1 +"], ["2"])])}):
        with pytest.raises(ModelRefused) as raised:
            compile_program(process(WAYS["camunda"]), decisions=files)
        assert {finding.rule for finding in raised.value.findings} <= {"business-rule", "decision-table"}
        assert "rule" in {finding.element for finding in raised.value.findings} | ({"rule"} if files else set())


def test_a_condition_on_a_result_is_checked_against_its_type() -> None:
    source = process(WAYS["camunda"]).replace(b"fee &gt; 15", b"fee == 'much'").replace(b"fee > 15", b"fee == 'much'")
    found = lint(parse(source), variables={"area": "double?"}, decisions=read_decisions({"fee.dmn": dmn(STEPS)}))
    assert [finding.element for finding in found if finding.rule == "expression"] == ["g_a"]
