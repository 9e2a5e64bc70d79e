"""The real grammars, read once in each process of a test run, whichever folder's tests ask."""

from functools import cache
from pathlib import Path

from ivr.content import Content, load
from ivr.understanding import GrammarUnderstanding

GRAMMARS = Path(__file__).resolve().parent.parent / "grammars"


@cache
def shipped_content() -> Content:
    """Everything under grammars/."""
    return load(GRAMMARS)


@cache
def shipped_understanding() -> GrammarUnderstanding:
    """The understanding of all locales."""
    return GrammarUnderstanding(shipped_content())
