"""`motcua version`: which program this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import click


@click.command("version")
def command() -> None:
    """In phiên bản của chương trình."""
    try:
        click.echo(version("motcua"))
    except PackageNotFoundError:
        click.echo("chưa cài đặt (chạy thẳng từ mã nguồn)")
