"""Where the letters' typeface lies: four Tinos files (OFL-1.1) that the build brings from npm."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from engine.errors import NotConfigured

FAMILY = "Tinos"
PACKAGE = "@expo-google-fonts/tinos"
FACES = (
    "400Regular/Tinos_400Regular.ttf",
    "400Regular_Italic/Tinos_400Regular_Italic.ttf",
    "700Bold/Tinos_700Bold.ttf",
    "700Bold_Italic/Tinos_700Bold_Italic.ttf",
)
LICENCE = "LICENSE_FONT"
OWN_FOLDER = Path(__file__).parent / "fonts"


def fonts_folder() -> Path:
    """The folder holding the four faces: MOTCUA_FONTS when set, else the one inside this package."""
    override = os.environ.get("MOTCUA_FONTS", "")
    folder = Path(override) if override else OWN_FOLDER
    missing = [Path(face).name for face in FACES if not (folder / Path(face).name).is_file()]
    if missing:
        raise NotConfigured(
            f"Thiếu phông chữ {FAMILY} trong {folder} ({', '.join(missing)}). "
            f"Chạy “npm ci” và “npm run build” trong thư mục web rồi cài lại, "
            f"hoặc đặt MOTCUA_FONTS trỏ tới thư mục có đủ bốn tệp này."
        )
    return folder


def install_fonts(node_modules: Path, folder: Path = OWN_FOLDER) -> tuple[Path, ...]:
    """Copy the faces and their licence out of an installed npm package; returns what was written."""
    package = node_modules / PACKAGE
    sources = [package / name for name in (*FACES, LICENCE)]
    absent = [str(source) for source in sources if not source.is_file()]
    if absent:
        raise NotConfigured(f"Gói npm {PACKAGE} chưa được cài đủ, thiếu: {', '.join(absent)}.")
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(Path(shutil.copyfile(source, folder / source.name)) for source in sources)
