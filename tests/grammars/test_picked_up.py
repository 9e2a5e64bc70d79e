"""What is heard on a telephone that was just answered tells who speaks: the tables picked_up.yaml, one a locale."""

import pytest

from ivr.content import Content
from ivr.domain.hearing import Ability
from ivr.service.first_words import ANSWERS
from ivr.service.leg_hearing import cue_of
from ivr.understanding import GrammarUnderstanding
from tests.grammars.test_utterances import LOCALES, table


@pytest.mark.parametrize("locale", LOCALES)
def test_greetings_menus_and_questions_are_told_apart(understanding: GrammarUnderstanding, locale: str) -> None:
    wrong = {}
    for cue, texts in table(locale, "picked_up").items():
        for text in texts:
            heard = cue_of(understanding.parse(locale, ANSWERS, (text,)), text, 0.0)
            if heard.value != cue:
                wrong[text] = heard.value
    assert wrong == {}


def test_locales_of_which_little_is_understood_still_hear_a_yes(content: Content) -> None:
    understanding = GrammarUnderstanding(content)
    partial = [name for name, locale in content.locales.items() if locale.ability == Ability.PARTIAL]
    for locale in partial:
        understanding.grammar(locale, ANSWERS)
        assert understanding.parse(locale, ANSWERS, ("x",)).first is None
