"""Prompts as they are written in a chat: short, in every complete language, and without keys or anything to say."""

import re

import pytest

from ivr.content import Content, load
from ivr.content.speaker import PLACE
from ivr.content.written import CHAT, INSTEAD, WrittenSpeaker, check_chat
from ivr.content.yaml_files import Located
from ivr.domain.chats import packed
from ivr.domain.hearing import Ability
from ivr.domain.turn import Say, Spelled
from ivr.errors import ContentError
from ivr.settings import Settings

LONGEST = 320
COMPLETE = ("en-US", "en-GB", "ko-KR", "es-ES", "es-US", "de-DE", "fr-FR", "pt-BR", "ja-JP", "hi-IN", "ar")
ON_A_TELEPHONE = {
    "en": r"\b[Pp]ress\b|\b[Ss]ay\b|pound key|hang up|on the line|\bkey\b",
    "de": r"[Dd]rücken|Taste|\bSagen Sie\b|sagen:|Leitung|legen Sie|tippen",
    "es": r"[Pp]ulse|[Oo]prima|\btecla|[Mm]arque|[Dd]iga\b|cuelgue|colgar|en línea",
    "fr": r"[Tt]apez|touche|[Dd]ites|raccrocher|quittez",
    "pt": r"[Dd]igite|tecla|\b[Dd]iga\b|desligar|na linha",
    "ja": r"押|ボタン|お話しください|お切り|シャープ",
    "ko": r"눌러|누르|말씀해|끊으|우물",
    "hi": r"दबा|कहिए|बोलिए|फोन रख|लाइन पर|हैश",
    "ar": r"[ا]ضغط|قولوا|على الخط|إنهاء المكالمة|المربع",
}
NEVER_WRITTEN = re.compile(
    "hold_kept|proactive_|ask_claim_(answer|number|proof|share)|ask_pay$|pay_now|return_drop_off|whisper|agent_(customer|set)|customer_|machine_|screening|step_|code_call|speak_after|nothing_heard|verification|.*_text$"
)
"""Prompts for telephones, what agents are told, what is said in the shop, and steps: a kettle has buttons, too."""


@pytest.fixture(scope="module")
def content() -> Content:
    return load(Settings.from_env({}).grammars_dir)


@pytest.fixture(scope="module")
def speaker(content: Content) -> WrittenSpeaker:
    return WrittenSpeaker(content)


def written(speaker: WrittenSpeaker, locale: str, key: str) -> str:
    return str(speaker._template(locale, key))


@pytest.mark.parametrize("locale", COMPLETE)
def test_no_prompt_of_a_chat_speaks_of_keys_or_saying_and_each_is_short(
    content: Content, speaker: WrittenSpeaker, locale: str
) -> None:
    assert content.locales[locale].ability is Ability.FULL
    keys = [key for key in content.locales[locale].prompts if not NEVER_WRITTEN.match(key)]
    wrong = {
        key: text
        for key in keys
        if re.search(ON_A_TELEPHONE[locale[:2]], text := PLACE.sub("", written(speaker, locale, key)))
    }
    assert wrong == {}
    long = [key for key in keys if len(PLACE.sub("x" * 12, written(speaker, locale, key))) > LONGEST - 60]
    assert long == []


def test_all_complete_languages_word_the_same_prompts_for_a_chat(content: Content) -> None:
    own = {name: set(content.locales[name].chat) for name in COMPLETE}
    assert all(keys >= own["en-US"] for keys in own.values())


def test_digits_stand_together_in_a_chat(speaker: WrittenSpeaker) -> None:
    say = Say("confirm_order", {"item": "lamp", "digits": Spelled("1815908")})
    assert speaker.text("en-US", say) == (
        "Is it the lamp, with the order number ending in 1815908? Reply 1 for yes, 2 for no."
    )


def test_text_for_no_prompt_or_with_a_strange_place_is_refused_with_its_line(content: Content) -> None:
    for key, text, told in (
        ("nonsense", "x", "no prompt nonsense"),
        ("greeting", "{nobody}", "no place nobody"),
        (INSTEAD, "press", "spoken => written"),
    ):
        locale = content.locales["en-US"]
        object.__setattr__(locale, "chat", {key: Located(text, CHAT, 3)})
        with pytest.raises(ContentError, match=f"{CHAT}:3: .*{told}"):
            check_chat(locale)


def test_long_answers_become_few_messages_broken_between_sentences() -> None:
    three = ["One sentence. " * 12, "Another one.", "x" * 700]
    messages = packed([text.strip() for text in three], LONGEST)
    assert all(len(message) <= LONGEST for message in messages)
    assert messages[0] == " ".join(["One sentence."] * 12 + ["Another one."])
    assert "".join(messages[1:]).replace(" ", "") == "x" * 700
