from __future__ import annotations

from typing import Any

import pytest

from engine.errors import ExpressionError
from engine.expressions import Expressions, parse_script, parse_variables
from engine.expressions.text import MAX_LENGTH

DECLARED = {
    "fee": "double?",
    "count": "int",
    "name": "string",
    "items": "list?",
    "papers": "map?",
    "urgent": "bool?",
    "note": 'string = "none"',
    "sent": "timestamp?",
    "anything": "dyn?",
}


def evaluate(text: str, declared: dict[str, str] | None = DECLARED, **values: Any) -> Any:
    expressions = Expressions(None if declared is None else parse_variables(declared))
    return expressions.compile(text, "element").evaluate(lambda name: (name in values, values.get(name)))


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("fee > 5", {"fee": 5.5}, True),
        ("fee > 5", {"fee": 5}, False),
        ("5 < fee && fee <= 10", {"fee": 7}, True),
        ("fee >= -3", {"fee": -3}, True),
        ("fee in [1, 2.5]", {"fee": 1}, True),
        ('duration("720h")', {}, "PT2592000S"),
        ('duration("1000000.25s")', {}, "PT1000000.25S"),
        ('duration("-90s")', {}, "PT-90S"),
        ("fee + 1 - count", {"fee": 2.5, "count": 1}, 2.5),
        ("count * 2 > fee", {"fee": 3, "count": 2}, True),
        ("fee > count", {"fee": 3, "count": 2}, True),
        ("size(name) > fee", {"name": "abc", "fee": 2.5}, True),
        ("fee < name.size()", {"name": "abc", "fee": 2.5}, True),
        ("(count + 1) * 2 > fee", {"fee": 3, "count": 2}, True),
        ("fee * (count - 1) == 3.0", {"fee": 3, "count": 2}, True),
        ("urgent ? 1 : fee", {"urgent": True}, 1.0),
        ("name == 'Nguyễn Thị Đào' && fee > 5", {"name": "Nguyễn Thị Đào", "fee": 6}, True),
        ("size(items) > 1", {"items": [1, 2]}, True),
        ("items.exists(x, x > 1)", {"items": [1, 2]}, True),
        ("papers.land.area > 100", {"papers": {"land": {"area": 101}}}, True),
        ("has(papers.land)", {}, False),
        ("note", {}, "none"),
        ("fee == 0.0", {}, True),
        ("name + note", {"name": "a", "note": "b"}, "ab"),
        ("sent > timestamp('2026-01-01T00:00:00Z')", {"sent": "2026-11-23T08:00:00+07:00"}, True),
        ("${count > 2}", {"count": 3}, True),
        ("= count + 1", {"count": 3}, 4),
        ("{'a': [count, null]}", {"count": 3}, {"a": [3, None]}),
        ("anything == null", {}, True),
    ],
)
def test_what_an_expression_yields(text: str, values: dict[str, Any], expected: Any) -> None:
    result = evaluate(text, **values)
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    "text",
    [
        "unknown > 1",
        "name > 5",
        "fee +",
        "",
        "   ",
        "count == 'a'",
        "name.size() == 'a'",
        "x" * (MAX_LENGTH + 1),
        "1 +" * 500 + "1",
    ],
)
def test_what_does_not_compile_is_refused_with_its_element(text: str) -> None:
    with pytest.raises(ExpressionError) as raised:
        Expressions(parse_variables(DECLARED)).compile(text, "gateway")
    assert raised.value.element_id == "gateway"
    assert "\n" not in raised.value.message


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("count / 0", {"count": 1}),
        ("count + 9223372036854775807", {"count": 1}),
        ("papers.missing", {"papers": {}}),
        ("items[5]", {"items": []}),
        ("name", {}),
        ("count", {"count": "five"}),
        ("count", {"count": 2**80}),
        ("sent", {"sent": "yesterday"}),
        ("type(count)", {"count": 1}),
        ("b'bytes'", {}),
        ("1.0 / 0.0", {}),
        ("[0.0 / 0.0]", {}),
    ],
)
def test_an_error_that_the_library_returns_as_a_value_is_raised(text: str, values: dict[str, Any]) -> None:
    with pytest.raises(ExpressionError) as raised:
        evaluate(text, **values)
    assert raised.value.element_id == "element"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("number_of_pages > 3", "sai: tên “number_of_pages” chưa được khai báo trong biểu mẫu"),
        ("count == ", "sai: sai cú pháp (ký tự"),
        ("count > 'a'", "sai: kiểu dữ liệu hai vế không khớp (ký tự"),
    ],
)
def test_what_is_wrong_is_said_in_vietnamese_alone(text: str, told: str) -> None:
    with pytest.raises(ExpressionError) as raised:
        Expressions(parse_variables({"count": "int"})).compile(text)
    assert told in raised.value.message
    assert "ERROR" not in raised.value.message


def test_undeclared_names_are_of_any_type_and_null_until_set() -> None:
    assert evaluate("test.contains('a')", None, test="abc") is True
    assert evaluate("missing == null", None) is True
    assert evaluate("n < 3", None, n=2.5) is True


@pytest.mark.parametrize("text", ["tuple", "int = {", "list = [1"])
def test_a_declaration_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse_variables({"x": text})


def test_a_script_assigns_line_by_line() -> None:
    values: dict[str, Any] = {"n": 1}
    script = parse_script("# hai dòng\na = n + 1;\nb = a * 2", Expressions(), "s")
    script.run(lambda name: (name in values, values.get(name)), values.__setitem__)
    assert values == {"n": 1, "a": 2, "b": 4}


@pytest.mark.parametrize("text", ["import os", "a == 1", "a = ", "a.b = 1", "print('x')", "\n".join(["a = 1"] * 51)])
def test_a_script_of_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse_script(text, Expressions(), "s")


def test_one_set_of_expressions_serves_many_threads() -> None:
    from concurrent.futures import ThreadPoolExecutor

    expressions = Expressions(parse_variables({"n": "int"}))

    def ask(n: int) -> bool:
        return all(
            expressions.compile(f"n + {k} > 10", "g").evaluate(lambda _: (True, n)) == (n + k > 10) for k in range(30)
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(40)))
