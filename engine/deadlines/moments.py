"""Moments of Vietnamese time: aware, shown and stored at +07:00."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from engine.errors import InputError

# Viet Nam keeps one offset and no summer time; a fixed offset makes a replay independent of the machine's zone data.
VIETNAM = timezone(timedelta(hours=7), "+07:00")


def in_vietnam(moment: datetime) -> datetime:
    """The same instant on a Vietnamese clock."""
    if moment.tzinfo is None:
        raise InputError("Thời điểm phải kèm múi giờ.")
    return moment.astimezone(VIETNAM)


def parse_moment(text: str) -> datetime:
    """Read an ISO 8601 moment; one without an offset is Vietnamese time."""
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.replace(tzinfo=VIETNAM) if moment.tzinfo is None else moment.astimezone(VIETNAM)
    except (ValueError, OverflowError) as error:
        raise InputError(f"Thời điểm '{text}' không đúng dạng, ví dụ đúng: 2026-01-05T08:30.") from error


def write_moment(moment: datetime) -> str:
    """As `parse_moment` reads it back."""
    return (moment if moment.tzinfo is VIETNAM else in_vietnam(moment)).isoformat()
