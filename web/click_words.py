"""What the command line's library says by itself, in Vietnamese. A sentence it has no words for stays in English."""

from __future__ import annotations

import click.core
import click.decorators
import click.exceptions
import click.formatting
import click.parser
import click.termui
import click.types

_MODULES = (
    click.core,
    click.decorators,
    click.exceptions,
    click.formatting,
    click.parser,
    click.termui,
    click.types,
)
_WORDS = {
    "Usage:": "Cách dùng:",
    "Options": "Tùy chọn",
    "Commands": "Các lệnh",
    "Show this message and exit.": "In trang này.",
    "Error: {message}": "Lỗi: {message}",
    "Missing command.": "Thiếu tên lệnh con.",
    "Missing argument": "Thiếu",
    "Missing option": "Thiếu tùy chọn",
    "Missing parameter": "Thiếu",
    "No such command {name!r}.": "Không có lệnh {name!r}.",
    "No such option {name!r}.": "Không có tùy chọn {name!r}.",
    "Did you mean {possibility}?": "Có phải là {possibility}?",
    "(Did you mean one of: {possibilities}?)": "Có phải là một trong: {possibilities}?",
    "Option {name!r} does not take a value.": "Tùy chọn {name!r} không nhận giá trị.",
    "Option {name!r} requires an argument.": "Tùy chọn {name!r} cần một giá trị.",
    "Got unexpected extra argument ({args})": "Thừa: {args}.",
    "Got unexpected extra arguments ({args})": "Thừa: {args}.",
    "Invalid value for {param_hint}: {message}": "Giá trị của {param_hint} không dùng được: {message}",
    "Invalid value: {message}": "Giá trị không dùng được: {message}",
    "{value!r} is not a valid {number_type}.": "{value!r} không phải là số hợp lệ.",
    "{value} is not in the range {range}.": "{value} nằm ngoài khoảng {range}.",
    "{value!r} is not one of {choices}.": "{value!r} không phải là một trong {choices}.",
    "{value!r} is not {choice}.": "{value!r} không phải là {choice}.",
    "Choose from:\n\t{choices}": "Chọn một trong: {choices}",
    "Could not open file {filename!r}: {message}": "Không mở được tệp {filename!r}: {message}",
    "{name} {filename!r} does not exist.": "Không có {filename!r}.",
    "{name} {filename!r} is a directory.": "{filename!r} là thư mục, cần một tệp.",
    "{name} {filename!r} is a file.": "{filename!r} là tệp, cần một thư mục.",
    "{name} {filename!r} is not readable.": "Không đọc được {filename!r}.",
    "{name} {filename!r} is not writable.": "Không ghi được {filename!r}.",
    "default: {default}": "mặc định: {default}",
    "required": "bắt buộc",
    "Aborted!": "Đã dừng.",
}


def speak_vietnamese() -> None:
    """Give the library our words. Its modules look them up under the customary name `_`."""
    for module in _MODULES:
        for name, translate in (("_", _one), ("ngettext", _many)):
            if hasattr(module, name):
                setattr(module, name, translate)


def _one(message: str) -> str:
    return _WORDS.get(message, message)


def _many(singular: str, plural: str, count: int) -> str:
    message = singular if count == 1 else plural
    return _WORDS.get(message, message)
