from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.bpmn_models import bpmn, flows, users
from tests.unit.model.test_decision_tables import dmn
from web.cli import main

S, E = '<startEvent id="s"/>', '<endEvent id="e"/>'
GOOD = bpmn(S + users("a") + E + flows("s>a>e"))
BAD = bpmn("\n" + S + E + '\n<businessRuleTask id="dmn"/>' + flows("s>dmn>e"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, source in {"good.bpmn": GOOD, "bad.bpmn": BAD, "not.bpmn": b"hello"}.items():
        (tmp_path / name).write_bytes(source)
    return tmp_path


def motcua(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    code = main(["process", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out, err


def document(out: str) -> Any:
    assert out.count("\n") == 1
    return json.loads(out)


def test_lint_of_a_sound_file_ends_with_0(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = motcua(capsys, "lint", folder / "good.bpmn", "--json")
    assert (code, err) == (0, "")
    assert document(out)["files"][0]["file"] == str(folder / "good.bpmn")


def test_lint_names_rule_element_and_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = motcua(capsys, "lint", folder / "good.bpmn", folder / "bad.bpmn", "--json")
    assert code == 1
    errors = [each for each in document(out)["files"][1]["findings"] if each["severity"] == "error"]
    assert [(each["rule"], each["element"], each["line"]) for each in errors] == [("business-rule", "dmn", 3)]
    assert set(errors[0]) == {"rule", "severity", "element", "line", "message"}


def test_lint_for_people(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = motcua(capsys, "lint", folder / "bad.bpmn")
    assert code == 1
    assert f"{folder / 'bad.bpmn'}:3: lỗi [business-rule] dmn:" in out


@pytest.mark.parametrize("name", ["not.bpmn", "missing.bpmn"])
@pytest.mark.parametrize("arguments", [["lint"], ["run"], ["diff", "good.bpmn"]])
def test_what_cannot_be_read_is_one_line_and_2(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, arguments: list[str]
) -> None:
    verb, *others = arguments
    code, out, err = motcua(capsys, verb, *[folder / other for other in others], folder / name, "--json")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "Traceback" not in err


def test_run_prints_one_document(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = motcua(capsys, "run", folder / "good.bpmn", "--input", "n=3", "--input", "name=Đào", "--json")
    body = document(out)
    assert code == 0
    assert body["status"] == "completed"
    assert body["trace"] == ["s", "a", "e"]
    assert body["data"] == {"n": 3, "name": "Đào"}


@pytest.mark.parametrize("place", [".", "decisions"])
def test_a_decision_table_beside_the_file_is_found(
    folder: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    task = '<businessRuleTask id="dmn" c:decisionRef="fee" xmlns:c="http://camunda.org/schema/1.0/bpmn"/>'
    (folder / "rule.bpmn").write_bytes(bpmn(S + E + task + flows("s>dmn>e")))
    assert motcua(capsys, "run", folder / "rule.bpmn", "--json")[0] == 1
    (folder / place).mkdir(exist_ok=True)
    (folder / place / "fee.dmn").write_bytes(dmn([([">= 100"], ["20"])]))
    assert motcua(capsys, "lint", folder / "rule.bpmn", "--json")[0] == 0
    code, out, _ = motcua(capsys, "run", folder / "rule.bpmn", "--input", "area=100", "--json")
    assert (code, document(out)["data"]) == (0, {"area": 100, "fee": 20})


def test_a_file_in_a_procedure_folder_is_held_against_what_the_house_knows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree("bpmn/TN02", tmp_path / "TN02")
    source = (tmp_path / "TN02" / "process.bpmn").read_text(encoding="utf-8")
    assert motcua(capsys, "lint", tmp_path / "TN02" / "process.bpmn", "--json")[0] == 0
    for known, unknown, rule in (
        ('name="role" value="case_officer"', 'name="role" value="wizard"', "task-role"),
        ('name="connector" value="consultation"', 'name="connector" value="fax"', "connector"),
        ('name="unit" value="commune.', 'name="unit" value="commune.un', "seat"),
        ('name="form" value="', 'name="form" value="un', "task-form"),
    ):
        assert known in source, known
        (tmp_path / "TN02" / "process.bpmn").write_text(source.replace(known, unknown), encoding="utf-8")
        code, out, _ = motcua(capsys, "lint", tmp_path / "TN02" / "process.bpmn", "--json")
        assert code == 1
        assert rule in {each["rule"] for each in document(out)["files"][0]["findings"]}


def test_run_of_a_refused_model_names_the_element(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = motcua(capsys, "run", folder / "bad.bpmn", "--json")
    body = document(out)
    assert (code, body["status"]) == (1, "error")
    assert body["findings"][0]["element"] == "dmn"
    assert "dmn" in err


def test_run_with_a_bad_input_is_2(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = motcua(capsys, "run", folder / "good.bpmn", "--input", "no equals", "--json")
    assert code == 2
    assert err.count("\n") == 1


def test_run_manual_waits_at_the_first_task(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = motcua(capsys, "run", folder / "good.bpmn", "--manual", "--json")
    assert (code, document(out)["waiting"]) == (0, ["a"])


def test_diff_tells_what_changed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "new.bpmn").write_bytes(GOOD.replace("Việc a".encode(), "Thụ lý".encode()))
    code, out, _ = motcua(capsys, "diff", folder / "good.bpmn", folder / "new.bpmn", "--json")
    (difference,) = document(out)["differences"]
    assert code == 0
    assert (difference["element"], difference["attribute"], difference["new"]) == ("a", "name", "Thụ lý")
    code, out, _ = motcua(capsys, "diff", folder / "good.bpmn", folder / "good.bpmn")
    assert (code, out) == (0, "Hai phiên bản không khác nhau.\n")


def test_a_file_in_a_procedure_folder_is_checked_against_the_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import shutil

    shutil.copytree("bpmn/DT01", tmp_path / "DT01")
    source = tmp_path / "DT01" / "process.bpmn"
    assert motcua(capsys, "lint", source)[0] == 0
    source.write_text(source.read_text().replace('name="step_limit" value="3d"', 'name="step_limit" value="30d"'))
    code, out, _ = motcua(capsys, "lint", source)
    assert code == 1
    assert "limit-sum" in out
