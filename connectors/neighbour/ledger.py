"""What a sandbox neighbour knows, in one SQLite file with full fsync: orders, the messages it owes us, its switches."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import Any
from uuid import uuid4

import orjson

_SCHEMA = """
create table if not exists entry (
    number integer primary key autoincrement,
    key text not null unique,
    reference text unique,
    kind text not null,
    case_code text not null,
    body text not null,
    callback_url text not null,
    state text not null,
    received_at text not null,
    changed_at text not null,
    times_received integer not null default 1
);
create table if not exists message (
    seq integer primary key autoincrement,
    id text not null unique,
    reference text not null,
    url text not null,
    body text not null,
    created_at text not null,
    attempts integer not null default 0,
    next_at text not null,
    taken_at text,
    error text
);
create table if not exists switch (name text primary key, value text not null);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One order as the neighbour keeps it. `times_received` counts repeated sends of the same key."""

    number: int
    key: str
    reference: str
    kind: str
    case_code: str
    body: Mapping[str, Any]
    callback_url: str
    state: str
    received_at: datetime
    changed_at: datetime
    times_received: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """News that the neighbour owes us; `id` stays the same however often it is pushed."""

    seq: int
    id: str
    reference: str
    url: str
    body: Mapping[str, Any]
    created_at: datetime
    attempts: int
    next_at: datetime
    taken_at: datetime | None
    error: str | None


class Ledger:
    """Safe to share between the threads of one process; every method is one durable transaction."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = RLock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.row_factory = sqlite3.Row
        self._database.execute("pragma journal_mode = wal")
        self._database.execute("pragma synchronous = full")
        self._database.executescript(_SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def take(
        self,
        key: str,
        *,
        kind: str,
        case_code: str,
        body: Mapping[str, Any],
        callback_url: str,
        state: str,
        reference: Callable[[int], str],
        news: Mapping[str, Any] | None = None,
    ) -> tuple[Entry, bool]:
        """Keeps an order once: the second time the entry is returned as it stands, with False.

        `reference` makes the neighbour's own number from the running number of the entry; `news`, if any,
        is owed to us at once.
        """
        with self._transaction() as database:
            known = database.execute("update entry set times_received = times_received + 1 where key = ?", (key,))
            if known.rowcount == 0:
                now = _text(datetime.now(UTC))
                row = (key, kind, case_code, _json(body), callback_url, state, now, now)
                added = database.execute(
                    "insert into entry (key, kind, case_code, body, callback_url, state, received_at, changed_at)"
                    " values (?, ?, ?, ?, ?, ?, ?, ?)",
                    row,
                )
                number = int(added.lastrowid or 0)
                database.execute("update entry set reference = ? where number = ?", (reference(number), number))
                if news is not None:
                    _owe(database, reference(number), callback_url, news, now)
            found = database.execute("select * from entry where key = ?", (key,)).fetchone()
            return _entry(found), known.rowcount == 0

    def find(self, reference: str) -> Entry | None:
        with self._lock:
            found = self._database.execute("select * from entry where reference = ?", (reference,)).fetchone()
        return None if found is None else _entry(found)

    def entries(self, *, limit: int = 200) -> list[Entry]:
        with self._lock:
            found = self._database.execute("select * from entry order by number desc limit ?", (limit,)).fetchall()
        return [_entry(row) for row in found]

    def count(self) -> int:
        with self._lock:
            return int(self._database.execute("select count(*) from entry").fetchone()[0])

    def change(self, entry: Entry, state: str, *, news: Mapping[str, Any] | None = None) -> bool:
        """Moves an entry on and, in the same transaction, owes us the news. False when somebody else was faster."""
        now = _text(datetime.now(UTC))
        with self._transaction() as database:
            moved = database.execute(
                "update entry set state = ?, changed_at = ? where number = ? and state = ?",
                (state, now, entry.number, entry.state),
            )
            if moved.rowcount == 0:
                return False
            if news is not None:
                _owe(database, entry.reference, entry.callback_url, news, now)
            return True

    def messages_of(self, reference: str) -> list[Message]:
        return self._messages("where reference = ? order by seq", (reference,))

    def messages_after(self, seq: int, *, limit: int = 50) -> list[Message]:
        return self._messages("where seq > ? order by seq limit ?", (seq, limit))

    def message(self, message_id: str) -> Message | None:
        return next(iter(self._messages("where id = ?", (message_id,))), None)

    def due_messages(self, now: datetime, *, limit: int = 20) -> list[Message]:
        condition = "where taken_at is null and url <> '' and next_at <= ? order by seq limit ?"
        return self._messages(condition, (_text(now), limit))

    def message_taken(self, message: Message, now: datetime) -> None:
        with self._transaction() as database:
            database.execute(
                "update message set taken_at = ?, attempts = attempts + 1, error = null where seq = ?",
                (_text(now), message.seq),
            )

    def message_failed(self, message: Message, error: str, *, next_at: datetime) -> None:
        with self._transaction() as database:
            database.execute(
                "update message set attempts = attempts + 1, error = ?, next_at = ? where seq = ?",
                (error, _text(next_at), message.seq),
            )

    def switch(self, name: str, default: str = "") -> str:
        with self._lock:
            found = self._database.execute("select value from switch where name = ?", (name,)).fetchone()
        return default if found is None else str(found[0])

    def set_switch(self, name: str, value: str) -> None:
        with self._transaction() as database:
            database.execute(
                "insert into switch values (?, ?) on conflict (name) do update set value = excluded.value",
                (name, value),
            )

    def count_down(self, name: str) -> int | None:
        """Takes one from a counting switch; what was left before, or None when it does not count."""
        with self._transaction() as database:
            found = database.execute("select value from switch where name = ?", (name,)).fetchone()
            if found is None or not str(found[0]).isdigit():
                return None
            left = int(found[0])
            database.execute("update switch set value = ? where name = ?", (str(max(left - 1, 0)), name))
            return left

    def _messages(self, condition: str, values: tuple[object, ...]) -> list[Message]:
        with self._lock:
            found = self._database.execute(f"select * from message {condition}", values).fetchall()
        return [_message(row) for row in found]

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._database.execute("begin immediate")
            try:
                yield self._database
            except BaseException:
                self._database.execute("rollback")
                raise
            self._database.execute("commit")


def later(attempts: int) -> timedelta:
    """How long a message waits after its n-th failure."""
    return timedelta(seconds=min(0.5 * (1 << min(attempts, 10)), 30))


def _owe(database: sqlite3.Connection, reference: str, url: str, news: Mapping[str, Any], now: str) -> None:
    database.execute(
        "insert into message (id, reference, url, body, created_at, next_at) values (?, ?, ?, ?, ?, ?)",
        (uuid4().hex, reference, url, _json(news), now, now),
    )


def _entry(row: sqlite3.Row) -> Entry:
    moments = {name: datetime.fromisoformat(row[name]) for name in ("received_at", "changed_at")}
    return Entry(**{**dict(row), **moments, "body": orjson.loads(row["body"])})


def _message(row: sqlite3.Row) -> Message:
    moments = {name: datetime.fromisoformat(row[name]) for name in ("created_at", "next_at")}
    taken = None if row["taken_at"] is None else datetime.fromisoformat(row["taken_at"])
    return Message(**{**dict(row), **moments, "taken_at": taken, "body": orjson.loads(row["body"])})


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _json(value: Mapping[str, Any]) -> str:
    return orjson.dumps(value).decode()
