"""A form's fields as its JSON Schema describes them: order, widgets, choices, conditions.

Extension keywords, on a property: x-widget, x-group, x-order (number), x-labels (value -> label, or a list beside enum),
x-error (one text, or keyword -> text), x-unit, x-accept (file name endings), x-max-bytes, x-rows, x-placeholder. On the
schema: x-order (list of names), x-groups (list of group titles, in order).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Schema = Mapping[str, Any]
WIDGETS = frozenset(
    {
        "text", "textarea", "date", "datetime", "number", "money", "select", "radio", "checkbox", "checkboxes",
        "file", "files", "rows", "email", "phone", "identifier",
    }
)  # fmt: skip
FEW_CHOICES = 5
LONG_TEXT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice: the value stored and what people read."""

    value: Any
    text: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field. `when` says under which answers (field, texts of its values) it is asked at all."""

    name: str
    title: str
    hint: str
    widget: str
    is_required: bool
    schema: Schema
    group: str = ""
    options: tuple[Option, ...] = ()
    columns: tuple[Field, ...] = ()
    when: tuple[str, tuple[str, ...]] | None = None
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The control's id on the page, which error links point to."""
        return f"field-{self.name}"

    @property
    def input_name(self) -> str:
        """The control's name: lists carry []."""
        return f"{self.name}[]" if self.widget in {"checkboxes", "files"} else self.name

    @property
    def kind(self) -> str:
        """JSON type of the value."""
        return _type_of(self.schema)


def fields_of(schema: Schema) -> tuple[Field, ...]:
    """All fields of a form schema in the order they are shown, those of `then` and `else` branches included."""
    required = set(schema.get("required", ()))
    found: dict[str, Field] = {}
    for name, one in schema.get("properties", {}).items():
        found[name] = _field(name, one, is_required=name in required, when=None)
    for condition, branch in _branches(schema):
        for name, one in branch.get("properties", {}).items():
            if name not in found and isinstance(one, Mapping) and ("type" in one or "enum" in one or "title" in one):
                found[name] = _field(name, one, is_required=name in branch.get("required", ()), when=condition)
    names = _order(schema, found)
    return tuple(found[name] for name in names)


def _field(name: str, schema: Schema, *, is_required: bool, when: tuple[str, tuple[str, ...]] | None) -> Field:
    widget = _widget(schema)
    items = schema.get("items", {})
    columns: tuple[Field, ...] = ()
    if widget == "rows":
        wanted = set(items.get("required", ()))
        columns = tuple(
            _field(column, items["properties"][column], is_required=column in wanted, when=None)
            for column in _order(items, items["properties"])
        )
    errors = schema.get("x-error", {})
    return Field(
        name=name,
        title=str(schema.get("title", name)),
        hint=str(schema.get("description", "")),
        widget=widget,
        is_required=is_required,
        schema=schema,
        group=str(schema.get("x-group", "")),
        options=_options(items if widget == "checkboxes" else schema),
        columns=columns,
        when=when,
        errors={"default": errors} if isinstance(errors, str) else dict(errors),
    )


def _widget(schema: Schema) -> str:
    named = schema.get("x-widget")
    if named in WIDGETS:
        return str(named)
    kind = _type_of(schema)
    if "enum" in schema or "oneOf" in schema:
        return "radio" if len(_options(schema)) <= FEW_CHOICES else "select"
    if kind == "boolean":
        return "checkbox"
    if kind in {"integer", "number"}:
        return "number"
    if kind == "array":
        items = schema.get("items", {})
        if "enum" in items:
            return "checkboxes"
        return "rows" if _type_of(items) == "object" else "files"
    by_format = {"date": "date", "date-time": "datetime", "email": "email"}.get(schema.get("format", ""))
    if by_format:
        return by_format
    return "textarea" if schema.get("maxLength", 0) > LONG_TEXT else "text"


def _options(schema: Schema) -> tuple[Option, ...]:
    labels = schema.get("x-labels", {})
    if "oneOf" in schema and "enum" not in schema:
        pairs = [(one.get("const"), one.get("title")) for one in schema["oneOf"] if "const" in one]
    else:
        values = [value for value in schema.get("enum", ()) if value is not None]
        named = dict(zip(map(text_of, values), labels, strict=False)) if isinstance(labels, list) else labels
        pairs = [(value, named.get(text_of(value))) for value in values]
    return tuple(Option(value=value, text=text_of(value), label=str(label or text_of(value))) for value, label in pairs)


def _branches(schema: Schema) -> Iterator[tuple[tuple[str, tuple[str, ...]] | None, Schema]]:
    """The then/else schemas with the simple condition (one field, some values) they hang on, where it is that simple."""
    for one in (schema, *schema.get("allOf", ())):
        if "then" in one:
            yield _simple_condition(one.get("if", {})), one["then"]
        if "else" in one:
            yield None, one["else"]


def _simple_condition(condition: Schema) -> tuple[str, tuple[str, ...]] | None:
    properties = condition.get("properties", {})
    if len(properties) != 1:
        return None
    ((name, test),) = properties.items()
    if "const" in test:
        return name, (text_of(test["const"]),)
    if "enum" in test:
        return name, tuple(text_of(value) for value in test["enum"])
    return None


def _order(schema: Schema, names: Mapping[str, Any]) -> list[str]:
    """By the schema's list of names, else by each property's number, else as written."""
    listed = schema.get("x-order")
    if isinstance(listed, list):
        rank = {name: place for place, name in enumerate(listed)}
    else:
        properties = schema.get("properties", {})
        rank = {
            name: properties[name]["x-order"]
            for name in names
            if name in properties and isinstance(properties[name].get("x-order"), int | float)
        }
    return sorted(names, key=lambda name: rank.get(name, 10_000))


def _type_of(schema: Schema) -> str:
    kind = schema.get("type", "string")
    if isinstance(kind, list):
        return str(next((one for one in kind if one != "null"), "string"))
    return str(kind)


def text_of(value: Any) -> str:
    """A choice's value as a form sends it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
