"""A form's fields as its JSON Schema describes them: order, widgets, choices, conditions.

Extension keywords, on a property: x-widget, x-group, x-order (number), x-labels (value -> label, or a list beside
enum), x-error (one text, or keyword -> text), x-unit, x-accept (file name endings), x-max-bytes, x-rows,
x-placeholder. On the schema: x-order (list of names), x-groups (list of group titles, in order).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Schema = Mapping[str, Any]
Condition = tuple[str, tuple[str, ...]]  # a field, and the texts of its values under which another is asked
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
    when: Condition | None = None
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
    """All fields of a form schema in the order they are shown, those of `then` and `else` branches included.

    A field that a branch describes or demands, and that the form does not always demand, is asked only under the
    branch's condition.
    """
    required = set(schema.get("required", ()))
    described = dict(schema.get("properties", {}))
    needed: dict[str, list[Condition | None]] = {}
    demanded = set(required)
    for condition, branch in _branches(schema):
        for name, one in branch.get("properties", {}).items():
            if name not in described and isinstance(one, Mapping):
                described[name] = one
                demanded |= {name} & set(branch.get("required", ()))
        for name in {*branch.get("properties", {}), *branch.get("required", ())} - required:
            needed.setdefault(name, []).append(condition)
    fields = {
        name: _field(name, one, is_required=name in demanded, when=_joined(needed.get(name, [])))
        for name, one in described.items()
    }
    return tuple(fields[name] for name in _order(schema, fields))


def _joined(conditions: list[Condition | None]) -> Condition | None:
    """The one condition that several branches on the same field make together; None where they do not."""
    simple = [one for one in conditions if one is not None]
    if not simple or len(simple) < len(conditions) or len({name for name, _ in simple}) > 1:
        return None
    return simple[0][0], tuple(value for _, values in simple for value in values)


def _field(name: str, schema: Schema, *, is_required: bool, when: Condition | None) -> Field:
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


def _branches(schema: Schema) -> Iterator[tuple[Condition | None, Schema]]:
    """The then/else schemas with the condition (one field, some values) they hang on, where it is that simple."""
    for one in (schema, *schema.get("allOf", ())):
        if "then" in one:
            yield _simple_condition(one.get("if", {})), one["then"]
        if "else" in one:
            yield None, one["else"]


def _simple_condition(condition: Schema) -> Condition | None:
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
