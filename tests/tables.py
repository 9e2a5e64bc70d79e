"""Tables of what is tested, in YAML: every process that shares the tests reads all of them."""

from pathlib import Path
from typing import Any

import yaml

LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where it is there, ten times as fast."""


def table(path: Path) -> Any:
    """What the file holds."""
    return yaml.load(path.read_bytes(), LOADER)
