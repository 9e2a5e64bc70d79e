"""Routes of apps under test: what builds a route's address is compiled when it is first asked for.

Werkzeug compiles two functions for each of some 150 routes, half of what a fresh app costs; hundreds of tests make one
and few of them ask for more than ten addresses.
"""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]
_compiled: Callable[[Rule, bool], Builder] = Rule._compile_builder


def _lazily(rule: Rule, append_unknown: bool = True) -> Builder:
    kept: list[Builder] = []

    def build(self: Rule, *values: Any, **named: Any) -> tuple[str, str]:
        if not kept:
            kept.append(_compiled(rule, append_unknown))
        return kept[0](self, *values, **named)

    return build


Rule._compile_builder = _lazily  # type: ignore[method-assign]
