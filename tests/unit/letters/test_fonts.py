"""Where the typeface is looked for, and what is said when it is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import NotConfigured
from engine.letters.fonts import FACES, LICENCE, PACKAGE, fonts_folder, install_fonts


def fake_package(node_modules: Path) -> None:
    for name in (*FACES, LICENCE):
        path = node_modules / PACKAGE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())


def test_four_faces_and_their_licence_are_copied(tmp_path: Path) -> None:
    fake_package(tmp_path / "node_modules")
    written = install_fonts(tmp_path / "node_modules", tmp_path / "fonts")
    assert sorted(path.name for path in written) == sorted(Path(name).name for name in (*FACES, LICENCE))
    assert all(path.is_file() for path in written)


def test_a_half_installed_package_is_named(tmp_path: Path) -> None:
    fake_package(tmp_path)
    (tmp_path / PACKAGE / FACES[2]).unlink()
    with pytest.raises(NotConfigured, match=r"Tinos_700Bold\.ttf"):
        install_fonts(tmp_path, tmp_path / "fonts")


def test_the_folder_can_be_set_and_must_hold_all_faces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_FONTS", str(tmp_path))
    with pytest.raises(NotConfigured, match=r"Tinos_400Regular.ttf.*MOTCUA_FONTS"):
        fonts_folder()
    for face in FACES:
        (tmp_path / Path(face).name).touch()
    assert fonts_folder() == tmp_path
