"""motcua history export CODE: a dossier's history as evidence, or for process mining."""

from __future__ import annotations

from pathlib import Path

import click

from engine.dossier.house import House
from engine.history.bundle import evidence_bundle
from engine.reports.dossier import case_id_of
from engine.reports.mining import ocel_log, xes_log
from engine.store.settings import Settings


@click.group("history")
def command() -> None:
    """Lịch sử hồ sơ: xuất làm bằng chứng, hoặc cho khai phá quy trình."""


@command.command("export")
@click.argument("code")
@click.option(
    "--format",
    "shape",
    type=click.Choice(["bundle", "xes", "ocel"]),
    default="bundle",
    show_default=True,
    help="bundle: gói bằng chứng cho motcua verify; xes, ocel: nhật ký sự kiện.",
)
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Tệp kết quả.")
def export(code: str, shape: str, out: Path) -> None:
    """Xuất lịch sử của một hồ sơ."""
    house = House.open(Settings.from_environment())
    try:
        with house.store.transaction(role="worker") as connection:
            case_id = case_id_of(connection, code)
            if shape == "bundle":
                content = evidence_bundle(connection, case_id, house.log_key)
            else:
                content = {"xes": xes_log, "ocel": ocel_log}[shape](connection, [case_id])
    finally:
        house.store.close()
    out.write_bytes(content)
    click.echo(f"Đã ghi {out} ({len(content)} byte).")
