"""Last night's forecasts, worded for the moment of reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from engine.deadlines import Calendar, working_time_between
from engine.deadlines.forecast import Outlook, WorkLeft, in_words, outlook
from engine.store.tables import forecast, forecast_run


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldForecast:
    """One dossier's forecast as a sentence."""

    sentence: str
    outlook: Outlook
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastRun:
    """The newest finished run and what it says of itself."""

    day: date
    figures: Mapping[str, Any]


def forecasts_of(
    connection: Connection, case_ids: Sequence[UUID], now: datetime, calendar: Calendar
) -> dict[UUID, ToldForecast]:
    """The forecasts of some dossiers, by case."""
    rows = connection.execute(select(forecast).where(forecast.c.case_id.in_(case_ids)))
    return {row.case_id: _told(row, now, calendar) for row in rows}


def newest_run(connection: Connection) -> ForecastRun | None:
    """The last night that was forecast to the end."""
    row = connection.execute(
        select(forecast_run.c.day, forecast_run.c.figures)
        .where(forecast_run.c.finished_at.is_not(None))
        .order_by(forecast_run.c.day.desc())
        .limit(1)
    ).first()
    return ForecastRun(day=row.day, figures=row.figures) if row is not None else None


def _told(row: Any, now: datetime, calendar: Calendar) -> ToldForecast:
    work = WorkLeft(
        usual=timedelta(seconds=row.usual_seconds), cautious=timedelta(seconds=row.cautious_seconds), cases=row.cases
    )
    left = working_time_between(now, row.target_at, calendar)
    return ToldForecast(sentence=in_words(left, work), outlook=outlook(left, work), cases=row.cases)
