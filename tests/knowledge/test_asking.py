""" "I have a question" is understood in every complete language, and the question itself can be heard."""

import pytest

from ivr.content import Content
from ivr.domain.dialogue.questions import MENU_INTENTS
from ivr.domain.intents import Certainty, Expects
from ivr.understanding import GrammarUnderstanding

MENU = Expects(intents=(*MENU_INTENTS, "hold", "question"))
ASKED = Expects(intents=("question", "main_menu"), questions=True)
SAID = {
    "en-US": "I have a question", "ko-KR": "질문이 있어요", "es-ES": "tengo una pregunta",
    "de-DE": "ich habe eine Frage",
    "fr-FR": "j'ai une question", "pt-BR": "tenho uma dúvida", "ja-JP": "質問があります", "hi-IN": "मेरा एक सवाल है",
    "ar": "عندي سؤال",
}  # fmt: skip


@pytest.fixture(scope="module")
def understanding(content: Content) -> GrammarUnderstanding:
    return GrammarUnderstanding(content)


@pytest.mark.parametrize("locale", SAID)
def test_having_a_question_is_understood_exactly(understanding: GrammarUnderstanding, locale: str) -> None:
    meaning = understanding.parse(locale, MENU, (SAID[locale],))
    assert meaning.first is not None
    assert (meaning.first.name, meaning.certainty) == ("question", Certainty.EXACT)


@pytest.mark.parametrize("locale", SAID)
def test_every_question_of_the_articles_is_listened_for(
    understanding: GrammarUnderstanding, content: Content, locale: str
) -> None:
    grammar = understanding.grammar(locale, ASKED)
    asked = content.locales[locale].asked
    assert len(asked) >= 30
    assert [one for one in asked if one.replace("-", " ") not in grammar.phrases or one not in grammar.jsgf] == []
    assert understanding.grammar(locale, MENU).jsgf.count("<asked>") == 0
