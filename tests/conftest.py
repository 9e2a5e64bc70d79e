"""Fixtures shared by all tests."""

from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.stores"]

settings.register_profile("ringback", deadline=None, derandomize=True, database=None)  # runs are alike, however slow
settings.load_profile("ringback")

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder beside the checkout with recordings and Twilio's API description; skips where it is missing."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the folder {SHARED.name}/ beside the checkout (recordings, API description)")
    return SHARED
