"""Guessing made slow: after a few failures each further try waits twice as long, up to a quarter of an hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from werkzeug.exceptions import TooManyRequests

from engine.store.database import Store
from engine.store.tables import sign_in_attempt

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Guessed:
    """What is counted: a name at an address, or a whole address, where many failures are free: an office shares it."""

    key: str
    free_failures: int

    @classmethod
    def of(cls, kind: str, name: str, address: str) -> tuple[Guessed, Guessed]:
        """Both counters of one guess. Hashed: the table keeps nobody's address."""
        return cls(_hash(kind, name, address), 5), cls(_hash(kind, address), 60)


def count_try(store: Store, *guesses: Guessed) -> None:
    """Count a try before it is judged, so that parallel guesses count too. Raises 429 while one must wait."""
    now = func.clock_timestamp()
    with store.transaction() as connection:
        for guess in sorted(guesses, key=lambda guess: guess.key):
            connection.execute(insert(sign_in_attempt).values(key=guess.key, failures=0).on_conflict_do_nothing())
            failures, seconds = connection.execute(
                select(sign_in_attempt.c.failures, func.extract("epoch", now - sign_in_attempt.c.since))
                .where(sign_in_attempt.c.key == guess.key)
                .with_for_update()
            ).one()
            since = timedelta(seconds=float(seconds))
            if since > FORGOTTEN_AFTER:
                failures = 0
            wait = wait_after(failures, guess.free_failures) - since
            if wait > timedelta(0):
                raise _too_many(wait)
            connection.execute(
                update(sign_in_attempt)
                .where(sign_in_attempt.c.key == guess.key)
                .values(failures=failures + 1, since=now)
            )


def forgive(store: Store, *guesses: Guessed) -> None:
    """The try was right: forget the failures before it."""
    with store.transaction() as connection:
        connection.execute(delete(sign_in_attempt).where(sign_in_attempt.c.key.in_([guess.key for guess in guesses])))


def wait_after(failures: int, free_failures: int) -> timedelta:
    """How long after the last failure the next try may come."""
    if failures < free_failures:
        return timedelta(0)
    doublings = min(failures - free_failures, 10)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def _hash(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()


def _too_many(wait: timedelta) -> TooManyRequests:
    minutes = max(1, round(wait.total_seconds() / 60))
    return TooManyRequests(
        f"Thử sai quá nhiều lần. Hãy chờ khoảng {minutes} phút rồi thử lại.",
        retry_after=int(wait.total_seconds()) + 1,
    )
