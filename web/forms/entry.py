"""A form as filled in by somebody: what they typed, what it means, what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import FileStorage

from engine.errors import FormRefused

if TYPE_CHECKING:
    from web.forms.fields import Field
    from web.forms.form import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One clear line about one field. `field` is the id of its control on the page."""

    name: str
    field: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file given with a form. Its bytes stay in `storage` until the act stores them."""

    name: str
    mime: str
    size: int
    storage: FileStorage


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`values` follows the schema (files by their name), `shown` is what the page repeats, `files` the uploads."""

    form: Form
    values: Mapping[str, Any] = field(default_factory=dict)
    shown: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, tuple[Upload, ...]] = field(default_factory=dict)
    errors: tuple[FieldError, ...] = ()

    @property
    def is_valid(self) -> bool:
        return not self.errors

    def must_be_whole(self) -> Mapping[str, Any]:
        """The values; raises FormRefused with one line per field when something is wrong."""
        if self.errors:
            raise FormRefused(errors={error.name: error.message for error in self.errors})
        return self.values

    def error_of(self, one: Field) -> str:
        """What is wrong with a field, or an empty text."""
        return next((error.message for error in self.errors if error.name == one.name), "")

    def text(self, one: Field) -> str:
        """What a single-valued field shows."""
        return str(self.shown.get(one.name, ""))

    def is_chosen(self, one: Field, option: str) -> bool:
        """Whether a choice of a field is on."""
        shown = self.shown.get(one.name, "")
        return option in shown if isinstance(shown, list) else option == shown

    def rows(self, one: Field) -> list[Mapping[str, str]]:
        """The rows of a table field, with a few blank ones to fill without JavaScript."""
        given = list(self.shown.get(one.name, []))
        at_most = int(one.schema.get("maxItems", 100))
        blank = max(int(one.schema.get("minItems", 0)) - len(given), 2 if given else 3)
        return (given + [{} for _ in range(blank)])[: max(at_most, len(given))]
