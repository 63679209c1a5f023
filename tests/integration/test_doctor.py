"""`motcua doctor` finds what is wrong and says what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.store.database import Store
from engine.store.settings import Settings
from web import cli
from web.commands import doctor

FAR_EVENT = (
    "insert into event (case_id, seq, recorded_at, at, type, body, hash) "
    "values (gen_random_uuid(), 1, '2070-01-01', now(), 'X', '', '')"
)


def ill(settings: Settings) -> set[str]:
    """What is not well, apart from what a checkout without built pages lacks."""
    found = {one.name for one in doctor.examine(settings) if not one.is_well}
    return found - {"Giao diện web", "Phông chữ văn bản", "Ổ đĩa"}


def change(store: Store, statement: str) -> None:
    with store.transaction(role="owner") as connection:
        connection.execute(text(statement))


def test_a_fresh_demo_is_well(settings: Settings) -> None:
    assert ill(settings) == set()


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("update alembic_version set version_num = 'older'", "Phiên bản dữ liệu"),
        ("insert into procrastinate_jobs (queue_name, task_name) values ('engine', 'x.y')", "Xử lý nền"),
        (
            "insert into procrastinate_jobs (queue_name, task_name, status) values ('engine', 'x.y', 'failed')",
            "Việc hỏng",
        ),
        (FAR_EVENT, "Phân vùng lịch sử"),
    ],
)
def test_each_illness_is_found(store: Store, settings: Settings, statement: str, name: str) -> None:
    change(store, statement)
    assert ill(settings) == {name}


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("insert into clock_offset (offset_seconds) values (60)", "Giờ hệ thống"),
        (
            "insert into officer (id, login, name, is_demo) values (gen_random_uuid(), 'demo', 'Demo', true)",
            "Tài khoản dùng thử",
        ),
    ],
)
def test_a_demo_is_not_taken_into_production(store: Store, settings: Settings, statement: str, name: str) -> None:
    production = replace(settings, mode="production", keys_dir=settings.data_dir / "elsewhere")
    assert ill(production) == {"Khóa"}
    for key in doctor.KEYS:
        production.make_key(key)
    assert ill(production) == set()
    change(store, statement)
    assert ill(production) == {name}


def test_keys_beside_the_data_are_a_finding_in_production(settings: Settings) -> None:
    assert "Nơi giữ khóa" in ill(replace(settings, mode="production"))


def test_an_unreachable_database_ends_the_list(settings: Settings) -> None:
    assert ill(replace(settings, database_url="postgresql://nobody@127.0.0.1:1/none")) == {"Cơ sở dữ liệu"}


@pytest.fixture
def in_environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    def tell() -> None:
        monkeypatch.setenv("MOTCUA_DATABASE_URL", settings.database_url or "")
        monkeypatch.setenv("MOTCUA_DATA_DIR", str(settings.data_dir))

    return tell


def test_one_json_document_and_an_exit_code(
    store: Store, in_environment: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    in_environment()
    change(store, "update alembic_version set version_num = 'older'")
    assert cli.main(["doctor", "--json"]) == 1
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert {"name", "is_well", "what", "remedy"} == set(findings[0])
    (found,) = [one for one in findings if one["name"] == "Phiên bản dữ liệu"]
    assert found["remedy"] == "Chạy: motcua migrate"


def test_keys_are_made_once(
    in_environment: Callable[[], None], settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    in_environment()
    cli.main(["doctor", "--make-keys", "--json"])
    made = {name: settings.key(name) for name in doctor.KEYS}
    cli.main(["doctor", "--make-keys", "--json"])
    out, err = capsys.readouterr()
    assert "không có khóa nào thiếu" in err
    assert json.loads(out.split("\n")[0])
    assert {name: settings.key(name) for name in doctor.KEYS} == made


def test_migrate_says_the_version(in_environment: Callable[[], None], capsys: pytest.CaptureFixture[str]) -> None:
    in_environment()
    assert cli.main(["migrate"]) == 0
    assert "phiên bản" in capsys.readouterr().out


def test_every_key_the_house_uses_is_among_those_made() -> None:
    root = Path(doctor.__file__).parents[2]
    used = set()
    for path in [*(root / "engine").rglob("*.py"), *(root / "web").rglob("*.py")]:
        if "node_modules" not in path.parts:
            used |= {part.split('"')[0] for part in path.read_text().split('settings.key("')[1:]}
            used |= {part.split('"')[0] for part in path.read_text().split('self.key("')[1:]}
    assert used <= set(doctor.KEYS)
