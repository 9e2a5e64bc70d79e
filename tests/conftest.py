"""Fixtures shared by all tests."""

from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.stores"]

settings.register_profile("ringback", deadline=None, derandomize=True, database=None)  # runs are alike, however slow
settings.load_profile("ringback")

RERUNS = 2
"""For tests in wall-clock time only, with a recogniser or a browser: on a machine shared with others they may get no
processor just when a caller speaks. A real defect fails three times."""
ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files stay whole when several processes share the tests (`-n 2 --dist loadgroup`); wall-clock tests go alone."""
    for item in items:
        is_live = any(item.get_closest_marker(name) for name in ("realtime", "browser"))
        item.add_marker(pytest.mark.xdist_group("live" if is_live else item.nodeid.partition("::")[0]))
        if is_live:
            item.add_marker(pytest.mark.flaky(reruns=RERUNS))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder beside the checkout with recordings and Twilio's API description; skips where it is missing."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the folder {SHARED.name}/ beside the checkout (recordings, API description)")
    return SHARED
