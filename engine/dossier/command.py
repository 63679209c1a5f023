"""Pieces that commands of several acts share: which task, which papers, which person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRef:
    """The work item an officer has before them, as they saw it: its revision tells whether it moved since."""

    id: UUID
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An applicant: a person or an organisation. `identifier` is the personal or business number."""

    name: str
    kind: Literal["person", "organisation"] = "person"
    identifier: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperGiven:
    """One component of a dossier as handed in, with the number of sheets of each sort."""

    name: str
    originals: int = 0
    certified: int = 0
    copies: int = 0
    is_received: bool = True
    blob: bytes | None = None
    file_name: str | None = None
    mime: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form as filled in and already checked against its schema."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
