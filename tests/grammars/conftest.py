"""The real grammars, read once."""

import pytest

from ivr.content import Content
from ivr.understanding import GrammarUnderstanding
from tests.shipped import shipped_content, shipped_understanding


@pytest.fixture(scope="session")
def content() -> Content:
    """Everything under grammars/."""
    return shipped_content()


@pytest.fixture(scope="session")
def understanding() -> GrammarUnderstanding:
    """The understanding of all locales."""
    return shipped_understanding()
