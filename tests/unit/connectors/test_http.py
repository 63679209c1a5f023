from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from connectors.http import _retry_after


@pytest.mark.parametrize(("value", "seconds"), [("7", 7), ("0", 0), ("999999999", 86_400), ("", None), ("soon", None)])
def test_retry_after_in_seconds(value: str, seconds: int | None) -> None:
    assert _retry_after(value) == seconds


def test_retry_after_as_a_date() -> None:
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 50 <= (_retry_after(in_a_minute) or 0) <= 60


def test_retry_after_in_the_past_is_now() -> None:
    assert _retry_after(format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)) == 0
