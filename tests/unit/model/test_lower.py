from __future__ import annotations

from engine.model.elements import Model
from engine.model.lower import is_lowered, lower
from engine.model.parse import parse
from tests.bpmn_models import bpmn, flows, users

S, E = '<startEvent id="s"/>', '<endEvent id="e"/>'


def lowered(body: str) -> Model:
    return lower(parse(bpmn(body)))


def made(model: Model) -> set[str]:
    """Ids that lowering made."""
    return {each for each in [*model.nodes, *model.flows] if is_lowered(each)}


def leads(model: Model, node: str) -> list[str]:
    return [flow.target for flow in model.outgoing(node)]


def test_a_plain_model_stays_as_it_is() -> None:
    model = parse(bpmn(S + users("a") + E + flows("s>a>e")))
    assert lower(model) == model


def test_the_same_source_gives_the_same_names_in_the_same_order() -> None:
    body = S + users("a", "b", "c") + flows("s>a>b", "a>c: x")
    first, second = lowered(body), lowered(body)
    assert list(first.nodes) == list(second.nodes)
    assert list(first.flows.items()) == list(second.flows.items())


def test_a_new_element_elsewhere_changes_no_name_already_made() -> None:
    body = S + users("a", "b", "c") + flows("s>a>b", "a>c")
    later = (
        '<boundaryEvent id="t" attachedToRef="c"><messageEventDefinition/></boundaryEvent>' + users("z") + flows("t>z")
    )
    assert made(lowered(body)) <= made(lowered(body + later))


def test_every_source_id_stays() -> None:
    model = parse(bpmn(S + users("a", "b", "c") + flows("s>a>b", "a>c: x")))
    after = lower(model)
    assert set(model.nodes) <= set(after.nodes)
    assert set(model.flows) <= set(after.flows)


def test_a_missing_start_and_end_are_added() -> None:
    model = lowered(users("a", "b"))
    assert leads(model, "_lstart_p") == ["_lsplit__lstart_p"]
    assert sorted(leads(model, "_lsplit__lstart_p")) == ["a", "b"]
    assert leads(model, "a") == leads(model, "b") == ["_lend_p"]


def test_a_sub_process_gets_its_own_start_and_end() -> None:
    model = lowered(S + f'<subProcess id="box">{users("i")}</subProcess>' + E + flows("s>box>e"))
    assert leads(model, "_lstart_box") == ["i"]
    assert leads(model, "i") == ["_lend_box"]
    assert model.nodes["_lend_box"].scope == "box"


def test_a_default_beside_a_flow_always_taken_stands_for_the_conditions_only() -> None:
    model = lowered(
        S
        + '<userTask id="a" default="a_d"/>'
        + users("always", "maybe", "d")
        + flows("s>a>always", "a>maybe: x", "a>d")
    )
    assert leads(model, "a") == ["_lsplit_a"]
    assert sorted(leads(model, "_lsplit_a")) == ["_lchoice_a", "always"]
    assert sorted(leads(model, "_lchoice_a")) == ["d", "maybe"]
    assert model.nodes["_lchoice_a"].default == "a_d"


def test_an_event_sub_process_is_neither_started_nor_followed() -> None:
    body = (
        S
        + users("a")
        + flows("s>a")
        + '<subProcess id="h" triggeredByEvent="true"><startEvent id="b"><messageEventDefinition/>'
        "</startEvent></subProcess>"
    )
    model = lowered(body)
    assert leads(model, "h") == []
    assert not model.incoming("h")


def test_a_start_quantity_becomes_a_gathering() -> None:
    model = lowered(
        S + '<userTask id="a" completionQuantity="2"/><userTask id="b" startQuantity="2"/>' + flows("s>a>b")
    )
    assert leads(model, "a") == ["_lgather_b"]
    assert leads(model, "_lgather_b") == ["b"]


def test_the_only_flow_without_a_condition_is_the_default() -> None:
    model = lowered(S + '<exclusiveGateway id="g"/>' + users("a", "b") + flows("s>g>a", "g>b: x"))
    assert model.nodes["g"].default == "g_a"
