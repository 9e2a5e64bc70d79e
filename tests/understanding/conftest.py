"""The real grammars, read once."""

from pathlib import Path

import pytest

from ivr.content import Content, load
from ivr.understanding import GrammarUnderstanding
from ivr.understanding.numbers import PhoneNumbers

GRAMMARS = Path(__file__).resolve().parent.parent.parent / "grammars"


@pytest.fixture(scope="session")
def content() -> Content:
    """Everything under grammars/."""
    return load(GRAMMARS)


@pytest.fixture(scope="session")
def understanding(content: Content) -> GrammarUnderstanding:
    """The understanding of all locales."""
    return GrammarUnderstanding(content, PhoneNumbers("US"))
