"""The certificates of authorities are read once for all HTTP clients of a process: 50 ms each, in hundreds of tests."""

from functools import cache
from typing import Any

from httpx._transports import default

_made: Any = default.create_ssl_context
_shared: Any = cache(lambda trust_env: _made(trust_env=trust_env))


def _context(verify: Any = True, cert: Any = None, trust_env: bool = True) -> Any:
    """The shared one where nothing special is asked for."""
    return _shared(trust_env) if verify is True and cert is None else _made(verify, cert, trust_env)


default.create_ssl_context = _context  # type: ignore[attr-defined]
