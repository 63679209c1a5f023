"""`motcua due`: the moment a time limit ends on a working calendar."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from engine.deadlines import Calendar, legal_due, parse_limit, parse_moment
from engine.errors import InputError
from engine.rulesets import PUBLIC_SECTOR, calendar_names, packaged_calendar, read_calendar


@click.command("due")
@click.option("--from", "start", required=True, metavar="ISO", help="Thời điểm nhận, ví dụ 2026-01-05T08:30.")
@click.option("--limit", required=True, metavar="3d|16h|5cd|2m", help="d: ngày làm việc, h: giờ, cd: ngày, m: tháng.")
@click.option("--calendar", default=PUBLIC_SECTOR, metavar="NAME|FILE", help="Tên lịch có sẵn hoặc tệp lịch JSON.")
@click.option("--pause", "pauses", multiple=True, metavar="FROM/TO", help="Khoảng tạm dừng; dùng được nhiều lần.")
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def command(start: str, limit: str, calendar: str, pauses: tuple[str, ...], *, as_json: bool) -> None:
    """Tính thời hạn giải quyết theo lịch làm việc."""
    due = legal_due(
        parse_moment(start), parse_limit(limit), _calendar(calendar), pauses=[_pause(text) for text in pauses]
    )
    if as_json:
        click.echo(json.dumps({"due": due.isoformat()}))
    else:
        click.echo(f"{due:%H:%M} ngày {due:%d/%m/%Y}")


def _calendar(name: str) -> Calendar:
    path = Path(name)
    if name in calendar_names() or not (path.suffix or path.exists()):
        return packaged_calendar(name)
    return read_calendar(path)


def _pause(text: str) -> tuple[datetime, datetime]:
    start, slash, end = text.partition("/")
    if not slash:
        raise InputError(f"Khoảng tạm dừng '{text}' không đúng dạng, ví dụ đúng: 2026-01-05T08:00/2026-01-07T08:00.")
    return parse_moment(start), parse_moment(end)
