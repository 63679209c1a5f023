"""Script tasks: lists of assignments, or whatever the program that embeds the engine does with their text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.run import compile_program
from tests.bpmn_models import bpmn, flows, start, users

S, E = '<startEvent id="s"/>', '<endEvent id="e"/>'
COUNTING = bpmn(
    S
    + '<exclusiveGateway id="in"/><scriptTask id="count"><script>n = n + 1</script></scriptTask>'
    + '<exclusiveGateway id="out" default="out_e"/>'
    + E
    + flows("s>in>count>out>e", "out>in: n < 5000")
)


def test_a_script_counts_to_five_thousand() -> None:
    instance, step = start(compile_program(COUNTING), n=0)
    assert (step.is_ended, instance.variables) == (True, {"n": 5_000})
    assert sum(passed.element_id == "count" for passed in step.completed) == 5_000


def test_two_thousand_scripts_in_a_row_run() -> None:
    names = [f"t{number}" for number in range(2_000)]
    body = "".join(f'<scriptTask id="{name}"><script>n = n + 1</script></scriptTask>' for name in names)
    instance, step = start(compile_program(bpmn(S + body + E + flows(">".join(["s", *names, "e"])))), n=0)
    assert (step.is_ended, instance.variables) == (True, {"n": 2_000})


def test_an_embedding_program_may_run_scripts_in_its_own_way() -> None:
    seen: list[tuple[str, str, Mapping[str, Any]]] = []

    def handler(element: str, script: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        seen.append((element, script, variables))
        return {"fee": 7}

    source = bpmn(
        S + '<scriptTask id="x" scriptFormat="groovy"><script>def fee = 7</script></scriptTask>' + users("a")
        + '<exclusiveGateway id="g" default="g_e"/>' + E + flows("s>x>g>e", "g>a: fee == 7", "a>e")
    )  # fmt: skip
    instance, _ = start(compile_program(source, script_handler=handler), code="H27")
    assert seen == [("x", "def fee = 7", {"code": "H27"})]
    assert [waiting.element_id for waiting in instance.waiting] == ["a"]


def test_a_handler_sees_the_case_from_inside_a_loop() -> None:
    loop = "<standardLoopCharacteristics><loopCondition>n &lt; 3</loopCondition></standardLoopCharacteristics>"
    source = bpmn(S + f'<scriptTask id="x">{loop}<script>n++</script></scriptTask>' + E + flows("s>x>e"))
    what = compile_program(source, script_handler=lambda _element, _script, seen: {"n": seen["n"] + 1})
    instance, step = start(what, n=0)
    assert (step.is_ended, instance.variables) == (True, {"n": 3})
