"""`motcua procedure`: step tables to procedure folders, and folders in and out of the catalogue."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from engine.catalogue.folder import write_folders
from engine.errors import InputError, UnreadableFile
from engine.model.draft import MAX_BYTES, Draft, draft, read_tables


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
