"""The statements of every act, sent past SQLAlchemy's wrapping of rows, on its connection and in its transaction.

An act has two of them. Their wrapping cost more than the process engine's own step: each result of forty columns was
described anew (measured in docs/decisions/0016-cost-of-an-act.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


def execute_direct(
    connection: Connection,
    statement: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    prepare: bool | None = None,
) -> psycopg.Cursor[Any]:
    """Execute on the driver's own connection. Raises what SQLAlchemy would have raised."""
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    try:
        return driver.execute(statement, parameters, prepare=prepare)
    except psycopg.Error as error:
        is_lost = driver.closed
        if is_lost:
            connection.invalidate(error)
        raise DBAPIError.instance(
            statement,
            dict(parameters or {}),
            error,
            psycopg.Error,
            connection_invalidated=is_lost,
            dialect=connection.dialect,
        ) from error
