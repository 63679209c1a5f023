"""`motcua procedure draft`: whole folders or none, one JSON document, one clear line when it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.catalogue.folder import load_folder
from web.cli import main

DATA = Path(__file__).parents[2] / "data" / "step_tables.json"


def test_all_tables_become_folders_and_one_json_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["procedure", "draft", str(DATA), "--out", str(out), "--json"]) == 0
    printed = capsys.readouterr()
    drafted = json.loads(printed.out)["drafted"]
    assert printed.err == ""
    assert len(drafted) == 97
    assert {path.name for path in out.iterdir()} == {one["code"] for one in drafted}
    for one in drafted[:5]:
        assert load_folder(Path(one["dir"])).manifest.code == one["code"]
    by_code = {one["code"]: one["findings"] for one in drafted}
    assert [finding["difference"] for finding in by_code["TP06"] if finding["rule"] == "sum_differs"] == ["3d"]


def test_people_read_the_findings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["procedure", "draft", str(DATA), "--out", str(tmp_path), "--only", "TP06"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("TP06: Chứng thực văn bản thỏa thuận")
    assert "  ! Tổng thời gian các bước là 4 ngày, nhiều hơn thời hạn 1 ngày ghi trong bảng 3 ngày." in printed


def test_drafting_twice_is_the_same_and_work_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft = ["procedure", "draft", str(DATA), "--out", str(tmp_path), "--only", "TP01"]
    assert main(draft) == 0
    assert main(draft) == 0
    manifest = tmp_path / "TP01" / "procedure.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('limit = "3d"', 'limit = "4d"'), encoding="utf-8")
    capsys.readouterr()
    assert main(draft) == 1
    assert "đã có nội dung khác" in capsys.readouterr().err
    assert load_folder(tmp_path / "TP01").manifest.limit == "4d"
    assert main([*draft, "--replace"]) == 0
    assert load_folder(tmp_path / "TP01").manifest.limit == "3d"


def test_one_changed_folder_stops_all_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "TP10").mkdir()
    assert main(["procedure", "draft", str(DATA), "--out", str(tmp_path)]) == 1
    assert "TP10" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["TP10"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("trống.json", b""),
        ("hỏng.xlsx", b"PK\x03\x04"),
        ("sai.csv", b"\xff\xfe\xfd\x81"),
        ("thiếu.json", b'{"name_vi": "A"}'),
        ("âm.csv", "Bước,Nội dung,Đơn vị,Thời gian\n1,A,Bộ phận một cửa,-3\n".encode()),
        ("đơn vị.csv", "Bước,Nội dung,Đơn vị,Thời gian\n1,A,xyz,3\n".encode()),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes
) -> None:
    table, out = tmp_path / name, tmp_path / "out"
    table.write_bytes(content)
    assert main(["procedure", "draft", str(table), "--out", str(out), "--json"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert len(printed.err.strip().splitlines()) == 1
    assert not out.exists()


@pytest.mark.parametrize("table", ["không-có.json", "."])
def test_a_table_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str], table: str) -> None:
    assert main(["procedure", "draft", str(tmp_path / table), "--out", str(tmp_path / "out")]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_a_code_that_the_table_lacks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["procedure", "draft", str(DATA), "--out", str(tmp_path), "--only", "ZZ99"]) == 2
    assert "ZZ99" in capsys.readouterr().err


def test_out_that_is_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").write_text("", encoding="utf-8")
    assert main(["procedure", "draft", str(DATA), "--out", str(tmp_path / "out"), "--only", "TP01"]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
