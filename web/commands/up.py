"""`motcua up`: the whole house on one machine, one process tree, one command."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import http.client
import importlib.util
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from types import FrameType, ModuleType

import click

from engine.errors import NotConfigured
from engine.store.database import Store
from engine.store.migrations import migrate
from engine.store.settings import Settings
from web.household import Child, Household

LEAST_FREE_BYTES = 500_000_000
ACCOUNTS_SHOWN = 14
MANIFEST = Path(__file__).parents[1] / "static" / "built" / "manifest.json"


@click.command("up")
@click.option("--port", type=click.IntRange(1, 65535), help="Cổng của trang web (mặc định 8000).")
@click.option("--empty", is_flag=True, help="Không nạp tỉnh mẫu.")
@click.option("--no-dossiers", is_flag=True, help="Nạp tỉnh mẫu với đơn vị, cán bộ, thủ tục nhưng chưa có hồ sơ nào.")
def command(port: int | None, *, empty: bool, no_dossiers: bool) -> None:
    """Chạy tất cả trên máy này: cơ sở dữ liệu, trang web, xử lý nền, tỉnh mẫu. Dừng bằng Ctrl-C."""
    settings = Settings.from_environment()
    settings = dataclasses.replace(settings, data_dir=settings.data_dir.absolute(), port=port or settings.port)
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # SIGINT too: a shell in the background ignores it
        signal.signal(one, _interrupt)
    with contextlib.suppress(KeyboardInterrupt), _bound(settings) as listener:
        _check_machine(settings)
        _run(settings, listener, empty=empty, no_dossiers=no_dossiers)
    click.echo("Đã dừng.")


def _run(settings: Settings, listener: socket.socket, *, empty: bool, no_dossiers: bool) -> None:
    click.echo("Một Cửa đang khởi động…")
    with _step("Cơ sở dữ liệu"):
        store = Store.open(settings)
    with contextlib.closing(store):
        if store.server is not None and not store.server.is_owner:
            raise NotConfigured(
                f"Một Cửa đang chạy trên {settings.data_dir} rồi. Dừng nó, hoặc đặt MOTCUA_DATA_DIR khác."
            )
        with _step("Cấu trúc dữ liệu"):
            migrate(store)
        environment = _environment(settings)
        demo = None if settings.is_production or empty else _demo()
        if demo is not None:
            _load(demo, settings, store, environment, with_dossiers=not no_dossiers)
        household = Household(
            server=store.server, log_dir=settings.data_dir / "logs", environment=environment, say=click.echo
        )
        try:
            _serve(settings, household, listener, demo)
        finally:
            for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(one, signal.SIG_IGN)
            click.echo("\nĐang dừng…")
            household.stop()


def _serve(settings: Settings, household: Household, listener: socket.socket, demo: ModuleType | None) -> None:
    first, *others = _webs(settings, listener)
    household.start(first)  # alone: a person waits for it, nobody for the rest
    with _step("Trang web"):
        household.wait_until(lambda: _answers(listener), first)
    household.start(*_workers(settings), *_neighbours(settings), *others)
    click.echo(f"\nMở trình duyệt: {settings.address}")
    if demo is not None:
        _show_accounts(demo)
    click.echo("Nhấn Ctrl-C để dừng.\n")
    household.watch()


# --- before anything starts -------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _bound(settings: Settings) -> Iterator[socket.socket]:
    """The listening socket, bound once by us and shared by all web processes: a restart drops no connection."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
        except OSError as error:
            raise NotConfigured(_why_not_bound(settings, error)) from error
        listener.listen(1024)
        listener.setblocking(False)
        yield listener


def _why_not_bound(settings: Settings, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Cổng {settings.port} đang có chương trình khác dùng. Thử: motcua up --port {settings.port + 1}"
    if error.errno == errno.EACCES:
        return f"Không được phép mở cổng {settings.port}. Thử: motcua up --port 8000"
    return f"Không lắng nghe được ở {settings.host}:{settings.port}: {error.strerror}."


def _check_machine(settings: Settings) -> None:
    if not MANIFEST.exists():
        raise NotConfigured("Giao diện web chưa được dựng. Hãy chạy: make setup (máy không có Node cũng được).")
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.data_dir).free
    if free < LEAST_FREE_BYTES:
        raise NotConfigured(
            f"Ổ đĩa chứa {settings.data_dir} chỉ còn {free // 1_000_000} MB. Hãy giải phóng chỗ trống, "
            "hoặc đặt MOTCUA_DATA_DIR ở ổ khác."
        )


# --- what runs --------------------------------------------------------------------------------------------------------


def _webs(settings: Settings, listener: socket.socket) -> list[Child]:
    descriptor = listener.fileno()
    argv = [sys.executable, "-m", "web.serving", str(descriptor)]
    return [
        Child(name=f"web-{number}", title=f"Trang web {number}", command=argv, descriptors=(descriptor,))
        for number in range(1, settings.web_processes + 1)
    ]


def _workers(settings: Settings) -> list[Child]:
    argv = [sys.executable, "-m", "web.cli", "worker"]
    return [
        Child(name=f"worker-{number}", title=f"Xử lý nền {number}", command=argv)
        for number in range(1, settings.workers + 1)
    ]


def _neighbours(settings: Settings) -> list[Child]:
    """Other agencies, played: only in a demo, and only those whose connector is installed."""
    if settings.is_production:
        return []
    (settings.data_dir / "sandboxes").mkdir(parents=True, exist_ok=True, mode=0o700)
    return [
        Child(name=f"sandbox-{name}", title=f"Cơ quan mô phỏng {name}", command=argv)
        for module in _sandboxes()
        for name, argv, _url in module.sandbox_commands(settings)
    ]


def _environment(settings: Settings) -> dict[str, str]:
    """What every child is told: our own settings, and in a demo where the played neighbours are."""
    told = dict(os.environ)
    if not settings.is_production:
        for module in _sandboxes():
            told |= module.sandbox_environment(settings)
    told |= {"MOTCUA_DATA_DIR": str(settings.data_dir), "MOTCUA_PORT": str(settings.port), "PYTHONUNBUFFERED": "1"}
    return told


def _sandboxes() -> list[ModuleType]:
    return [found.load() for found in entry_points(group="motcua.sandboxes")]


def _answers(listener: socket.socket) -> bool:
    host, port = listener.getsockname()[:2]
    connection = http.client.HTTPConnection("127.0.0.1" if host == "0.0.0.0" else host, port, timeout=2)  # noqa: S104
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


# --- the demo province ------------------------------------------------------------------------------------------------


def _demo() -> ModuleType | None:
    if importlib.util.find_spec("web.demo") is None:
        return None
    return importlib.import_module("web.demo")


def _load(
    demo: ModuleType, settings: Settings, store: Store, environment: Mapping[str, str], *, with_dossiers: bool
) -> None:
    """Build the demo province in an empty house; a house that has something already is left alone."""
    from engine.delivery.registry import load_registry
    from engine.dossier.house import House

    house = House.open(settings, store, load_registry(environment, public_url=settings.address))
    with _step("Tỉnh mẫu"):
        demo.load(house, progress=lambda line: click.echo(f"    {line}"), with_dossiers=with_dossiers)


def _show_accounts(demo: ModuleType) -> None:
    click.echo(f"\nTài khoản dùng thử, mật khẩu chung: {demo.PASSWORD}")
    accounts = demo.demo_accounts()
    for login, name, roles, unit in accounts[:ACCOUNTS_SHOWN]:
        click.echo(f"  {login:<16} {name}: {roles} ({unit})")
    if len(accounts) > ACCOUNTS_SHOWN:
        click.echo(f"  … và {len(accounts) - ACCOUNTS_SHOWN} tài khoản khác, xem ở trang đăng nhập")


# --- words ------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _step(title: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    seconds = f"{time.monotonic() - began:.1f}".replace(".", ",")
    click.echo(f"  ✓ {title} ({seconds} giây)")


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
