"""`motcua doctor`: is this installation fit to serve, and if not, what to do about each thing."""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from sqlalchemy import Connection, text

from engine.errors import MotCuaError
from engine.store.database import Store
from engine.store.migrations import installed, newest
from engine.store.settings import Settings

KEYS = ("web", "kek", "log")
LEAST_FREE_BYTES = 2_000_000_000
QUIET_WORKER_SECONDS = 60
QUEUED_TOO_LONG_MINUTES = 5
BUILT = Path(__file__).parents[1] / "static" / "built" / "manifest.json"
MOST_CERTAIN = (3, 11)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at. `remedy` is what to do when it is not well."""

    name: str
    is_well: bool
    what: str
    remedy: str = ""


@click.command("doctor")
@click.option("--make-keys", is_flag=True, help="Tạo các khóa còn thiếu (chỉ lần đầu vận hành).")
@click.option("--json", "as_json", is_flag=True, help="In một tài liệu JSON.")
def command(*, make_keys: bool, as_json: bool) -> int:
    """Kiểm tra hệ thống. Kết thúc với mã 1 khi có điều cần sửa."""
    settings = Settings.from_environment()
    if make_keys:
        made = [name for name in KEYS if settings.make_key(name)]
        click.echo(f"Đã tạo khóa: {', '.join(made) or 'không có khóa nào thiếu'} ({settings.key_dir})", err=as_json)
    findings = list(examine(settings))
    if as_json:
        click.echo(json.dumps({"findings": [asdict(one) for one in findings]}, ensure_ascii=False))
    else:
        for one in findings:
            click.echo(f"{'✓' if one.is_well else '✗'} {one.name}: {one.what}")
            if not one.is_well:
                click.echo(f"    → {one.remedy}")
    return 0 if all(one.is_well for one in findings) else 1


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything; a database that cannot be reached ends the list with that finding."""
    yield _python()
    yield _disk(settings)
    yield _pages()
    yield _fonts()
    yield from _keys(settings)
    try:
        store = Store.open(settings)
    except MotCuaError as error:
        remedy = "Xem nhật ký PostgreSQL, hoặc kiểm tra MOTCUA_DATABASE_URL."
        yield Finding(name="Cơ sở dữ liệu", is_well=False, what=error.message, remedy=remedy)
        return
    with contextlib.closing(store):
        yield from _database(store)


# --- the machine ------------------------------------------------------------------------------------------------------


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    return Finding(
        name="Python", is_well=sys.version_info >= MOST_CERTAIN, what=found, remedy="Cài Python 3.11 trở lên."
    )


def _disk(settings: Settings) -> Finding:
    folder = next(
        step for step in (settings.data_dir.absolute(), *settings.data_dir.absolute().parents) if step.exists()
    )
    free = shutil.disk_usage(folder).free
    return Finding(
        name="Ổ đĩa",
        is_well=free >= LEAST_FREE_BYTES,
        what=f"còn {free / 1e9:.1f} GB ở {folder}".replace(".", ",", 1),
        remedy="Giải phóng chỗ trống, hoặc đặt MOTCUA_DATA_DIR ở ổ khác.",
    )


def _pages() -> Finding:
    is_built = BUILT.exists()
    return Finding(
        name="Giao diện web", is_well=is_built, what="đã dựng" if is_built else "chưa dựng", remedy="Chạy: make setup"
    )


def _fonts() -> Finding:
    from engine.letters.fonts import fonts_folder

    try:
        where = str(fonts_folder())
    except MotCuaError as error:
        return Finding(name="Phông chữ văn bản", is_well=False, what=error.message, remedy="Chạy: make setup")
    return Finding(name="Phông chữ văn bản", is_well=True, what=where)


def _keys(settings: Settings) -> Iterator[Finding]:
    missing = [name for name in KEYS if not (settings.key_dir / f"{name}.key").exists()]
    is_well = not (missing and settings.is_production)
    what = f"thiếu {', '.join(missing)}" if missing else f"đủ, ở {settings.key_dir}"
    yield Finding(
        name="Khóa",
        is_well=is_well,
        what=what if not (missing and is_well) else "sẽ tự tạo ở lần dùng đầu (bản dùng thử)",
        remedy="Khôi phục từ nơi cất giữ; lần đầu vận hành thì chạy: motcua doctor --make-keys",
    )
    if settings.is_production:
        is_apart = settings.keys_dir is not None
        yield Finding(
            name="Nơi giữ khóa",
            is_well=is_apart,
            what=str(settings.key_dir),
            remedy="Đặt MOTCUA_KEYS_DIR ngoài thư mục dữ liệu, để bản sao lưu dữ liệu không chứa khóa.",
        )


# --- the database -----------------------------------------------------------------------------------------------------


def _database(store: Store) -> Iterator[Finding]:
    with store.transaction(role="owner") as connection:
        version = connection.execute(text("show server_version")).scalar_one()
        where = f"đi kèm, ở {store.server.home}" if store.server is not None else "máy chủ ngoài"
        yield Finding(name="Cơ sở dữ liệu", is_well=True, what=f"PostgreSQL {version}, {where}, ghi bền vững")
        found = installed(connection)
        is_current = found == newest()
        yield Finding(
            name="Phiên bản dữ liệu", is_well=is_current, what=found or "chưa tạo", remedy="Chạy: motcua migrate"
        )
        if is_current:
            for look in (_wall, _worker, _timers, _dead_jobs, _partitions):
                yield look(connection)
            if store.settings.is_production:
                yield from _production(connection)


def _count(connection: Connection, statement: str) -> int:
    return int(connection.execute(text(statement)).scalar_one())


def _wall(connection: Connection) -> Finding:
    loose = _count(
        connection, "select count(*) from pg_roles where rolname like 'motcua\\_%' and (rolsuper or rolbypassrls)"
    )
    return Finding(
        name="Phân quyền dữ liệu",
        is_well=loose == 0,
        what="ba vai trò đều bị giới hạn" if loose == 0 else f"{loose} vai trò vượt được tường",
        remedy="Người quản trị PostgreSQL chạy: alter role … nosuperuser nobypassrls cho ba vai trò motcua_*.",
    )


def _worker(connection: Connection) -> Finding:
    alive = _count(
        connection,
        "select count(*) from procrastinate_workers"
        f" where last_heartbeat > now() - interval '{QUIET_WORKER_SECONDS} seconds'",
    )
    waiting = _count(connection, "select count(*) from procrastinate_jobs where status = 'todo'")
    return Finding(
        name="Xử lý nền",
        is_well=alive > 0 or waiting == 0,
        what=f"{alive} tiến trình đang chạy, {waiting} việc chờ",
        remedy="Chạy: motcua worker (hoặc motcua up).",
    )


def _timers(connection: Connection) -> Finding:
    stuck = _count(
        connection,
        "select count(*) from timer where acted_at is null and cancelled_at is null"
        f" and queued_at < now() - interval '{QUEUED_TOO_LONG_MINUTES} minutes'",
    )
    return Finding(
        name="Hẹn giờ",
        is_well=stuck == 0,
        what=f"{stuck} mốc đã đến hạn mà chưa được xử lý",
        remedy="Xem việc hỏng bên dưới và nhật ký của motcua worker.",
    )


def _dead_jobs(connection: Connection) -> Finding:
    dead = connection.execute(
        text("select task_name, count(*) from procrastinate_jobs where status = 'failed' group by 1 order by 1")
    ).all()
    return Finding(
        name="Việc hỏng",
        is_well=not dead,
        what=", ".join(f"{name} × {many}" for name, many in dead) or "không có",
        remedy="Xem và chạy lại ở trang Quản trị, mục Vận hành.",
    )


def _partitions(connection: Connection) -> Finding:
    stray = _count(connection, "select count(*) from event_default")
    return Finding(
        name="Phân vùng lịch sử",
        is_well=stray == 0,
        what="đủ" if stray == 0 else f"{stray} sự kiện nằm ngoài các tháng đã chia",
        remedy="Chạy: motcua migrate",
    )


def _production(connection: Connection) -> Iterator[Finding]:
    checks: list[tuple[str, str, Callable[[int], str], str]] = [
        (
            "Giờ hệ thống",
            "select coalesce(max(abs(offset_seconds)), 0) from clock_offset",
            lambda seconds: "đúng giờ thật" if not seconds else f"lệch {seconds} giây so với giờ thật",
            "Cơ sở dữ liệu này đã dùng thử với giờ chỉnh. Hãy bắt đầu vận hành thật trên cơ sở dữ liệu mới.",
        ),
        (
            "Tài khoản dùng thử",
            "select count(*) from officer where is_demo and not is_disabled",
            lambda many: "không có" if not many else f"{many} tài khoản dùng thử còn mở",
            "Khóa các tài khoản dùng thử ở trang Quản trị trước khi mở cho người dân.",
        ),
    ]
    for name, statement, words, remedy in checks:
        found = _count(connection, statement)
        yield Finding(name=name, is_well=found == 0, what=words(found), remedy=remedy)
