"""Settings from the environment."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from engine.errors import NotConfigured
from engine.store.settings import Settings

ROOT = Path(__file__).parents[3]


def test_nothing_given_is_a_demo_on_this_machine() -> None:
    settings = Settings.from_environment({})
    assert settings == Settings()
    assert settings.address == "http://127.0.0.1:8000"
    assert not settings.is_production


def test_variables_are_read_by_their_type() -> None:
    settings = Settings.from_environment(
        {
            "MOTCUA_DATA_DIR": "/srv/motcua",
            "MOTCUA_DATABASE_URL": "postgresql://x",
            "MOTCUA_MODE": "production",
            "MOTCUA_PORT": "9000",
            "MOTCUA_BASE_URL": "https://motcua.tinh.gov.vn/",
            "MOTCUA_BLOBS_DIR": "",
            "HOME": "/root",
        }
    )
    assert settings.data_dir == Path("/srv/motcua")
    assert settings.blob_dir == Path("/srv/motcua/blobs")
    assert settings.is_production
    assert settings.port == 9000
    assert settings.address == "https://motcua.tinh.gov.vn"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MOTCUA_MODE", "prod"),
        ("MOTCUA_PORT", "http"),
        ("MOTCUA_PORT", "0"),
        ("MOTCUA_PORT", "-1"),
        ("MOTCUA_WORKERS", "1.5"),
        ("MOTCUA_LOG_LEVEL", "loud"),
        ("MOTCUA_DATABSE_URL", "postgresql://x"),
    ],
)
def test_what_cannot_be_read_is_named(name: str, value: str) -> None:
    with pytest.raises(NotConfigured, match=name):
        Settings.from_environment({name: value})


def test_a_connectors_own_variables_are_left_to_it() -> None:
    assert Settings.from_environment({"MOTCUA_POSTAL_URL": "http://127.0.0.1:1"}) == Settings()


def test_a_demo_makes_its_keys_once_and_production_never(tmp_path: Path) -> None:
    demo = Settings(data_dir=tmp_path)
    made = demo.key("kek")
    assert len(made) == 32
    assert demo.key("kek") == made
    assert demo.key("web") != made
    assert demo.secret_key == demo.key("web")
    assert (tmp_path / "keys" / "kek.key").stat().st_mode & 0o777 == 0o600
    production = Settings(data_dir=tmp_path, mode="production")
    assert production.key("kek") == made
    with pytest.raises(NotConfigured, match="motcua doctor --make-keys"):
        production.key("log")


def test_processes_that_start_together_agree_on_a_key(tmp_path: Path) -> None:
    settings, found = Settings(data_dir=tmp_path), []
    threads = [threading.Thread(target=lambda: found.append(settings.key("web"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["web.key"]


def test_a_damaged_key_is_refused(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    settings.key("web")
    (tmp_path / "keys" / "web.key").write_bytes(b"short")
    with pytest.raises(NotConfigured, match="32 byte"):
        settings.key("web")


def test_every_setting_is_on_its_page() -> None:
    page = (ROOT / "docs" / "operations" / "settings.md").read_text()
    missing = [field for field in Settings.__dataclass_fields__ if f"`MOTCUA_{field.upper()}`" not in page]
    assert missing == []
