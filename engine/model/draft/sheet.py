"""Spreadsheets as grids of text: .xlsx and .csv from departments, opened without trusting a byte of them."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from xml.etree.ElementTree import ParseError

from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from engine.errors import InputError, UnreadableFile

MAX_ROWS = 5_000
MAX_COLUMNS = 60
MAX_CELL = 2_000
MAX_UNPACKED = 64 * 1024 * 1024
MAX_PARTS = 2_000

Row = tuple[str, ...]

_NAMELESS = re.compile(r"(sheet|trang tính|trang_tính|bảng)\s*\d*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """One sheet: a name for what it holds, and its rows from the first, each with its number in the file."""

    name: str
    rows: tuple[tuple[int, Row], ...]


def xlsx_grids(name: str, data: bytes) -> tuple[Grid, ...]:
    """Every sheet with something in it. Values only: formulas give their last result, nothing is run or fetched."""
    _check_package(name, data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns about styles and validations that are of no concern here
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            grids = tuple(_sheet(sheet, name) for sheet in book.worksheets)
    except _BROKEN as error:
        raise UnreadableFile(f"Tệp {name} không phải bảng tính .xlsx hợp lệ.") from error
    found = tuple(grid for grid in grids if grid.rows)
    if not found:
        raise UnreadableFile(f"Tệp {name} không có dữ liệu.")
    return found


def csv_grids(name: str, data: bytes) -> tuple[Grid, ...]:
    """The one sheet of a CSV file in UTF-8, or UTF-16 as spreadsheets save it; comma, semicolon or tab between."""
    text = _decoded(name, data)
    if "\x00" in text:
        raise UnreadableFile(f"Tệp {name} không phải tệp CSV (có dữ liệu nhị phân).")
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(",;\t", key=first.count)
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        rows = tuple(_kept(name, enumerate(lines, start=1)))
    except csv.Error as error:
        raise UnreadableFile(f"Tệp {name} không phải tệp CSV hợp lệ: dấu nháy hoặc ô quá dài.") from error
    if not rows:
        raise UnreadableFile(f"Tệp {name} không có dữ liệu.")
    return (Grid(name=_stem(name), rows=rows),)


_BROKEN = (
    zipfile.BadZipFile,
    InvalidFileException,
    etree.XMLSyntaxError,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    OSError,
    NotImplementedError,
    zlib.error,
)


def _check_package(name: str, data: bytes) -> None:
    """Refuse bombs and document types before any parser sees the parts."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                limit = MAX_UNPACKED // 1024 // 1024
                raise UnreadableFile(f"Tệp {name} bung ra quá lớn (giới hạn {limit} MB); không mở để bảo đảm an toàn.")
            if "xl/workbook.xml" not in package.namelist():
                raise UnreadableFile(f"Tệp {name} không phải bảng tính .xlsx.")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")) and _has_doctype(package.read(part)):
                    raise UnreadableFile(f"Tệp {name} có khai báo DOCTYPE bên trong; không mở để bảo đảm an toàn.")
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise UnreadableFile(f"Tệp {name} không phải bảng tính .xlsx hợp lệ.") from error


def _has_doctype(xml: bytes) -> bool:
    plain = xml.replace(b"\x00", b"")  # UTF-16 parts spell their letters with zero bytes between
    return re.search(rb"<!\s*(DOCTYPE|ENTITY)", plain, re.IGNORECASE) is not None


def _sheet(sheet: object, file_name: str) -> Grid:
    rows = sheet.iter_rows(max_col=MAX_COLUMNS + 1, max_row=100 * MAX_ROWS, values_only=True)  # type: ignore[attr-defined]
    title = str(sheet.title)  # type: ignore[attr-defined]
    name = _stem(file_name) if _NAMELESS.fullmatch(title) else title
    return Grid(name=name, rows=tuple(_kept(title, enumerate(rows, start=1))))


def _stem(file_name: str) -> str:
    return file_name.rpartition(".")[0] or file_name


def _kept(name: str, rows: Iterator[tuple[int, tuple[object, ...] | list[str]]]) -> Iterator[tuple[int, Row]]:
    """Rows that hold something; a sheet with more than a person would write is refused as soon as that shows."""
    count = 0
    for number, cells in rows:
        if len(cells) > MAX_COLUMNS and any(str(cell or "").strip() for cell in cells[MAX_COLUMNS:]):
            raise InputError(f"Bảng “{name}” có hơn {MAX_COLUMNS} cột.")
        row = tuple(_text(cell, number) for cell in cells[:MAX_COLUMNS])
        if not any(row):
            continue
        count += 1
        if count > MAX_ROWS:
            raise InputError(f"Bảng “{name}” có hơn {MAX_ROWS:,} dòng; mỗi tệp nhận tối đa chừng đó.".replace(",", "."))
        yield number, row


def _text(cell: object, number: int) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return _mistaken_date(cell)
    text = " ".join(unicodedata.normalize("NFC", str(cell)).replace("\u00a0", " ").split())
    if len(text) > MAX_CELL:
        raise InputError(f"Dòng {number}: ô quá dài (hơn {MAX_CELL:,} ký tự).".replace(",", "."))
    return text


def _mistaken_date(cell: datetime | date) -> str:
    """Spreadsheets turn 1/2 into the first of February: half a day is meant."""
    return f"{cell.day}/{cell.month}"


def _decoded(name: str, data: bytes) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"Tệp {name} không dùng bảng mã UTF-8; hãy lưu lại với lựa chọn “CSV UTF-8”.") from error
