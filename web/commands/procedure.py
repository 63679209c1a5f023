"""`motcua procedure`: step tables to procedure folders, and folders in and out of the catalogue."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import Connection

from engine.catalogue.folder import load_folder, write_folders
from engine.catalogue.publishing import Decision, Imported, approve, import_folder, publish, unpacked
from engine.errors import InputError, NotFound, Refused, UnreadableFile
from engine.model.draft import MAX_BYTES, Draft, draft, read_tables
from engine.model.procedure import Manifest, ProcedureFolder
from engine.reports.processes import versions_of
from engine.store.database import Store
from engine.store.settings import Settings


@click.group("procedure")
def command() -> None:
    """Thủ tục và quy trình nội bộ: dựng từ bảng các bước, nhập, xuất."""


@command.command("draft")
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Nơi ghi các thư mục.")
@click.option("--only", multiple=True, metavar="CODE", help="Chỉ dựng thủ tục có mã này; dùng được nhiều lần.")
@click.option("--replace", is_flag=True, help="Ghi đè thư mục đã có nội dung khác.")
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def draft_command(table: Path, out: Path, only: tuple[str, ...], *, replace: bool, as_json: bool) -> None:
    """Dựng thư mục thủ tục (BPMN, toml, biểu mẫu) từ bảng các bước .json, .xlsx hoặc .csv."""
    drafts = [draft(one) for one in read_tables(table.name, _read(table)) if not only or one.code in only]
    missing = set(only) - {one.folder.manifest.code for one in drafts}
    if missing:
        raise InputError(f"Bảng không có thủ tục mã {', '.join(sorted(missing))}.")
    if out.exists() and not out.is_dir():
        raise UnreadableFile(f"{out} không phải là thư mục.")
    paths = write_folders([one.folder for one in drafts], out, replace=replace)
    written = list(zip(drafts, paths, strict=True))
    if as_json:
        click.echo(json.dumps({"drafted": [_report(one, path) for one, path in written]}, ensure_ascii=False))
    else:
        click.echo("\n".join(line for one, path in written for line in _lines(one, path)))


@command.command("import")
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="DIR...")
@click.option(
    "--decision", default="", metavar="SỐ", help="Số quyết định phê duyệt; có thì bản nhập được công bố luôn."
)
@click.option("--decided-on", type=click.DateTime(["%Y-%m-%d", "%d/%m/%Y"]), help="Ngày quyết định.")
@click.option("--decided-by", default="Chủ tịch UBND tỉnh", show_default=True, help="Người ký quyết định.")
@click.option("--effective-on", type=click.DateTime(["%Y-%m-%d", "%d/%m/%Y"]), help="Ngày hiệu lực; mặc định hôm nay.")
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def import_command(
    folders: tuple[Path, ...],
    decision: str,
    decided_on: datetime | None,
    decided_by: str,
    effective_on: datetime | None,
    *,
    as_json: bool,
) -> None:
    """Nhập thư mục thủ tục vào danh mục: thành bản nháp, hoặc công bố luôn khi đã có quyết định."""
    if bool(decision) != (decided_on is not None):
        raise InputError("Công bố luôn cần cả --decision và --decided-on.")
    read = [load_folder(one) for one in folders]
    with _catalogue() as connection:
        made = [import_folder(connection, one) for one in read]
        if decided_on is not None:
            taken = Decision(number=decision, on=decided_on.date(), by=decided_by)
            for folder, one in zip(read, made, strict=True):
                approve(connection, one.version_id, folder.content_hash, taken)
                publish(connection, one.version_id, (effective_on or datetime.now(UTC)).date())
    if as_json:
        click.echo(json.dumps({"imported": [_imported(one) for one in made]}, ensure_ascii=False))
    else:
        for one in made:
            click.echo(f"{one.code}: bản {one.number}" + ("" if one.is_new else " (đã có, nội dung không đổi)"))
            click.echo(
                "\n".join(f"  ! {finding['element']}: {finding['message']}" for finding in one.findings), nl=False
            )
    if any(one.findings for one in made):
        raise Refused("Có sơ đồ còn lỗi: đã lưu bản nháp nhưng chưa chạy được.")


@command.command("export")
@click.argument("code")
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Nơi ghi thư mục.")
@click.option("--number", type=int, help="Số của bản; mặc định bản đang áp dụng, không có thì bản mới nhất.")
@click.option("--replace", is_flag=True, help="Ghi đè thư mục đã có nội dung khác.")
def export_command(code: str, out: Path, number: int | None, *, replace: bool) -> None:
    """Xuất một thủ tục ra thư mục, BPMN đúng từng byte như đã nhập."""
    with _catalogue() as connection:
        rows = versions_of(connection, code)
    wanted = [one for one in rows if one["number"] == number] if number is not None else rows
    if not wanted:
        raise NotFound(f"Thủ tục {code} không có bản {number}.")
    row = next((one for one in wanted if one["state"] == "published"), wanted[0])
    folder = ProcedureFolder(
        manifest=Manifest.from_data(row["manifest"]),
        source=bytes(row["source"]),
        forms=row["forms"],
        decisions=unpacked(row["decisions"]),
    )
    click.echo(str(write_folders([folder], out, replace=replace)[0]))


@contextlib.contextmanager
def _catalogue() -> Iterator[Connection]:
    """The catalogue of this installation, as its owner."""
    store = Store.open(Settings.from_environment())
    try:
        with store.transaction(role="owner") as connection:
            yield connection
    finally:
        store.close()


def _imported(one: Imported) -> dict[str, object]:
    return {"code": one.code, "number": one.number, "new": one.is_new, "findings": list(one.findings)}


def _lines(one: Draft, path: Path) -> Iterator[str]:
    yield f"{one.folder.manifest.code}: {one.folder.manifest.name} → {path}"
    for finding in one.findings:
        yield f"  {'!' if finding.severity == 'warning' else '·'} {finding.message}"


def _report(one: Draft, path: Path) -> dict[str, object]:
    return {
        "code": one.folder.manifest.code,
        "dir": str(path),
        "findings": [finding.to_data() for finding in one.findings],
    }


def _read(path: Path) -> bytes:
    try:
        if path.is_file() and path.stat().st_size > MAX_BYTES:
            raise UnreadableFile(f"Tệp {path.name} lớn hơn {MAX_BYTES // 1024 // 1024} MB.")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"Không đọc được tệp {path}.") from error
