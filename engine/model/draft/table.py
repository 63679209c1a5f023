"""A step table: what a department writes down of an internal process, as typed values within sane bounds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from engine.deadlines.limits import Limit, LimitUnit
from engine.errors import InputError
from engine.model.draft.times import read_limit, read_unit_name

MAX_PROCEDURES = 500
MAX_STEPS = 60
MAX_TASKS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class TableTask:
    name: str
    code: str = ""
    time: Limit | None = None  # advisory: the step's time binds
    is_time_given: bool = False
    next: str = ""
    pauses: bool = False
    resumes: bool = False
    is_decision: bool = False  # completing it ends lateness counting


@dataclass(frozen=True, slots=True, kw_only=True)
class TableStep:
    order: int
    unit: str
    action: str
    time: Limit | None = None  # None: no limit of its own
    is_time_given: bool = True  # False: the table leaves the cell empty or says there is no fixed limit
    phase: int = 1
    output: str = ""
    tasks: tuple[TableTask, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTable:
    name: str
    code: str
    steps: tuple[TableStep, ...]
    national_code: str = ""
    field: str = ""
    level: str = ""
    agency: str = ""
    total: Limit | None = None
    fee_amount: int = 0
    channels: tuple[str, ...] = ("counter",)
    consulted: tuple[str, ...] = ()
    cutoff: str = ""
    evidence: str = ""
    source: str = ""


def tables_from_json(data: Any) -> tuple[StepTable, ...]:
    """Step tables in the shape of procedures.json: one object or a list of them."""
    rows = data if isinstance(data, list) else [data]
    if not rows:
        raise InputError("Tệp không có thủ tục nào.")
    if len(rows) > MAX_PROCEDURES:
        raise InputError(f"Tệp có {len(rows):,} thủ tục; mỗi lần nhận tối đa {MAX_PROCEDURES}.".replace(",", "."))
    tables = tuple(_table(row, number) for number, row in enumerate(rows, start=1))
    check_codes(tables)
    return tables


def check_codes(tables: Sequence[StepTable]) -> None:
    """One code, one procedure: two would be written to one folder."""
    seen: dict[str, str] = {}
    for table in tables:
        code = table.code.casefold()  # folders of some file systems know no capitals
        if code in seen:
            raise InputError(f"Mã thủ tục “{table.code}” dùng cho cả “{seen[code]}” và “{table.name}”.")
        seen[code] = table.name


def make_table(values: Mapping[str, Any], steps: Sequence[TableStep]) -> StepTable:
    """Check what every source must satisfy, whatever file it came from."""
    name = str(values.get("name") or "").strip()
    if not name:
        raise InputError("Bảng không có tên thủ tục.")
    if not steps:
        raise InputError(f"Thủ tục “{name}” không có bước nào.")
    _check_steps(name, steps)
    code = str(values.get("code") or "").strip() or ascii_code(name)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", code):
        raise InputError(f"Mã thủ tục “{code}” chỉ được gồm chữ không dấu, số, dấu chấm và gạch nối.")
    rest = {key: value for key, value in values.items() if key not in ("name", "code") and value is not None}
    return StepTable(name=re.sub(r"[\s,;]+$", "", name), code=code, steps=tuple(steps), **rest)


def _check_steps(name: str, steps: Sequence[TableStep]) -> None:
    tasks = sum(max(1, len(step.tasks)) for step in steps)
    if len(steps) > MAX_STEPS or tasks > MAX_TASKS:
        raise InputError(
            f"Thủ tục “{name}” có {len(steps)} bước, {tasks} việc; tối đa {MAX_STEPS} bước, {MAX_TASKS} việc."
        )
    if steps[0].phase != 1 or any(step.phase - before.phase not in (0, 1) for before, step in pairwise(steps)):
        raise InputError(f"Thủ tục “{name}”: các giai đoạn phải bắt đầu từ 1 và nối tiếp nhau.")
    for before, step in pairwise(steps):
        if step.order <= before.order:
            raise InputError(
                f"Thủ tục “{name}”: bước {step.order} đứng sau bước {before.order}, sai hoặc trùng thứ tự."
            )


def folded(text: str) -> str:
    """Lower case without diacritics or punctuation, single spaces: what headings and names are compared by."""
    decomposed = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter)).lower()
    return re.sub(r"[^a-z0-9]+", " ", plain).strip()


def ascii_code(name: str) -> str:
    """A folder name for a procedure without a code of its own."""
    return folded(name).upper().replace(" ", "-")[:64].strip("-") or "THU-TUC"


def _table(row: Any, number: int) -> StepTable:
    where = f"Thủ tục thứ {number}"
    if not isinstance(row, Mapping):
        raise InputError(f"{where} không phải là một đối tượng JSON.")
    name = _text(row, "name_vi", where, required=True)
    where = f"Thủ tục “{name}”"
    steps = row.get("steps")
    if not isinstance(steps, list):
        raise InputError(f"{where}: thiếu cột “steps”.")
    texts = {key: _text(row, key, where) for key in ("field", "level", "agency", "evidence", "source", "cutoff")}
    total = _part(row, "total_time", dict, where)
    values = {
        **texts,
        "name": name,
        "code": _text(row, "local_code", where) or _text(row, "code", where),
        "national_code": _text(row, "code", where),
        "total": read_limit(total.get("value"), read_unit_name(total.get("unit"), where), f"{where}, tổng thời gian"),
        "fee_amount": _amount(_part(row, "fee", dict, where).get("amount"), where),
        "consulted": tuple(str(unit) for unit in _part(row, "consulted_units", list, where)),
        "channels": tuple(_channel(one, where) for one in _part(row, "channel", list, where)) or ("counter",),
    }
    return make_table(values, [_step(step, where) for step in steps])


def _part(row: Mapping[str, Any], key: str, kind: type[Any], where: str) -> Any:
    """A nested list or object; nothing counts as empty."""
    found = row.get(key)
    if found is not None and not isinstance(found, kind):
        raise InputError(f"{where}: cột “{key}” sai dạng.")
    return found or kind()


def _channel(name: object, where: str) -> str:
    known = {"counter": "counter", "online": "online", "postal": "post", "post": "post"}
    if name not in known:
        raise InputError(f"{where}: kênh tiếp nhận “{name}” không có (counter, online, postal).")
    return known[str(name)]


def _step(row: Any, where: str) -> TableStep:
    if not isinstance(row, Mapping):
        raise InputError(f"{where}: có bước không phải là đối tượng JSON.")
    order = row.get("order")
    if not isinstance(order, int) or isinstance(order, bool) or order < 1:
        raise InputError(f"{where}: bước thiếu số thứ tự “order”.")
    where = f"{where}, bước {order}"
    for column in ("unit", "action_vi", "time_value"):
        if column not in row:
            raise InputError(f"{where}: thiếu cột “{column}”.")
    unit = read_unit_name(row.get("time_unit"), where)
    phase = row.get("phase") or 1
    if phase not in (1, 2, 3):
        raise InputError(f"{where}: giai đoạn “{phase}” không có.")
    return TableStep(
        order=order,
        unit=_text(row, "unit", where, required=True),
        action=_text(row, "action_vi", where, required=True),
        time=read_limit(row["time_value"], unit, where),
        is_time_given=row["time_value"] not in (None, "", -1),
        phase=phase,
        output=_text(row, "output", where),
        tasks=tuple(_task(task, unit, where) for task in _part(row, "tasks", list, where)),
    )


def _task(row: Any, unit: LimitUnit, where: str) -> TableTask:
    if not isinstance(row, Mapping):
        raise InputError(f"{where}: có việc không phải là đối tượng JSON.")
    name = _text(row, "name_vi", where, required=True)
    return TableTask(
        name=name,
        code=_text(row, "code", where),
        time=read_limit(row.get("time_value"), unit, f"{where}, việc “{name}”"),
        is_time_given=row.get("time_value") not in (None, "", -1),
        next=_text(row, "next", where),
        pauses=row.get("pause") is True,
        resumes=row.get("unpause") is True,
        is_decision=row.get("biz_done") is True,
    )


def _text(row: Mapping[str, Any], key: str, where: str, *, required: bool = False) -> str:
    value = row.get(key)
    if value is None or value == "":
        if required:
            raise InputError(f"{where}: thiếu cột “{key}”.")
        return ""
    if not isinstance(value, str) or len(value) > 2000:
        raise InputError(f"{where}: cột “{key}” phải là chữ, không quá 2.000 ký tự.")
    return " ".join(unicodedata.normalize("NFC", value).split())


def _amount(value: object, where: str) -> int:
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0 or value > 10**12:
        raise InputError(f"{where}: mức phí “{value}” không hợp lệ.")
    return int(value)
