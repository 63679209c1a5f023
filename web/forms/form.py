"""A form: made once from its JSON Schema, then read and checked for every submission."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs
import orjson
from werkzeug.datastructures import FileStorage, MultiDict

from engine.errors import InputError
from web.forms.entry import Entry, FieldError, Upload
from web.forms.fields import Field, fields_of, text_of
from web.forms.typed import NotReadable, clean, read_date, read_datetime, read_number, show
from web.forms.wording import lower_first, problem_of, rank

LARGEST_FILE = 20 * 1024 * 1024
LONGEST_TEXT = 10_000
MOST_ROWS = 200
ROW = re.compile(r"^(?P<field>[^.\[\]]+)\.(?P<row>\d{1,3})\.(?P<column>[^.\[\]]+)$")
OURS = "_"
"""Names that begin so (_csrf, _revision, _act) belong to the page, not to the form."""


class Form:
    """Fields and validator of one schema."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = schema
        self.title = str(schema.get("title", ""))
        self.hint = str(schema.get("description", ""))
        self.fields, self._validator = _compiled(orjson.dumps(schema, default=dict))
        self._by_name = {one.name: one for one in self.fields}

    def groups(self) -> list[tuple[str, list[Field]]]:
        """Fields under their group titles, in order of first appearance or of x-groups."""
        found: dict[str, list[Field]] = {title: [] for title in self.schema.get("x-groups", ())}
        for one in self.fields:
            found.setdefault(one.group, []).append(one)
        return [(title, fields) for title, fields in found.items() if fields]

    def filled(self, values: Mapping[str, Any] | None = None) -> Entry:
        """The form as first shown: empty with its defaults, or with these values."""
        known = {one.name: one.schema["default"] for one in self.fields if "default" in one.schema} | dict(values or {})
        shown = {one.name: _shown(one, known[one.name]) for one in self.fields if one.name in known}
        return Entry(form=self, values=dict(values or {}), shown=shown)

    def read(
        self, given: MultiDict[str, str], files: MultiDict[str, FileStorage] | None = None, *, only: Iterable[str] = ()
    ) -> Entry:
        """What somebody sent, as values and errors. `only`: other names of the page that are not this form's."""
        reading = _Reading(self, given, files or MultiDict())
        for one in self.fields:
            reading.take(one)
        reading.refuse_strangers(set(only))
        values = self._relevant(reading.values)
        errors = {
            name: message
            for name, message in (self._problems(values) | reading.errors).items()
            if name not in self._by_name or self._is_asked(self._by_name[name], values)
        }
        return Entry(
            form=self,
            values=values,
            shown=reading.shown,
            files=reading.files,
            errors=tuple(self._located(name, message) for name, message in self._sorted(errors)),
        )

    def check(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Errors of values that did not come from a page, by field."""
        return self._problems(values)

    def _relevant(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Without the answers to questions that other answers made void."""
        return {name: value for name, value in values.items() if self._is_asked(self._by_name[name], values)}

    def _is_asked(self, one: Field, values: Mapping[str, Any]) -> bool:
        return one.when is None or text_of(values.get(one.when[0], "")) in one.when[1]

    def _problems(self, values: Mapping[str, Any]) -> dict[str, str]:
        """The most telling error of each field."""
        found: dict[str, tuple[int, str]] = {}
        for error in self._validator.iter_errors(dict(values)):
            for name, one, message in problem_of(error, self._by_name):
                weight = rank(error)
                if name not in found or weight < found[name][0]:
                    found[name] = (weight, one.errors.get(error.kind.name, "") or message if one else message)
        return {name: message for name, (_, message) in found.items()}

    def _sorted(self, errors: Mapping[str, str]) -> list[tuple[str, str]]:
        order = {one.name: place for place, one in enumerate(self.fields)}
        return sorted(errors.items(), key=lambda pair: order.get(pair[0], len(order)))

    def _located(self, name: str, message: str) -> FieldError:
        one = self._by_name.get(name)
        return FieldError(name=name, field=_first_control(one) if one else "", message=message)


@lru_cache(maxsize=500)
def _compiled(schema_text: bytes) -> tuple[tuple[Field, ...], jsonschema_rs.Draft202012Validator]:
    """Fields and validator of a schema. Making them takes 2 ms, reading a form 0.4 ms: pages show many at once."""
    schema = orjson.loads(schema_text)
    try:
        return fields_of(schema), jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    except (ValueError, jsonschema_rs.ValidationError) as error:
        raise InputError(f"Biểu mẫu “{schema.get('title', '')}” không phải JSON Schema hợp lệ: {error}") from error


class _Reading:
    """One submission while it is read, field by field."""

    def __init__(self, form: Form, given: MultiDict[str, str], files: MultiDict[str, FileStorage]) -> None:
        self.form = form
        self.given = given
        self.uploaded = files
        self.values: dict[str, Any] = {}
        self.shown: dict[str, Any] = {}
        self.errors: dict[str, str] = {}
        self.files: dict[str, tuple[Upload, ...]] = {}

    def take(self, one: Field) -> None:
        """Read one field into values, or into errors."""
        if one.widget in {"file", "files"}:
            self._take_files(one)
        elif one.widget == "checkboxes":
            chosen = self.given.getlist(one.input_name)
            self.shown[one.name] = chosen
            known = {option.text: option.value for option in one.options}
            if chosen:
                self.values[one.name] = [known.get(text, text) for text in chosen]
        elif one.widget == "rows":
            self._take_rows(one)
        else:
            text = clean(self.given.get(one.name, ""))
            self.shown[one.name] = text
            try:
                value = _value_of(one, text)
            except NotReadable as error:
                self.errors[one.name] = one.errors.get("default") or f"{one.title}: {error}"
            else:
                if value is not None:
                    self.values[one.name] = value

    def _take_rows(self, one: Field) -> None:
        cells: dict[int, dict[str, str]] = {}
        names = {column.name for column in one.columns}
        for name, text in self.given.items():
            found = ROW.match(name)
            if found and found["field"] == one.name and found["column"] in names and clean(text):
                cells.setdefault(int(found["row"]), {})[found["column"]] = clean(text)
        rows: list[dict[str, Any]] = []
        for number, typed in sorted(cells.items())[:MOST_ROWS]:
            row: dict[str, Any] = {}
            for column in one.columns:
                try:
                    value = _value_of(column, typed.get(column.name, ""))
                except NotReadable as error:
                    self.errors.setdefault(
                        one.name, f"{one.title}, dòng {number + 1}, {lower_first(column.title)}: {error}"
                    )
                else:
                    if value is not None:
                        row[column.name] = value
            rows.append(row)
        self.shown[one.name] = [cells[number] for number in sorted(cells)]
        if rows:
            self.values[one.name] = rows

    def _take_files(self, one: Field) -> None:
        uploads = []
        for storage in self.uploaded.getlist(one.input_name):
            if not storage.filename:
                continue
            upload = Upload(
                name=clean(storage.filename), mime=storage.mimetype, size=_size_of(storage), storage=storage
            )
            problem = _file_problem(one, upload)
            if problem:
                self.errors[one.name] = problem
            uploads.append(upload)
        if uploads:
            self.files[one.name] = tuple(uploads)
            names = [upload.name for upload in uploads]
            self.values[one.name] = names if one.kind == "array" else names[0]

    def refuse_strangers(self, allowed: set[str]) -> None:
        """A line for each name that the form does not have."""
        tables = {one.name: {column.name for column in one.columns} for one in self.form.fields if one.columns}
        known = {one.input_name for one in self.form.fields} | allowed
        for name in [*self.given, *self.uploaded]:
            row = ROW.match(name)
            is_cell = row is not None and row["column"] in tables.get(row["field"], set())
            if name not in known and not is_cell and not name.startswith(OURS):
                self.errors[name] = f"Biểu mẫu không có trường “{name[:60]}”."


def _value_of(one: Field, text: str) -> Any:
    """The JSON value of what was typed; None when nothing was."""
    if one.widget == "checkbox":
        return text == "true"
    if not text:
        return None
    if len(text) > LONGEST_TEXT:
        raise NotReadable(f"dài quá {LONGEST_TEXT:,} ký tự".replace(",", "."))
    if one.options:
        return next((option.value for option in one.options if option.text == text), text)
    if one.widget == "date":
        return read_date(text)
    if one.widget == "datetime":
        return read_datetime(text)
    if one.kind in {"integer", "number"}:
        return read_number(text, is_whole=one.kind == "integer")
    if one.kind == "boolean":
        return text == "true"
    if one.widget in {"phone", "identifier"}:
        return re.sub(r"[\s.\-]", "", text)
    return text


def _shown(one: Field, value: Any) -> Any:
    if one.widget in {"checkboxes", "files"}:
        return [text_of(item) for item in value]
    if one.widget == "rows":
        return [{column.name: show(row.get(column.name), column.widget) for column in one.columns} for row in value]
    return show(value, one.widget)


def _first_control(one: Field) -> str:
    """The id that a link from the error summary leads to."""
    if one.widget == "radio" and one.options:
        return f"{one.id}-0"
    if one.widget == "checkboxes" and one.options:
        return f"{one.id}-0"
    if one.widget == "rows" and one.columns:
        return f"{one.id}-0-{one.columns[0].name}"
    return one.id


def _size_of(storage: FileStorage) -> int:
    place = storage.stream.tell()
    size = storage.stream.seek(0, 2)
    storage.stream.seek(place)
    return size


def _in_words(size: int) -> str:
    return f"{size // 1024**2} MB" if size >= 1024**2 else f"{size // 1024} kB" if size >= 1024 else f"{size} byte"


def _file_problem(one: Field, upload: Upload) -> str:
    accepted = tuple(str(ending).lower() for ending in one.schema.get("x-accept", ()))
    largest = int(one.schema.get("x-max-bytes", LARGEST_FILE))
    if accepted and not upload.name.lower().endswith(accepted):
        return f"{one.title}: chỉ nhận tệp {', '.join(accepted)}, không nhận “{upload.name[:60]}”"
    if upload.size > largest:
        return f"{one.title}: tệp “{upload.name[:60]}” lớn hơn {_in_words(largest)}"
    if upload.size == 0:
        return f"{one.title}: tệp “{upload.name[:60]}” rỗng"
    return ""
