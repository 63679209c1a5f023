"""Process versions: immutable, known by their content hash, compiled once per process and shared by all its cases."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, select

from engine.errors import NotFound, Refused
from engine.model.procedure import Manifest
from engine.run import SEMANTICS, Program, load_program
from engine.store.tables import process_version

PUBLISHED = (
    select(process_version.c.id, process_version.c.effective_on)
    .where(process_version.c.procedure_code == bindparam("procedure_code"), process_version.c.state == "published")
    .order_by(process_version.c.number.desc())
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of one procedure's internal process, ready to run."""

    id: UUID
    procedure_code: str
    number: int
    state: str
    content_hash: bytes
    semantics: int
    manifest: Manifest
    forms: Mapping[str, Mapping[str, Any]]
    program: Program
    routing: frozenset[str]  # the variables that expressions of the process name: all it may know of a form
    effective_on: date | None


class Versions:
    """The versions this process has met, by id. Published versions never change, so nothing is ever refreshed."""

    def __init__(self) -> None:
        self._known: dict[UUID, Version] = {}
        self._lock = threading.Lock()

    def get(self, connection: Connection, version_id: UUID) -> Version:
        """The version with this id; raises NotFound."""
        known = self._known.get(version_id)
        if known is not None:
            return known
        row = connection.execute(select(process_version).where(process_version.c.id == version_id)).one_or_none()
        if row is None:
            raise NotFound("Không tìm thấy phiên bản quy trình.")
        version = _version(row)
        with self._lock:
            return self._known.setdefault(version_id, version)

    def current(self, connection: Connection, version_id: UUID) -> Version:
        """As `get`, with the state that the version has now: it changes once or twice in a version's life."""
        version = self.get(connection, version_id)
        row = connection.execute(
            select(process_version.c.state, process_version.c.effective_on).where(process_version.c.id == version_id)
        ).one()
        return replace(version, state=row.state, effective_on=row.effective_on)

    def by_content(
        self, connection: Connection, procedure_code: str, hashes: Iterable[str]
    ) -> dict[tuple[str, int], Program]:
        """The programs of these contents by content hash and semantics; those of other semantics do not run here."""
        found = select(process_version.c.id, process_version.c.content_hash).where(
            process_version.c.procedure_code == procedure_code,
            process_version.c.content_hash.in_([bytes.fromhex(one) for one in hashes]),
            process_version.c.semantics == SEMANTICS,
            process_version.c.spec.is_not(None),
        )
        return {
            (bytes(row.content_hash).hex(), SEMANTICS): self.get(connection, row.id).program
            for row in connection.execute(found)
        }

    def published(self, connection: Connection, procedure_code: str, on: date) -> Version:
        """The version that new cases of this procedure start on; raises Refused when none is in force yet."""
        row = connection.execute(PUBLISHED, {"procedure_code": procedure_code}).first()
        if row is None:
            raise Refused(f"Thủ tục {procedure_code} chưa có quy trình nội bộ được phê duyệt và công bố.")
        if row.effective_on is not None and row.effective_on > on:
            raise Refused(f"Quy trình của thủ tục {procedure_code} có hiệu lực từ ngày {row.effective_on:%d/%m/%Y}.")
        return self.get(connection, row.id)


def _version(row: Row[Any]) -> Version:
    if row.spec is None:
        raise Refused("Phiên bản này còn là bản nháp, chưa chạy được.")
    program = load_program(bytes(row.spec))
    return Version(
        id=row.id,
        procedure_code=row.procedure_code,
        number=row.number,
        state=row.state,
        content_hash=bytes(row.content_hash),
        semantics=row.semantics,
        manifest=Manifest.from_data(row.manifest),
        forms=row.forms,
        program=program,
        routing=frozenset(program.named_variables),
        effective_on=row.effective_on,
    )
