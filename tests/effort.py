"""How far generated tests go: a glance in `make test`, far in `make proof`."""

import os

EFFORT = int(os.environ.get("RINGBACK_EFFORT", "1"))
"""A factor of the numbers of examples."""
