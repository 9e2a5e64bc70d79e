"""axe-core, which finds what keeps people out of a page: fetched once from the npm registry, kept in pytest's cache."""

import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

VERSION = "4.14.1"
SECONDS = 60
LOOK = """() => axe.run(document, { resultTypes: ["violations"] }).then((found) => found.violations
    .filter((one) => one.impact === "serious" || one.impact === "critical")
    .map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 120)).join(" | ")}`))"""


@pytest.fixture(scope="session")
def axe(pytestconfig: pytest.Config) -> str:
    """Its source; skips where it cannot be had."""
    assert pytestconfig.cache is not None
    folder = Path(pytestconfig.cache.mkdir("axe"))
    kept = folder / f"axe-{VERSION}.js"
    if not kept.exists():
        if not shutil.which("npm"):
            pytest.skip("needs npm on the PATH to fetch axe-core")
        command = ["npm", "pack", f"axe-core@{VERSION}", "--silent", "--pack-destination", str(folder)]
        try:
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=SECONDS)
        except (subprocess.SubprocessError, OSError) as error:
            pytest.skip(f"axe-core could not be fetched: {error}")
        with tarfile.open(folder / f"axe-core-{VERSION}.tgz") as package:
            source = package.extractfile("package/axe.min.js")
            assert source is not None
            kept.write_bytes(source.read())
    return kept.read_text("utf-8")


def serious(page: Any, axe: str) -> list[str]:
    """What axe finds serious or critical on the page as it is now."""
    page.evaluate(axe)
    return list(page.evaluate(LOOK))
