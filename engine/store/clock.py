"""The one Clock: business time is the database's time plus an offset row, which only a demo may move."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from sqlalchemy import Connection

from engine.errors import Refused

if TYPE_CHECKING:
    from engine.store.database import Store

_NOW = "select clock_timestamp() + coalesce((select make_interval(secs => offset_seconds) from clock_offset), '0')"
_BOTH = (
    "select real_now + coalesce((select make_interval(secs => offset_seconds) from clock_offset), '0'), real_now "
    "from clock_timestamp() as real_now"
)
_ADVANCE = (
    "insert into clock_offset (offset_seconds) values (%(by)s) "
    'on conflict ("only") do update set offset_seconds = clock_offset.offset_seconds + excluded.offset_seconds'
)
_BEGIN = (
    "insert into clock_offset (offset_seconds) "
    "select floor(extract(epoch from %(at)s::timestamptz - clock_timestamp())) where not exists (select from cases) "
    'on conflict ("only") do update set offset_seconds = excluded.offset_seconds'
)
_ADVANCE_TO = (
    "update clock_offset set offset_seconds = "
    "greatest(offset_seconds, ceil(extract(epoch from %(at)s::timestamptz - clock_timestamp())))"
)
_RETURN = "update clock_offset set offset_seconds = 0 where offset_seconds < 0"


class Clock:
    """Business time. Sessions, back-off, TLS, signatures and seals use real time instead."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def now(self, connection: Connection) -> datetime:
        """This moment of business time; one statement."""
        return cast("datetime", connection.exec_driver_sql(_NOW).scalar_one())

    def both(self, connection: Connection) -> tuple[datetime, datetime]:
        """This moment of business time and of real time, equal in production; one statement."""
        business, real = connection.exec_driver_sql(_BOTH).one()
        return business, real

    def offset(self, connection: Connection) -> timedelta:
        """How far business time is ahead of real time; zero in production."""
        business, real = self.both(connection)
        return business - real

    def advance(self, seconds: int) -> datetime:
        """Move a demo's business time forward and return the new now. Never back: histories are in order."""
        self._must_be_demo()
        if seconds <= 0:
            raise Refused("Giờ của hệ thống chỉ được chỉnh tới, không được lùi.")
        with self._store.transaction(role="owner") as connection:
            connection.exec_driver_sql(_ADVANCE, {"by": seconds})
            return self.now(connection)

    # a demo plays its own past before anybody looks

    def begin_at(self, moment: datetime) -> None:
        """Let a demo's business time start in the past, to the second; only while no case exists."""
        self._must_be_demo()
        with self._store.transaction(role="owner") as connection:
            if connection.exec_driver_sql(_BEGIN, {"at": moment}).rowcount == 0:
                raise Refused("Đã có hồ sơ, không chỉnh lùi giờ của hệ thống được nữa.")

    def advance_to(self, connection: Connection, moment: datetime) -> None:
        """Move a demo's past on to this moment, to the second; one that has gone by changes nothing. As the owner."""
        self._must_be_demo()
        connection.exec_driver_sql(_ADVANCE_TO, {"at": moment})

    def return_to_present(self) -> None:
        """End a demo's past: business time is real time from here on. Time already ahead of it stays there."""
        self._must_be_demo()
        with self._store.transaction(role="owner") as connection:
            connection.exec_driver_sql(_RETURN)

    def _must_be_demo(self) -> None:
        if self._store.settings.is_production:
            raise Refused("Không được chỉnh giờ của hệ thống đang chạy thật.")
