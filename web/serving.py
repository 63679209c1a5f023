"""The two servers of the pages: waitress in the children of `motcua up`, gunicorn for `motcua web`."""

from __future__ import annotations

import contextlib
import signal
import socket
import sys
from types import FrameType
from typing import TYPE_CHECKING, Any

from engine.store.settings import Settings

if TYPE_CHECKING:
    from flask import Flask

UPLOAD_LIMIT_BYTES = 64 * 1024 * 1024


def pages(settings: Settings) -> Flask:
    """The Flask application on a house of this process."""
    from engine.dossier.house import House
    from engine.store.migrations import require_current
    from web.app import create_app

    house = House.open(settings)
    require_current(house.store)
    return create_app(house)


def serve_child(settings: Settings, descriptor: int) -> None:
    """Serve on a socket that the parent bound, beside other children on the same one, until SIGTERM."""
    import waitress

    signal.signal(signal.SIGTERM, _end)
    waitress.serve(
        pages(settings),
        sockets=[socket.socket(fileno=descriptor)],
        threads=settings.web_threads,
        ident=None,
        max_request_body_size=UPLOAD_LIMIT_BYTES,
        clear_untrusted_proxy_headers=True,
        channel_timeout=60,
    )


def serve_production(settings: Settings) -> None:
    """Serve with gunicorn's threads: workers are forked, restarted after many requests, and opened one by one."""
    from gunicorn.app.base import BaseApplication

    from engine.store.database import Store
    from engine.store.migrations import require_current

    class Gunicorn(BaseApplication):  # type: ignore[misc]  # gunicorn is not typed
        def load_config(self) -> None:
            options: dict[str, Any] = {
                "bind": f"{settings.host}:{settings.port}",
                "workers": settings.web_processes,
                "worker_class": "gthread",
                "threads": settings.web_threads,
                "max_requests": 20_000,
                "max_requests_jitter": 2_000,
                "timeout": 60,
                "graceful_timeout": 20,
                "control_socket_disable": True,
                "accesslog": None,
                "loglevel": settings.log_level.lower(),
            }
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> Flask:
            return pages(settings)  # once in each worker, after the fork: no connection is shared

    with contextlib.closing(Store.open(settings)) as store:  # an embedded server is the master's, workers adopt it
        require_current(store)
        Gunicorn().run()


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    from web.logs import configure

    configure(Settings.from_environment())
    serve_child(Settings.from_environment(), int(sys.argv[1]))
