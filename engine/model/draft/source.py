"""Step tables out of a file: JSON, .xlsx or .csv, none of which is trusted."""

from __future__ import annotations

import json

from engine.errors import UnreadableFile
from engine.model.draft.grid import tables_from_grids
from engine.model.draft.sheet import csv_grids, xlsx_grids
from engine.model.draft.table import StepTable, tables_from_json

MAX_BYTES = 16 * 1024 * 1024


def read_tables(name: str, data: bytes) -> tuple[StepTable, ...]:
    """The tables in a file of this name. UnreadableFile or InputError with one line, never a half result."""
    if not data.strip():
        raise UnreadableFile(f"Tệp {name} trống.")
    if len(data) > MAX_BYTES:
        raise UnreadableFile(f"Tệp {name} lớn hơn {MAX_BYTES // 1024 // 1024} MB.")
    ending = name.lower().rpartition(".")[2]
    if ending == "json":
        return tables_from_json(_json(name, data))
    if ending in ("xlsx", "xlsm"):
        return tables_from_grids(xlsx_grids(name, data))
    if ending == "csv":
        return tables_from_grids(csv_grids(name, data))
    if ending in ("xls", "ods"):
        raise UnreadableFile(f"Tệp {name} là định dạng .{ending}; hãy lưu lại thành .xlsx hoặc .csv.")
    raise UnreadableFile(f"Tệp {name} không phải .json, .xlsx hoặc .csv.")


def _json(name: str, data: bytes) -> object:
    try:
        found: object = json.loads(data.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"Tệp {name} không dùng bảng mã UTF-8.") from error
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        where = f" (dòng {line})" if line else ""
        raise UnreadableFile(f"Tệp {name} không phải JSON hợp lệ{where}.") from error
    return found


def _refuse_constant(word: str) -> object:
    raise ValueError(word)
