"""What a validator's finding is called in Vietnamese, and which field it belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from web.forms.fields import Field
from web.forms.typed import show

CHOOSING = frozenset({"select", "radio", "checkboxes"})
GIVING_FILES = frozenset({"file", "files"})
RANKS = ("required", "type", "enum", "const", "format", "pattern", "minLength", "maxLength")


def rank(error: Any) -> int:
    """Of several findings on one field the lowest is told."""
    name = error.kind.name
    return RANKS.index(name) if name in RANKS else len(RANKS)


def problem_of(error: Any, fields: Mapping[str, Field]) -> Iterator[tuple[str, Field | None, str]]:
    """(field's name, field, sentence) for a finding; several for names that the form does not have."""
    kind = error.kind
    path = list(error.instance_path)
    if kind.name in {"additionalProperties", "unevaluatedProperties"}:
        for name in kind.unexpected:
            place = str(path[0]) if path else name
            yield place, fields.get(place), f"Biểu mẫu không có trường “{name}”."
        return
    if kind.name == "required" and not path:
        one = fields.get(kind.property)
        yield kind.property, one, missing(one, kind.property)
        return
    if not path:
        yield "", None, "Các thông tin đã nhập chưa khớp với nhau."
        return
    one = fields.get(str(path[0]))
    yield str(path[0]), one, _sentence(error, one, path)


def missing(one: Field | None, name: str) -> str:
    """The sentence for a field left empty."""
    if one is None:
        return f"Thiếu “{name}”."
    if one.errors:
        return one.errors.get("required") or one.errors.get("default", "") or _ask(one)
    return _ask(one)


def lower_first(title: str) -> str:
    """Họ và tên -> họ và tên, but CCCD stays."""
    return title if len(title) > 1 and title[1].isupper() else title[:1].lower() + title[1:]


def _ask(one: Field) -> str:
    if one.widget in GIVING_FILES:
        return f"Chọn tệp cho: {lower_first(one.title)}"
    if one.widget in CHOOSING:
        return f"Chọn {lower_first(one.title)}"
    if one.widget == "checkbox":
        return f"Cần đánh dấu: {lower_first(one.title)}"
    return f"Nhập {lower_first(one.title)}"


def _sentence(error: Any, one: Field | None, path: list[str | int]) -> str:
    if one is None:
        return f"“{path[0]}” không hợp lệ."
    if one.errors.get("default"):
        return str(one.errors["default"])
    if len(path) > 1 and one.columns:
        return _row_sentence(error, one, path)
    return f"{one.title} {_predicate(error, one)}" if _predicate(error, one) else _ask(one)


def _row_sentence(error: Any, one: Field, path: list[str | int]) -> str:
    wanted = error.kind.property if error.kind.name == "required" else path[-1]
    column = next((column for column in one.columns if column.name == wanted), None)
    place = f"{one.title}, dòng {int(path[1]) + 1}"
    if column is None:
        return f"{place} chưa hợp lệ"
    if error.kind.name == "required":
        return f"{place}: {lower_first(_ask(column))}"
    return f"{place}: {lower_first(column.title)} {_predicate(error, column) or 'chưa hợp lệ'}"


def _predicate(error: Any, one: Field) -> str:
    """The rest of a sentence that begins with the field's title; empty when asking for the field says it better."""
    kind = error.kind
    name = kind.name
    limit = getattr(kind, "limit", None)
    if name == "minLength":
        return "" if limit == 1 else f"phải có ít nhất {limit} ký tự"
    if name == "const":
        return "" if one.widget == "checkbox" else "không phải giá trị được chấp nhận"
    if name in {"enum", "oneOf"}:
        return "phải là một trong các lựa chọn có sẵn"
    if name in {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}:
        words = {
            "minimum": "phải từ {} trở lên",
            "maximum": "không được quá {}",
            "exclusiveMinimum": "phải lớn hơn {}",
            "exclusiveMaximum": "phải nhỏ hơn {}",
        }
        return words[name].format(show(limit, "number"))
    if name == "format":
        return {
            "date": "phải là một ngày có thật, ví dụ 05/11/2026",
            "email": "phải là địa chỉ thư điện tử, ví dụ ten@example.com",
        }.get(kind.format, "chưa đúng dạng")
    return {
        "maxLength": f"không được dài quá {limit} ký tự",
        "pattern": "chưa đúng dạng" + (f" ({lower_first(one.hint)})" if one.hint else ""),
        "type": "chưa đúng kiểu dữ liệu",
        "multipleOf": f"phải là bội số của {getattr(kind, 'multiple_of', '')}",
        "minItems": f"phải có ít nhất {limit} mục",
        "maxItems": f"không được quá {limit} mục",
        "uniqueItems": "có mục bị lặp",
        "falseSchema": "không được điền trong trường hợp này",
    }.get(name, "chưa hợp lệ")
