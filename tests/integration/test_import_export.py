"""`motcua procedure import` and `export`: files of any tool come back byte for byte, runnable or not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.catalogue.folder import load_folder, write_folder
from engine.model.procedure import Manifest, ProcedureFolder
from tests.tool_files import FILES
from tests.unit.model.test_decision_tables import dmn
from web.cli import main

FOLDER = ProcedureFolder(
    manifest=Manifest(code="T.01", name="Thủ tục thử", level="commune", lead="commune.office", limit="3d"),
    source=b"",
    forms={"main": {"title": "Biểu mẫu", "type": "object"}},
    decisions={"fee.dmn": b"\xef\xbb\xbf" + dmn([(["< 100"], ["10"])]) + b"\r\n"},
)


@pytest.mark.usefixtures("store")
def test_what_is_exported_is_what_was_imported(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MOTCUA_DATABASE_URL", database_url)
    monkeypatch.setenv("MOTCUA_DATA_DIR", str(tmp_path / "data"))
    for number, (tool, source) in enumerate(FILES.items()):
        code = f"T.{number}"
        folder = replace(FOLDER, manifest=replace(FOLDER.manifest, code=code), source=source)
        assert main(["procedure", "import", str(write_folder(folder, tmp_path / "in"))]) in {0, 1}, tool
        assert main(["procedure", "export", code, "--out", str(tmp_path / "out")]) == 0
        exported = tmp_path / "out" / code
        assert (exported / "process.bpmn").read_bytes() == source, tool
        assert (exported / "decisions" / "fee.dmn").read_bytes() == FOLDER.decisions["fee.dmn"]
        assert load_folder(exported) == folder
    told = capsys.readouterr().out
    assert "_T1" in told, "a model that cannot run is kept as a draft, with its findings"
