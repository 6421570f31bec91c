"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real inputs that others published; named by HASHIRA_DATA, never committed."""
    named = os.environ.get("HASHIRA_DATA", "")
    if named and Path(named).is_dir():
        return Path(named).resolve()
    if os.environ.get("CI"):
        pytest.fail("HASHIRA_DATA must name the folder of real inputs in CI")
    pytest.skip("HASHIRA_DATA is not set: not checked against the real inputs that others published")
