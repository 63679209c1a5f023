"""`motcua process migrate`, on a database."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.store.settings import Settings
from tests.acts.migrating import CODE, Versions, model, task
from tests.province import Province
from web.cli import main


@pytest.fixture
def versions(province: Province, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Versions:
    monkeypatch.setenv("MOTCUA_DATABASE_URL", settings.database_url or "")
    monkeypatch.setenv("MOTCUA_DATA_DIR", str(settings.data_dir))
    found = Versions(province)
    found.publish(model(task("a"), task("b"), path="s>nhan>a>b>e"))
    return found


def migrated(capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, Any]:
    code = main(["process", "migrate", CODE, "--to", "2", "--json", *more])
    out, _ = capsys.readouterr()
    return code, json.loads(out) if out else None


def test_a_look_then_the_deed_case_by_case(versions: Versions, capsys: pytest.CaptureFixture[str]) -> None:
    province = versions.province
    first, second = versions.open(), versions.open()
    code = {case_id: province.row(case_id).code for case_id in (first, second)}
    versions.publish(model(task("viec"), task("b"), path="s>nhan>viec>b>e"))
    status, told = migrated(capsys, "--dry-run")
    assert (status, {one["outcome"] for one in told["results"]}) == (1, {"cannot"})
    assert "mã mới" in told["results"][0]["reasons"][0]
    status, told = migrated(capsys, "--map", "a=viec", "--dry-run")
    assert (status, {one["outcome"] for one in told["results"]}) == (0, {"can"})
    assert province.row(first).version_id == versions.ids[0]

    status, told = migrated(capsys, "--map", "a=viec", "--case", code[second])
    assert (status, told["results"]) == (0, [{"case": code[second], "from": 1, "outcome": "migrated", "reasons": []}])
    assert [province.row(one).version_id for one in (first, second)] == versions.ids
    assert main(["process", "migrate", CODE, "--to", "2", "--map", "a=viec"]) == 0
    assert f"{code[first]} (bản 1): đã chuyển" in capsys.readouterr().out


@pytest.mark.parametrize(("more", "status"), [(["--map", "a"], 2), (["--case", "khong-co"], 1)])
def test_what_is_asked_wrongly_is_told_in_one_line(
    versions: Versions, capsys: pytest.CaptureFixture[str], more: list[str], status: int
) -> None:
    versions.publish(model(task("a"), path="s>nhan>a>e"))
    assert main(["process", "migrate", CODE, "--to", "2", *more]) == status
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
