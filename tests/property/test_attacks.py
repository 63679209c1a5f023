"""Nothing a designer or an applicant writes reaches Python.

Each place that takes an expression, with each payload, is refused or does no harm.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ExpressionError, MotCuaError
from engine.expressions import Expressions
from engine.run import Complete, compile_program
from tests.bpmn_models import AT, addresses, bpmn, flows, program, properties, start, users
from tests.unit.model.test_decision_tables import dmn

S, E = '<startEvent id="s"/>', '<endEvent id="e"/>'
PLACES = {
    "condition": S
    + E
    + users("a")
    + '<exclusiveGateway id="x" default="x_e"/>'
    + flows("s>x", "x>e")
    + '<sequenceFlow id="x_a" sourceRef="x" targetRef="a"><conditionExpression>{0}</conditionExpression>'
    "</sequenceFlow>",
    "script": S + E + '<scriptTask id="x"><script>{0}</script></scriptTask>' + flows("s>x>e"),
    "assignment": S + E + '<scriptTask id="x"><script>value = {0}</script></scriptTask>' + flows("s>x>e"),
    "timer": S + E + '<intermediateCatchEvent id="x"><timerEventDefinition><timeDuration>{0}</timeDuration>'
    "</timerEventDefinition></intermediateCatchEvent>" + flows("s>x>e"),
    "cardinality": S + E + '<userTask id="x"><multiInstanceLoopCharacteristics><loopCardinality>{0}</loopCardinality>'
    "</multiInstanceLoopCharacteristics></userTask>" + flows("s>x>e"),
    "loop condition": S
    + E
    + '<userTask id="x"><standardLoopCharacteristics testBefore="true"><loopCondition>{0}</loopCondition>'
    "</standardLoopCharacteristics></userTask>" + flows("s>x>e"),
    "conditional event": S + E + '<intermediateCatchEvent id="x"><conditionalEventDefinition><condition>{0}</condition>'
    "</conditionalEventDefinition></intermediateCatchEvent>" + flows("s>x>e"),
    "completion condition": S
    + E
    + f'<adHocSubProcess id="x">{users("i")}<completionCondition>{{0}}</completionCondition></adHocSubProcess>'
    + flows("s>x>e"),
    "correlation": S + E + '<receiveTask id="x">' + properties(correlation="{0}") + "</receiveTask>" + flows("s>x>e"),
}
MARK = Path("/tmp/motcua-attack-mark")
PAYLOADS = [
    f"__import__('os').system('touch {MARK}')",
    f"open('{MARK}', 'w')",
    f"eval('open(\\'{MARK}\\', \\'w\\')')",
    "().__class__.__base__.__subclasses__()",
    "[c for c in ().__class__.__base__.__subclasses__()]",
    "data.__class__.__mro__",
    "(lambda: 1)()",
    "f'{data.__class__}'",
    "'{0.__class__}'.format(data)",
    "import os",
    "exec('x=1')",
    "globals()",
    "getattr(data, '__class__')",
    "9 ** 9 ** 9",
    "'a' * 1000000000",
    "data.map(a, data.map(b, data.map(c, data.map(d, data.map(e, data.map(f, data.map(g, data.map(h, 1))))))))",
    "(" * 2_000 + "1" + ")" * 2_000,
    "!" * 3_000 + "true",
    "[" * 500 + "]" * 500,
    "1" + "+1" * 1_900,
    "data.all(a, data.all(b, data.all(c, data.all(d, data.all(e, data.all(f, data.all(g, true)))))))",
    "${T(java.lang.Runtime).getRuntime().exec('id')}",
    "#{7*7}",
    "{{7*7}}",
    "\x00",
    "os.system('id')",
    "__builtins__",
    "__loader__.load_module('os')",
    "type('X', (), {})()",
    "(x := 1)",
    "data[0].__init__.__globals__",
    "data.__reduce__()",
    "globals()['__builtins__']['open']('/etc/passwd')",
    "str(data.__class__)",
    "lambda: 0",
    "print(open('/etc/passwd').read())",
    "''.join(['a'])",
    "compile('1', '', 'eval')",
    "{'a': 1}.a.b.c.d",
    "data.filter(x, data.filter(y, data.filter(z, data.filter(w, data.filter(v, data.filter(u, true))))))",
    "'a'.matches('(a+)+$')",
    "'" + "a" * 3_000 + "!'.matches('(a|aa)+$')",
    "1/0",
    "9223372036854775807 + 1",
    "timestamp('9999-12-31T23:59:59Z') + duration('99999999h')",
    "b'\\xff\\xfe'",
    "'\\u0000'",
    "${jndi:ldap://127.0.0.1/a}",
    "<script>alert(1)</script>",
    "'; DROP TABLE cases; --",
    "$(touch /tmp/motcua-attack-mark)",
    "`touch /tmp/motcua-attack-mark`",
    "..\\..\\..",
    "{% import os %}{{ os.popen('id') }}",
    "%s%s%s%n",
    "\u202eabc",
]


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
@pytest.mark.parametrize("place", PLACES)
def test_a_payload_is_refused_or_harmless(place: str, payload: str) -> None:
    escaped = payload.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;").replace("\n", "&#10;")
    MARK.unlink(missing_ok=True)
    with contextlib.suppress(MotCuaError):
        what = program(PLACES[place].replace("{0}", escaped), variables={"data": "list"})
        instance, _ = start(what, data=list(range(10)))
        assert orjson.dumps(instance.variables)
    assert not MARK.exists()


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_a_payload_in_a_decision_table_is_refused_or_harmless(payload: str) -> None:
    MARK.unlink(missing_ok=True)
    task = '<businessRuleTask id="x" c:decisionRef="fee" xmlns:c="c"/>'
    text = payload.replace("\x00", "").replace("&", "&amp;").replace("<", "&lt;")
    for source in (dmn([([text], ["1"])]), dmn([(["1"], [text])]), dmn([(["1"], ["1"])], default=text)):
        with contextlib.suppress(MotCuaError):
            what = compile_program(bpmn(S + E + task + flows("s>x>e")), decisions={"fee.dmn": source})
            instance, _ = start(what, area=1)
            assert orjson.dumps(instance.variables)
    assert not MARK.exists()


def test_the_corpus_is_as_large_as_it_should_be() -> None:
    assert len(set(PAYLOADS)) >= 40
    assert len(PLACES) >= 5


@pytest.mark.parametrize(
    "value", ["__import__('os')", {"__class__": "x"}, ["${7*7}"], "decision == 'x'", "x" * 100_000]
)
def test_what_an_applicant_writes_is_only_ever_a_value(value: object) -> None:
    what = program(
        S + E + users("a", "b") + '<exclusiveGateway id="g" default="g_e"/>' + flows("s>a>g>e", "g>b: anything == 'b'"),
        variables={"anything": "dyn?"},
    )
    instance, _ = start(what)
    instance.apply(Complete(address="a#1", variables={"anything": value}), at=AT)
    assert addresses(instance) == []
    assert instance.variables == {"anything": value}


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=200))
def test_any_text_at_all_is_an_error_of_ours_or_a_value(text: str) -> None:
    error = None
    try:
        Expressions().compile(text, "x").evaluate(lambda _: (True, [1, "a", {"b": None}]))
    except ExpressionError as raised:
        error = raised
    assert error is None or (error.element_id == "x" and "\n" not in error.message)
