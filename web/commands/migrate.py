"""`motcua migrate`: bring the database to this program's version. Safe to run from several machines at once."""

from __future__ import annotations

import contextlib

import click

from engine.store.database import Store
from engine.store.migrations import migrate
from engine.store.settings import Settings


@click.command("migrate")
def command() -> None:
    """Tạo hoặc nâng cấp cơ sở dữ liệu tới phiên bản của chương trình."""
    with contextlib.closing(Store.open(Settings.from_environment())) as store:
        click.echo(f"Cơ sở dữ liệu đã ở phiên bản {migrate(store)}.")
