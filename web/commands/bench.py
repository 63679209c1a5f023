"""`motcua bench`: ratios and speeds of this machine, on a temporary database of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from web.bench.figures import Figure

ROUNDS = {"full_path": 25, "pages": 30, "steps": 7, "engine": 15, "letters": 1000}
QUICK_ROUNDS = {"full_path": 7, "pages": 9, "steps": 2, "engine": 5, "letters": 60}
INSTANCES = {12: 6, 50: 1}
LAPS = 1_000
CROWD = 100_000


@click.command("bench")
@click.option("--quick", is_flag=True, help="Ít vòng hơn, xong trong khoảng một phút rưỡi.")
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def command(*, quick: bool, as_json: bool) -> None:
    """Đo tốc độ trên máy này, trên một cơ sở dữ liệu tạm. Tỷ lệ so được giữa các máy, mili giây thì không."""
    figures = _measure(QUICK_ROUNDS if quick else ROUNDS)
    if as_json:
        body = {one.name: {"value": one.value, "unit": one.unit, "better": one.better} for one in figures}
        click.echo(json.dumps({"figures": body}))
    else:
        _print(figures)


def _measure(rounds: dict[str, int]) -> list[Figure]:
    from web.bench import age, crowd, engine, full_path, inbox, letters, steps, sweep
    from web.bench.ground import temporary_ground

    with temporary_ground() as ground:
        click.echo("Trọn đường một hồ sơ…", err=True)
        figures = full_path.measure(ground, rounds=rounds["full_path"])
        click.echo("Bộ máy quy trình: 12 và 50 bước, 1 và 4 tiến trình…", err=True)
        figures += engine.measure(rounds=rounds["engine"])
        figures += steps.measure(ground, instances=INSTANCES, rounds=rounds["steps"])
        figures += age.measure(ground, laps=LAPS)
        click.echo("Thư xin lỗi…", err=True)
        figures += letters.measure(ground, letters=rounds["letters"])
        click.echo(f"Tạo {CROWD:,} việc đang mở…".replace(",", "."), err=True)
        crowd.gather(ground, cases=CROWD)
        figures += inbox.measure(ground, rounds=rounds["pages"])
        figures += sweep.measure(ground, rounds=rounds["pages"])
    return figures


def _print(figures: Sequence[Figure]) -> None:
    widest = max(len(one.title) for one in figures)
    for one in figures:
        value = f"{one.value:,.10g}".replace(",", " ").replace(".", ",")
        sign = "≥" if one.better == "higher" else "≤"
        goal = "" if one.goal is None else f"  mục tiêu {sign} {one.goal:g}".replace(".", ",")
        click.echo(f"{one.title:<{widest}}  {value:>10} {_UNITS[one.unit]:<5}{goal}".rstrip())


_UNITS = {"ratio": "lần", "ms": "ms", "s": "giây", "rows": "dòng", "per_second": "/giây", "bytes": "byte"}
