"""The real grammars, read once."""

import pytest

from ivr.content import Content
from ivr.understanding import GrammarUnderstanding
from ivr.understanding.numbers import PhoneNumbers
from tests.shipped import shipped_content


@pytest.fixture(scope="session")
def content() -> Content:
    """Everything under grammars/."""
    return shipped_content()


@pytest.fixture(scope="session")
def understanding(content: Content) -> GrammarUnderstanding:
    """The understanding of all locales."""
    return GrammarUnderstanding(content, PhoneNumbers("US"))
