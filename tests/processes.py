"""Programs of ours as processes of their own: a clean environment, a port, and patience."""

import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress

SECONDS = 60
"""Give up waiting; a loaded machine may need a fifth of it."""


def without_settings() -> dict[str, str]:
    """The environment, less our settings and the carrier's."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("IVR_", "TWILIO_"))}


def free_port(but: int = 0) -> int:
    """A port that nobody listens on, below those that the system hands out to others by itself, and not `but`.

    Two processes that ask at the same time, with one number after the other, are told ports far apart.
    """
    for port in range(max(20_000 + os.getpid() * 397 % 10_000, but + 1), 32_000):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def until(condition: Callable[[], object], seconds: float = SECONDS) -> None:
    """Wait for it, or fail."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
