"""What a submitted form becomes: values, and one clear Vietnamese line for each thing wrong with it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage, MultiDict

from engine.errors import FormRefused, InputError
from web.forms import Form

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Tiếp nhận",
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "birthday", "gender", "delivery", "agreed"],
    "properties": {
        "name": {"type": "string", "title": "Họ và tên", "minLength": 1, "maxLength": 20},
        "number": {"type": "string", "title": "Số định danh", "pattern": "^[0-9]{12}$", "x-widget": "identifier",
                   "x-error": "Số định danh phải có đúng 12 chữ số"},
        "birthday": {"type": "string", "format": "date", "title": "Ngày sinh"},
        "area": {"type": "number", "title": "Diện tích", "minimum": 1, "x-unit": "m²"},
        "fee": {"type": "integer", "title": "Lệ phí", "maximum": 5000000, "x-widget": "money"},
        "gender": {"enum": ["male", "female"], "title": "Giới tính", "x-labels": {"male": "Nam", "female": "Nữ"}},
        "needs": {"type": "array", "title": "Nhu cầu", "items": {"enum": ["a", "b", "c"]}, "minItems": 1},
        "plots": {"type": "array", "title": "Thửa đất", "items": {
            "type": "object", "required": ["plot"],
            "properties": {"plot": {"type": "string", "title": "Số thửa"},
                           "size": {"type": "number", "title": "Diện tích", "minimum": 1}}}},
        "scan": {"type": "string", "title": "Bản quét", "x-widget": "file", "x-accept": [".pdf"], "x-max-bytes": 10},
        "delivery": {"enum": ["counter", "post"], "title": "Cách nhận kết quả"},
        "address": {"type": "string", "title": "Địa chỉ nhận", "minLength": 5},
        "agreed": {"const": True, "type": "boolean", "title": "Tôi cam đoan"},
    },
    "if": {"properties": {"delivery": {"const": "post"}}, "required": ["delivery"]},
    "then": {"required": ["address"]},
}  # fmt: skip
FORM = Form(SCHEMA)
RIGHT = {
    "name": "Nguyễn Thị Hòa", "birthday": "5/11/1990", "gender": "female", "delivery": "counter", "agreed": "true",
    "_csrf": "token",
}  # fmt: skip


def read(**changes: Any) -> Any:
    fields = MultiDict[str, str]()
    for name, value in {**RIGHT, **changes}.items():
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                fields.add(name, one)
    return FORM.read(fields)


def errors(**changes: Any) -> dict[str, str]:
    return {error.name: error.message for error in read(**changes).errors}


def test_right_form_gives_typed_values() -> None:
    entry = read(fee="1.000.000", area="62,5", number="001 090 123 456", **{"needs[]": ["a", "c"]})
    assert entry.must_be_whole() == {
        "name": "Nguyễn Thị Hòa", "birthday": "1990-11-05", "gender": "female", "delivery": "counter", "agreed": True,
        "fee": 1_000_000, "area": 62.5, "number": "001090123456", "needs": ["a", "c"],
    }  # fmt: skip


def test_decomposed_letters_are_composed() -> None:
    assert read(name="Nguyê\u0303n").values["name"] == "Nguyễn"


@pytest.mark.parametrize("typed", ["05/11/1990", "5-11-1990", "5.11.1990", "05111990", "1990-11-05"])
def test_dates_in_any_usual_writing(typed: str) -> None:
    assert read(birthday=typed).values["birthday"] == "1990-11-05"


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"name": ""}, "name", "Nhập họ và tên"),
        ({"name": "x" * 21}, "name", "Họ và tên không được dài quá 20 ký tự"),
        ({"birthday": "31/02/1990"}, "birthday", "Ngày sinh: không có ngày này trong lịch"),
        ({"birthday": "hôm qua"}, "birthday", "Ngày sinh: nhập theo dạng ngày/tháng/năm, ví dụ 05/11/2026"),
        ({"gender": None}, "gender", "Chọn giới tính"),
        ({"gender": "other"}, "gender", "Giới tính phải là một trong các lựa chọn có sẵn"),
        ({"number": "123"}, "number", "Số định danh phải có đúng 12 chữ số"),
        ({"fee": "nhiều"}, "fee", "Lệ phí: nhập bằng chữ số, ví dụ 1.000.000"),
        ({"fee": "1,5"}, "fee", "Lệ phí: nhập số nguyên, không có phần lẻ"),
        ({"fee": "9.000.000"}, "fee", "Lệ phí không được quá 5.000.000"),
        ({"area": "0,5"}, "area", "Diện tích phải từ 1 trở lên"),
        ({"delivery": "post"}, "address", "Nhập địa chỉ nhận"),
        ({"delivery": "post", "address": "x"}, "address", "Địa chỉ nhận phải có ít nhất 5 ký tự"),
        ({"agreed": None}, "agreed", "Cần đánh dấu: tôi cam đoan"),
        ({"status": "approved"}, "status", "Biểu mẫu không có trường “status”."),
        ({"plots.0.size": "50"}, "plots", "Thửa đất, dòng 1: nhập số thửa"),
        ({"plots.0.plot": "12", "plots.0.size": "x"}, "plots",
         "Thửa đất, dòng 1, diện tích: nhập bằng chữ số, ví dụ 1.000.000"),
        ({"plots.0.owner": "x"}, "plots.0.owner", "Biểu mẫu không có trường “plots.0.owner”."),
    ],
)  # fmt: skip
def test_each_fault_is_one_line(changes: dict[str, Any], field: str, message: str) -> None:
    assert errors(**changes) == {field: message}


def test_several_faults_come_in_the_order_of_the_fields() -> None:
    assert list(errors(name="", birthday="", agreed=None, delivery="post")) == ["name", "birthday", "address", "agreed"]


def test_rows_keep_their_values_and_blank_ones_vanish() -> None:
    entry = read(**{"plots.0.plot": "12", "plots.0.size": "1.200", "plots.2.plot": "13", "plots.1.plot": " "})
    assert entry.values["plots"] == [{"plot": "12", "size": 1200}, {"plot": "13"}]


def test_typed_text_is_shown_again_after_an_error() -> None:
    entry = read(birthday="31/02/1990", fee="1.000.000")
    one = {field.name: field for field in FORM.fields}
    assert (entry.text(one["birthday"]), entry.text(one["fee"])) == ("31/02/1990", "1.000.000")


def test_stored_values_are_shown_as_people_type_them() -> None:
    entry = FORM.filled({"birthday": "1990-11-05", "fee": 1_000_000, "area": 62.5, "gender": "male"})
    assert {name: entry.shown[name] for name in ("birthday", "fee", "area")} == {
        "birthday": "05/11/1990", "fee": "1.000.000", "area": "62,5",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.exe", b"1", "Bản quét: chỉ nhận tệp .pdf, không nhận “a.exe”"),
        ("a.pdf", b"1" * 11, "Bản quét: tệp “a.pdf” lớn hơn 10 byte"),
        ("a.pdf", b"", "Bản quét: tệp “a.pdf” rỗng"),
    ],
)
def test_files_are_checked(name: str, content: bytes, message: str) -> None:
    files = MultiDict({"scan": FileStorage(BytesIO(content), filename=name)})
    entry = FORM.read(MultiDict(RIGHT), files)
    assert [error.message for error in entry.errors] == [message]


def test_a_file_is_its_name_and_its_bytes() -> None:
    files = MultiDict({"scan": FileStorage(BytesIO(b"%PDF"), filename="đơn.pdf", content_type="application/pdf")})
    entry = FORM.read(MultiDict(RIGHT), files)
    assert entry.values["scan"] == "đơn.pdf"
    assert [(one.name, one.size) for one in entry.files["scan"]] == [("đơn.pdf", 4)]


def test_refused_form_names_its_fields() -> None:
    with pytest.raises(FormRefused) as refused:
        read(name="").must_be_whole()
    assert refused.value.errors == {"name": "Nhập họ và tên"}


def test_fields_of_a_branch_are_asked_only_under_its_condition() -> None:
    form = Form(
        {
            "type": "object",
            "properties": {"decision": {"enum": ["forward", "return"], "title": "Quyết định"}},
            "required": ["decision"],
            "if": {"properties": {"decision": {"const": "return"}}, "required": ["decision"]},
            "then": {
                "properties": {"reason": {"type": "string", "title": "Lý do", "minLength": 3}},
                "required": ["reason"],
            },
            "unevaluatedProperties": False,
        }
    )
    assert form.read(MultiDict({"decision": "forward", "reason": "cũ"})).must_be_whole() == {"decision": "forward"}
    assert [error.message for error in form.read(MultiDict({"decision": "return"})).errors] == ["Nhập lý do"]
    assert {one.name: one.when for one in form.fields} == {"decision": None, "reason": ("decision", ("return",))}


def test_a_field_demanded_by_a_branch_is_asked_only_then() -> None:
    address = next(one for one in FORM.fields if one.name == "address")
    assert (address.when, address.is_required) == (("delivery", ("post",)), False)
    assert "address" not in read(address="x").must_be_whole()


def test_two_branches_on_one_field_ask_under_either() -> None:
    branches = [
        {"if": {"properties": {"decision": {"const": one}}, "required": ["decision"]}, "then": {"required": ["reason"]}}
        for one in ("return", "refuse")
    ]
    properties = {"decision": {"enum": ["forward", "return", "refuse"]}, "reason": {"type": "string"}}
    form = Form({"type": "object", "properties": properties, "required": ["decision"], "allOf": branches})
    assert form.fields[1].when == ("decision", ("return", "refuse"))


def test_a_broken_schema_says_so() -> None:
    with pytest.raises(InputError, match="không phải JSON Schema hợp lệ"):
        Form({"title": "Hỏng", "type": "nothing"})
