"""`motcua process`: check, run and compare BPMN files, without a database; bring open dossiers to another version."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from engine.catalogue.folder import decisions_beside, load_folder
from engine.catalogue.publishing import variables_of
from engine.deadlines import VIETNAM
from engine.delivery.registry import load_registry
from engine.errors import InputError, ModelRefused, UnreadableFile
from engine.model.decisions import read_decisions
from engine.model.diff import diff as differences
from engine.model.finding import Finding
from engine.model.lint import LintContext, lint
from engine.model.parse import parse
from engine.model.safe_xml import MAX_BYTES
from engine.run.headless import Headless, Outcome
from web.demo.province import units
from web.designer.panel import UNIT_SEATS
from web.words import ROLES

SEVERITIES = {"error": "lỗi", "warning": "lưu ý"}
OUTCOMES = {"can": "chuyển được", "cannot": "không chuyển được", "migrated": "đã chuyển", "refused": "giữ nguyên"}


@click.group("process")
def command() -> None:
    """Quy trình BPMN: kiểm tra, chạy thử, so sánh."""


@command.command("lint")
@click.argument("files", nargs=-1, required=True, metavar="FILE.bpmn...", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def lint_files(files: Sequence[Path], *, as_json: bool) -> int:
    """Kiểm tra từng tệp. Tệp nằm trong thư mục thủ tục được kiểm tra cả vai trò, biểu mẫu, thời hạn."""
    found = {str(path): _lint(path) for path in files}
    if as_json:
        body = [{"file": file, "findings": [asdict(each) for each in each_file]} for file, each_file in found.items()]
        click.echo(_json({"files": body}))
    else:
        for file, each_file in found.items():
            _print_findings(file, each_file)
    return int(any(finding.is_error for each_file in found.values() for finding in each_file))


@command.command("run")
@click.argument("file", metavar="FILE.bpmn", type=click.Path(path_type=Path))
@click.option("--input", "inputs", multiple=True, metavar="NAME=VALUE", help="Biến ban đầu; JSON, không thì là chữ.")
@click.option("--until", type=click.Choice(["idle", "end"]), help="Dừng khi phải chờ lâu, hay chạy tới hết (mặc định).")
@click.option("--speed", type=click.FloatRange(min=0, min_open=True), default=1.0, help="Đồng hồ chạy nhanh gấp N lần.")
@click.option("--scripts", type=click.Choice(["run", "log"]), default="run", help="Chạy kịch bản, hay chỉ ghi ra.")
@click.option("--manual", is_flag=True, help="Không tự hoàn thành công việc của người.")
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def run_file(
    file: Path,
    inputs: Sequence[str],
    until: str | None,
    speed: float,
    scripts: str,
    *,
    manual: bool,
    as_json: bool,
) -> int:
    """Chạy thử một quy trình trong bộ nhớ, không cần cơ sở dữ liệu."""
    headless = Headless(
        start=datetime.now(VIETNAM),
        sleep=time.sleep,
        speed=speed,
        until_end=(until or ("idle" if manual else "end")) == "end",
        is_manual=manual,
    )
    source, variables = _read(file), dict(_input(text) for text in inputs)
    findings: Sequence[Finding] = ()
    try:
        outcome = headless.run(source, variables, logs_scripts=scripts == "log", decisions=decisions_beside(file))
    except ModelRefused as error:
        outcome, findings = Outcome(status="error", error=error.message), error.findings
    _print_outcome(outcome, findings, as_json=as_json)
    return int(outcome.status == "error")


@command.command("diff")
@click.argument("old", metavar="A.bpmn", type=click.Path(path_type=Path))
@click.argument("new", metavar="B.bpmn", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def diff_files(old: Path, new: Path, *, as_json: bool) -> None:
    """So sánh hai phiên bản: mọi khác biệt có ý nghĩa, kể cả hẹn giờ và thời hạn."""
    found = differences(
        parse(_read(old)),
        parse(_read(new)),
        old_decisions=read_decisions(decisions_beside(old)),
        new_decisions=read_decisions(decisions_beside(new)),
    )
    if as_json:
        body = [{**asdict(each), "is_timing": each.is_timing, "message": each.message} for each in found]
        click.echo(_json({"differences": body}))
        return
    for each in found:
        click.echo(f"{'⏱ ' if each.is_timing else '- '}{each.message}")
    if not found:
        click.echo("Hai phiên bản không khác nhau.")


@command.command("migrate")
@click.argument("code", metavar="CODE")
@click.option("--to", "number", type=int, required=True, metavar="VERSION", help="Số của bản chuyển tới.")
@click.option("--dry-run", is_flag=True, help="Chỉ xem hồ sơ nào chuyển được, không đổi gì.")
@click.option("--case", "codes", multiple=True, metavar="CODE", help="Chỉ hồ sơ này; dùng được nhiều lần.")
@click.option("--map", "renamed", multiple=True, metavar="OLD=NEW", help="Phần tử đã đổi mã; dùng được nhiều lần.")
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def migrate_cases(
    code: str, number: int, codes: Sequence[str], renamed: Sequence[str], *, dry_run: bool, as_json: bool
) -> int:
    """Chuyển hồ sơ đang giải quyết của thủ tục CODE sang một bản khác; hồ sơ không chuyển được thì giữ nguyên."""
    from web.migrating.console import migrate_open_cases  # the other commands need no database

    results = migrate_open_cases(code, number, codes, renamed, dry_run=dry_run)
    if as_json:
        click.echo(_json({"procedure": code, "to": number, "dry_run": dry_run, "results": results}))
    else:
        _print_migrations(results, number)
    return int(any(one["outcome"] in {"cannot", "refused"} for one in results))


def _lint(path: Path) -> Sequence[Finding]:
    try:
        return lint(parse(_read(path)), _context(path), decisions=read_decisions(decisions_beside(path)))
    except ModelRefused as error:
        return error.findings


def _context(path: Path) -> LintContext | None:
    """What the procedure folder around a file knows, and this installation; None for a file that stands alone."""
    if not (path.parent / "procedure.toml").exists():
        return None
    folder = load_folder(path.parent)
    hidden = {
        name
        for form in folder.forms.values()
        for name, field in form.get("properties", {}).items()
        if field.get("x-personal")
    }
    return LintContext(
        roles=frozenset(ROLES),
        forms=folder.forms,
        connectors={each.name: list(each.operations) for each in load_registry(os.environ, public_url="")},
        seats=frozenset(UNIT_SEATS) | {unit.kind for unit in units()},
        knows_units=False,
        limit=folder.manifest.limit or None,
        variables=variables_of(folder.forms),
        personal=frozenset(hidden),
    )


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableFile(f"Không đọc được {path}: {error.strerror}.") from error


def _input(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise InputError(f"--input “{text}” phải có dạng tên=giá_trị.")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _print_findings(file: str, findings: Sequence[Finding]) -> None:
    for finding in findings:
        place = f"{file}:{finding.line}"
        click.echo(f"{place}: {SEVERITIES[finding.severity]} [{finding.rule}] {finding.element}: {finding.message}")
    if not findings:
        click.echo(f"{file}: không có lỗi.")


def _print_outcome(outcome: Outcome, findings: Sequence[Finding], *, as_json: bool) -> None:
    if outcome.error is not None:
        click.echo(f"Lỗi: {outcome.error}", err=True)
    if as_json:
        body: Mapping[str, Any] = {**asdict(outcome), "findings": [asdict(each) for each in findings]}
        click.echo(_json(body))
        return
    words = {"completed": "Đã kết thúc.", "waiting": "Đang chờ.", "error": "Dừng vì lỗi."}
    click.echo(f"{words[outcome.status]} Đã qua: {' → '.join(outcome.trace) or 'chưa bước nào'}")
    if outcome.waiting:
        click.echo(f"Đang chờ: {', '.join(outcome.waiting)}")
    for line in outcome.log:
        click.echo(line)


def _print_migrations(results: Sequence[Mapping[str, Any]], number: int) -> None:
    for one in results:
        click.echo(f"{one['case']} (bản {one['from']}): {OUTCOMES[one['outcome']]}")
        for reason in one["reasons"]:
            click.echo(f"  - {reason}")
    if not results:
        click.echo(f"Không có hồ sơ nào đang giải quyết ngoài bản {number}.")


def _json(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False)
