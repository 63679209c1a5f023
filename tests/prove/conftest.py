"""Long proofs stand on the small government of the acts."""

from __future__ import annotations

import pytest

from engine.store.database import Store
from engine.store.settings import Settings
from tests.province import Province, found_province


@pytest.fixture
def province(store: Store, settings: Settings) -> Province:
    """A commune on Monday 05/10/2026 at eight in the morning."""
    return found_province(settings, store)
