"""Step tables out of files: spreadsheets as departments keep them, and files that are not what they say."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from engine.deadlines.limits import LimitUnit
from engine.errors import InputError, UnreadableFile
from engine.model.draft import draft
from engine.model.draft.cells import read_order, read_phase, read_time
from engine.model.draft.source import read_tables
from engine.model.draft.table import StepTable

DATA = Path(__file__).parents[2] / "data" / "step_tables.json"
HEADINGS = ("Bước", "Nội dung công việc", "Đơn vị thực hiện", "Thời gian", "Kết quả")
ROWS: tuple[tuple[Any, ...], ...] = (
    (1, "Tiếp nhận hồ sơ", "Bộ phận một cửa", 0.5, "Giấy tiếp nhận"),
    (2, "Thẩm định hồ sơ", "Phòng Kinh tế", "1,5 ngày làm việc", "Tờ trình"),
    (3, "Ký duyệt", "Lãnh đạo UBND", "01 ngày", "Giấy phép"),
    (4, "Trả kết quả", "Bộ phận tiếp nhận và trả kết quả", "Không tính", None),
)


def xlsx(rows: Sequence[Sequence[Any]], title: str = "Sheet1") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def as_csv(rows: Sequence[Sequence[Any]], separator: str = ",") -> str:
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    return "\n".join(separator.join(f'"{cell}"' for cell in row) for row in cells)


def limits(table: StepTable) -> list[str | None]:
    return [str(step.time) if step.time else None for step in table.steps]


def test_one_row_a_step() -> None:
    (table,) = read_tables("Cấp giấy phép.xlsx", xlsx([HEADINGS, *ROWS]))
    assert (table.name, table.code) == ("Cấp giấy phép", "CAP-GIAY-PHEP")
    assert limits(table) == ["0.5d", "1.5d", "1d", None]
    assert [step.is_time_given for step in table.steps] == [True, True, True, True]
    assert [step.unit for step in table.steps][1:3] == ["Phòng Kinh tế", "Lãnh đạo UBND"]
    assert table.steps[0].output == "Giấy tiếp nhận"
    assert draft(table).folder.manifest.level == "commune"


def test_lines_above_the_table_name_the_procedure_and_a_last_row_its_total() -> None:
    rows = [
        ("QUY TRÌNH NỘI BỘ", None),
        ("Tên thủ tục: Cấp giấy phép thử",),
        ("Mã thủ tục", "T-01"),
        ("Lĩnh vực:", "Hoạt động xây dựng"),
        (),
        HEADINGS,
        *ROWS,
        (None, "Tổng cộng", None, "3 ngày", None),
    ]
    (table,) = read_tables("a.xlsx", xlsx(rows))
    assert (table.name, table.code, table.field) == ("Cấp giấy phép thử", "T-01", "Hoạt động xây dựng")
    assert str(table.total) == "3d"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_csv_reads_like_the_sheet(separator: str, encoding: str) -> None:
    data = as_csv([HEADINGS, *ROWS], separator).encode(encoding)
    (table,) = read_tables("Cấp giấy phép.csv", data)
    assert table == read_tables("Cấp giấy phép.xlsx", xlsx([HEADINGS, *ROWS]))[0]


@pytest.mark.parametrize(
    "headings",
    [
        ("STT", "Trình tự thực hiện", "Trách nhiệm", "Thời gian thực hiện (ngày)", "Biểu mẫu/Kết quả"),
        ("TT", "Các bước thực hiện", "Bộ phận xử lý", "Thời hạn", "Sản phẩm"),
        ("Bước thực hiện", "NỘI DUNG THỰC HIỆN", "Người thực hiện", "THỜI GIAN GIẢI QUYẾT", "Kết quả thực hiện"),
        ("order", "action_vi", "unit", "time_value", "output"),
    ],
)
def test_headings_vary(headings: tuple[str, ...]) -> None:
    (table,) = read_tables("a.xlsx", xlsx([headings, *ROWS]))
    assert limits(table) == ["0.5d", "1.5d", "1d", None]


def test_a_time_heading_in_hours_counts_hours() -> None:
    rows = [("Bước", "Nội dung", "Đơn vị", "Thời gian (giờ)"), (1, "Tiếp nhận", "Bộ phận một cửa", 4)]
    (table,) = read_tables("a.xlsx", xlsx(rows))
    assert limits(table) == ["4h"]


def test_rows_without_a_number_are_tasks_of_the_step_above() -> None:
    rows = [
        HEADINGS,
        (1, "Tiếp nhận hồ sơ", "Bộ phận một cửa", 0.5),
        (None, "Bàn giao hồ sơ", None, None),
        ("Bước 2", "Phòng Kinh tế xử lý", "Phòng Kinh tế", "1,5 ngày"),
        ("2.1", "Phân công thụ lý"),
        ("2.2", "Thụ lý", None, "01 ngày"),
        ("03", "Trả kết quả", "Bộ phận một cửa", 0),
    ]
    (table,) = read_tables("a.xlsx", xlsx(rows))
    assert [[task.name for task in step.tasks] for step in table.steps] == [
        ["Tiếp nhận hồ sơ", "Bàn giao hồ sơ"],
        ["Phân công thụ lý", "Thụ lý"],
        [],
    ]
    assert limits(table) == ["0.5d", "1.5d", None]


def test_times_of_all_tasks_add_up_to_the_step() -> None:
    rows = [HEADINGS, (1, "Phân công", "Phòng Kinh tế", "4 giờ"), (1, "Thụ lý", None, "1,5 ngày")]
    (table,) = read_tables("a.xlsx", xlsx(rows))
    assert limits(table) == ["2d"]
    assert [str(task.time) for task in table.steps[0].tasks] == ["4h", "1.5d"]


def test_columns_tell_many_procedures_apart() -> None:
    headings = ("Mã thủ tục", "Tên thủ tục", *HEADINGS)
    rows = [headings]
    for code, name in (("A1", "Thủ tục A"), ("B1", "Thủ tục B")):
        rows += [(code if row is ROWS[0] else None, name if row is ROWS[0] else None, *row) for row in ROWS]
    tables = read_tables("a.xlsx", xlsx(rows))
    assert [(table.code, table.name, len(table.steps)) for table in tables] == [
        ("A1", "Thủ tục A", 4),
        ("B1", "Thủ tục B", 4),
    ]


def test_phases_may_be_rows_of_their_own() -> None:
    rows = [HEADINGS, ("Giai đoạn 1",), ROWS[0], ROWS[1], ("Giai đoạn II: sau khi nộp thuế",), *ROWS[2:]]
    (table,) = read_tables("a.xlsx", xlsx(rows))
    assert [step.phase for step in table.steps] == [1, 1, 2, 2]


@pytest.mark.parametrize(
    ("text", "limit", "is_given"),
    [
        ("0,5 ngày", "0.5d", True),
        ("1/2 ngày làm việc", "0.5d", True),
        ("½ ngày", "0.5d", True),
        ("04 giờ làm việc", "4h", True),
        ("30 phút", "0.5h", True),
        ("05 ngày (kể cả ngày nghỉ)", "5cd", True),
        ("02 tháng", "2m", True),
        ("-1", None, False),
        ("", None, False),
        ("–", None, False),
        ("Không quy định", None, False),
        ("Giờ hành chính", None, False),
        ("0", None, True),
        ("Không tính thời gian", None, True),
    ],
)
def test_times_as_people_write_them(text: str, limit: str | None, is_given: bool) -> None:
    time, given = read_time(text, LimitUnit.working_day, "Dòng 1")
    assert (str(time) if time else None, given) == (limit, is_given)


@pytest.mark.parametrize("text", ["-3 ngày", "mai", "1/0 ngày", "999999 ngày"])
def test_times_that_cannot_be(text: str) -> None:
    with pytest.raises(InputError, match="Dòng 1"):
        read_time(text, LimitUnit.working_day, "Dòng 1")


def test_step_numbers_and_phases_as_people_write_them() -> None:
    assert [read_order(text, "") for text in ("1", "Bước 2", "B3.", "2.1", "2a", "04")] == [
        (1, False),
        (2, False),
        (3, False),
        (2, True),
        (2, True),
        (4, False),
    ]
    assert [read_phase(text, "") for text in ("2", "Giai đoạn II", "giai đoạn 3")] == [2, 2, 3]
    with pytest.raises(InputError, match="số thứ tự"):
        read_order("đầu tiên", "Dòng 1")
    with pytest.raises(InputError, match="giai đoạn"):
        read_phase("sau", "Dòng 1")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("Bước", "Nội dung công việc", "Thời gian"), (1, "Tiếp nhận", 1)], "thiếu cột “Đơn vị thực hiện”"),
        ([("Bước", "Đơn vị"), (1, "Bộ phận một cửa")], "thiếu cột “Nội dung công việc”, “Thời gian”"),
        ([("a", "b"), (1, 2)], "Không tìm thấy bảng các bước"),
        ([HEADINGS], "Không tìm thấy bảng các bước"),
        ([HEADINGS, (1, "Tiếp nhận", "Bộ phận một cửa", -3)], "Dòng 2: thời gian không được âm"),
        ([HEADINGS, (1, "Tiếp nhận", None, 1)], "Dòng 2: bước 1 chưa ghi đơn vị"),
        ([HEADINGS, (1, None, "Bộ phận một cửa", 1)], "Dòng 2: bước 1 chưa ghi nội dung"),
        ([HEADINGS, (1, "A", "Phòng Kinh tế", 1), (1, "B", "Sở Tư pháp", 1)], "có hai đơn vị"),
        ([HEADINGS, (2, "A", "Phòng Kinh tế", 1), (1, "B", "Sở Tư pháp", 1)], "sai hoặc trùng thứ tự"),
        ([HEADINGS, *[(n, "A", "Phòng Kinh tế", 1) for n in range(1, 10_001)]], r"hơn 5\.000 dòng"),
        ([HEADINGS, *[(n, "A", "Phòng Kinh tế", 1) for n in range(1, 100)]], "tối đa 60 bước"),
        ([HEADINGS, (1, "A" * 3000, "Phòng Kinh tế", 1)], "ô quá dài"),
        ([("x",) * 70], "hơn 60 cột"),
    ],
)
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_bad_tables_are_refused_in_one_line(rows: list[tuple[Any, ...]], words: str, ending: str) -> None:
    data = xlsx(rows) if ending == "xlsx" else as_csv(rows).encode()
    with pytest.raises(InputError, match=words) as refused:
        read_tables(f"bảng.{ending}", data)
    assert "\n" not in refused.value.message


def packed(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/"), content)
    return stream.getvalue()


def with_doctype() -> bytes:
    source = zipfile.ZipFile(io.BytesIO(xlsx([HEADINGS, *ROWS])))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for part in source.infolist():
            content = source.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                content = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>' + content
            package.writestr(part.filename, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.json", b"", "trống"),
        ("a.csv", b" \n \n", "trống"),
        ("a.csv", b",,\n,,\n", "không có dữ liệu"),
        ("a.xlsx", b"", "trống"),
        ("a.txt", b"x", "không phải .json, .xlsx hoặc .csv"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "hãy lưu lại thành .xlsx"),
        ("a.xlsx", b"%PDF-1.7 not a sheet", "không phải bảng tính .xlsx"),
        ("a.xlsx", packed(word__document=b"<a/>"), "không phải bảng tính .xlsx"),
        ("a.xlsx", xlsx([HEADINGS, *ROWS])[:2000], "không phải bảng tính .xlsx"),
        ("a.xlsx", packed(**{"xl__workbook.xml": b"<a/>"}), "không phải bảng tính .xlsx"),
        ("a.xlsx", packed(**{"xl__workbook.xml": b"0" * 80_000_000}), "bung ra quá lớn"),
        ("a.xlsx", with_doctype(), "DOCTYPE"),
        ("a.csv", "Bước,Nội dung".encode("cp1258", errors="replace") + b"\xff\xfe\xfd", "UTF-8"),
        ("a.csv", b"a\x00b,c", "nhị phân"),
        ("a.csv", b'a,"b\n', "CSV hợp lệ"),
        ("a.json", b"{", "JSON hợp lệ"),
        ("a.json", b"\xff{}", "UTF-8"),
        ("a.json", b"[" * 100_000, "JSON hợp lệ"),
        ("a.json", b'[{"name_vi": NaN}]', "JSON hợp lệ"),
        ("a.json", b'"text"', "không phải là một đối tượng JSON"),
    ],
)
def test_files_that_are_not_what_they_say(name: str, data: bytes, words: str) -> None:
    with pytest.raises((InputError, UnreadableFile), match=words) as refused:
        read_tables(name, data)
    assert "\n" not in refused.value.message


def test_the_real_tables_survive_a_spreadsheet() -> None:
    """A procedure written out as rows of steps and tasks comes back the same process."""
    tables = {table.code: table for table in read_tables("a.json", DATA.read_bytes())}
    for row in json.loads(DATA.read_text(encoding="utf-8"))[:40]:
        rows: list[tuple[Any, ...]] = [
            ("Tên thủ tục", row["name_vi"]),
            ("Mã thủ tục", row["local_code"]),
            ("Cấp", "huyện"),
        ]
        rows.append(("Bước", "Tên bước", "Việc", "Mã việc", "Đơn vị thực hiện", "Thời gian", "Thời gian việc"))
        for step in row["steps"]:
            for index, task in enumerate(step["tasks"]):
                first = (step["unit"], step["time_value"]) if index == 0 else (None, None)
                head = (step["order"], step["action_vi"], task["name_vi"], task["code"])
                rows.append((*head, *first, task["time_value"]))
        (read,) = read_tables("a.xlsx", xlsx(rows))
        original = tables[row["local_code"]]
        assert [step.time for step in read.steps] == [step.time for step in original.steps]
        assert [[task.code for task in step.tasks] for step in read.steps] == [
            [task.code for task in step.tasks] for step in original.steps
        ]
        assert [[task.time for task in step.tasks] for step in read.steps] == [
            [task.time for task in step.tasks] for step in original.steps
        ]
