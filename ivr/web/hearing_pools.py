"""The worker threads of the media socket."""

import os
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from ivr.domain.hearing import Grammar

DECODERS: Final = 2 * (os.cpu_count() or 2) + 2
"""Threads that decode and step; engines release the interpreter while they work."""
REQUESTERS: Final = 16
"""Threads that wait for the carrier's REST side."""
PREPARED_GRAMMARS: Final = 256
"""Engines keep what they compile of a grammar, which may take a second; the caller hears a prompt meanwhile."""


class HearingPools:
    """The worker threads that all calls of this process share."""

    def __init__(self) -> None:
        self.calls = ThreadPoolExecutor(DECODERS, thread_name_prefix="hearing")
        self.requests = ThreadPoolExecutor(REQUESTERS, thread_name_prefix="redirect")
        self._prepared: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._guard = threading.Lock()

    def is_unprepared(self, grammar: Grammar) -> bool:
        """True once for each grammar that this process meets."""
        key = (grammar.locale, grammar.name)
        with self._guard:
            if key in self._prepared:
                return False
            self._prepared[key] = None
            while len(self._prepared) > PREPARED_GRAMMARS:
                self._prepared.popitem(last=False)
        return True

    def close(self) -> None:
        """Take no more work."""
        for pool in (self.calls, self.requests):
            pool.shutdown(wait=False, cancel_futures=True)
