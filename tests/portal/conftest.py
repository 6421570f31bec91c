"""What several tests of the portal ask for."""

from __future__ import annotations

import time

import pytest
from ninja.throttling import SimpleRateThrottle


@pytest.fixture
def standing_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The minute of a rate does not go by, however long a busy machine takes for so many requests."""
    now = time.time()
    monkeypatch.setattr(SimpleRateThrottle, "timer", staticmethod(lambda: now))
