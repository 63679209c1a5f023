"""Runs a deed in a forked child that kills itself with SIGKILL at a numbered point: nothing is flushed, nothing ends.

Points lie before and after every statement, every commit, every file kept and every call of a neighbour.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from enum import IntEnum
from typing import Any

import psycopg
from sqlalchemy.exc import OperationalError

from engine.dossier.house import House
from engine.errors import MotCuaError
from engine.store.blobs import LocalBlobStore

Deed = Callable[[], object]


class End(IntEnum):
    """How the child ended."""

    DONE = 0  # it never came to the point: every point has been tried
    REFUSED = 3
    BROKEN = 4
    LOST = 5  # the database went away under it
    KILLED = -signal.SIGKILL


class Points:
    """Counts the points that are passed and calls `reached` at the one that was asked for."""

    def __init__(self, at: int, reached: Callable[[], None]) -> None:
        self._left, self._reached = at, reached

    def pass_one(self) -> None:
        self._left -= 1
        if self._left == 0:
            self._reached()

    def around(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same work with a point before and after it."""

        def watched(*arguments: Any, **more: Any) -> Any:
            self.pass_one()
            made = work(*arguments, **more)
            self.pass_one()
            return made

        return watched

    def install(self) -> None:
        """For the rest of this process: it is a child that will not live on."""
        psycopg.Cursor.execute = self.around(psycopg.Cursor.execute)  # type: ignore[method-assign]
        psycopg.Connection.commit = self.around(psycopg.Connection.commit)  # type: ignore[method-assign]
        LocalBlobStore.put = self.around(LocalBlobStore.put)  # type: ignore[method-assign]
        _neighbour_points.append(self)


_neighbour_points: list[Points] = []
_inherited: list[object] = []


def at_neighbour() -> None:
    """A point in a neighbour's own code; the fake neighbour calls it."""
    for points in _neighbour_points:
        points.pass_one()


def kill_at(house: House, deed: Deed, point: int, *, reached: Callable[[], None] | None = None) -> End:
    """Run the deed in a child that dies at this point (or does something else there); how the child ended."""
    child = os.fork()
    if child == 0:
        _live(house, deed, Points(point, reached or _die))
    _, status = os.waitpid(child, 0)
    return End(os.waitstatus_to_exitcode(status))


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _live(house: House, deed: Deed, points: Points) -> None:
    """The child: connections of its own, warm before the first point; the parent's stay open and untouched."""
    end = End.BROKEN
    try:
        _inherited.append(house.store._engines)
        house.store._engines = {}
        for role in ("app", "worker"):
            with house.store.transaction(role=role, units=("*",)):
                pass
        points.install()
        deed()
        end = End.DONE
    except OperationalError:
        end = End.LOST
    except MotCuaError:
        traceback.print_exc(file=sys.__stderr__)
        end = End.REFUSED
    except BaseException:  # noqa: BLE001 - nothing of the child may reach the parent's test run
        traceback.print_exc(file=sys.__stderr__)
    finally:
        os._exit(end)
