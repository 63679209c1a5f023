"""Where the letters' typeface lies: four Tinos files (OFL-1.1) that the build brings from npm."""

from __future__ import annotations

import os
from pathlib import Path

from engine.errors import NotConfigured

FAMILY = "Tinos"
FACES = ("Tinos_400Regular.ttf", "Tinos_400Regular_Italic.ttf", "Tinos_700Bold.ttf", "Tinos_700Bold_Italic.ttf")
OWN_FOLDER = Path(__file__).parent / "fonts"


def fonts_folder() -> Path:
    """The folder holding the four faces: MOTCUA_FONTS when set, else the one inside this package."""
    override = os.environ.get("MOTCUA_FONTS", "")
    folder = Path(override) if override else OWN_FOLDER
    missing = [face for face in FACES if not (folder / face).is_file()]
    if missing:
        raise NotConfigured(
            f"Thiếu phông chữ {FAMILY} trong {folder} ({', '.join(missing)}). "
            f"Chạy “npm ci” và “npm run build” trong thư mục web rồi cài lại, "
            f"hoặc đặt MOTCUA_FONTS trỏ tới thư mục có đủ bốn tệp này."
        )
    return folder
