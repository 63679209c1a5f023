"""The checklist of papers at the counter: what the procedure asks for, what was handed in, what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import FileStorage

from engine.catalogue.versions import Version
from engine.dossier.command import PaperGiven

if TYPE_CHECKING:
    from engine.dossier.house import House

KINDS = ("originals", "certified", "copies")
MOST_SHEETS = 999
LARGEST_SCAN = 20 * 1024 * 1024
SCANS = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLine:
    """One line of the checklist, as asked for and as given."""

    ordinal: int
    name: str
    required: bool
    originals: int
    copies: int
    is_verified: bool
    given: Mapping[str, str] = field(default_factory=dict)
    scan: tuple[str, str, bytes] | None = None  # file name, type, content
    error: str = ""

    @property
    def control(self) -> str:
        """The id of the first control of this line."""
        return f"paper-{self.ordinal}-originals"

    @property
    def is_given(self) -> bool:
        return self.scan is not None or any(self.given.get(kind, "").strip("0 ") for kind in KINDS)


def read_papers(version: Version, given: Mapping[str, str], files: Mapping[str, FileStorage]) -> tuple[PaperLine, ...]:
    """The checklist of a procedure with what was typed. An empty form shows what is usually handed in."""
    lines = []
    for ordinal, one in enumerate(version.manifest.papers, start=1):
        typed = {kind: given.get(f"_paper.{ordinal}.{kind}", "").strip() for kind in KINDS}
        if not given:
            typed = {"originals": str(one.originals or ""), "certified": "", "copies": str(one.copies or "")}
            typed = typed if one.required else dict.fromkeys(KINDS, "")
        scan, error = _scan(files.get(f"_paper.{ordinal}.scan"))
        line = PaperLine(
            ordinal=ordinal,
            name=one.name,
            required=one.required,
            originals=one.originals,
            copies=one.copies,
            is_verified=one.verified,
            given=typed,
            scan=scan,
            error=error or _wrong_number(typed),
        )
        if given and line.required and not line.is_given and not line.error:
            line = _with_error(line, f"Thiếu {one.name}.")
        lines.append(line)
    return tuple(lines)


def papers_given(house: House, lines: Sequence[PaperLine]) -> tuple[PaperGiven, ...]:
    """As the act takes them; scans are kept by content first."""
    return tuple(
        PaperGiven(
            name=line.name,
            **{kind: int(line.given.get(kind) or 0) for kind in KINDS},
            is_received=line.is_given,
            blob=house.blobs.put(line.scan[2]) if line.scan else None,
            file_name=line.scan[0] if line.scan else None,
            mime=line.scan[1] if line.scan else None,
        )
        for line in lines
    )


def _with_error(line: PaperLine, error: str) -> PaperLine:
    values: dict[str, Any] = {name: getattr(line, name) for name in PaperLine.__dataclass_fields__}
    return PaperLine(**(values | {"error": error}))


def _wrong_number(typed: Mapping[str, str]) -> str:
    for text in typed.values():
        if text and (not text.isdigit() or int(text) > MOST_SHEETS):
            return f"Số bản phải là số từ 0 tới {MOST_SHEETS}, không phải “{text}”."
    return ""


def _scan(storage: FileStorage | None) -> tuple[tuple[str, str, bytes] | None, str]:
    if storage is None or not storage.filename:
        return None, ""
    content = storage.stream.read(LARGEST_SCAN + 1)
    if len(content) > LARGEST_SCAN:
        return None, "Bản quét quá 20 MB."
    mime = next((mime for magic, mime in SCANS.items() if content.startswith(magic)), None)
    if mime is None:
        return None, f"“{storage.filename}” không phải tệp PDF, JPG hoặc PNG."
    return (storage.filename, mime, content), ""
