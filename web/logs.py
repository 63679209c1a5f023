"""How our processes log: one line a record, to stderr."""

from __future__ import annotations

import logging

from engine.store.settings import Settings


def configure(settings: Settings) -> None:
    """Set up logging of a process of ours."""
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("apscheduler", "procrastinate", "fontTools", "pyhanko"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLogger().level))
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it counts every request that waits a moment
