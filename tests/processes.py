"""Programs of ours as processes of their own: a clean environment, a port, and patience."""

import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

SECONDS = 60
"""Give up waiting; a loaded machine may need a fifth of it."""


def without_settings() -> dict[str, str]:
    """The environment, less our settings and the carrier's."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("IVR_", "TWILIO_"))}


_KEPT: list[socket.socket] = []


def free_port() -> int:
    """A port for a server of the present test, which nobody else is given as long as this process lives.

    It is bound here and never listened on: a server, which takes a port that is bound and not used (SO_REUSEADDR), gets
    it; another test's server cannot, be it before ours has started or once it is dead; and while ours does not run,
    whoever asks there is refused.
    """
    kept = socket.socket()
    for port in range(20_000 + os.getpid() * 397 % 10_000, 32_000):  # below those that the system hands out by itself
        with suppress(OSError):
            kept.bind(("127.0.0.1", port))
            kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # only now: nobody was to be sharing it before
            _KEPT.append(kept)
            return port
    raise AssertionError("no port is free")


def patient(seconds: float) -> dict[str, Any]:
    """Options of a carrier to which a machine that is busy is never an app that fails."""
    return {"patient": True, "webhook_budget_seconds": seconds, "webhook_connect_seconds": seconds}


def until(condition: Callable[[], object], seconds: float = SECONDS) -> None:
    """Wait for it, or fail."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
