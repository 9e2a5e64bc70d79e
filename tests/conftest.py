"""Fixtures shared by all tests."""

import gc
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

gc.set_threshold(50_000, 20, 50)
"""Modules, tests and grammars stay: looking through them for garbage again and again is a tenth of what tests cost."""

pytest_plugins = ["tests.axe", "tests.browsing", "tests.routes", "tests.stores", "tests.tls"]

settings.register_profile("ringback", deadline=None, derandomize=True, database=None)  # runs are alike, however slow
settings.load_profile("ringback")
LOGS: dict[str, Any] = {
    "processors": [
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
}
"""Without the local variables of each frame, which take seconds to print where `rich` is installed."""
structlog.configure(**LOGS)

RERUNS = 2
"""For tests in wall-clock time only, with a recogniser or a browser: on a machine shared with others they may get no
processor just when a caller speaks. A real defect fails three times."""
LIVE = ("realtime", "browser")
ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


class Shared(LoadScopeScheduling):
    """Files stay whole when several processes share the tests (`pytest -n 2`); tests in wall-clock time never meet
    their like: one process has those with a browser, one those with a recogniser.

    Not `--dist loadgroup`: with pytest 9.2 xdist 3.8 no longer finds its groups.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return _live(file) if file.endswith("_live.py") else file


@cache
def _live(file: str) -> str:
    return LIVE[f"mark.{LIVE[1]}" in (ROOT / file).read_text("utf-8")]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return Shared(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first."""
    for item in items:
        if is_live(item):
            assert item.path.name.endswith("_live.py"), f"{item.nodeid} belongs into a file named *_live.py"
            item.add_marker(pytest.mark.flaky(reruns=RERUNS))
    items.sort(key=is_live, reverse=True)


def pytest_collection_finish() -> None:
    """Whatever was read up to here is never looked through again."""
    gc.collect()
    gc.freeze()


def is_live(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in LIVE)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder beside the checkout with recordings and Twilio's API description; skips where it is missing."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the folder {SHARED.name}/ beside the checkout (recordings, API description)")
    return SHARED
