"""Names of the built scripts and styles, read from the manifest that web/build.mjs writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from engine.errors import NotConfigured

BUILT = Path(__file__).parent / "static" / "built"


def load_manifest(folder: Path = BUILT) -> dict[str, str]:
    """Source name -> built name; raises NotConfigured when nothing was built."""
    file = folder / "manifest.json"
    if not file.is_file():
        raise NotConfigured("Chưa dựng phần giao diện. Chạy: cd web && npm ci --ignore-scripts && node build.mjs")
    manifest: dict[str, Any] = orjson.loads(file.read_bytes())
    return dict(manifest["files"])
