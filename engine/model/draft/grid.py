"""Step tables as departments keep them in spreadsheets: Vietnamese headings, lines above the table, merged cells."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from engine.deadlines.limits import Limit, LimitUnit
from engine.errors import InputError
from engine.model.draft.cells import (
    is_phase_heading,
    is_yes,
    read_order,
    read_phase,
    read_procedure_value,
    read_time,
    read_unit,
)
from engine.model.draft.sheet import Grid, Row
from engine.model.draft.table import (
    StepTable,
    TableStep,
    TableTask,
    check_codes,
    folded,
    make_table,
)
from engine.model.draft.times import add_up, days

_NEEDED = {"action": "Nội dung công việc", "unit": "Đơn vị thực hiện", "time": "Thời gian"}
_HEADER_SEARCH = 40
_TOTAL = re.compile(r"tong (cong|so|thoi gian|thoi han).*|cong|tong")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One row of the table: its cells by column, the step it belongs to and the unit of its times."""

    where: str
    cells: Mapping[str, str]
    order: int
    is_part: bool
    phase: int
    time_unit: LimitUnit

    def time(self, column: str) -> tuple[Limit | None, bool]:
        return read_time(self.cells.get(column, ""), self.time_unit, self.where)


@dataclass(slots=True)
class _Procedure:
    values: dict[str, Any]
    lines: list[_Line] = field(default_factory=list)


def tables_from_grids(grids: Sequence[Grid]) -> tuple[StepTable, ...]:
    """Every procedure in the sheets: one a sheet with its name above the table, or many told apart by columns."""
    tables = [table for grid in grids for table in _tables(grid)]
    if not tables:
        raise InputError("Không tìm thấy bảng các bước: cần có hàng tiêu đề với cột “Bước”, “Nội dung công việc”, …")
    check_codes(tables)
    return tuple(tables)


def _tables(grid: Grid) -> Iterator[StepTable]:
    found = _header(grid)
    if found is None:
        return
    start, columns = found
    missing = [title for column, title in _NEEDED.items() if not {column, _INSTEAD.get(column)} & set(columns)]
    if missing:
        raise InputError(f"Bảng thiếu cột “{'”, “'.join(missing)}”.")
    heading = folded(grid.rows[start][1][columns["time"]]) if "time" in columns else ""
    above = {"name": grid.name} | _above(grid.rows[:start])
    reader = _Rows(columns, above, LimitUnit.hour if re.search(r"\bgio\b", heading) else LimitUnit.working_day)
    for number, row in grid.rows[start + 1 :]:
        reader.take(row, f"Dòng {number}")
    for procedure in reader.procedures:
        if procedure.lines:
            yield make_table(procedure.values, _steps(procedure.lines))


_INSTEAD = {"action": "task", "time": "task_time"}


def _header(grid: Grid) -> tuple[int, dict[str, int]] | None:
    """The heading row: the one near the top that names most columns we know."""
    best: tuple[int, dict[str, int]] | None = None
    for index, (_, row) in enumerate(grid.rows[:_HEADER_SEARCH]):
        columns = _columns(row)
        is_heading = len(columns) >= 2 and {"action", "unit", "step"} & set(columns)
        if is_heading and (best is None or len(columns) > len(best[1])):
            best = (index, columns)
    return best


def _columns(row: Row) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, cell in enumerate(row):
        name = folded(cell)
        for column, pattern in (_patterns("steps") | _patterns("procedure")).items():
            if name and column not in found and pattern.fullmatch(name):
                found[column] = index
                break
    return found


def _above(rows: Sequence[tuple[int, Row]]) -> dict[str, Any]:
    """What lines above the table say: "Tên thủ tục: ...", in one cell or with the value in the next."""
    values: dict[str, Any] = {}
    for number, row in rows:
        cells = [cell for cell in row if cell]
        for index, cell in enumerate(cells):
            label, _, rest = cell.partition(":")
            value = rest.strip() or (cells[index + 1] if index + 1 < len(cells) else "")
            for column, pattern in _patterns("procedure").items():
                if column not in values and value and pattern.fullmatch(folded(label)):
                    values[column] = read_procedure_value(column, value, f"Dòng {number}")
    return values


@dataclass(slots=True)
class _Rows:
    """Takes the rows under the heading one by one."""

    columns: Mapping[str, int]
    above: Mapping[str, Any]
    time_unit: LimitUnit
    procedures: list[_Procedure] = field(default_factory=list)
    phase: int = 1

    def take(self, row: Row, where: str) -> None:
        cells = {column: row[index] if index < len(row) else "" for column, index in self.columns.items()}
        if is_phase_heading([cell for cell in row if cell]):
            self.phase = read_phase(" ".join(row), where)
        elif any(_TOTAL.fullmatch(folded(cells.get(column, ""))) for column in ("step", "action", "unit", "task")):
            self._total(cells, where)
        else:
            self._line(cells, where)

    def _total(self, cells: Mapping[str, str], where: str) -> None:
        total, _ = read_time(cells.get("time", "") or cells.get("task_time", ""), self.time_unit, where)
        if self.procedures and total:
            self.procedures[-1].values.setdefault("total", total)

    def _line(self, cells: Mapping[str, str], where: str) -> None:
        given = {
            column: read_procedure_value(column, cells[column], where)
            for column in _patterns("procedure")
            if cells.get(column)
        }
        if not self.procedures or _is_other(self.procedures[-1], given):
            self.procedures.append(_Procedure(values={**self.above, **given}))
            self.phase = 1
        procedure = self.procedures[-1]
        procedure.values = {**given, **procedure.values}
        if not any(cells.get(column) for column in ("unit", "action", "task", "step_name")):
            return
        order, is_part = self._order(cells.get("step", ""), procedure, where)
        if cells.get("phase"):
            self.phase = read_phase(cells["phase"], where)
        unit = read_unit(cells.get("time_unit", ""), self.time_unit)
        procedure.lines.append(
            _Line(where=where, cells=cells, order=order, is_part=is_part, phase=self.phase, time_unit=unit)
        )

    def _order(self, text: str, procedure: _Procedure, where: str) -> tuple[int, bool]:
        """The row's step: as numbered; under the step above when its number is left empty; else counted."""
        if text:
            return read_order(text, where)
        last = procedure.lines[-1].order if procedure.lines else 0
        return (last or 1, False) if "step" in self.columns else (last + 1, False)


def _is_other(procedure: _Procedure, given: Mapping[str, Any]) -> bool:
    key = next((column for column in ("code", "name") if column in given), None)
    return key is not None and procedure.values.get(key) != given[key]


def _steps(lines: Sequence[_Line]) -> list[TableStep]:
    runs: list[list[_Line]] = []
    for line in lines:
        if runs and runs[-1][0].order == line.order:
            runs[-1].append(line)
        else:
            runs.append([line])
    return [_step(run) for run in runs]


def _step(run: Sequence[_Line]) -> TableStep:
    """A step from its rows: one row is a step by itself; of several each is a task, unless the first heads 2.1, 2.2."""
    first = run[0]
    is_headed = not first.is_part and any(line.is_part for line in run)
    has_names = any(line.cells.get("task") or line.cells.get("step_name") for line in run)
    parts = run if len(run) > 1 or has_names or first.is_part else ()
    parts = parts[1:] if is_headed else parts
    time, is_given = _step_time(run[:1] if is_headed else run, parts)
    return TableStep(
        order=first.order,
        unit=_unit(run),
        action=_first(run, ("step_name", "action", "task")),
        time=time,
        is_time_given=is_given,
        phase=first.phase,
        output=next((line.cells["output"] for line in run if line.cells.get("output")), ""),
        tasks=tuple(_task(line) for line in parts),
    )


def _unit(run: Sequence[_Line]) -> str:
    """The one unit of a step's rows."""
    where, order = run[0].where, run[0].order
    units = list(dict.fromkeys(line.cells["unit"] for line in run if line.cells.get("unit")))
    if not units:
        raise InputError(f"{where}: bước {order} chưa ghi đơn vị thực hiện.")
    if len(units) > 1:
        raise InputError(f"{where}: bước {order} có hai đơn vị (“{units[0]}”, “{units[1]}”); hãy tách thành hai bước.")
    return units[0]


def _step_time(own: Sequence[_Line], parts: Sequence[_Line]) -> tuple[Limit | None, bool]:
    """The binding time: the step's own cell, or the sum when every task has one."""
    given = [time for time, is_given in (line.time("time") for line in own) if is_given]
    if given:
        return (_sum(given) if len(given) > 1 else given[0]), True
    if any(line.cells.get("time") for line in own):
        return None, False  # the cell says that there is no fixed limit
    of_tasks = [time for time, is_given in map(_task_time, parts) if is_given]
    return _sum(of_tasks), bool(of_tasks)


def _task_time(line: _Line) -> tuple[Limit | None, bool]:
    return line.time("task_time" if "task_time" in line.cells else "time")


def _sum(times: Sequence[Limit | None]) -> Limit | None:
    """Days as soon as one is in days; where hours cannot be counted, the first stands for all."""
    known = [time for time in times if time is not None]
    hours = add_up(known)
    if not hours:
        return known[0] if known else None
    if any(time.unit is LimitUnit.working_day for time in known):
        return days(hours)
    return Limit(hours, LimitUnit.hour)


def _task(line: _Line) -> TableTask:
    cells = line.cells
    name = cells.get("task") or cells.get("action") or cells.get("step_name")
    if not name:
        raise InputError(f"{line.where}: việc của bước {line.order} chưa ghi nội dung.")
    time, is_given = _task_time(line)
    return TableTask(
        name=name,
        code=cells.get("task_code", ""),
        time=time,
        is_time_given=is_given,
        pauses=is_yes(cells.get("pauses", "")),
        resumes=is_yes(cells.get("resumes", "")),
        is_decision=is_yes(cells.get("is_decision", "")),
    )


def _first(run: Sequence[_Line], columns: Sequence[str]) -> str:
    for column in columns:
        for line in run:
            if line.cells.get(column):
                return line.cells[column]
    raise InputError(f"{run[0].where}: bước {run[0].order} chưa ghi nội dung công việc.")


@cache
def _patterns(part: str) -> dict[str, re.Pattern[str]]:
    data = tomllib.loads((Path(__file__).parent / "headings.toml").read_text(encoding="utf-8"))
    return {column: re.compile(pattern) for column, pattern in data[part].items()}
