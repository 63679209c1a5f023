"""`motcua web`: the pages under gunicorn, for production behind a proxy that speaks TLS."""

from __future__ import annotations

import dataclasses

import click

from engine.store.settings import Settings


@click.command("web")
@click.option("--host", help="Địa chỉ lắng nghe.")
@click.option("--port", type=click.IntRange(1, 65535), help="Cổng lắng nghe.")
def command(host: str | None, port: int | None) -> None:
    """Phục vụ trang web bằng gunicorn, sau một proxy có TLS."""
    from web.logs import configure
    from web.serving import serve_production

    settings = Settings.from_environment()
    settings = dataclasses.replace(settings, host=host or settings.host, port=port or settings.port)
    configure(settings)
    serve_production(settings)
