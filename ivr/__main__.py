"""The command line: `python -m ivr COMMAND`."""

import gc
import sys
from collections.abc import Sequence
from typing import Final

from ivr.cli import run

STAYING: Final = 50_000, 20, 50
"""Modules and grammars stay: looking through them for garbage every 700 objects is a third of what a start costs."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    gc.set_threshold(*STAYING)
    return run(sys.argv[1:] if argv is None else argv)


if __name__ == "__main__":
    sys.exit(main())
