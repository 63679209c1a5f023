"""A small government on which acts are tried (tests/province.py), on a database of each test's own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.store.database import Store
from engine.store.settings import Settings
from tests.province import Province, found_province, ship_procedures


@pytest.fixture
def province(store: Store, settings: Settings) -> Province:
    """A commune on Monday 05/10/2026 at eight in the morning."""
    return found_province(settings, store)


@pytest.fixture
def ship(province: Province) -> Callable[..., Province]:
    """Publish procedures that ship, by code."""
    return lambda *codes: ship_procedures(province, *codes)
