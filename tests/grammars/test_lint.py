"""`grammar lint` has nothing to say about the complete locales: no unused rule, stolen sentence or untried line."""

import pytest

from ivr.cli.grammar import lint
from ivr.content import Content
from ivr.understanding import GrammarUnderstanding
from tests.grammars.test_utterances import HERE, LOCALES


@pytest.mark.parametrize("locale", LOCALES)
def test_every_rule_is_used_and_every_line_is_understood_and_tried(
    content: Content, understanding: GrammarUnderstanding, locale: str
) -> None:
    assert list(lint(content, locale, HERE, understanding)) == []
