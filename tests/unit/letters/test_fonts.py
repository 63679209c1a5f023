"""Where the typeface is looked for, and what is said when it is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import NotConfigured
from engine.letters.fonts import FACES, fonts_folder


def test_the_folder_can_be_set_and_must_hold_all_faces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_FONTS", str(tmp_path))
    with pytest.raises(NotConfigured, match=r"Tinos_400Regular\.ttf.*MOTCUA_FONTS"):
        fonts_folder()
    for face in FACES:
        (tmp_path / face).touch()
    assert fonts_folder() == tmp_path


def test_a_missing_face_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_FONTS", str(tmp_path))
    for face in FACES[:2] + FACES[3:]:
        (tmp_path / face).touch()
    with pytest.raises(NotConfigured, match=r"\(Tinos_700Bold\.ttf\)"):
        fonts_folder()
