"""`grammar lint` has nothing to say about the complete locales: no unused rule, stolen sentence or untried line."""

import pytest

from ivr.cli.grammar import lint
from ivr.content import Content
from ivr.content.readings import READINGS
from ivr.understanding import GrammarUnderstanding
from tests.grammars.test_utterances import HERE, LOCALES


@pytest.mark.parametrize("locale", LOCALES)
def test_every_rule_is_used_and_every_line_is_understood_and_tried(
    content: Content, understanding: GrammarUnderstanding, locale: str
) -> None:
    found = lint(content, locale, HERE, understanding)
    # A prompt may wait for its reading: until then espeak-ng speaks it as it is written.
    assert [line for line in found if READINGS not in line] == []
