"""Files given with a task's form: kept by content before the act, which then names them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from engine.dossier.command import PaperGiven
from web.forms import Upload

if TYPE_CHECKING:
    from engine.dossier.house import House


def keep_uploads(
    house: House, files: Mapping[str, Sequence[Upload]], titles: Mapping[str, str]
) -> tuple[PaperGiven, ...]:
    """Store each upload's bytes, and say what they are. A blob whose act fails is swept later."""
    return tuple(
        PaperGiven(
            name=titles.get(name, upload.name),
            copies=1,
            blob=house.blobs.put(upload.storage.stream.read()),
            file_name=upload.name,
            mime=upload.mime,
        )
        for name, uploads in files.items()
        for upload in uploads
    )
