"""A letter form: one folder with a Typst template, a sample, and form.toml: what must be printed, who signs."""

from __future__ import annotations

import functools
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import InputError, NotFound

HERE = Path(__file__).parent
KINDS = frozenset({"text", "date", "moment", "count", "money", "flag", "choice", "table"})
PAPERS = frozenset({"a4", "a5"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One value a form prints. `path` is dotted; `rows[].name` is a column of the table `rows`."""

    path: str
    name: str
    kind: str = "text"
    is_optional: bool = False
    is_open_day: bool = False  # a date people act on: must be a working day
    after: str | None = None  # path of a moment this one must come after
    choices: tuple[str, ...] = ()
    asked_when: tuple[str, tuple[str, ...]] | None = None  # path of a choice, and the answers that ask for this one
    placeholder: str | None = None  # what a preview prints before the value exists (a number not yet reserved)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """How letters of a form are numbered: `code` is the type's abbreviation in the notation."""

    code: str
    numbered_by: str  # unit | document_system | none


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form as its folder states it."""

    name: str
    title: str
    rulesets: Mapping[str, str]  # ruleset -> number within its set of forms, "" for a local form
    papers: tuple[str, ...]
    signer: str  # unit_at_fault | lead_unit | one_stop_head | receiving_officer | both_parties | none
    series: Series
    is_wording_verified: bool
    has_barcode: bool  # CODE128 of the dossier code under the agency's name
    has_qr: bool  # a QR that pins the head of the dossier's history
    fields: Mapping[str, Field]

    @property
    def folder(self) -> Path:
        return HERE / self.name

    @property
    def template(self) -> Path:
        return self.folder / "letter.typ"

    def sample(self) -> dict[str, Any]:
        """Data that renders the form, for tests, previews and people who write templates."""
        loaded: dict[str, Any] = json.loads((self.folder / "sample.json").read_text(encoding="utf-8"))
        return loaded


@functools.cache
def load_form(name: str) -> Form:
    """Read one form's folder."""
    path = HERE / name / "form.toml"
    if not name.isidentifier() or not path.is_file():
        raise NotFound(f"Không có mẫu văn bản “{name}”.")
    body = tomllib.loads(path.read_text(encoding="utf-8"))
    fields = {field.path: field for field in _fields(body)}
    papers = tuple(body.get("papers", ["a4"]))
    if not PAPERS.issuperset(papers):
        raise InputError(f"{path}: khổ giấy không hợp lệ: {papers}.")
    return Form(
        name=name,
        title=body["title"],
        rulesets=body["rulesets"],
        papers=papers,
        signer=body["signer"],
        series=Series(code=body["series"]["code"], numbered_by=body["series"]["numbered_by"]),
        is_wording_verified=body["wording_verified"],
        has_barcode=body.get("barcode", False),
        has_qr=body.get("qr", False),
        fields=fields,
    )


@functools.cache
def load_forms() -> Mapping[str, Form]:
    """Every form that ships, by name."""
    return {path.parent.name: load_form(path.parent.name) for path in sorted(HERE.glob("*/form.toml"))}


@functools.cache
def _groups() -> Mapping[str, Mapping[str, Any]]:
    path = HERE / "layout" / "fields.toml"
    loaded: Mapping[str, Mapping[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return loaded


def _fields(body: Mapping[str, Any]) -> list[Field]:
    stated: dict[str, Mapping[str, Any]] = {}
    for group in ("every", *body.get("groups", [])):
        stated.update(_groups()[group])
    stated.update(body.get("fields", {}))
    return [_field(path, entry) for path, entry in stated.items()]


def _field(path: str, entry: Mapping[str, Any]) -> Field:
    kind = entry.get("kind", "text")
    if kind not in KINDS:
        raise InputError(f"Trường {path}: kiểu “{kind}” không có.")
    return Field(
        path=path,
        name=entry["name"],
        kind=kind,
        is_optional=entry.get("optional", False),
        is_open_day=entry.get("open_day", False),
        after=entry.get("after"),
        choices=tuple(entry.get("choices", ())),
        asked_when=_condition(entry.get("asked_when")),
        placeholder=entry.get("placeholder"),
    )


def _condition(entry: Mapping[str, list[str]] | None) -> tuple[str, tuple[str, ...]] | None:
    return next(((path, tuple(answers)) for path, answers in entry.items()), None) if entry else None
