"""The public server's process: uvicorn around the app, models loading behind it."""

import gc
import signal
import socket
import threading
from types import FrameType
from typing import Any, Final

import structlog
import uvicorn

from ivr.bootstrap import Ivr, build
from ivr.cli.supervisor import watch_parent
from ivr.settings import Settings
from ivr.web.server import UVICORN

log = structlog.get_logger(__name__)

OFTEN: Final = 700, 10, 10
"""Python's own thresholds of garbage collection."""
DRAIN_SECONDS: Final = 10
"""How long requests may still run once we are asked to end; media sockets close at once."""


class AnnouncingServer(uvicorn.Server):
    """Says in the log when it takes requests; the models are loaded from then on."""

    def __init__(self, config: uvicorn.Config, ivr: Ivr) -> None:
        super().__init__(config)
        self._ivr = ivr

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn.Server."""
        await super().startup(sockets)
        for listening in sockets or []:
            host, port = listening.getsockname()[:2]
            log.info("serving", address=f"http://{host}:{port}")
        threading.Thread(target=self._load, name="models", daemon=True).start()

    def _load(self) -> None:
        """Grammars and models stay for good: a search for garbage among them held up every call for 170 ms.

        From here on garbage is looked for often, and therefore briefly.
        """
        self._ivr.try_to_load_models()
        gc.collect()
        gc.freeze()
        gc.set_threshold(*OFTEN)


def serve_web(settings: Settings, listening: socket.socket, *, with_parent: bool) -> int:
    """Serve until asked to end; exit status 0."""
    ivr = build(settings)
    config = uvicorn.Config(
        ivr.asgi(),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        **_options(UVICORN),
    )
    # uvicorn raises the signal again once it is done: by then it is answered.
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, _answered)
    if with_parent:
        watch_parent()
    AnnouncingServer(config, ivr).run(sockets=[listening])
    ivr.close()
    return 0


def _options(given: Any) -> dict[str, Any]:
    return dict(given)


def _answered(number: int, frame: FrameType | None) -> None:
    return None
