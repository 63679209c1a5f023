"""What is odd about a step table: told to the designer, never mended silently."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from engine.model.draft.flow import Drawn
from engine.model.draft.kinds import ASSUMED_CONSULTATION
from engine.model.draft.table import StepTable
from engine.model.draft.times import add_up, days, hours_of, in_words
from engine.model.draft.units import SeatPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFinding:
    """One remark about a table. `difference` is in working days, above zero when the steps exceed the total."""

    rule: str
    severity: str  # warning | info
    message: str
    step: int | None = None
    difference: str = ""

    def to_data(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value not in (None, "")}


def examine(table: StepTable, seating: SeatPlan, drawn: Drawn) -> tuple[TableFinding, ...]:
    """Every remark, the most serious first."""
    found = [
        *_sum_of_steps(table),
        *_links(table),
        *_units(table, seating),
        *_missing(table),
        *_lacking(drawn),
        *_assumed(drawn),
        *_sums_of_tasks(table),
    ]
    return tuple(sorted(found, key=lambda finding: finding.severity != "warning"))


def _sum_of_steps(table: StepTable) -> Iterator[TableFinding]:
    total = add_up(step.time for step in table.steps)
    allowed = hours_of(table.total)
    if table.total is None or allowed is None or not total:
        return
    is_whole = all(step.is_time_given for step in table.steps)
    if total == allowed or (total < allowed and not is_whole):
        return  # a missing time is not a wrong one
    over = days(abs(total - allowed))
    sign, words = ("", "nhiều hơn") if total > allowed else ("-", "ít hơn")
    yield TableFinding(
        rule="sum_differs",
        severity="warning",
        message=f"Tổng thời gian các bước là {in_words(days(total))}, {words} thời hạn "
        f"{in_words(table.total)} ghi trong bảng {in_words(over)}.",
        difference=f"{sign}{over}",
    )


def _links(table: StepTable) -> Iterator[TableFinding]:
    for step in table.steps:
        for task in step.tasks:
            parts = task.next.split("::")
            if task.next and parts != ["NULL"] and table.code not in parts:
                yield TableFinding(
                    rule="next_elsewhere",
                    severity="warning",
                    step=step.order,
                    message=f"Bước {step.order}: việc “{task.name}” trỏ sang thủ tục khác ({task.next}); "
                    "bản vẽ nối theo thứ tự trong bảng.",
                )


def _units(table: StepTable, seating: SeatPlan) -> Iterator[TableFinding]:
    told: set[str] = set()
    for step in table.steps:
        place = seating.places[step.order]
        if step.unit in told:
            continue
        told.add(step.unit)
        if not place.is_known:
            yield TableFinding(
                rule="unit_unknown",
                severity="warning",
                step=step.order,
                message=f"Bước {step.order}: đơn vị “{step.unit}” chưa có trong danh mục; "
                "làn tạm gán cho đơn vị chủ trì.",
            )
        elif place.is_old:
            yield TableFinding(
                rule="unit_adapted",
                severity="info",
                step=step.order,
                message=f"Bước {step.order}: “{step.unit}” nay là “{place.name}”.",
            )


def _missing(table: StepTable) -> Iterator[TableFinding]:
    if table.total is None:
        yield TableFinding(
            rule="total_missing",
            severity="info",
            message="Bảng không ghi tổng thời hạn giải quyết; thời hạn theo luật để trống.",
        )
    missing = [str(step.order) for step in table.steps if not step.is_time_given]
    if missing:
        yield TableFinding(
            rule="time_missing",
            severity="info",
            message=f"Không có thời hạn cố định ở bước {', '.join(missing)}.",
        )


def _lacking(drawn: Drawn) -> Iterator[TableFinding]:
    """Work that every dossier sees and the table does not have."""
    keys = {work.kind.key for work in drawn.works}
    if any(work.kind.key == "receive" and work.is_beside for work in drawn.works):
        yield TableFinding(
            rule="reception_missing",
            severity="info",
            message="Bảng không có bước tiếp nhận; bản vẽ thêm việc “Tiếp nhận hồ sơ”.",
        )
    if "handle" not in keys:
        yield TableFinding(
            rule="handling_missing",
            severity="warning",
            message="Bảng không có bước thụ lý; bản vẽ không có nhánh bổ sung và từ chối.",
        )
    if "sign" not in keys:
        done = next((work for work in drawn.works if work.is_decision), None)
        message = "Bảng không có bước ký duyệt" + (f"; hồ sơ tính là giải quyết xong ở “{done.name}”." if done else ".")
        yield TableFinding(rule="signature_missing", severity="info", message=message)


def _assumed(drawn: Drawn) -> Iterator[TableFinding]:
    """What the drawing says and the table does not."""
    for work in drawn.always:
        yield TableFinding(
            rule="condition_dropped",
            severity="warning",
            step=work.step,
            message=f"Bước {work.step} chỉ làm “{work.condition}”; bản vẽ luôn thực hiện, hãy thêm nhánh rẽ nếu cần.",
        )
    for work in drawn.works:
        if work.is_beside and work.limit == ASSUMED_CONSULTATION:
            yield TableFinding(
                rule="consultation_assumed",
                severity="info",
                step=work.step,
                message=f"Bước {work.step}: bảng có lấy ý kiến {work.place.name} nhưng không ghi thời hạn trả lời; "
                f"tạm đặt {in_words(work.limit)} làm việc.",
            )


def _sums_of_tasks(table: StepTable) -> Iterator[TableFinding]:
    for step in table.steps:
        hours = add_up(task.time for task in step.tasks)
        own = hours_of(step.time)
        is_whole = all(task.is_time_given for task in step.tasks)
        if step.time is None or own is None or not hours or hours == own or (hours < own and not is_whole):
            continue
        yield TableFinding(
            rule="tasks_differ",
            severity="info",
            step=step.order,
            message=f"Bước {step.order}: thời gian các việc cộng lại là {in_words(days(hours))}, "
            f"của bước là {in_words(step.time)}; thời gian của bước được áp dụng.",
        )
