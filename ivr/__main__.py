"""The command line: `python -m ivr COMMAND`."""

import sys
from collections.abc import Sequence

from ivr.cli import run


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    return run(sys.argv[1:] if argv is None else argv)


if __name__ == "__main__":
    sys.exit(main())
