"""Drafting: what a step table becomes, on the shapes that real tables have."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine.errors import InputError
from engine.model.draft import Draft, draft
from engine.model.draft.table import StepTable, tables_from_json
from engine.model.draft.times import duration, hours_of
from engine.model.elements import Model, Node
from engine.model.parse import parse

DATA = Path(__file__).parents[2] / "data" / "step_tables.json"


@cache
def tables() -> dict[str, StepTable]:
    return {table.code: table for table in tables_from_json(json.loads(DATA.read_text(encoding="utf-8")))}


@cache
def drafted(code: str) -> tuple[Draft, Model]:
    made = draft(tables()[code])
    return made, parse(made.folder.source)


def tasks(model: Model) -> list[Node]:
    return [node for node in model.nodes.values() if node.kind in ("userTask", "serviceTask")]


def rules(code: str) -> dict[str, str]:
    return {finding.rule: finding.severity for finding in drafted(code)[0].findings}


def test_all_97_tables_draft() -> None:
    assert len(tables()) == 97
    for table in tables().values():
        assert draft(table).folder.source


def test_every_task_of_the_table_is_one_element_of_its_step() -> None:
    for table in tables().values():
        _, model = drafted(table.code)
        for step in table.steps:
            drawn = [node for node in tasks(model) if node.id.startswith(f"step{step.order}_")]
            of_step = [
                node
                for node in drawn
                if node.properties["act"] not in ("supplement", "refuse") and "step_limit" in node.properties
            ]
            if step.time is not None:
                assert len(of_step) == max(1, len(step.tasks)), (table.code, step.order)
                assert {node.properties["step_limit"] for node in of_step} == {str(step.time)}


def test_lanes_are_units_by_first_appearance_with_todays_names() -> None:
    _, model = drafted("TN02")
    assert [(lane.name, lane.properties["unit"]) for lane in model.lanes.values()] == [
        ("Trung tâm Phục vụ hành chính công cấp xã", "one_stop"),
        ("Chi nhánh Văn phòng Đăng ký đất đai", "lead"),
        ("Phòng Kinh tế cấp xã", "commune.economy"),
        ("Lãnh đạo UBND cấp xã", "commune.leader"),
        ("Cơ quan thuế", "external.tax"),
    ]


def test_a_step_is_framed_with_a_vietnamese_caption_and_its_binding_limit() -> None:
    made, model = drafted("TP01")
    text = made.folder.source.decode()
    assert 'value="Bước 2: Văn phòng HĐND và UBND cấp xã xử lý hồ sơ – 1,5 ngày"' in text
    groups = {other.id: other.properties for other in model.others if other.kind == "group"}
    assert groups["step2"]["limit"] == "1.5d"
    assert "limit" not in groups["step5"]


def test_consultation_is_a_service_with_its_own_limit_and_its_silence_is_marked() -> None:
    _, model = drafted("TN02")
    asked = model.nodes["step3_consult"]
    assert asked.kind == "serviceTask"
    assert asked.properties["connector"] == "consultation"
    assert asked.properties["operation"] == "request"
    assert asked.properties["target_unit"] == "commune.economy"
    assert asked.properties["limit"] == "5d"
    timer = next(node for node in model.nodes.values() if node.attached_to == asked.id)
    assert not timer.interrupts
    assert timer.definitions[0].text == "P5D"


def test_the_clock_rests_while_the_applicant_pays_tax() -> None:
    _, model = drafted("TN02")
    paused = {node.id: node.properties["clock_basis"] for node in tasks(model) if "clock" in node.properties}
    assert paused == {"step9_tax_receipt": "financial_obligation", "step4_handle_supplement": "supplement"}


def test_a_second_phase_opens_with_the_clock_at_rest() -> None:
    made, model = drafted("TTHC-TINH-19")
    reception = model.nodes["step6_phase_receive"]
    assert (reception.properties["clock"], reception.properties["clock_basis"]) == ("paused", "phase")
    assert (reception.properties["phase"], reception.properties["act"]) == ("2", "phase_receive")
    assert [(phase.number, phase.limit) for phase in made.folder.manifest.phases] == [(1, "4d"), (2, "4d")]
    assert made.folder.manifest.supplement.effect == "restart_phase"


def test_handling_may_ask_for_a_supplement_or_refuse_and_a_signature_may_send_back() -> None:
    _, model = drafted("TP01")
    gateway = model.nodes["step2_handle_decision"]
    conditions = {flow.condition: flow.target for flow in model.outgoing(gateway.id)}
    assert conditions == {
        "": "step2_review",
        'decision == "supplement"': "step2_handle_supplement",
        'decision == "refuse"': "step2_handle_refusal",
    }
    assert model.flows[gateway.default].target == "step2_review"
    sent_back = {flow.target for flow in model.flows.values() if flow.condition == 'decision == "return"'}
    assert sent_back == {"step2_handle_join"}
    assert [flow.target for flow in model.outgoing("step2_handle_refusal")] == ["step2_handle_refused"]


def test_no_review_sends_back_over_a_tax_leg_or_a_phase() -> None:
    _, model = drafted("TN03")
    sent_back = {flow.source: flow.target for flow in model.flows.values() if flow.condition == 'decision == "return"'}
    assert sent_back == {
        "step4_review_decision": "step4_handle_join",
        "step8_review_decision": "step7_review_join",
        "step9_sign_decision": "step7_review_join",
    }


def test_an_optional_consultation_comes_back_to_the_handler() -> None:
    _, model = drafted("DANG-KY-KET-HON")
    asked = [flow for flow in model.flows.values() if flow.condition == 'decision == "consult"']
    assert [flow.target for flow in asked] == ["step4_consult"]
    assert [flow.target for flow in model.outgoing("step4_consult")] == ["step3_handle_join"]


def test_every_task_has_a_form_that_offers_exactly_its_ways_out() -> None:
    for code in tables():
        made, model = drafted(code)
        for node in tasks(model):
            if node.kind == "serviceTask":
                continue
            form = made.folder.forms[node.properties["form"]]
            gateway = f"{node.id}_decision"
            offered = set(form["properties"].get("decision", {}).get("enum", ["forward"]))
            ways = {flow.condition.partition('"')[2].rstrip('"') or "forward" for flow in model.outgoing(gateway)}
            assert offered == (ways or {"forward"}), (code, node.id)


def test_completing_exactly_one_task_ends_lateness_counting() -> None:
    for code in tables():
        _, model = drafted(code)
        assert len([node for node in tasks(model) if node.properties.get("biz_done") == "true"]) == 1, code


def test_district_tables_are_marked_adapted_and_others_are_not() -> None:
    for code, table in tables().items():
        manifest = drafted(code)[0].folder.manifest
        assert manifest.adapted == (table.level == "district")
        assert manifest.ruleset == "nd118-2025"
        assert not manifest.verified


@pytest.mark.parametrize(
    ("code", "level", "lead"),
    [
        ("TP01", "commune", "commune.office"),
        ("LD05", "commune", "commune.culture_society"),
        ("TC05", "commune", "commune.economy"),
        ("DT01", "commune", "commune.economy"),
        ("DT02", "province", "department.construction"),
        ("TN02", "commune", "department.land_registry_branch"),
        ("TN17", "province", "department.land_registry_branch"),
        ("TTHC-TINH-01", "province", "department.agriculture_environment"),
        ("2.000635", "province", "department.justice"),
        ("DANG-KY-TAM-TRU", "commune", "commune.police"),
    ],
)
def test_units_of_the_district_time_sit_where_they_sit_today(code: str, level: str, lead: str) -> None:
    manifest = drafted(code)[0].folder.manifest
    assert (manifest.level, manifest.lead) == (level, lead)


@pytest.mark.parametrize(
    ("code", "difference"),
    [("TC01", "1d"), ("TP06", "3d"), ("TP07", "-3d"), ("DT07", "-19d")],
)
def test_steps_that_do_not_add_up_say_by_how_much(code: str, difference: str) -> None:
    found = [finding for finding in drafted(code)[0].findings if finding.rule == "sum_differs"]
    assert [finding.difference for finding in found] == [difference]


def test_exactly_the_tables_that_do_not_add_up_are_told_so() -> None:
    told = {code for code in tables() if "sum_differs" in rules(code)}
    assert told == {"DT07", "TC01", "TC03", "TC07", "TC12", "TC13", "TC14", "TC15", "TP06", "TP07"}


def test_a_missing_time_is_not_a_wrong_one() -> None:
    assert rules("LD05").keys() & {"sum_differs", "time_missing", "total_missing"} == {"time_missing", "total_missing"}
    assert "sum_differs" not in rules("2.000635")
    assert drafted("LD05")[0].folder.manifest.limit == ""


def test_task_times_are_only_advice() -> None:
    assert rules("DT01")["tasks_differ"] == "info"


def test_a_task_that_points_into_another_procedure_is_told() -> None:
    assert rules("TP10")["next_elsewhere"] == "warning"


def test_a_unit_that_looks_like_one_is_kept_and_told() -> None:
    table = tables()["TP01"]
    steps = (*table.steps[:1], replace(table.steps[1], unit="Ban Quản lý khu kinh tế"), *table.steps[2:])
    made = draft(replace(table, agency="", steps=steps))
    assert {finding.rule for finding in made.findings if finding.severity == "warning"} == {"unit_unknown"}
    assert "Ban Quản lý khu kinh tế" in {lane.name for lane in parse(made.folder.source).lanes.values()}


def test_a_name_that_is_no_unit_is_refused_in_one_line() -> None:
    table = tables()["TP01"]
    steps = (replace(table.steps[0], unit="xyz"), *table.steps[1:])
    with pytest.raises(InputError, match="Bước 1: không rõ đơn vị “xyz”") as refused:
        draft(replace(table, steps=steps))
    assert "\n" not in refused.value.message


def test_same_day_certification_closes_at_three() -> None:
    assert drafted("TP09")[0].folder.manifest.cutoff == "15:00"
    assert drafted("2.000635")[0].folder.manifest.cutoff == "15:00"
    assert drafted("DT01")[0].folder.manifest.cutoff == ""


def row(**changes: Any) -> dict[str, Any]:
    step = {"order": 1, "unit": "Bộ phận một cửa", "action_vi": "Tiếp nhận", "time_value": 1, "time_unit": "day"}
    return {"name_vi": "Thủ tục thử", "local_code": "T1", "steps": [step | changes]}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([], "không có thủ tục nào"),
        ([1], "Thủ tục thứ 1 không phải"),
        ({"local_code": "T1"}, "thiếu cột “name_vi”"),
        ({"name_vi": "A"}, "thiếu cột “steps”"),
        ({"name_vi": "A", "steps": []}, "không có bước nào"),
        (row(time_value=-3), "không được âm"),
        (row(time_value="mai"), "không phải là số"),
        (row(time_value=float("inf")), "không hợp lý"),
        (row(time_value=20_000), "quá dài"),
        (row(time_value=1.5, time_unit="month"), "số nguyên"),
        (row(time_value=True), "không phải là số"),
        (row(time_unit="tuần"), "đơn vị thời gian"),
        (row(order=0), "thiếu số thứ tự"),
        (row(unit=None), "thiếu cột “unit”"),
        (row(phase=9), "giai đoạn"),
        (row() | {"local_code": "../x"}, "Mã thủ tục"),
        ([row(), row()], "dùng cho cả"),
        ([row(), row() | {"local_code": "t1"}], "dùng cho cả"),
        ({"name_vi": "A", "steps": row()["steps"] * 2}, "sai hoặc trùng thứ tự"),
        ([row()] * 501, "tối đa 500"),
        (row() | {"steps": [row()["steps"][0] | {"order": n} for n in range(1, 10_001)]}, "tối đa 60 bước"),
    ],
)
def test_bad_tables_are_refused_in_one_line(data: Any, words: str) -> None:
    with pytest.raises(InputError, match=words) as refused:
        tables_from_json(data)
    assert "\n" not in refused.value.message


def test_no_fixed_limit_is_no_limit_and_half_a_day_is_four_hours() -> None:
    (table,) = tables_from_json(row(time_value=-1))
    assert (table.steps[0].time, table.steps[0].is_time_given) == (None, False)
    (table,) = tables_from_json(row(time_value=0.5))
    assert table.steps[0].time is not None
    assert duration(table.steps[0].time) == "PT4H"
    (table,) = tables_from_json(row(time_value=1.25))
    assert table.steps[0].time is not None
    assert (duration(table.steps[0].time), hours_of(table.steps[0].time)) == ("P1DT2H", Decimal(10))


def test_a_table_without_reception_gets_one() -> None:
    made, model = drafted("DANG-KY-TAM-TRU")
    assert rules("DANG-KY-TAM-TRU")["reception_missing"] == "info"
    (flow,) = model.outgoing("submitted")
    reception = model.nodes[flow.target]
    assert (reception.properties["act"], reception.properties["form"]) == ("receive", "reception")
    assert "step_limit" not in reception.properties
    assert made.folder.forms["reception"]["properties"]["channel"]["enum"] == list(tables()["DANG-KY-TAM-TRU"].channels)


def test_every_process_begins_with_a_reception() -> None:
    for code in tables():
        _, model = drafted(code)
        (flow,) = model.outgoing("submitted")
        assert model.nodes[flow.target].properties["act"] == "receive", code


def test_a_consultation_without_a_time_is_given_one_and_told() -> None:
    _, model = drafted("TTHC-TINH-19")
    assert rules("TTHC-TINH-19")["consultation_assumed"] == "info"
    assert model.nodes["step5_tax_request"].properties["limit"] == "5d"
    assert model.nodes["step5_tax_request"].properties["clock"] == "paused"
