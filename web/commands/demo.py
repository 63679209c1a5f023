"""motcua demo: the demo province without the browser: load it, move its clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import click

from engine.deadlines import Duration
from engine.dossier.house import House
from engine.errors import InputError, Refused
from engine.store.settings import Settings
from web.demo import load

HOURS_A_DAY, DAYS_A_WEEK = 24, 7


@click.group("demo")
def command() -> None:
    """Tỉnh mẫu: nạp dữ liệu, chỉnh giờ. Bản vận hành thật từ chối các lệnh này."""


@command.command("load")
@click.option("--no-dossiers", is_flag=True, help="Chỉ đơn vị, cán bộ, thủ tục; chưa có hồ sơ nào.")
def load_command(*, no_dossiers: bool) -> None:
    """Nạp tỉnh mẫu vào cơ sở dữ liệu còn trống."""
    with _house() as house:
        if not load(house, progress=click.echo, with_dossiers=not no_dossiers):
            raise Refused("Cơ sở dữ liệu đã có dữ liệu, không nạp tỉnh mẫu nữa.")


@command.command("advance")
@click.argument("span", metavar="SPAN")
def advance_command(span: str) -> None:
    """Đưa giờ của tỉnh mẫu đi tới một khoảng, ví dụ PT4H hoặc P3D (theo đồng hồ, không phải giờ làm việc)."""
    jump = Duration.parse(span).span(hours_a_day=HOURS_A_DAY, days_a_week=DAYS_A_WEEK)
    if jump <= timedelta(0):
        raise InputError("Khoảng thời gian phải lớn hơn 0.")
    with _house() as house:
        now = house.calendar.local(house.clock.advance(int(jump.total_seconds())))
    click.echo(f"Giờ của hệ thống: {now:%H:%M ngày %d/%m/%Y}.")


@contextmanager
def _house() -> Iterator[House]:
    house = House.open(Settings.from_environment())
    try:
        yield house
    finally:
        house.store.close()
