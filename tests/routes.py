"""Routes of apps under test: parsed once for all apps, and what builds an address is compiled when first asked for.

Werkzeug parses each of some 150 routes and compiles two functions for it, most of what a fresh app costs; hundreds of
tests make an app and few of them ask for more than ten addresses.
"""

from collections.abc import Callable
from types import MethodType
from typing import Any

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]
_compiled: Callable[[Rule, bool], Builder] = Rule._compile_builder
_parsed: Callable[[Rule], None] = Rule.compile
_known: dict[tuple[Any, ...], Rule] = {}


def _lazily(rule: Rule, append_unknown: bool = True) -> Builder:
    kept: list[Builder] = []

    def build(self: Rule, *values: Any, **named: Any) -> tuple[str, str]:
        if not kept:
            kept.append(_compiled(rule, append_unknown))
        return kept[0](self, *values, **named)

    return build


def _compile(rule: Rule) -> None:
    """Takes what an earlier app's rule of the same words was parsed to; all have Werkzeug's own converters."""
    alike = (rule.rule, rule.subdomain, rule.host, rule.merge_slashes, rule.map.host_matching)
    if (known := _known.setdefault(alike, rule)) is rule:
        _parsed(rule)
        return
    rule._parts, rule._trace, rule._converters = known._parts, known._trace, known._converters
    rule.arguments |= known.arguments
    rule._build, rule._build_unknown = MethodType(_lazily(rule, False), rule), MethodType(_lazily(rule), rule)


Rule.compile = _compile  # type: ignore[method-assign]
Rule._compile_builder = _lazily  # type: ignore[method-assign]
