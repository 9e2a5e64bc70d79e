"""The keypad can do what speech can."""

import pytest

from ivr.domain.dialogue.account_questions import BESIDE, MORE
from ivr.domain.dialogue.menu_questions import MENU_INTENTS, MENU_KEYS
from tests.domain.dialogue.talk import Talk

ELSEWHERE = {"complaint", "delete_data"}
"""A complaint by key 4 where a question is asked; erasing with an agent, by key 0."""


def test_each_request_of_the_main_menu_has_a_key_there_or_behind_its_star() -> None:
    keyed = {intent.name for keys in (MENU_KEYS, MORE, BESIDE) for intent in keys.values()}
    assert set(MENU_INTENTS) - keyed == ELSEWHERE
    assert not set(MORE) & set(BESIDE)


@pytest.mark.parametrize("key", BESIDE)
def test_what_is_keyed_behind_the_star_goes_on_as_if_it_were_said(key: str) -> None:
    said, keyed = Talk(), Talk()
    said.means(BESIDE[key].name)
    keyed.presses("*")
    keyed.presses(key)
    assert keyed.state == said.state
    assert keyed.dialogue.want == said.dialogue.want == BESIDE[key].name
